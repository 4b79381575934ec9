package dev.shm.queue;

/**
 * The entry of the least priority is taken first and, of several, the oldest: a binary heap, as in
 * {@link java.util.PriorityQueue}.
 */
final class Heap implements SlotOrder {
    @Override
    public void add(SlotTable table, int size) {
        rise(table, size, table.slotAt(size));
    }

    @Override
    public int next(int size) {
        return 0;
    }

    @Override
    public void remove(SlotTable table, int size, int place) {
        int last = size - 1;
        int moved = table.slotAt(last);
        table.move(table.slotAt(place), last);
        if (place < last && !sink(table, last, place, moved)) {
            rise(table, place, moved);
        }
    }

    @Override
    public int compare(SlotTable table, int slot, int other) {
        int byPriority = Long.compare(table.priority(slot), table.priority(other));
        return byPriority != 0 ? byPriority : Long.compare(table.ticket(slot), table.ticket(other));
    }

    @Override
    public boolean leastFirst() {
        return true;
    }

    /** Puts a slot at a place or above it. */
    private void rise(SlotTable table, int from, int slot) {
        int place = from;
        while (place > 0) {
            int parent = place - 1 >>> 1;
            int above = table.slotAt(parent);
            if (compare(table, slot, above) >= 0) {
                break;
            }
            table.move(above, place);
            place = parent;
        }
        table.move(slot, place);
    }

    /** Puts a slot at a place or below it; false if it stayed there. */
    private boolean sink(SlotTable table, int size, int from, int slot) {
        int place = from;
        for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size
                    && compare(table, table.slotAt(child + 1), table.slotAt(child)) < 0) {
                child++;
            }
            int below = table.slotAt(child);
            if (compare(table, slot, below) <= 0) {
                break;
            }
            table.move(below, place);
            place = child;
        }
        table.move(slot, place);
        return place > from;
    }
}
