package dev.shm.queue;

/** The newest entry is taken first: it is the last one. */
final class Pile implements SlotOrder {
    @Override
    public void add(SlotTable table, int size) {
        // it is where it belongs
    }

    @Override
    public int next(int size) {
        return size - 1;
    }

    @Override
    public void remove(SlotTable table, int size, int place) {
        int slot = table.slotAt(place);
        for (int above = place + 1; above < size; above++) {
            table.move(table.slotAt(above), above - 1);
        }
        table.move(slot, size - 1);
    }

    @Override
    public int compare(SlotTable table, int slot, int other) {
        return Long.compare(table.ticket(slot), table.ticket(other));
    }

    @Override
    public boolean leastFirst() {
        return false;
    }
}
