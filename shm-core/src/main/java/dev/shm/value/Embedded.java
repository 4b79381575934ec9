package dev.shm.value;

import dev.shm.region.Block;

/**
 * Values and arrays that larger objects begin with. For the implementations of such objects.
 *
 * <p>A view lives as long as the block that it was made of.
 */
public final class Embedded {
    private Embedded() {}

    /**
     * Returns the value in the first 8 bytes of a block.
     *
     * @param code the value's, see {@link TypeCode}.
     * @param close what closing the value does.
     * @return a view.
     * @throws dev.shm.region.RegionFormatException if the block is too small, or there is no such
     *     code.
     */
    public static SharedValue value(Block block, long code, Runnable close) {
        TypeCode type = Formats.code(block, code);
        Formats.bytes(block, ValueLayout.BYTES);
        return new SharedValue(block, type, close);
    }

    /**
     * Returns the array that a block begins with.
     *
     * @param code the elements', see {@link TypeCode}.
     * @param close what closing the array does.
     * @return a view.
     * @throws dev.shm.region.RegionFormatException if the block is too small, or there is no such
     *     code or length.
     */
    public static SharedArray array(Block block, long code, long length, Runnable close) {
        TypeCode type = SharedArrayType.check(block, code, length);
        return new SharedArray(block, type, ArrayLayout.ELEMENTS, (int) length, close);
    }

    /**
     * Returns the 8 bytes that a value begins with.
     *
     * @param code the value's, see {@link TypeCode}.
     * @return little-endian when put as a long.
     * @throws IllegalArgumentException if there is no such code.
     * @throws ArithmeticException if the code cannot hold the value.
     */
    public static long bits(char code, Number value) {
        TypeCode type = TypeCode.of(code);
        return type.bits(Conversion.fromNumber(type, value));
    }

    /**
     * Returns how many bytes an array takes.
     *
     * @param code the elements', see {@link TypeCode}.
     * @return a multiple of 8.
     * @throws IllegalArgumentException if there is no such code, or the length is out of range.
     */
    public static int bytes(char code, int length) {
        TypeCode type = TypeCode.of(code);
        return ArrayLayout.bytes(type, ArrayLayout.requireLength(type, length));
    }

    /**
     * Says what a value or an array is made with.
     *
     * @param code of the value or the elements; hostile until checked.
     * @return such as {@code 'i'}.
     */
    public static String describe(long code) {
        return Formats.describeCode(code);
    }
}
