package dev.shm.process;

import dev.shm.process.MapStripe.Condition;
import dev.shm.process.MapStripe.Outcome;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** A map of bytes to bytes: the protocol of {@link SharedMap}, for all handles of an attachment. */
final class MapCore {
    private static final int SPINS = 100;

    private final AtomicBuffer buffer;
    private final MapLayout layout;
    private final CellHeap heap;
    private final List<MapStripe> stripes = new ArrayList<>();

    MapCore(
            AtomicBuffer buffer,
            MapLayout layout,
            String name,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks) {
        this.buffer = buffer;
        this.layout = layout;
        this.heap = new CellHeap(buffer, name, layout.ownersAt(), layout.cellsAt(), layout.cells());
        for (int i = 0; i < layout.stripes(); i++) {
            RobustMutex mutex =
                    new RobustMutex(buffer, layout.mutex(i), liveness, waiter, ticks, SPINS);
            stripes.add(new MapStripe(buffer, layout, heap, i, mutex));
        }
    }

    byte @Nullable [] get(byte[] key) {
        long hash = hash(key);
        return stripes.get(layout.stripe(hash)).get(hash, key);
    }

    /** Puts a value in, or takes it out if that is null, where the condition holds. */
    Outcome change(byte[] key, Condition condition, byte @Nullable [] value) {
        long hash = hash(key);
        return stripes.get(layout.stripe(hash)).change(hash, key, condition, value);
    }

    private long hash(byte[] key) {
        return MapLayout.hash(buffer.getLong(MapLayout.SEED), key);
    }

    /** The sum of what the stripes hold, one looked at after the other. */
    int size() {
        int size = 0;
        for (MapStripe stripe : stripes) {
            size += stripe.size();
        }
        return size;
    }

    int stripes() {
        return stripes.size();
    }

    /** Copies of the entries of a stripe, key and value in turn. */
    List<byte[]> entries(int stripe) {
        return stripes.get(stripe).entries();
    }

    /**
     * Copies of all entries, key and value in turn; null if somebody would have to be waited for.
     */
    @Nullable List<byte[]> tryEntries() {
        List<byte[]> entries = new ArrayList<>();
        for (MapStripe stripe : stripes) {
            List<byte[]> found = stripe.tryEntries();
            if (found == null) {
                return null;
            }
            entries.addAll(found);
        }
        return entries;
    }

    void clear() {
        stripes.forEach(MapStripe::clear);
    }

    /** How many bytes of records the free cells would take; a snapshot. */
    long freeBytes() {
        return (long) heap.freeCells() * CellLayout.ROOM;
    }
}
