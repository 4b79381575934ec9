package dev.shm.region;

import dev.shm.memory.CacheLine;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What this process remembers of the directory, so that it need not look at every entry to find a
 * name, a free entry or free space. Used by the holder of the directory's mutex only.
 */
final class DirectoryIndex {
    /*
     * Overview.
     *
     * Entries are claimed and freed under the mutex, and before each such change a counter in the header
     * grows. While it is as we left it, no name has come and no space has gone; else every state is compared
     * with the one remembered, and what changed is learnt anew. States also change without the mutex, and
     * without the counter: CREATING to READY or DELETED. So a name that is found is checked where it stands.
     *
     * The extents in use must be whole and apart from each other, in memory that others write to: whoever
     * learns an entry that is not is told so, and nothing is given out on top of it.
     */

    private final DirectoryTable table;
    private final long[] states; // as they were learnt
    private final int[] offsets; // of what is in use
    private final int[] lengths;
    private final @Nullable String[] names;
    private final Map<String, Integer> entries = new HashMap<>();
    private final BitSet free = new BitSet();
    private final TreeMap<Integer, Integer> gaps = new TreeMap<>(); // length by offset
    private long changes;
    private boolean valid;

    DirectoryIndex(DirectoryTable table) {
        this.table = table;
        this.states = new long[table.entries()];
        this.offsets = new int[table.entries()];
        this.lengths = new int[table.entries()];
        this.names = new String[table.entries()];
    }

    /**
     * Learns what others have changed.
     *
     * @throws RegionFormatException when an entry in use cannot be; nothing is remembered then.
     */
    void refresh() {
        long now = table.changes();
        if (valid && changes == now) {
            return;
        }
        if (!valid) {
            clear();
        }
        valid = false; // unless we come to the end
        BitSet changed = new BitSet();
        for (int entry = 0; entry < states.length; entry++) {
            if (table.state(entry) != states[entry]) {
                changed.set(entry);
            }
        }
        // First what is gone: others may have its space by now.
        changed.stream().forEach(this::forget);
        changed.stream().forEach(this::learn);
        changes = now;
        valid = true;
    }

    private void clear() {
        Arrays.fill(states, 0);
        Arrays.fill(names, null);
        entries.clear();
        free.set(0, states.length);
        gaps.clear();
        gaps.put(table.geometry().heap(), Math.toIntExact(table.geometry().heapBytes()));
    }

    /** The entry of this name; -1 when there is none. */
    int find(String name) {
        Integer entry = entries.get(name);
        return entry != null && table.isNamed(entry, name) ? entry : -1;
    }

    /** The first entry that is free; -1 when there is none. */
    int findFree() {
        return free.nextSetBit(0);
    }

    /** The first gap that is long enough; -1 when there is none. */
    int findSpace(long bytes) {
        for (Map.Entry<Integer, Integer> gap : gaps.entrySet()) {
            if (gap.getValue() >= bytes) {
                return gap.getKey();
            }
        }
        return -1;
    }

    /** Says in the region that an entry is about to be claimed or freed. */
    void announce() {
        if (table.announceChange() == changes) {
            changes++;
        }
    }

    /** Learns one entry that we claimed or freed ourselves. */
    void update(int entry) {
        valid = false; // unless we come to the end
        forget(entry);
        learn(entry);
        valid = true;
    }

    private void forget(int entry) {
        if (!free.get(entry)) {
            free.set(entry);
            giveBack(offsets[entry], lengths[entry]);
            String name = names[entry];
            if (name != null) {
                entries.remove(name, entry);
                names[entry] = null;
            }
        }
    }

    private void learn(int entry) {
        long state = table.state(entry);
        if (DirectoryLayout.status(state) != DirectoryLayout.FREE) {
            int offset = table.offset(entry);
            int length = CacheLine.align(table.bytes(entry));
            take(entry, offset, length);
            offsets[entry] = offset;
            lengths[entry] = length;
            free.clear(entry);
            String name = DirectoryTable.isNamed(state) ? table.nameIfAny(entry) : null;
            if (name != null) {
                entries.put(name, entry);
                names[entry] = name;
            }
        }
        states[entry] = state;
    }

    private void take(int entry, int offset, int length) {
        Map.Entry<Integer, Integer> gap = gaps.floorEntry(offset);
        int end = gap == null ? 0 : gap.getKey() + gap.getValue();
        if (gap == null || end < offset + length) {
            throw table.corrupt(
                    entry,
                    "expected an extent that no other entry has, found offset="
                            + offset
                            + " bytes="
                            + length);
        }
        gaps.remove(gap.getKey());
        if (gap.getKey() < offset) {
            gaps.put(gap.getKey(), offset - gap.getKey());
        }
        if (offset + length < end) {
            gaps.put(offset + length, end - offset - length);
        }
    }

    private void giveBack(int offset, int length) {
        int from = offset;
        int to = offset + length;
        Map.Entry<Integer, Integer> before = gaps.floorEntry(from);
        if (before != null && before.getKey() + before.getValue() == from) {
            from = before.getKey();
        }
        Integer after = gaps.remove(to);
        if (after != null) {
            to += after;
        }
        gaps.put(from, to - from);
    }

    @Override
    public String toString() {
        return "DirectoryIndex[names=" + entries.size() + ", gaps=" + gaps.size() + "]";
    }
}
