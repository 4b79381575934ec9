package dev.shm.value;

import org.agrona.BitUtil;

/**
 * Layout of a {@link SharedArray}.
 *
 * <pre>
 *  offset       size         field     written by  access
 *  -----------  -----------  --------  ----------  ----------------------------------
 *  i * width    width        element   anybody     release, CAS / acquire; bulk plain
 *  n * width    up to 8 n'   reserved  nobody      zero
 *
 *  width: of the code, 1, 2, 4 or 8    n: the length
 *  n': the whole is rounded up to a multiple of 8
 *
 *  directory: configA = the code's letter (ASCII), configB = n, bytes = n * width rounded up to 8
 * </pre>
 */
final class ArrayLayout {
    static final int ELEMENTS = 0;

    /** The largest block that Agrona's int offsets reach, in whole longs. */
    private static final int MAX_BYTES = Integer.MAX_VALUE - Long.BYTES + 1;

    private ArrayLayout() {}

    static int maxLength(TypeCode code) {
        return MAX_BYTES / code.bytes();
    }

    /** The length, if such an array can be. */
    static int requireLength(TypeCode code, long length) {
        if (length < 1 || length > maxLength(code)) {
            throw new IllegalArgumentException(
                    "length="
                            + length
                            + " code="
                            + code.quoted()
                            + ", allowed: 1 to "
                            + maxLength(code)
                            + " (2 GiB)");
        }
        return (int) length;
    }

    /** The size of the block of an array whose length has been checked. */
    static int bytes(TypeCode code, int length) {
        return BitUtil.align(length * code.bytes(), Long.BYTES);
    }
}
