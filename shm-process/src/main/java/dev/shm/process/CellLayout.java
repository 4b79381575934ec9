package dev.shm.process;

/**
 * Layout of a cell of a {@link CellHeap}, and of the records that lie in them.
 *
 * <pre>
 *  cell:    offset  size  field  written by            access
 *           ------  ----  -----  --------------------  ------------------------------------
 *                0     4  next   who has taken it      plain; number of the next + 1, or 0
 *                4    60  data   who has taken it      plain
 *
 *  record:       0     4  keyLength
 *                4     4  valueLength
 *                8     n  key, and then the value
 * </pre>
 *
 * <p>A record lies in the data of its cells, one after the other. Beside the cells there is one
 * {@code int} for each, its owner: 0 while it is free; it is taken by CAS, and freed by a release
 * store.
 */
final class CellLayout {
    static final int NEXT = 0;
    static final int DATA = 4;
    static final int BYTES = 64;
    static final int ROOM = BYTES - DATA;

    static final int KEY_LENGTH = 0;
    static final int VALUE_LENGTH = 4;
    static final int HEADER = 8;

    static final int FREE = 0;

    private CellLayout() {}

    /** How many cells a record takes. */
    static int cells(int recordBytes) {
        return (int) (((long) recordBytes + ROOM - 1) / ROOM);
    }

    /** How many cells are enough for so many records with so many bytes in all. */
    static long cells(long records, long bytes) {
        return records + (HEADER * records + bytes + ROOM - 1) / ROOM;
    }
}
