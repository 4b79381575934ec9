package dev.shm.process;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SharedList}.
 *
 * <pre>
 *  offset           size          field     written by            access
 *  ---------------  ------------  --------  --------------------  ---------------------------------
 *           0                 16  mutex     owners and waiters    CAS; see RobustMutex
 *          16                  8  commit    owners of the mutex   release, under the mutex
 *          24                  8  version   owners of the mutex   plain, under the mutex
 *          32                 96  reserved  nobody                zero
 *         128       4 * capacity  index0    owners of the mutex   release, under the mutex
 *      index1       4 * capacity  index1    owners of the mutex   release, under the mutex
 *      owners          4 * cells  owners    who takes or frees    CAS / release; see CellLayout
 *       cells         64 * cells  cells     owners of the mutex   plain; see CellLayout
 *
 *  commit  63                                    1      0
 *         +--------------------------------------+-------+
 *         |                 size                 | which |
 *         +--------------------------------------+-------+
 *
 *  directory: configA = capacity, configB = room
 * </pre>
 *
 * <p>An index has a reference for each element, 0 for null. What counts is the first size entries
 * of the index that the commit word names.
 */
final class ListLayout {
    static final int MUTEX = 0;
    static final int COMMIT = 16;
    static final int VERSION = 24;

    /** The one owner of all cells. */
    static final int OWNER = 1;

    private static final long MOST_ELEMENTS = 1 << 26;

    private final int capacity;
    private final int cells;
    private final int index1;
    private final int ownersAt;
    private final int cellsAt;
    private final int bytes;

    /** The layout of a list with these numbers. */
    ListLayout(int capacity, int cells) {
        this.capacity = capacity;
        this.cells = cells;
        index1 = CacheLine.align(CacheLine.BYTES + capacity * Integer.BYTES);
        ownersAt = CacheLine.align(index1 + capacity * Integer.BYTES);
        cellsAt = CacheLine.align(ownersAt + cells * Integer.BYTES);
        bytes = cellsAt + cells * CellLayout.BYTES;
    }

    /**
     * The layout of a list that was asked for, or found in a region.
     *
     * @throws IllegalArgumentException if no object can be so large.
     */
    static ListLayout of(long capacity, long room) {
        if (capacity < 1 || capacity > MOST_ELEMENTS || room < 0 || room > Integer.MAX_VALUE) {
            throw tooLarge(capacity, room);
        }
        long cells = CellLayout.cells(capacity, room);
        long total = 2 * capacity * Integer.BYTES + cells * (CellLayout.BYTES + Integer.BYTES);
        if (total > Integer.MAX_VALUE - 8 * CacheLine.BYTES) {
            throw tooLarge(capacity, room);
        }
        return new ListLayout((int) capacity, (int) cells);
    }

    private static IllegalArgumentException tooLarge(long capacity, long room) {
        return new IllegalArgumentException(
                "capacity="
                        + capacity
                        + " bytes="
                        + room
                        + ", allowed: 1 to "
                        + MOST_ELEMENTS
                        + " elements, and less than 2 GiB in all");
    }

    int capacity() {
        return capacity;
    }

    int cells() {
        return cells;
    }

    int bytes() {
        return bytes;
    }

    int ownersAt() {
        return ownersAt;
    }

    int cellsAt() {
        return cellsAt;
    }

    /** Where an index has its entry for an element. */
    int entry(int which, int element) {
        return (which == 0 ? CacheLine.BYTES : index1) + element * Integer.BYTES;
    }

    static long commit(int size, int which) {
        return (long) size << 1 | which;
    }

    static long size(long commit) {
        return commit >>> 1;
    }

    static int which(long commit) {
        return (int) commit & 1;
    }
}
