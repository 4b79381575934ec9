package dev.shm.queue;

import static dev.shm.queue.SlotLayout.CHANGING;
import static dev.shm.queue.SlotLayout.EMPTIED;
import static dev.shm.queue.SlotLayout.FREE;
import static dev.shm.queue.SlotLayout.PHASE;
import static dev.shm.queue.SlotLayout.SIZE;
import static dev.shm.queue.SlotLayout.SLOT_LENGTH;
import static dev.shm.queue.SlotLayout.SLOT_PAYLOAD;
import static dev.shm.queue.SlotLayout.SLOT_PRIORITY;
import static dev.shm.queue.SlotLayout.SLOT_TICKET;
import static dev.shm.queue.SlotLayout.TICKET;

import dev.shm.memory.KillPoint;
import dev.shm.region.RegionFormatException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Entries in slots, and the order in which they are taken.
 *
 * <p><b>Threads and processes.</b> For whoever holds the lock, but for what says otherwise.
 *
 * <p><b>If a process dies.</b> An entry is there from one store on, and gone from one store on. The
 * rest may be half changed: {@link #isChanging} says so, and {@link #rebuild} makes it anew.
 */
final class SlotTable {
    /*
     * Overview (the words are pictured in SlotLayout).
     *
     *   begin    changing = 1 (B)
     *   add      take the slot after the last; write the entry; slot.ticket = a new ticket (A); put the slot
     *            into the order; size + 1
     *   remove   slot.ticket = 0 (T); put the slot behind those with entries; size - 1
     *   end      changing = 0 (E)
     *   rebuild  where changing = 1: order and size from the tickets in the slots
     *
     * Nothing is lost, and nothing is there twice. The entries are the slots with a ticket, and nothing else:
     * (A) makes one after all that belongs to it was written, (T) ends it. Both are one store, as is every
     * other, and all after (B) are releases, so none is seen without (B). Killed, or thrown out, between (B)
     * and (E): changing is 1, and the next owner rebuilds before it looks at the order. Killed in a rebuild:
     * changing is 1 still, and the slots are as they were. The order keeps nothing that the slots do not
     * know: of equal priorities the least ticket is the oldest.
     */
    private final AtomicBuffer memory;
    private final SlotLayout layout;
    private final SlotOrder order;

    SlotTable(AtomicBuffer memory, SlotLayout layout, SlotOrder order) {
        this.memory = memory;
        this.layout = layout;
        this.order = order;
    }

    /** An entry that was seen, as it was. */
    static final class Entry {
        final int slot;
        final long ticket;
        final byte[] payload;

        Entry(int slot, long ticket, byte[] payload) {
            this.slot = slot;
            this.ticket = ticket;
            this.payload = payload;
        }
    }

    /** How many entries there are; without the lock a snapshot. */
    int size() {
        return Math.min(Math.max(memory.getIntVolatile(SIZE), 0), layout.capacity());
    }

    boolean isEmpty() {
        return size() == 0;
    }

    boolean isFull() {
        return size() == layout.capacity();
    }

    /** Whether somebody did not get to the end of a change. */
    boolean isChanging() {
        return memory.getIntVolatile(CHANGING) != 0;
    }

    void begin() {
        memory.putIntRelease(CHANGING, 1); // (B) before the releases that follow
        KillPoint.at("slots.begun");
    }

    void end() {
        memory.putIntRelease(CHANGING, 0); // (E)
        KillPoint.at("slots.ended");
    }

    /** Adds an entry to a table that is not full. */
    void add(long priority, DirectBuffer source, int length) {
        int size = size();
        int at = layout.slot(slotAt(size));
        long ticket = memory.getLong(TICKET) + 1;
        check(ticket > 0 && memory.getLong(at + SLOT_TICKET) == FREE, "a free slot is not free");
        memory.putLongRelease(TICKET, ticket);
        memory.putLong(at + SLOT_PRIORITY, priority);
        memory.putInt(at + SLOT_LENGTH, length);
        memory.putBytes(at + SLOT_PAYLOAD, source, 0, length);
        KillPoint.at("slots.written");
        memory.putLongRelease(at + SLOT_TICKET, ticket); // (A)
        KillPoint.at("slots.accepted");
        order.add(this, size);
        KillPoint.at("slots.ordered");
        memory.putIntRelease(SIZE, size + 1);
    }

    /** The place of the entry to be taken next from a table that is not empty. */
    int next() {
        return order.next(size());
    }

    /** The place of an entry that was seen before; -1 if it is gone. */
    int find(Entry entry) {
        int size = ticket(entry.slot) == entry.ticket ? size() : 0;
        for (int place = 0; place < size; place++) {
            if (slotAt(place) == entry.slot) {
                return place;
            }
        }
        return -1;
    }

    /**
     * Copies the payload of the entry at a place.
     *
     * @return its length; negative if it can be none.
     */
    int copy(int place, MutableDirectBuffer target) {
        int at = layout.slot(slotAt(place));
        int length = memory.getInt(at + SLOT_LENGTH);
        if (!isLength(length)) {
            return -1;
        }
        target.putBytes(0, memory, at + SLOT_PAYLOAD, length);
        return length;
    }

    /** Removes the entry at a place. */
    void remove(int place) {
        int size = size();
        int at = layout.slot(slotAt(place));
        check(memory.getLong(at + SLOT_TICKET) != FREE, "the order names a free slot");
        memory.putLongRelease(at + SLOT_TICKET, FREE); // (T)
        KillPoint.at("slots.taken");
        int length = memory.getInt(at + SLOT_LENGTH);
        memory.setMemory(at + SLOT_PAYLOAD, isLength(length) ? length : 0, (byte) 0);
        order.remove(this, size, place);
        KillPoint.at("slots.reordered");
        memory.putIntRelease(SIZE, size - 1);
    }

    /** All entries, in the order in which they would be taken. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (int slot : inOrder(sorted())) {
            int at = layout.slot(slot);
            int length = memory.getInt(at + SLOT_LENGTH);
            byte[] payload = new byte[isLength(length) ? length : 0];
            memory.getBytes(at + SLOT_PAYLOAD, payload);
            entries.add(new Entry(slot, memory.getLong(at + SLOT_TICKET), payload));
        }
        return entries;
    }

    /** Makes order and size anew from what the slots say, and ends the change. */
    void rebuild() {
        KillPoint.at("slots.rebuilding");
        if (memory.getIntVolatile(PHASE) == EMPTIED) {
            for (int slot = 0; slot < layout.capacity(); slot++) {
                memory.putLongRelease(layout.slot(slot) + SLOT_TICKET, FREE);
            }
        }
        List<Integer> used = sorted();
        int place = 0;
        for (int slot : used) {
            move(slot, place++);
        }
        KillPoint.at("slots.resorted");
        for (int slot = 0; slot < layout.capacity(); slot++) {
            if (ticket(slot) == FREE) {
                move(slot, place++);
            }
        }
        memory.putIntRelease(SIZE, used.size());
        end();
    }

    /** The slot at a place of the order. */
    int slotAt(int place) {
        check(place >= 0 && place < layout.capacity(), "a place outside the order");
        int slot = memory.getInt(layout.place(place));
        check(slot >= 0 && slot < layout.capacity(), "the order names no slot");
        return slot;
    }

    void move(int slot, int place) {
        memory.putIntRelease(layout.place(place), slot);
    }

    long ticket(int slot) {
        return memory.getLongVolatile(layout.slot(slot) + SLOT_TICKET);
    }

    long priority(int slot) {
        return memory.getLong(layout.slot(slot) + SLOT_PRIORITY);
    }

    /** The slots with an entry. */
    private List<Integer> sorted() {
        List<Integer> used = new ArrayList<>();
        for (int slot = 0; slot < layout.capacity(); slot++) {
            if (ticket(slot) != FREE) {
                used.add(slot);
            }
        }
        used.sort((slot, other) -> order.compare(this, slot, other));
        return used;
    }

    private List<Integer> inOrder(List<Integer> sorted) {
        if (!order.leastFirst()) {
            Collections.reverse(sorted);
        }
        return sorted;
    }

    private boolean isLength(int length) {
        return length >= 0 && length <= layout.maxBytes();
    }

    /** What is damaged is made anew by the next owner. */
    private void check(boolean holds, String otherwise) {
        if (!holds) {
            begin();
            throw new RegionFormatException(
                    otherwise + ", expected: what " + layout + " leave behind; it is rebuilt");
        }
    }
}
