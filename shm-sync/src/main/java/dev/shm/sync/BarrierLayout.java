package dev.shm.sync;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SharedBarrier}.
 *
 * <pre>
 *  offset   size  field     written by                            access
 *  -------  ----  --------  ------------------------------------  ------
 *        0     8  state     parties, and who breaks or resets it  CAS
 *        8   120  reserved  nobody                                zero
 *  128+4*s     4  member s  the participant in slot s of the      CAS
 *                           region; a sweep and a reset, if dead
 *
 *  state   63                            32
 *         +--------------------------------+
 *         |            history             |
 *         +--------------------------------+
 *          31            16    15        14     13           0
 *         +----------------+--------+---------+---------------+
 *         |   generation   | BROKEN | WAITERS |    arrived    |
 *         +----------------+--------+---------+---------------+
 *
 *  history   bit d - 1 is set if the generation d before this one was broken, not tripped
 *  arrived   of this generation; equal to the parties while the last of them runs the action
 *  member s  the tag of the participant if it belongs to the barrier, else 0; s is the low 12 bits of
 *            the tag, less 1
 *
 *  directory: configA = parties, 1 to 16383; configB = default timeout in ns, 0 none;
 *             bytes = 128 + 4 * the region's participant slots
 * </pre>
 *
 * <p>Generations are counted modulo 2^16. Sleepers sleep on the lower half of the state.
 */
final class BarrierLayout {
    static final int STATE = 0;
    static final int MEMBERS = CacheLine.BYTES;
    static final int MAX_PARTIES = (1 << 14) - 1;

    static final long ARRIVED = MAX_PARTIES;
    static final long WAITERS = 1 << 14;
    static final long BROKEN = 1 << 15;

    /** How many generations the history goes back. */
    static final int REMEMBERED = 32;

    private static final int GENERATION_SHIFT = 16;
    private static final int GENERATIONS = 0xFFFF;
    private static final int HISTORY_SHIFT = 32;
    private static final int SLOT_MASK = (1 << 12) - 1;

    private BarrierLayout() {}

    static int arrived(long state) {
        return (int) (state & ARRIVED);
    }

    static int generation(long state) {
        return (int) (state >>> GENERATION_SHIFT) & GENERATIONS;
    }

    /** How many generations ago that one was. */
    static int age(long state, int generation) {
        return generation(state) - generation & GENERATIONS;
    }

    /** Whether a generation of an age of 1 to {@link #REMEMBERED} was broken. */
    static boolean wasBroken(long state, int age) {
        return (state >>> HISTORY_SHIFT + age - 1 & 1) != 0;
    }

    /** A new generation, after one that was broken or tripped. */
    static long next(long state, boolean broken) {
        long history = state >>> HISTORY_SHIFT << 1 | (broken ? 1 : 0);
        long generation = generation(state) + 1L & GENERATIONS;
        return history << HISTORY_SHIFT | generation << GENERATION_SHIFT;
    }

    static int slot(int tag) {
        return (tag & SLOT_MASK) - 1;
    }

    static int member(int slot) {
        return MEMBERS + slot * Integer.BYTES;
    }

    static int bytes(int slots) {
        return member(slots);
    }
}
