package dev.shm.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
        Wire.Bytes numbers = numbers(values, from, to);
        if (numbers != null) {
            return numbers;
        }
        Wire.Bytes bytes = new Wire.Bytes();
        bytes.write(MIXED);
        Wire.write(Arrays.copyOfRange(values, from, to, Object[].class), bytes);
        return bytes;
    }

    /** Packed numbers, all of the kind of the first; null if one of them is not. */
    private static Wire.@Nullable Bytes numbers(@Nullable Object[] values, int from, int to) {
        Object first = from == to ? null : values[from];
        if (first instanceof Integer) {
            return ints(values, from, to);
        } else if (first instanceof Long) {
            return longs(values, from, to);
        }
        return first instanceof Double ? doubles(values, from, to) : null;
    }

    // One pass each: whoever has 100,000 small numbers packed waits for memory, and not for us.

    private static Wire.@Nullable Bytes ints(@Nullable Object[] values, int from, int to) {
        ByteBuffer packed = ByteBuffer.allocate(1 + (to - from) * Integer.BYTES).put(INTS);
        for (int i = from; i < to; i++) {
            if (!(values[i] instanceof Integer number)) {
                return null;
            }
            packed.putInt(number);
        }
        return new Wire.Bytes(packed.array());
    }

    private static Wire.@Nullable Bytes longs(@Nullable Object[] values, int from, int to) {
        ByteBuffer packed = ByteBuffer.allocate(1 + (to - from) * Long.BYTES).put(LONGS);
        for (int i = from; i < to; i++) {
            if (!(values[i] instanceof Long number)) {
                return null;
            }
            packed.putLong(number);
        }
        return new Wire.Bytes(packed.array());
    }

    private static Wire.@Nullable Bytes doubles(@Nullable Object[] values, int from, int to) {
        ByteBuffer packed = ByteBuffer.allocate(1 + (to - from) * Double.BYTES).put(DOUBLES);
        for (int i = from; i < to; i++) {
            if (!(values[i] instanceof Double number)) {
                return null;
            }
            packed.putDouble(number);
        }
        return new Wire.Bytes(packed.array());
    }

    /** Whether all are numbers of one kind, so that packing them cannot fail. */
    static boolean areNumbers(@Nullable Object[] values) {
        Object first = values.length == 0 ? null : values[0];
        if (!(first instanceof Integer || first instanceof Long || first instanceof Double)) {
            return false;
        }
        Class<?> kind = first.getClass();
        for (Object value : values) {
            if (value == null || value.getClass() != kind) {
                return false;
            }
        }
        return true;
    }

    /** The values again, of the same types. */
    static @Nullable Object[] unpack(byte[] packed, int from)
            throws IOException, ClassNotFoundException {
        byte kind = packed[from];
        int start = from + 1;
        ByteBuffer bytes = ByteBuffer.wrap(packed, start, packed.length - start);
        return switch (kind) {
            case MIXED -> (Object[]) Wire.read(packed, start, packed.length - start);
            case INTS -> ints(bytes);
            case LONGS -> longs(bytes);
            case DOUBLES -> doubles(bytes);
            default -> throw new IllegalArgumentException("kind=" + kind + ": none of ours");
        };
    }

    private static @Nullable Object[] ints(ByteBuffer packed) {
        @Nullable Object[] values = new @Nullable Object[packed.remaining() / Integer.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = packed.getInt();
        }
        return values;
    }

    private static @Nullable Object[] longs(ByteBuffer packed) {
        @Nullable Object[] values = new @Nullable Object[packed.remaining() / Long.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = packed.getLong();
        }
        return values;
    }

    private static @Nullable Object[] doubles(ByteBuffer packed) {
        @Nullable Object[] values = new @Nullable Object[packed.remaining() / Double.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = packed.getDouble();
        }
        return values;
    }
}
