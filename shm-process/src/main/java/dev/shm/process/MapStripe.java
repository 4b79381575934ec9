package dev.shm.process;

import static dev.shm.process.MapLayout.EMPTY;
import static dev.shm.process.MapLayout.reference;

import dev.shm.memory.KillPoint;
import dev.shm.wait.RobustMutex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** One stripe of a map: a table of its own, under a mutex of its own, over the pool of all. */
final class MapStripe {
    /*
     * Overview. Open addressing, linear probing (Knuth, TAOCP 3, 6.4); removal is his algorithm R.
     *
     *   find     from the home slot up and around, to the key or to an empty slot
     *   put      write a record that nothing leads to; store its slot (P); count, or free what it replaced
     *   remove   close the hole: store into it the next entry of the run that may stand there (M), which
     *            makes that one's slot the hole; at the end of the run store EMPTY (M); count; free
     *   clear    runs from their ends backwards: store EMPTY (M)
     *   repair   close the farther one of two slots with one record; free what no slot leads to; count
     *
     * All of it under the mutex; one store is what has happened or has not: (P), or the first (M).
     *
     * Nothing is lost. Every slot on the way from an entry's home to the entry is taken, before and after
     * each store: (M) stores into a slot on that way, or into one behind which the run has ended. After any
     * (M) but the last, the slot that it copied is there twice; a search finds the nearer one, and to close
     * the farther one is to go on with the removal. Killed anywhere, that is all there is to mend in the
     * slots, and at most one pair of it; the count and the free cells are computed from them.
     * Nothing is stuck: whoever takes the mutex over repairs first, and may be killed in it.
     */
    private final AtomicBuffer buffer;
    private final MapLayout layout;
    private final CellHeap heap;
    private final int index;
    private final int owner;
    private final int mask;
    private final Guarded guarded;

    /** What is asked of a change. */
    @FunctionalInterface
    interface Condition {
        boolean holds(byte @Nullable [] before);
    }

    /** How a change came out. */
    enum Result {
        DONE,
        REFUSED,
        NO_CELLS,
        NO_SLOTS
    }

    /** What came of a change, and the value that was found, if there was one. */
    static final class Outcome {
        private final Result result;
        private final byte @Nullable [] before;

        Outcome(Result result, byte @Nullable [] before) {
            this.result = result;
            this.before = before;
        }

        Result result() {
            return result;
        }

        byte @Nullable [] before() {
            return before;
        }
    }

    MapStripe(AtomicBuffer buffer, MapLayout layout, CellHeap heap, int index, RobustMutex mutex) {
        this.buffer = buffer;
        this.layout = layout;
        this.heap = heap;
        this.index = index;
        this.owner = index + 1;
        this.mask = layout.slots() - 1;
        this.guarded = new Guarded(mutex, this::repair);
    }

    byte @Nullable [] get(long hash, byte[] key) {
        return guarded.inside(() -> valueAt(find(hash, key)));
    }

    int size() {
        return guarded.inside(this::count);
    }

    /** Copies of all entries, key and value in turn. */
    List<byte[]> entries() {
        return guarded.inside(this::copies);
    }

    /** The same, if it need not wait; null if it would have to. */
    @Nullable List<byte[]> tryEntries() {
        return guarded.tryInside(this::copies);
    }

    private List<byte[]> copies() {
        List<byte[]> copies = new ArrayList<>();
        for (int at = 0; at <= mask; at++) {
            int reference = reference(slot(at));
            if (reference != 0) {
                copies.add(heap.key(reference));
                copies.add(heap.value(reference));
            }
        }
        return copies;
    }

    /** Puts a value in, or takes it out if that is null, where the condition holds. */
    Outcome change(long hash, byte[] key, Condition condition, byte @Nullable [] value) {
        return guarded.inside(
                () -> {
                    int at = find(hash, key);
                    byte[] before = valueAt(at);
                    Result result = Result.REFUSED;
                    if (condition.holds(before)) {
                        result = value == null ? remove(at) : put(at, hash, key, value);
                    }
                    return new Outcome(result, before);
                });
    }

    void clear() {
        guarded.inside(
                () -> {
                    int end = firstEmpty();
                    for (int step = 1; step <= mask; step++) {
                        int at = (end - step) & mask;
                        int reference = reference(slot(at));
                        if (reference != 0) {
                            store(at, EMPTY); // (M)
                            KillPoint.at("map.cleared");
                            addToCount(-1);
                            heap.free(reference, owner);
                        }
                    }
                    return end;
                });
    }

