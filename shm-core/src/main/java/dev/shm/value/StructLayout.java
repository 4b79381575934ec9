package dev.shm.value;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SharedStruct}.
 *
 * <pre>
 *  offset   size       field     written by           access
 *  -------  ---------  --------  -------------------  --------------------------
 *       0          8   commit    writers              CAS / acquire
 *       8        120   reserved  nobody               zero
 *     128   specBytes  spec      creator              plain, ASCII
 *   copy0   dataBytes  copy 0    the claim's holder   8-byte release / acquire
 *   copy1   dataBytes  copy 1    the claim's holder   8-byte release / acquire
 *
 *  copy0 = 128 + specBytes, rounded up to 128
 *  copy1 = copy0 + dataBytes, rounded up to 128
 *  bytes = copy1 + dataBytes, rounded up to 128
 *
 *  commit   63                31    30     29             0
 *          +-------------------+---------+-----------------+
 *          |      version      | current |  writer's tag   |
 *          +-------------------+---------+-----------------+
 *
 *  version  how many records have been published, modulo 2^33
 *  current  which copy is the published one; the other is scratch
 *  tag      0: nobody writes; else the participant that holds the claim, maybe dead
 *
 *  directory: configA = specBytes, configB = FNV-1a of the spec (64 bits)
 * </pre>
 *
 * <p>The spec is the normalised text: {@code name:code} for each field, one space in between, such
 * as {@code id:q price:d qty:i}. Both copies hold the fields in the order of the spec, each at the
 * next offset that is a multiple of its own width, and are padded to a multiple of 8:
 *
 * <pre>
 *  "id:q ok:? price:d qty:i"      offset 0 id, 8 ok, 16 price, 24 qty; dataBytes 32
 * </pre>
 */
final class StructLayout {
    static final int COMMIT = 0;
    static final int SPEC = CacheLine.BYTES;

    private static final int TAG_MASK = (1 << 30) - 1;
    private static final long CURRENT = 1L << 30;
    private static final int VERSION_SHIFT = 31;

    private StructLayout() {}

    static int copy0(int specBytes) {
        return CacheLine.align(SPEC + specBytes);
    }

    static int copy1(int specBytes, int dataBytes) {
        return copy0(specBytes) + CacheLine.align(dataBytes);
    }

    static int bytes(int specBytes, int dataBytes) {
        return copy1(specBytes, dataBytes) + CacheLine.align(dataBytes);
    }

    static long version(long commit) {
        return commit >>> VERSION_SHIFT;
    }

    static int current(long commit) {
        return (commit & CURRENT) == 0 ? 0 : 1;
    }

    static int tag(long commit) {
        return (int) commit & TAG_MASK;
    }

    /** The same version and copy, claimed by a participant; nobody's with tag 0. */
    static long withTag(long commit, int tag) {
        return commit & ~(long) TAG_MASK | tag;
    }

    /** The next version, the other copy, nobody's claim. */
    static long published(long commit) {
        long next = (version(commit) + 1) << VERSION_SHIFT;
        return next | ~commit & CURRENT;
    }
}
