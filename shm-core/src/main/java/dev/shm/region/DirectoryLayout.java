package dev.shm.region;

import dev.shm.memory.CacheLine;

/**
 * Layout of one entry of the directory, a line of its own.
 *
 * <pre>
 *  offset  size  field      written by                         access
 *  ------  ----  ---------  ---------------------------------  -----------------------
 *       0     8  state      see below                          release, CAS / acquire
 *       8     8  offset     creator, before CREATING           plain, from file start
 *      16     4  bytes      creator, before CREATING           plain
 *      20     4  kind       creator, before CREATING           plain, ObjectType.code
 *      24     4  flags      creator, before CREATING           plain
 *      28     4  reserved   nobody                             zero
 *      32     8  configA    creator, before CREATING           plain
 *      40     8  configB    creator, before CREATING           plain
 *      48    16  reserved   nobody                             zero
 *      64     1  nameBytes  creator, before CREATING           plain
 *      65    63  name       creator, before CREATING           plain, ASCII
 *
 *  state    63         34 33      30 29            0
 *          +-------------+----------+---------------+
 *          | generation  |  status  |  creator tag  |
 *          +-------------+----------+---------------+
 *
 *  status   name      what it says                                 who may change it
 *  ------   --------  -------------------------------------------  ------------------------------------------
 *       0   FREE      nothing; the other fields are garbage        holder of the mutex: CREATING
 *       1   CREATING  its creator initialises the memory           the creator: READY, or creator 0 (failed);
 *                                                              when it is dead or 0, an opener: CREATING
 *                                                              by itself, or DELETED; a remover: DELETED;
 *                                                              holder of the mutex, mask empty: FREE
 *       2   READY     whole                                        holder of the mutex: DELETED
 *       3   DELETED   the name is gone, the memory still in use    holder of the mutex, mask empty: FREE
 * </pre>
 *
 * <p>Free space has no record of its own: it is what the extents of the entries that are not FREE
 * leave over, so no crash can leak it or give it out twice.
 */
final class DirectoryLayout {
    static final int STATE = 0;
    static final int OFFSET = 8;
    static final int OBJECT_BYTES = 16;
    static final int KIND = 20;
    static final int FLAGS = 24;
    static final int CONFIG_A = 32;
    static final int CONFIG_B = 40;
    static final int NAME_BYTES = 64;
    static final int NAME = 65;
    static final int BYTES = CacheLine.BYTES;

    static final int FREE = 0;
    static final int CREATING = 1;
    static final int READY = 2;
    static final int DELETED = 3;

    /** Flag: the dead leave claims in it, and only code of its type can sweep them. */
    static final int NEEDS_SWEEP = 1;

    private static final int TAG_MASK = (1 << 30) - 1;
    private static final int STATUS_SHIFT = 30;
    private static final int STATUS_MASK = 0xF;
    private static final int GENERATION_SHIFT = 34;

    private DirectoryLayout() {}

    static int status(long state) {
        return (int) (state >>> STATUS_SHIFT) & STATUS_MASK;
    }

    static int creator(long state) {
        return (int) state & TAG_MASK;
    }

    /** The state after this one, of the same generation. */
    static long with(long state, int status, int creator) {
        return state >>> GENERATION_SHIFT << GENERATION_SHIFT
                | (long) status << STATUS_SHIFT
                | creator;
    }

    /** The same status one generation on. */
    static long nextGeneration(long state) {
        return state + (1L << GENERATION_SHIFT);
    }
}
