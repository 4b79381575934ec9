package dev.shm.process;

import static dev.shm.process.CellLayout.DATA;
import static dev.shm.process.CellLayout.FREE;
import static dev.shm.process.CellLayout.HEADER;
import static dev.shm.process.CellLayout.KEY_LENGTH;
import static dev.shm.process.CellLayout.NEXT;
import static dev.shm.process.CellLayout.ROOM;
import static dev.shm.process.CellLayout.VALUE_LENGTH;

import dev.shm.memory.KillPoint;
import dev.shm.region.RegionFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Records of any length, a key and a value each, in chains of cells from one pool.
 *
 * <p>Owners, which are numbers from 1 on, take cells from the pool and give them back. Whoever acts
 * for an owner holds that owner's mutex; different owners do not exclude each other. A record is
 * known by its <em>reference</em>, the number of its first cell + 1.
 */
final class CellHeap {
    /*
     * Overview.
     *
     *   write    for each cell: find a free one, CAS its owner 0 -> ours (T); then write the record; the caller
     *            publishes the reference
     *   free     for each cell of a record that nothing leads to any more: read next; owner := 0 (F)
     *   repair   mark what references lead to; free whatever else is the owner's
     *
     * Nothing is lost: a cell names its owner from the instant it is taken, so that a repair, which knows all
     * references of that owner, knows what is left over. (T) pairs with (F): who takes a cell writes it after
     * its last owner has read it. Nothing is stuck: nobody waits here. Killed between (T) and the publication,
     * or between two (F): the repair.
     */

    /** What {@link #write} returns if there is no room. */
    static final int NO_ROOM = 0;

    private final AtomicBuffer buffer;
    private final String name;
    private final int owners;
    private final int cells;
    private final int count;

    /** Where to begin to look for a free cell; a hint, so races do no harm. */
    private int hint;

    /**
     * A heap in memory that was zero at birth.
     *
     * @param name of the object that it is part of, for messages.
     * @param owners where the owners of the cells lie.
     * @param cells where the cells lie.
     * @param count how many there are.
     */
    CellHeap(AtomicBuffer buffer, String name, int owners, int cells, int count) {
        this.buffer = buffer;
        this.name = name;
        this.owners = owners;
        this.cells = cells;
        this.count = count;
    }

    /**
     * Writes a record; its reference, or {@link #NO_ROOM} with nothing changed. It looks at each
     * cell once: what other owners free behind that look, while they take as much before it, is
     * missed.
     */
    int write(int owner, byte[] key, byte[] value) {
        byte[] record = record(key, value);
        int[] taken = new int[CellLayout.cells(record.length)];
        for (int i = 0; i < taken.length; i++) {
            taken[i] = take(owner);
            if (taken[i] == NO_ROOM) {
                giveBack(taken, i);
                return NO_ROOM;
            }
        }
        for (int i = 0; i < taken.length; i++) {
            int cell = cell(taken[i]);
            buffer.putInt(cell + NEXT, i + 1 < taken.length ? taken[i + 1] : 0);
            int from = i * ROOM;
            buffer.putBytes(cell + DATA, record, from, Math.min(ROOM, record.length - from));
        }
        KillPoint.at("heap.written");
        return taken[0];
    }

