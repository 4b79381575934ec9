package dev.shm.queue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * A file that one process appends what it does to, a record by one write: what was written is there
 * though the process is killed just then. Nothing of it is in the region that is tested.
 */
final class QueueChaosLog implements AutoCloseable {
    private static final int BYTES = 4 * Integer.BYTES;
    private static final int MOST_AT_ONCE = 1 << 10;

    /** What was done with a message. */
    enum Kind {
        /** Nothing yet: the queue was opened. */
        OPENED('o'),
        /** It is about to be put in. */
        BEGUN('b'),
        /** Its put has returned. */
        ACCEPTED('p'),
        /** It has come, for the first time. */
        RECEIVED('r'),
        /** It has come, and had come before. */
        AGAIN('g'),
        /** Its ack has returned. */
        ACKED('a');

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        static Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new AssertionError("code=" + code);
        }
    }

    /** A record. */
    record Entry(Kind kind, QueueChaosMessage message) {}

    private final FileChannel channel;
    private final ByteBuffer record = ByteBuffer.allocateDirect(BYTES);

    /** Begins a file. */
    QueueChaosLog(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
    }

    void add(Kind kind, QueueChaosMessage message) throws IOException {
        record.clear();
        record.putInt(kind.code);
        record.putInt(message.producer()).putInt(message.sequence()).putInt(message.sum());
        record.flip();
        channel.write(record);
        if (record.hasRemaining()) {
            throw new IOException("written in part, remaining=" + record.remaining());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Reads a file as far as it has been written, again and again. */
    static final class Reader {
        private final Path file;
        private final ByteBuffer records = ByteBuffer.allocate(BYTES * MOST_AT_ONCE);
        private long read;

        Reader(Path file) {
            this.file = file;
        }

        /** How many records there were. */
        long count() {
            return read / BYTES;
        }

        /** Hands on what is new. The last record may be there in part; then it is none yet. */
        void read(Consumer<Entry> to) throws IOException {
            if (!Files.exists(file)) {
                return; // whoever writes has not come so far
            }
            try (FileChannel channel = FileChannel.open(file)) {
                int bytes;
                do {
                    records.clear();
                    bytes = channel.read(records, read);
                    records.flip();
                    while (records.remaining() >= BYTES) {
                        to.accept(next());
                        read += BYTES;
                    }
                } while (bytes == records.capacity());
            }
        }

        private Entry next() {
            Kind kind = Kind.of(records.getInt());
            return new Entry(
                    kind,
                    new QueueChaosMessage(records.getInt(), records.getInt(), records.getInt()));
        }
    }
}
