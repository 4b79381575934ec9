package dev.shm.process;

import dev.shm.region.Block;
import dev.shm.region.SharedRegion;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.AtomicBuffer;

/** Looks at the bytes of a map, or of a list, at rest: is everything in them accounted for? */
final class MapAudit {
    private MapAudit() {}

    /** The entries of a map in a region, as text. */
    static Map<String, String> entries(SharedRegion region, String name) {
        try (Block block = region.attach(name, SharedMapType.INSTANCE)) {
            return entries(block.buffer(), MapLayout.of(block.configA(), block.configB()));
        }
    }

    static Map<String, String> entries(AtomicBuffer buffer, MapLayout layout) {
        CellHeap heap = heap(buffer, layout);
        Map<String, String> entries = new TreeMap<>();
        int used = 0;
        for (int stripe = 0; stripe < layout.stripes(); stripe++) {
            int count = 0;
            for (int at = 0; at < layout.slots(); at++) {
                long slot = buffer.getLong(layout.slot(stripe, at));
                if (slot != MapLayout.EMPTY) {
                    int reference = MapLayout.reference(slot);
                    byte[] key = heap.key(reference);
                    byte[] value = heap.value(reference);
                    assertPlace(buffer, layout, key, slot, stripe, at);
                    String text = text(key);
                    check(!entries.containsKey(text), "twice: " + text);
                    entries.put(text, text(value));
                    used += CellLayout.cells(CellLayout.HEADER + key.length + value.length);
                    count++;
                }
            }
            check(count, buffer.getInt(layout.count(stripe)), "count of stripe " + stripe);
        }
        check(layout.cells() - used, heap.freeCells(), "free cells");
        return entries;
    }

    /** How many cells of a map are free. */
    static int freeCells(AtomicBuffer buffer, MapLayout layout) {
        return heap(buffer, layout).freeCells();
    }

    private static CellHeap heap(AtomicBuffer buffer, MapLayout layout) {
        return new CellHeap(buffer, "it", layout.ownersAt(), layout.cellsAt(), layout.cells());
    }

    /** A search for the key must come to the slot. */
    private static void assertPlace(
            AtomicBuffer buffer, MapLayout layout, byte[] key, long slot, int stripe, int at) {
        long hash = MapLayout.hash(buffer.getLong(MapLayout.SEED), key);
        check(slot, MapLayout.slot(hash, MapLayout.reference(slot)), "hash");
        check(stripe, layout.stripe(hash), "stripe");
        for (int i = layout.home(slot); i != at; i = (i + 1) % layout.slots()) {
            long between = buffer.getLong(layout.slot(stripe, i));
            check(between != MapLayout.EMPTY, "a hole on the way to " + text(key));
        }
    }

    private static void check(long expected, long found, String what) {
        check(expected == found, what + ": expected=" + expected + " found=" + found);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** How many cells of a list are free. */
    static int freeCells(SharedRegion region, String name) {
        try (Block block = region.attach(name, SharedListType.INSTANCE)) {
            ListLayout layout = ListLayout.of(block.configA(), block.configB());
            return new CellHeap(
                            block.buffer(),
                            name,
                            layout.ownersAt(),
                            layout.cellsAt(),
                            layout.cells())
                    .freeCells();
        }
    }
}