    private static byte[] record(byte[] key, byte[] value) {
        int length = Math.addExact(Math.addExact(HEADER, key.length), value.length);
        return ByteBuffer.allocate(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(key.length)
                .putInt(value.length)
                .put(key)
                .put(value)
                .array();
    }

    private int take(int owner) {
        int start = hint;
        for (int i = 0; i < count; i++) {
            int candidate = start + i < count ? start + i : start + i - count;
            int place = owners + candidate * Integer.BYTES;
            if (buffer.getIntVolatile(place) == FREE
                    && buffer.compareAndSetInt(place, FREE, owner)) { // (T) pairs with (F)
                hint = candidate + 1 == count ? 0 : candidate + 1;
                KillPoint.at("heap.taken");
                return candidate + 1;
            }
        }
        return NO_ROOM;
    }

    private void giveBack(int[] taken, int length) {
        for (int i = 0; i < length; i++) {
            release(taken[i]);
        }
    }

    private void release(int reference) {
        buffer.putIntRelease(owners + (reference - 1) * Integer.BYTES, FREE); // (F) pairs with (T)
    }

    /** Gives back the cells of a record of this owner that nothing leads to any more. */
    void free(int reference, int owner) {
        int cell = check(reference);
        for (int left = CellLayout.cells(length(cell)); left > 0; left--) {
            checkOwner(check(cell), owner);
            int next = buffer.getInt(cell(cell) + NEXT);
            release(cell);
            KillPoint.at("heap.freed");
            cell = next;
        }
    }

    /** A copy of a record's key. */
    byte[] key(int reference) {
        return copy(reference, HEADER, keyLength(reference));
    }

    /** A copy of a record's value. */
    byte[] value(int reference) {
        int keyLength = keyLength(reference);
        return copy(reference, HEADER + keyLength, length(reference) - HEADER - keyLength);
    }

    private int keyLength(int reference) {
        length(reference); // is checked there
        return buffer.getInt(cell(reference) + DATA + KEY_LENGTH);
    }

    /** How long a record is, which is no longer than all cells together. */
    private int length(int reference) {
        int data = cell(check(reference)) + DATA;
        long key = buffer.getInt(data + KEY_LENGTH);
        long value = buffer.getInt(data + VALUE_LENGTH);
        long length = HEADER + key + value;
        if (key < 0 || value < 0 || length > (long) count * ROOM) {
            throw damaged("record=" + reference + " key=" + key + " value=" + value + " bytes");
        }
        return (int) length;
    }

    private byte[] copy(int reference, int from, int length) {
        byte[] copy = new byte[length];
        int cell = reference;
        int skip = from;
        while (skip >= ROOM) {
            cell = next(cell);
            skip -= ROOM;
        }
        for (int done = 0; done < length; ) {
            int part = Math.min(ROOM - skip, length - done);
            buffer.getBytes(cell(cell) + DATA + skip, copy, done, part);
            done += part;
            skip = 0;
            if (done < length) {
                cell = next(cell);
            }
        }
        return copy;
    }

    private int next(int reference) {
        return check(buffer.getInt(cell(reference) + NEXT));
    }

    /** Marks the cells of a record, which must be the owner's and not marked. */
    void mark(int reference, int owner, BitSet marked) {
        int cell = check(reference);
        for (int left = CellLayout.cells(length(reference)); left > 0; left--) {
            checkOwner(cell, owner);
            if (marked.get(cell)) {
                throw damaged("cell=" + cell + " is in two records");
            }
            marked.set(cell);
            cell = left > 1 ? next(cell) : cell;
        }
    }

    /** Frees what is an owner's and not marked. */
    void freeUnmarked(int owner, BitSet marked) {
        for (int cell = 1; cell <= count; cell++) {
            if (!marked.get(cell) && owner(cell) == owner) {
                release(cell);
                KillPoint.at("heap.reclaimed");
            }
        }
    }

    /** How many cells are free; a snapshot. */
    int freeCells() {
        int free = 0;
        for (int cell = 1; cell <= count; cell++) {
            free += owner(cell) == FREE ? 1 : 0;
        }
        return free;
    }

    private int cell(int reference) {
        return cells + (reference - 1) * CellLayout.BYTES;
    }

    private int check(int reference) {
        if (reference < 1 || reference > count) {
            throw damaged("cell=" + reference + ", allowed: 1 to " + count);
        }
        return reference;
    }

    private void checkOwner(int reference, int expected) {
        int owner = owner(reference);
        if (owner != expected) {
            throw damaged("cell=" + reference + " owner=" + owner + ", expected: " + expected);
        }
    }

    private int owner(int reference) {
        return buffer.getIntVolatile(owners + (reference - 1) * Integer.BYTES);
    }

    RegionFormatException damaged(String what) {
        return new RegionFormatException("object=" + name + " is damaged: " + what);
    }
}
