package dev.shm.value;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntToLongFunction;
import org.agrona.MutableDirectBuffer;

/**
 * What an array is at birth: its type, its length and its bytes. All elements are converted before
 * anything is created, so that one that does not fit creates nothing.
 */
final class ArrayImage {
    private final TypeCode type;
    private final int length;
    private final byte[] bytes;

    private ArrayImage(TypeCode type, int length, byte[] bytes) {
        this.type = type;
        this.length = length;
        this.bytes = bytes;
    }

    static ArrayImage zero(TypeCode type, int length) {
        return new ArrayImage(type, ArrayLayout.requireLength(type, length), new byte[0]);
    }

    static ArrayImage of(TypeCode type, byte[] elements) {
        return of(type, elements.length, i -> Conversion.fromByte(type, elements[i]));
    }

    static ArrayImage of(TypeCode type, int[] elements) {
        return of(type, elements.length, i -> Conversion.fromLong(type, elements[i]));
    }

    static ArrayImage of(TypeCode type, long[] elements) {
        return of(type, elements.length, i -> Conversion.fromLong(type, elements[i]));
    }

    static ArrayImage of(TypeCode type, double[] elements) {
        return of(type, elements.length, i -> Conversion.fromDouble(type, elements[i]));
    }

    private static ArrayImage of(TypeCode type, int length, IntToLongFunction rawAt) {
        byte[] bytes = new byte[ArrayLayout.requireLength(type, length) * type.bytes()];
        ByteBuffer image = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            long raw = rawAt.applyAsLong(i);
            switch (type.bytes()) {
                case Byte.BYTES -> image.put((byte) raw);
                case Short.BYTES -> image.putShort((short) raw);
                case Integer.BYTES -> image.putInt((int) raw);
                default -> image.putLong(raw);
            }
        }
        return new ArrayImage(type, length, bytes);
    }

    TypeCode type() {
        return type;
    }

    int length() {
        return length;
    }

    void writeTo(MutableDirectBuffer memory) {
        memory.putBytes(ArrayLayout.ELEMENTS, bytes);
    }
}
