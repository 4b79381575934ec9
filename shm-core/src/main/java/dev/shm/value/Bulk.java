package dev.shm.value;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Many elements at once, as plain memory: Java arrays are copied by the JDK's own bulk copies.
 *
 * <p>Offsets and counts have been checked against the shared array; the Java array's are checked
 * here.
 */
final class Bulk {
    /** A code's bits are copied to and from arrays of this class only. */
    private static final Map<Class<?>, String> CODES =
            Map.of(
                    byte[].class, "?bBc",
                    short[].class, "hH",
                    int[].class, "iIu",
                    long[].class, "lLqQ",
                    float[].class, "f",
                    double[].class, "d");

    private Bulk() {}

    static void requireCode(TypeCode type, Class<?> array) {
        String codes = CODES.getOrDefault(array, "");
        if (codes.indexOf(type.code()) < 0) {
            throw new IllegalArgumentException(
                    "code="
                            + type.quoted()
                            + " array="
                            + array.getSimpleName()
                            + ", allowed: "
                            + arrayOf(type)
                            + ", or codes "
                            + codes);
        }
    }

    private static String arrayOf(TypeCode type) {
        return CODES.entrySet().stream()
                .filter(entry -> entry.getValue().indexOf(type.code()) >= 0)
                .map(entry -> entry.getKey().getSimpleName())
                .collect(Collectors.joining());
    }

    static void fill(MappedBuffer buffer, int offset, int count, TypeCode type, long raw) {
        int width = type.bytes();
        long bits = type.bits(raw);
        boolean sameBytes = bits == type.bits((bits & 0xFF) * 0x0101_0101_0101_0101L);
        if (sameBytes) {
            buffer.setMemory(offset, count * width, (byte) bits);
            return;
        }
        for (int i = 0; i < count; i++) {
            switch (width) {
                case Short.BYTES -> buffer.putShort(offset + i * width, (short) bits);
                case Integer.BYTES -> buffer.putInt(offset + i * width, (int) bits);
                default -> buffer.putLong(offset + i * width, bits);
            }
        }
    }

    /** Text up to the first byte 0. */
    static String getText(MappedBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        copyTo(buffer, offset, bytes, 0, length);
        int end = 0;
        while (end < length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    static void setText(MappedBuffer buffer, int offset, int length, String text) {
        if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "text has U+0000 or an unpaired surrogate, allowed: other Unicode text");
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > length) {
            throw new IllegalArgumentException(
                    "bytes=" + bytes.length + " of text, allowed: at most length=" + length);
        }
        view(buffer, offset, length).put(bytes);
        buffer.setMemory(offset + bytes.length, length - bytes.length, (byte) 0);
    }

    static void copyTo(MappedBuffer buffer, int offset, byte[] target, int index, int count) {
        view(buffer, offset, count * Byte.BYTES).get(target, index, count);
    }

    static void copyFrom(
            MappedBuffer buffer, int offset, TypeCode type, byte[] source, int index, int count) {
        if (type == TypeCode.BOOLEAN) {
            for (int i = 0; i < count; i++) {
                Conversion.fromLong(type, source[index + i]);
            }
        }
        view(buffer, offset, count * Byte.BYTES).put(source, index, count);
    }

    static void copyTo(MappedBuffer buffer, int offset, short[] target, int index, int count) {
        view(buffer, offset, count * Short.BYTES).asShortBuffer().get(target, index, count);
    }

    static void copyFrom(MappedBuffer buffer, int offset, short[] source, int index, int count) {
        view(buffer, offset, count * Short.BYTES).asShortBuffer().put(source, index, count);
    }

    static void copyTo(MappedBuffer buffer, int offset, int[] target, int index, int count) {
        view(buffer, offset, count * Integer.BYTES).asIntBuffer().get(target, index, count);
    }

    static void copyFrom(
            MappedBuffer buffer, int offset, TypeCode type, int[] source, int index, int count) {
        if (type == TypeCode.CODE_POINT) {
            for (int i = 0; i < count; i++) {
                Conversion.fromLong(type, source[index + i]);
            }
        }
        view(buffer, offset, count * Integer.BYTES).asIntBuffer().put(source, index, count);
    }

    static void copyTo(MappedBuffer buffer, int offset, long[] target, int index, int count) {
        view(buffer, offset, count * Long.BYTES).asLongBuffer().get(target, index, count);
    }

    static void copyFrom(MappedBuffer buffer, int offset, long[] source, int index, int count) {
        view(buffer, offset, count * Long.BYTES).asLongBuffer().put(source, index, count);
    }

    static void copyTo(MappedBuffer buffer, int offset, float[] target, int index, int count) {
        view(buffer, offset, count * Float.BYTES).asFloatBuffer().get(target, index, count);
    }

    static void copyFrom(MappedBuffer buffer, int offset, float[] source, int index, int count) {
        view(buffer, offset, count * Float.BYTES).asFloatBuffer().put(source, index, count);
    }

    static void copyTo(MappedBuffer buffer, int offset, double[] target, int index, int count) {
        view(buffer, offset, count * Double.BYTES).asDoubleBuffer().get(target, index, count);
    }

    static void copyFrom(MappedBuffer buffer, int offset, double[] source, int index, int count) {
        view(buffer, offset, count * Double.BYTES).asDoubleBuffer().put(source, index, count);
    }

    private static ByteBuffer view(MappedBuffer buffer, int offset, int bytes) {
        buffer.boundsCheck(offset, bytes);
        return buffer.byteBuffer()
                .slice(buffer.wrapAdjustment() + offset, bytes)
                .order(ByteOrder.LITTLE_ENDIAN);
    }
}
