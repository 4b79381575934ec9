package dev.shm.queue;

/**
 * In which order the entries of a {@link SlotTable} are taken. It keeps the first places of the
 * table's order, those with an entry, as it needs them.
 *
 * <p><b>Threads and processes.</b> No state; what it changes belongs to the owner of the lock.
 */
sealed interface SlotOrder permits Pile, Heap {
    /** Puts in its place the slot at place {@code size}, which has an entry now. */
    void add(SlotTable table, int size);

    /** The place of the entry that is taken next; there is one. */
    int next(int size);

    /** Moves the slot at a place, which has no entry any more, to place {@code size - 1}. */
    void remove(SlotTable table, int size, int place);

    /** Compares two slots with entries; sorted by it, they are in order. */
    int compare(SlotTable table, int slot, int other);

    /** Whether entries that are sorted are taken from the first to the last, or the other way. */
    boolean leastFirst();
}
