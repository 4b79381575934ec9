package dev.shm.codec;

import org.agrona.DirectBuffer;

/** What all codecs check at the door. */
final class Checks {

    /** More than this never fits into a region beside anything else. */
    static final int LARGEST_MAX_BYTES = 1 << 30;

    private Checks() {}

    static int requireMaxBytes(int maxBytes) {
        if (maxBytes < 1 || maxBytes > LARGEST_MAX_BYTES) {
            throw new IllegalArgumentException(
                    "maxBytes=" + maxBytes + ", allowed: 1 to " + LARGEST_MAX_BYTES);
        }
        return maxBytes;
    }

    static void requireFits(int bytes, int maxBytes) {
        if (bytes > maxBytes) {
            throw new IllegalArgumentException(
                    "encoded bytes="
                            + bytes
                            + ", allowed: at most maxBytes="
                            + maxBytes
                            + "; a codec with maxBytes="
                            + bytes
                            + " would take this value");
        }
    }

    static void requireLength(int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException("length=" + length + ", expected: " + expected);
        }
    }

    /**
     * A private copy of the bytes to decode, so that no writer changes them between a check and a
     * use. The length is checked before anything is allocated.
     */
    static byte[] copy(DirectBuffer source, int index, int length, int maxBytes) {
        if (length < 0 || length > maxBytes) {
            throw new IllegalArgumentException(
                    "length=" + length + ", allowed: 0 to maxBytes=" + maxBytes);
        }
        source.boundsCheck(index, length);
        byte[] bytes = new byte[length];
        source.getBytes(index, bytes, 0, length);
        return bytes;
    }
}
