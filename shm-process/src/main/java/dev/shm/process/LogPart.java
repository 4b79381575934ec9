package dev.shm.process;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A part of a {@link LogMessage}, as it is one message of the ring.
 *
 * <pre>
 *  offset  size    field   is
 *  ------  ------  ------  ----------------------------------------------------------
 *       0       4  sender  the participant who logs
 *       4       4  number  parts of the record before this one; its complement if last
 *       8  to 504  bytes   of the record
 *
 *  all little-endian
 * </pre>
 */
final class LogPart {
    static final int MAX_BYTES = 512;

    private static final int SENDER = 0;
    private static final int NUMBER = 4;
    private static final int BYTES = 8;
    private static final int MAX_PAYLOAD = MAX_BYTES - BYTES;

    private LogPart() {}

    /** How many parts a record has. */
    static int count(byte[] record) {
        return Math.max(1, (record.length + MAX_PAYLOAD - 1) / MAX_PAYLOAD);
    }

    /** A part of a record, as it is sent. */
    static byte[] of(int sender, byte[] record, int number) {
        int from = number * MAX_PAYLOAD;
        int length = Math.min(MAX_PAYLOAD, record.length - from);
        boolean last = from + length == record.length;
        byte[] part = new byte[BYTES + length];
        view(part).putInt(SENDER, sender).putInt(NUMBER, last ? ~number : number);
        System.arraycopy(record, from, part, BYTES, length);
        return part;
    }

    static boolean isOne(byte[] part) {
        return part.length >= BYTES;
    }

    static int sender(byte[] part) {
        return view(part).getInt(SENDER);
    }

    static int number(byte[] part) {
        int number = view(part).getInt(NUMBER);
        return isLast(part) ? ~number : number;
    }

    static boolean isLast(byte[] part) {
        return view(part).getInt(NUMBER) < 0;
    }

    /** Appends the bytes of the record. */
    static void copyPayload(byte[] part, ByteArrayOutputStream to) {
        to.write(part, BYTES, part.length - BYTES);
    }

    private static ByteBuffer view(byte[] part) {
        return ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN);
    }
}
