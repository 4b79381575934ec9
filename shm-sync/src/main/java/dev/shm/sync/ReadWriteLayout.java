package dev.shm.sync;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SharedReadWriteLock}.
 *
 * <pre>
 *  offset          size  field     written by                access
 *  --------------  ----  --------  ------------------------  ---------------------------
 *               0    16  mutex     writers                   CAS; see RobustMutex
 *              16     4  gate      readers and writers       CAS
 *              20     4  used      participants that open    CAS / volatile
 *              24   104  reserved  nobody                    zero
 *             128     4  drain     readers that leave        atomic add / volatile
 *             132   124  reserved  nobody                    zero
 *  256 + 128 * i     8  readers i participant of slot i     CAS / volatile
 *
 *  gate    31                                        1      0
 *         +------------------------------------------+---------+
 *         |                  epoch                   | WAITING |
 *         +------------------------------------------+---------+
 *
 *  readers 63                        32 31                     0
 *         +----------------------------+------------------------+
 *         |            tag             |     threads inside     |
 *         +----------------------------+------------------------+
 *
 *  slot: the low 12 bits of the participant's tag, less 1
 *  directory: configA = number of cells, configB = 0, bytes = 256 + 128 * configA
 * </pre>
 *
 * <p>A cell is zero, or belongs to the participant that it names; when that one is dead, so are its
 * readers. Cells from {@code used} on were never used.
 */
final class ReadWriteLayout {
    static final int MUTEX = 0;
    static final int GATE = 16;
    static final int USED = 20;
    static final int DRAIN = CacheLine.BYTES;
    static final int CELLS = 2 * CacheLine.BYTES;
    static final int CELL_BYTES = CacheLine.BYTES;

    static final int WAITING = 1;
    static final int EPOCH = 2;

    private static final int SLOT_MASK = (1 << 12) - 1;

    private ReadWriteLayout() {}

    static int bytes(int cells) {
        return cell(cells);
    }

    static int cell(int slot) {
        return CELLS + slot * CELL_BYTES;
    }

    static int slot(int tag) {
        return (tag & SLOT_MASK) - 1;
    }

    /** The cell of a participant that has opened the lock and has no reader. */
    static long empty(int tag) {
        return (long) tag << Integer.SIZE;
    }

    static int tag(long cell) {
        return (int) (cell >>> Integer.SIZE);
    }

    static int readers(long cell) {
        return (int) cell;
    }
}
