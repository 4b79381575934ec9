package dev.shm.sync;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SharedEvent}.
 *
 * <pre>
 *  offset  size  field     written by            access
 *  ------  ----  --------  --------------------  -------------------
 *       0     4  state     setters and waiters   CAS
 *       4   124  reserved  nobody                zero
 *
 *  state   31            2       1      0
 *         +---------------+---------+-----+
 *         |  generation   | WAITERS | SET |
 *         +---------------+---------+-----+
 *
 *  WAITERS  SET  state
 *  -------  ---  ---------------------------------------------------------------
 *     0      0   clear, and nobody sleeps that must be woken
 *     1      0   clear; somebody may sleep: whoever sets wakes
 *     0      1   set; of an event with automatic reset: one set that nobody took
 *     1      1   never written
 *
 *  directory: configA = 0 manual reset, 1 automatic reset; configB = 0; bytes = 128
 * </pre>
 *
 * <p>The generation counts the sets, modulo 2^30; with automatic reset also the handles that were
 * closed.
 */
final class EventLayout {
    static final int STATE = 0;
    static final int BYTES = CacheLine.BYTES;

    static final int SET = 1;
    static final int WAITERS = 1 << 1;
    static final int GENERATION = 1 << 2;
    static final int GENERATIONS = -GENERATION;

    private EventLayout() {}
}
