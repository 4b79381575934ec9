package dev.shm.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/** A log record as bytes: its text is formatted where it was logged. */
final class LogMessage {
    private static final SimpleFormatter FORMATTER = new SimpleFormatter();

    private LogMessage() {}

    /** A record of this process. */
    static byte[] write(LogRecord record, String process, long pid, long lost) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        text(out, process);
        out.writeLong(pid);
        out.writeLong(lost);
        text(out, record.getLevel().getName());
        out.writeInt(record.getLevel().intValue());
        text(out, Objects.requireNonNullElse(record.getLoggerName(), ""));
        text(out, FORMATTER.formatMessage(record));
        Instant instant = record.getInstant();
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
        out.writeLong(record.getSequenceNumber());
        out.writeLong(record.getLongThreadID());
        text(out, record.getSourceClassName());
        text(out, record.getSourceMethodName());
        Throwable thrown = record.getThrown();
        bytes(out, thrown == null ? null : Wire.write(RemoteFailure.of(thrown)).toByteArray());
        return bytes.toByteArray();
    }

    /**
     * A record of a child.
     *
     * @throws IOException if it is none.
     */
    static ChildLogRecord read(byte[] bytes) throws IOException, ClassNotFoundException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String process = someText(in);
        long pid = in.readLong();
        long lost = in.readLong();
        Level level = level(someText(in), in.readInt());
        String logger = someText(in);
        ChildLogRecord record = new ChildLogRecord(level, someText(in), process, pid, lost);
        record.setLoggerName(logger);
        record.setInstant(Instant.ofEpochSecond(in.readLong(), in.readInt()));
        record.setSequenceNumber(in.readLong());
        record.setLongThreadID(in.readLong());
        record.setSourceClassName(text(in));
        record.setSourceMethodName(text(in));
        byte[] thrown = bytes(in);
        if (thrown != null) {
            record.setThrown(((RemoteFailure) Wire.read(thrown)).rebuild());
        }
        return record;
    }

    /** The level of that name, if there is one here, or else one of that value. */
    private static Level level(String name, int value) {
        try {
            Level level = Level.parse(name);
            if (level.intValue() == value) {
                return level;
            }
        } catch (IllegalArgumentException notHere) {
            // its value will do
        }
        return Level.parse(Integer.toString(value));
    }

    private static void text(DataOutputStream out, @Nullable String text) throws IOException {
        bytes(out, text == null ? null : text.getBytes(UTF_8));
    }

    private static @Nullable String text(DataInputStream in) throws IOException {
        byte[] bytes = bytes(in);
        return bytes == null ? null : new String(bytes, UTF_8);
    }

    private static String someText(DataInputStream in) throws IOException {
        String text = text(in);
        if (text == null) {
            throw new IOException("record: has no text where one must be");
        }
        return text;
    }

    private static void bytes(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    private static byte @Nullable [] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < -1 || length > in.available()) {
            throw new IOException("record: length=" + length + ", left: " + in.available());
        }
        return length < 0 ? null : in.readNBytes(length);
    }
}