    private int firstEmpty() {
        for (int at = 0; at <= mask; at++) {
            if (slot(at) == EMPTY) {
                return at;
            }
        }
        throw heap.damaged("stripe=" + index + " has no empty slot");
    }

    /** The index of a key's slot; or, if it is not there, the complement of where it would go. */
    private int find(long hash, byte[] key) {
        int home = (int) hash & mask;
        for (int step = 0; step <= mask; step++) {
            int at = (home + step) & mask;
            long slot = slot(at);
            if (slot == EMPTY) {
                return ~at;
            }
            if ((int) (slot >>> Integer.SIZE) == (int) hash
                    && Arrays.equals(heap.key(reference(slot)), key)) {
                return at;
            }
        }
        throw heap.damaged("stripe=" + index + " has no empty slot");
    }

    private byte @Nullable [] valueAt(int at) {
        return at < 0 ? null : heap.value(reference(slot(at)));
    }

    private Result put(int at, long hash, byte[] key, byte[] value) {
        if (at < 0 && count() >= mask) {
            return Result.NO_SLOTS; // one stays empty, where searches end
        }
        int reference = heap.write(owner, key, value);
        if (reference == CellHeap.NO_ROOM) {
            return Result.NO_CELLS;
        }
        int replaced = at < 0 ? 0 : reference(slot(at));
        store(at < 0 ? ~at : at, MapLayout.slot(hash, reference)); // (P)
        KillPoint.at("map.published");
        if (at < 0) {
            addToCount(1);
        } else {
            heap.free(replaced, owner);
        }
        return Result.DONE;
    }

    private Result remove(int at) {
        if (at >= 0) {
            int removed = reference(slot(at));
            closeHole(at);
            addToCount(-1);
            heap.free(removed, owner);
        }
        return Result.DONE;
    }

    private void closeHole(int from) {
        int hole = from;
        for (int step = 1; step <= mask; step++) {
            int next = (from + step) & mask;
            long slot = slot(next);
            if (slot == EMPTY) {
                break;
            }
            if (distance(next, layout.home(slot)) >= distance(next, hole)) {
                store(hole, slot); // (M)
                KillPoint.at("map.moved");
                hole = next;
            }
        }
        store(hole, EMPTY); // (M)
        KillPoint.at("map.unlinked");
    }

    private int distance(int to, int from) {
        return (to - from) & mask;
    }

    private void repair() {
        int farther = fartherOfTwo();
        if (farther >= 0) {
            closeHole(farther);
            if (fartherOfTwo() >= 0) {
                throw heap.damaged("stripe=" + index + " has more than one pair of slots");
            }
        }
        KillPoint.at("map.mended");
        BitSet used = new BitSet();
        int entries = 0;
        for (int at = 0; at <= mask; at++) {
            long slot = slot(at);
            if (slot != EMPTY) {
                heap.mark(reference(slot), owner, used);
                entries++;
            }
        }
        heap.freeUnmarked(owner, used);
        buffer.putInt(layout.count(index), entries);
    }

    /** Of two slots with the same record, the one that a search comes to later; or -1. */
    private int fartherOfTwo() {
        long[] sorted = new long[mask + 1];
        Arrays.setAll(sorted, this::slot);
        Arrays.sort(sorted);
        for (int i = 1; i <= mask; i++) {
            if (sorted[i] != EMPTY && sorted[i] == sorted[i - 1]) {
                return fartherOfTwo(sorted[i]);
            }
        }
        return -1;
    }

    private int fartherOfTwo(long slot) {
        int home = layout.home(slot);
        int farthest = 0;
        for (int at = 0; at <= mask; at++) {
            if (slot(at) == slot) {
                farthest = Math.max(farthest, distance(at, home));
            }
        }
        return (home + farthest) & mask;
    }

    private int count() {
        return buffer.getInt(layout.count(index));
    }

    private void addToCount(int delta) {
        buffer.putInt(layout.count(index), count() + delta);
    }

    private long slot(int at) {
        return buffer.getLong(layout.slot(index, at));
    }

    private void store(int at, long slot) {
        buffer.putLongRelease(layout.slot(index, at), slot);
    }
}
