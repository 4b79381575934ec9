package dev.shm.sync;

import dev.shm.memory.CacheLine;
import dev.shm.wait.RobustMutex;

/**
 * Layout of a {@link SharedSemaphore}.
 *
 * <pre>
 *  offset   size  field         written by                    access
 *  -------  ----  ------------  ----------------------------  -----------------------
 *        0   128  waiting room  see {@link WaitingRoomLayout}
 *      128    16  mutex         who acquires several permits  {@link RobustMutex}
 *      144   112  reserved      nobody                        zero
 *  256+4*i     4  cell i        who acquires or releases it   CAS
 *
 *  cell      31        30      29                       0
 *         +--------+-----------+---------------------------+
 *         | WAITED | RELEASING |    tag of the holder      |
 *         +--------+-----------+---------------------------+
 *
 *  tag    WAITED  RELEASING  the permit is
 *  -----  ------  ---------  ----------------------------------------------------------------------
 *  0        0         0      free
 *  alive    0         0      held by that participant
 *  alive    1         x      held, and somebody may be asleep: who releases it looks who waits
 *  alive    x         1      held still, and one of several that are about to be released together
 *  dead     x         x      free: whoever finds it so may acquire it
 *  0        1         x      never written
 *  0        x         1      never written
 *
 *  directory: configA = permits, 1 to 1024; configB = 0; bytes = 256 + 4 * permits
 * </pre>
 */
final class SemaphoreLayout {
    static final int MUTEX = CacheLine.BYTES;
    static final int CELLS = 2 * CacheLine.BYTES;
    static final int CELL_BYTES = Integer.BYTES;
    static final int MAX_PERMITS = 1024;

    static final int FREE = 0;
    static final int WAITED = 1 << 31;
    static final int RELEASING = 1 << 30;
    static final int TAG = RELEASING - 1;

    private static final int CELLS_PER_LINE = CacheLine.BYTES / CELL_BYTES;
    private static final int SLOT_MASK = (1 << 12) - 1;

    private SemaphoreLayout() {}

    static int cell(int index) {
        return CELLS + index * CELL_BYTES;
    }

    static int bytes(int permits) {
        return cell(permits);
    }

    /**
     * The cell that a participant tries first. No part of the format: participants should try
     * different cells, on different lines if there are several.
     */
    static int home(int tag, int permits) {
        int slot = (tag & SLOT_MASK) - 1;
        int lines = Math.max(1, permits / CELLS_PER_LINE);
        return (slot % lines * CELLS_PER_LINE + slot / lines) % permits;
    }
}
