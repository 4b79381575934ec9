package dev.shm.memory;

/**
 * The distance at which two words that different threads write do not slow each other down.
 *
 * <p>It is twice the 64 bytes of most processors: x86 fetches lines in pairs, and some arm64
 * processors have lines of 128 bytes.
 */
public final class CacheLine {

    /** Size of a line in bytes. */
    public static final int BYTES = 128;

    private static final int LARGEST_INT = Integer.MAX_VALUE & -BYTES;
    private static final long LARGEST_LONG = Long.MAX_VALUE & -BYTES;

    private CacheLine() {}

    /**
     * The smallest multiple of {@link #BYTES} that is not below {@code bytes}.
     *
     * @throws IllegalArgumentException if {@code bytes} is negative or has no such multiple
     */
    public static int align(int bytes) {
        return (int) align(bytes, LARGEST_INT);
    }

    /**
     * The smallest multiple of {@link #BYTES} that is not below {@code bytes}.
     *
     * @throws IllegalArgumentException if {@code bytes} is negative or has no such multiple
     */
    public static long align(long bytes) {
        return align(bytes, LARGEST_LONG);
    }

    private static long align(long bytes, long largest) {
        if (bytes < 0 || bytes > largest) {
            throw new IllegalArgumentException("bytes=" + bytes + ": allowed 0.." + largest);
        }
        return (bytes + BYTES - 1) & -BYTES;
    }
}
