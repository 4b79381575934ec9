package dev.shm.sync;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SynchronizedValue} and of a {@link SynchronizedArray}.
 *
 * <pre>
 *  offset  size  field     written by           access
 *  ------  ----  --------  -------------------  --------------------------------------
 *       0     n  content   owners of the lock   as in a SharedValue, a SharedArray
 *       n   pad  reserved  nobody               zero, up to a multiple of 128
 *       m   128  lock      as in LockLayout     not there with a lock of somebody else
 *
 *  n: 8 for a value; for an array its length times the code's width, rounded up to 8
 *  m: n rounded up to a multiple of 128
 *
 *  directory: configA = the code's letter (ASCII); of an array: + 65536 * length
 *             configB = the id of somebody else's lock, or 0
 * </pre>
 */
final class SynchronizedLayout {
    static final int CONTENT = 0;

    private static final int CODE_BITS = 16;

    private SynchronizedLayout() {}

    static int lock(int contentBytes) {
        return CacheLine.align(contentBytes);
    }

    static int bytes(int contentBytes, boolean ownLock) {
        return ownLock ? Math.addExact(lock(contentBytes), LockLayout.BYTES) : contentBytes;
    }

    static long config(char code, int length) {
        return (long) length << CODE_BITS | code;
    }

    static char code(long config) {
        return (char) config;
    }

    static long length(long config) {
        return config >>> CODE_BITS;
    }
}
