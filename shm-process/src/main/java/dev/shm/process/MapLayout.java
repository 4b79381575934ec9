package dev.shm.process;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SharedMap}.
 *
 * <pre>
 *  offset       size            field     written by            access
 *  -----------  --------------  --------  --------------------  ---------------------------------
 *            0               8  seed      the creator           plain
 *            8             120  reserved  nobody                zero
 *    128 (1+s)              16  mutex     owners and waiters    CAS; see RobustMutex
 *    ... + 16                4  count     owners of the mutex   plain
 *    ... + 20              108  reserved  nobody                zero
 *  slots         8 * slots * S  slots     owners of the mutex   release, under the mutex
 *  owners            4 * cells  owners    who takes or frees    CAS / release; see CellLayout
 *  cells            64 * cells  cells     owners of the mutex   plain; see CellLayout
 *
 *  slot    63                  32 31                   0
 *         +----------------------+----------------------+
 *         |  lower half of hash  |  reference           |      0: empty
 *         +----------------------+----------------------+
 *
 *  directory: configA = capacity, configB = room
 * </pre>
 *
 * <p>There are S = 16 stripes. Each has a power of two of slots: twice its share of the capacity,
 * and 16, or more.
 */
final class MapLayout {
    static final int SEED = 0;
    static final int COUNT = 16;

    static final int STRIPES = 16;
    static final long EMPTY = 0;

    private static final int SPARE_SLOTS = 16;
    private static final long MOST_ENTRIES = 1 << 26;

    private final int stripes;
    private final int slots;
    private final int cells;
    private final int slotsAt;
    private final int ownersAt;
    private final int cellsAt;
    private final int bytes;

    /** The layout of a map with these numbers; its stripes and slots are powers of two. */
    MapLayout(int stripes, int slots, int cells) {
        this.stripes = stripes;
        this.slots = slots;
        this.cells = cells;
        slotsAt = CacheLine.BYTES * (1 + stripes);
        ownersAt = CacheLine.align(slotsAt + stripes * slots * Long.BYTES);
        cellsAt = CacheLine.align(ownersAt + cells * Integer.BYTES);
        bytes = cellsAt + cells * CellLayout.BYTES;
    }

    /**
     * The layout of a map that was asked for, or found in a region.
     *
     * @throws IllegalArgumentException if no object can be so large.
     */
    static MapLayout of(long capacity, long room) {
        if (capacity < 1 || capacity > MOST_ENTRIES || room < 0 || room > Integer.MAX_VALUE) {
            throw tooLarge(capacity, room);
        }
        int share = (int) ((capacity + STRIPES - 1) / STRIPES);
        int slots = Integer.highestOneBit(2 * share + SPARE_SLOTS - 1) << 1;
        long cells = CellLayout.cells(capacity, room);
        long total = (long) STRIPES * slots * Long.BYTES + cells * (CellLayout.BYTES + 4);
        if (total > Integer.MAX_VALUE - CacheLine.BYTES * (STRIPES + 8)) {
            throw tooLarge(capacity, room);
        }
        return new MapLayout(STRIPES, slots, (int) cells);
    }

    private static IllegalArgumentException tooLarge(long capacity, long room) {
        return new IllegalArgumentException(
                "capacity="
                        + capacity
                        + " bytes="
                        + room
                        + ", allowed: 1 to "
                        + MOST_ENTRIES
                        + " entries, and less than 2 GiB in all");
    }

    int stripes() {
        return stripes;
    }

    int slots() {
        return slots;
    }

    int cells() {
        return cells;
    }

    int bytes() {
        return bytes;
    }

    int mutex(int stripe) {
        return CacheLine.BYTES * (1 + stripe);
    }

    int count(int stripe) {
        return mutex(stripe) + COUNT;
    }

    int slot(int stripe, int index) {
        return slotsAt + (stripe * slots + index) * Long.BYTES;
    }

    int ownersAt() {
        return ownersAt;
    }

    int cellsAt() {
        return cellsAt;
    }

    /** The hash of a key, which names its stripe and where the search for it begins. */
    static long hash(long seed, byte[] key) {
        long h = seed;
        for (byte b : key) {
            h = (h ^ (b & 0xff)) * 0x100000001b3L; // FNV-1a
        }
        h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL; // and the end of MurmurHash3
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
        return h ^ h >>> 33;
    }

    int stripe(long hash) {
        return (int) (hash >>> Integer.SIZE) & (stripes - 1);
    }

    /** Where the search for an entry begins whose slot is this. */
    int home(long slot) {
        return (int) (slot >>> Integer.SIZE) & (slots - 1);
    }

    static long slot(long hash, int reference) {
        return hash << Integer.SIZE | reference;
    }

    static int reference(long slot) {
        return (int) slot;
    }
}
