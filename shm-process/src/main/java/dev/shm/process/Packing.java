package dev.shm.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Many values as bytes: numbers side by side where all are of one kind, and by Java serialization
 * where not.
 *
 * <pre>
 *  byte 0     the rest
 *  0 MIXED    an Object[], serialised
 *  1 INTS     4 bytes each, big-endian
 *  2 LONGS    8 bytes each, big-endian
 *  3 DOUBLES  the same, of their bits
 * </pre>
 */
final class Packing {
    private static final byte MIXED = 0;
    private static final byte INTS = 1;
    private static final byte LONGS = 2;
    private static final byte DOUBLES = 3;

    private Packing() {}

    /**
     * Packs a part of an array; nulls in it are fine.
     *
     * @throws IOException if a value cannot be serialised.
     */
    static Wire.Bytes pack(@Nullable Object[] values, int from, int to) throws IOException {
        byte kind = kind(values, from, to);
        if (kind == MIXED) {
            Wire.Bytes bytes = new Wire.Bytes();
            bytes.write(MIXED);
            Wire.write(Arrays.copyOfRange(values, from, to, Object[].class), bytes);
            return bytes;
        }
        ByteBuffer bytes = ByteBuffer.allocate(1 + (to - from) * size(kind)).put(kind);
        switch (kind) {
            case INTS -> {
                for (int i = from; i < to; i++) {
                    bytes.putInt((Integer) number(values, i));
                }
            }
            case LONGS -> {
                for (int i = from; i < to; i++) {
                    bytes.putLong((Long) number(values, i));
                }
            }
            default -> {
                for (int i = from; i < to; i++) {
                    bytes.putDouble((Double) number(values, i));
                }
            }
        }
        return new Wire.Bytes(bytes.array());
    }

    private static Object number(@Nullable Object[] values, int index) {
        return Objects.requireNonNull(values[index]);
    }

    /** Whether all are numbers of one kind, so that packing them cannot fail. */
    static boolean areNumbers(@Nullable Object[] values) {
        return kind(values, 0, values.length) != MIXED;
    }

    /** The values again, of the same types. */
    static @Nullable Object[] unpack(byte[] packed, int from)
            throws IOException, ClassNotFoundException {
        byte kind = packed[from];
        int start = from + 1;
        if (kind == MIXED) {
            return (Object[]) Wire.read(packed, start, packed.length - start);
        }
        ByteBuffer bytes = ByteBuffer.wrap(packed, start, packed.length - start);
        @Nullable Object[] values = new @Nullable Object[bytes.remaining() / size(kind)];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (kind) {
                        case INTS -> (Object) bytes.getInt();
                        case LONGS -> bytes.getLong();
                        default -> bytes.getDouble();
                    };
        }
        return values;
    }

    private static int size(byte kind) {
        return switch (kind) {
            case INTS -> Integer.BYTES;
            case LONGS -> Long.BYTES;
            case DOUBLES -> Double.BYTES;
            default -> throw new IllegalArgumentException("kind=" + kind + ": none of ours");
        };
    }

    private static byte kind(@Nullable Object[] values, int from, int to) {
        Object first = from == to ? null : values[from];
        byte kind =
                first instanceof Integer
                        ? INTS
                        : first instanceof Long ? LONGS : first instanceof Double ? DOUBLES : MIXED;
        if (kind == MIXED || first == null) {
            return MIXED;
        }
        Class<?> type = first.getClass();
        for (int i = from; i < to; i++) {
            Object value = values[i];
            if (value == null || value.getClass() != type) {
                return MIXED;
            }
        }
        return kind;
    }
}
