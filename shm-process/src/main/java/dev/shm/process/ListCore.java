package dev.shm.process;

import static dev.shm.process.CellHeap.NO_ROOM;
import static dev.shm.process.ListLayout.COMMIT;
import static dev.shm.process.ListLayout.OWNER;
import static dev.shm.process.ListLayout.VERSION;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A list of bytes or null: the protocol of {@link SharedList}, for all handles of an attachment.
 */
final class ListCore {
    /*
     * Overview.
     *
     *   set     write a record; store its reference in the index that counts (P); free what it replaced
     *   splice  write the records; store their references where nothing counts: behind the end, if that is where
     *           they go, else with all others into the other index; store the size and the index (P); free
     *   repair  free whatever the index that counts does not lead to
     *
     * All of it under the mutex; (P) is what has happened or has not. The version grows before each (P), so
     * whoever finds it unchanged finds all unchanged.
     *
     * Nothing is lost: what counts is never written but by (P). Nothing is stuck: whoever takes the mutex
     * over repairs first, and may be killed in it.
     */
    private static final int SPINS = 100;
    private static final byte[] NO_KEY = {};

    private final AtomicBuffer buffer;
    private final ListLayout layout;
    private final CellHeap heap;
    private final Guarded guarded;

    /** How a change came out. */
    enum Result {
        DONE,
        NO_SUCH_INDEX,
        CHANGED_MEANWHILE,
        TOO_MANY,
        NO_CELLS
    }

    /** All elements at one instant, and its version. */
    static final class Snapshot {
        private final long version;
        private final List<byte @Nullable []> elements;

        Snapshot(long version, List<byte @Nullable []> elements) {
            this.version = version;
            this.elements = elements;
        }

        List<byte @Nullable []> elements() {
            return elements;
        }
    }

    /** What came of a change, and what was there before it. */
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

    ListCore(
            AtomicBuffer buffer,
            ListLayout layout,
            String name,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks) {
        this.buffer = buffer;
        this.layout = layout;
        this.heap = new CellHeap(buffer, name, layout.ownersAt(), layout.cellsAt(), layout.cells());
        this.guarded =
                new Guarded(
                        new RobustMutex(buffer, ListLayout.MUTEX, liveness, waiter, ticks, SPINS),
                        this::repair);
    }

    int size() {
        return guarded.inside(this::sizeNow);
    }

    /** The element at an index. */
    Outcome get(int index) {
        return guarded.inside(
                () ->
                        index < 0 || index >= sizeNow()
                                ? new Outcome(Result.NO_SUCH_INDEX, null)
                                : new Outcome(Result.DONE, element(index)));
    }

    Snapshot snapshot() {
        return guarded.inside(this::copy);
    }

    /** The same, if it need not wait; null if it would have to. */
    @Nullable Snapshot trySnapshot() {
        return guarded.tryInside(this::copy);
    }

