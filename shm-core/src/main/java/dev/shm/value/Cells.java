package dev.shm.value;

import org.agrona.concurrent.AtomicBuffer;

/**
 * One element of shared memory as a raw value, of any code: loads, stores and atomic operations.
 *
 * <p>Elements are naturally aligned, and blocks are whole longs, so the int around a narrow element
 * is always inside the block.
 *
 * <p><b>Memory effects.</b> Loads acquire, stores release, the rest does both.
 */
final class Cells {
    private static final int INT_MASK = Integer.BYTES - 1;

    private Cells() {}

    static long load(AtomicBuffer buffer, int index, TypeCode code) {
        long bits =
                switch (code.bytes()) {
                    case Byte.BYTES -> buffer.getByteVolatile(index);
                    case Short.BYTES -> buffer.getShortVolatile(index);
                    case Integer.BYTES -> buffer.getIntAcquire(index);
                    default -> buffer.getLongAcquire(index);
                };
        return code.raw(bits);
    }

    static void store(AtomicBuffer buffer, int index, TypeCode code, long raw) {
        switch (code.bytes()) {
            case Byte.BYTES -> buffer.putByteVolatile(index, (byte) raw);
            case Short.BYTES -> buffer.putShortVolatile(index, (short) raw);
            case Integer.BYTES -> buffer.putIntRelease(index, (int) raw);
            default -> buffer.putLongRelease(index, raw);
        }
    }

    /** Compares by value, so that every nonzero byte counts as true. */
    static boolean compareAndSet(
            AtomicBuffer buffer, int index, TypeCode code, long expected, long raw) {
        long seen;
        do {
            seen = bits(buffer, index, code);
            if (code.raw(seen) != expected) {
                return false;
            }
        } while (!replace(buffer, index, code, seen, raw));
        return true;
    }

    static long getAndSet(AtomicBuffer buffer, int index, TypeCode code, long raw) {
        long seen;
        do {
            seen = bits(buffer, index, code);
        } while (!replace(buffer, index, code, seen, raw));
        return code.raw(seen);
    }

    /** Returns the raw value before. */
    static long getAndAdd(AtomicBuffer buffer, int index, TypeCode code, long delta) {
        if (code.kind() == TypeCode.Kind.INTEGER) {
            if (code.bytes() == Long.BYTES) {
                return buffer.getAndAddLong(index, delta);
            } else if (code.bytes() == Integer.BYTES) {
                return code.raw(buffer.getAndAddInt(index, (int) delta));
            }
        }
        long seen;
        do {
            seen = bits(buffer, index, code);
        } while (!replace(buffer, index, code, seen, Conversion.sum(code, code.raw(seen), delta)));
        return code.raw(seen);
    }

    /** The IEEE sum of {@code f} and {@code d}; returns the raw value before. */
    static long getAndAddFloating(AtomicBuffer buffer, int index, TypeCode code, long delta) {
        long seen;
        do {
            seen = bits(buffer, index, code);
        } while (!replace(
                buffer, index, code, seen, Conversion.floatingSum(code, code.raw(seen), delta)));
        return code.raw(seen);
    }

    /** The element's bits as stored, and nothing above them. */
    private static long bits(AtomicBuffer buffer, int index, TypeCode code) {
        return switch (code.bytes()) {
            case Byte.BYTES -> buffer.getByteVolatile(index) & 0xFFL;
            case Short.BYTES -> buffer.getShortVolatile(index) & 0xFFFFL;
            case Integer.BYTES -> buffer.getIntVolatile(index) & 0xFFFF_FFFFL;
            default -> buffer.getLongVolatile(index);
        };
    }

    /** One CAS from bits to bits; fails for a narrow element only when that element has changed. */
    private static boolean replace(
            AtomicBuffer buffer, int index, TypeCode code, long expected, long raw) {
        return switch (code.bytes()) {
            case Byte.BYTES, Short.BYTES -> replaceNarrow(buffer, index, code, expected, raw);
            case Integer.BYTES -> buffer.compareAndSetInt(index, (int) expected, (int) raw);
            default -> buffer.compareAndSetLong(index, expected, raw);
        };
    }

    private static boolean replaceNarrow(
            AtomicBuffer buffer, int index, TypeCode code, long expected, long raw) {
        int word = index & ~INT_MASK;
        int shift = (index & INT_MASK) * Byte.SIZE;
        int mask = (code.bytes() == Byte.BYTES ? 0xFF : 0xFFFF) << shift;
        int before = (int) expected << shift;
        int after = (int) raw << shift & mask;
        int seen;
        do {
            seen = buffer.getIntVolatile(word);
            if ((seen & mask) != before) {
                return false;
            }
        } while (!buffer.compareAndSetInt(word, seen, seen & ~mask | after));
        return true;
    }
}
