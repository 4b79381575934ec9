package dev.shm.region;

import org.agrona.DirectBuffer;

/** The 64-bit FNV-1a hash (Fowler, Noll, Vo), which a reader in any language has in three lines. */
final class Fnv {
    private static final long OFFSET_BASIS = 0xCBF2_9CE4_8422_2325L;
    private static final long PRIME = 0x0000_0100_0000_01B3L;

    private Fnv() {}

    static long hash(DirectBuffer buffer, int index, int length) {
        long hash = OFFSET_BASIS;
        for (int i = index; i < index + length; i++) {
            hash = (hash ^ buffer.getByte(i) & 0xFF) * PRIME;
        }
        return hash;
    }
}