    private Snapshot copy() {
        int size = sizeNow();
        List<byte @Nullable []> elements = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            elements.add(element(i));
        }
        return new Snapshot(buffer.getLong(VERSION), elements);
    }

    Outcome set(int index, byte @Nullable [] element) {
        return guarded.inside(
                () -> {
                    if (index < 0 || index >= sizeNow()) {
                        return new Outcome(Result.NO_SUCH_INDEX, null);
                    }
                    int reference = write(element);
                    if (reference == NO_ROOM && element != null) {
                        return new Outcome(Result.NO_CELLS, null);
                    }
                    int replaced = reference(index);
                    byte[] before = element(index);
                    grow();
                    buffer.putIntRelease(layout.entry(which(), index), reference); // (P)
                    KillPoint.at("list.published");
                    free(replaced);
                    return new Outcome(Result.DONE, before);
                });
    }

    /** Puts elements in before an index. */
    Result insert(int index, List<byte @Nullable []> added) {
        return guarded.inside(
                () ->
                        index < 0 || index > sizeNow()
                                ? Result.NO_SUCH_INDEX
                                : splice(index, index, added));
    }

    /** Puts elements in behind the last. */
    Result append(List<byte @Nullable []> added) {
        return guarded.inside(() -> splice(sizeNow(), sizeNow(), added));
    }

    Outcome remove(int index) {
        return guarded.inside(
                () -> {
                    if (index < 0 || index >= sizeNow()) {
                        return new Outcome(Result.NO_SUCH_INDEX, null);
                    }
                    byte[] before = element(index);
                    return new Outcome(splice(index, index + 1, List.of()), before);
                });
    }

    void clear() {
        guarded.inside(() -> splice(0, sizeNow(), List.of()));
    }

    /**
     * Puts other elements in the place of all, if they are still what they were. Arrays of the
     * snapshot stand for records that stay where they are.
     */
    Result replaceAll(Snapshot seen, List<byte @Nullable []> elements) {
        return guarded.inside(
                () ->
                        buffer.getLong(VERSION) == seen.version
                                ? rewrite(seen.elements, elements)
                                : Result.CHANGED_MEANWHILE);
    }

    /** Puts elements in the place of others. */
    private Result splice(int from, int to, List<byte @Nullable []> added) {
        int size = sizeNow();
        if ((long) size - (to - from) + added.size() > layout.capacity()) {
            return Result.TOO_MANY;
        }
        int[] written = references(added, new IdentityHashMap<>());
        if (written.length < added.size()) {
            return Result.NO_CELLS;
        }
        int which = which();
        int[] removed = references(which, from, to);
        boolean atEnd = to == size && (from == size || added.isEmpty());
        int target = atEnd ? which : 1 - which;
        if (!atEnd) {
            store(target, 0, references(which, 0, from));
            store(target, from + written.length, references(which, to, size));
        }
        store(target, from, written);
        commit(size - (to - from) + written.length, target);
        for (int reference : removed) {
            free(reference);
        }
        return Result.DONE;
    }

    private Result rewrite(List<byte @Nullable []> from, List<byte @Nullable []> to) {
        if (to.size() > layout.capacity()) {
            return Result.TOO_MANY;
        }
        IdentityHashMap<byte[], Integer> old = new IdentityHashMap<>();
        for (int i = 0; i < from.size(); i++) {
            byte[] element = from.get(i);
            if (element != null) {
                old.put(element, reference(i));
            }
        }
        int[] references = references(to, old);
        if (references.length < to.size()) {
            return Result.NO_CELLS;
        }
        int target = 1 - which();
        store(target, 0, references);
        commit(references.length, target);
        old.values().forEach(this::free);
        return Result.DONE;
    }

    private void commit(int size, int which) {
        KillPoint.at("list.written");
        grow();
        buffer.putLongRelease(COMMIT, ListLayout.commit(size, which)); // (P)
        KillPoint.at("list.committed");
    }

    /**
     * The references of elements: those given, which are taken out of the map, and of the rest new
     * ones. Fewer than there are elements, and nothing written, if there is no room.
     */
    private int[] references(
            List<byte @Nullable []> elements, IdentityHashMap<byte[], Integer> given) {
        int[] references = new int[elements.size()];
        List<Integer> written = new ArrayList<>();
        for (int i = 0; i < references.length; i++) {
            byte[] element = elements.get(i);
            Integer kept = element == null ? Integer.valueOf(0) : given.remove(element);
            references[i] = kept == null ? write(element) : kept;
            if (kept == null && references[i] == NO_ROOM) {
                written.forEach(this::free);
                return new int[0];
            }
            if (kept == null) {
                written.add(references[i]);
            }
        }
        return references;
    }

    private int write(byte @Nullable [] element) {
        return element == null ? 0 : heap.write(OWNER, NO_KEY, element);
    }

    private void free(int reference) {
        if (reference != 0) {
            heap.free(reference, OWNER);
        }
    }

    private void store(int which, int from, int[] references) {
        for (int i = 0; i < references.length; i++) {
            buffer.putIntRelease(layout.entry(which, from + i), references[i]);
        }
    }

    private int[] references(int which, int from, int to) {
        int[] references = new int[to - from];
        for (int i = 0; i < references.length; i++) {
            references[i] = buffer.getInt(layout.entry(which, from + i));
        }
        return references;
    }

    private byte @Nullable [] element(int index) {
        int reference = reference(index);
        return reference == 0 ? null : heap.value(reference);
    }

    private int reference(int index) {
        return buffer.getInt(layout.entry(which(), index));
    }

    private int which() {
        return ListLayout.which(buffer.getLong(COMMIT));
    }

    private int sizeNow() {
        long size = ListLayout.size(buffer.getLong(COMMIT));
        if (size > layout.capacity()) {
            throw heap.damaged("size=" + size + ", allowed: 0 to " + layout.capacity());
        }
        return (int) size;
    }

    private void grow() {
        buffer.putLong(VERSION, buffer.getLong(VERSION) + 1);
    }

    private void repair() {
        BitSet used = new BitSet();
        for (int reference : references(which(), 0, sizeNow())) {
            if (reference != 0) {
                heap.mark(reference, OWNER, used);
            }
        }
        heap.freeUnmarked(OWNER, used);
    }

    /** How many bytes of records the free cells would take; a snapshot. */
    long freeBytes() {
        return (long) heap.freeCells() * CellLayout.ROOM;
    }
}
