package dev.shm.process;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.process.MapStripe.Result;
import dev.shm.testing.Survivor;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Participants that each put, replace and take out a key of their own, with one home, and look at
 * it and at the others'. The keys are in one stripe; or in two, which take cells from one heap and
 * do not exclude each other. One may take out all there is meanwhile, and, in one stripe, there may
 * be too little room. Checked: what is found was put in, and nothing that replaced it, or took it
 * out, had come and gone before; who is refused found no room, and has changed nothing. In the end,
 * after whoever comes next has repaired: every change that was made is there, one that its
 * participant died in has happened or has not, nothing is left over, and all room comes back.
 */
final class MapScenario implements Scenario {
    private static final String LONG = "-".repeat(CellLayout.ROOM);

    /** What each does with its key, in turn; null is a removal. */
    private static final String[] VALUES = {"1", LONG, null, "2"};

    private static final int CLEARS = 2;

    /**
     * How large it is.
     *
     * @param participants with one thread each
     * @param clearing whether the last of them takes all out
     * @param stripes that their keys are in, in turn
     * @param slots of a stripe, one more than there is room for entries
     * @param cells how many there are
     */
    record Size(int participants, boolean clearing, int stripes, int slots, int cells) {

        /** With room for all. */
        static Size of(int participants) {
            return new Size(participants, false, 1, 4, 12);
        }

        /** The same, where one takes all out. */
        Size cleared() {
            return new Size(participants, true, stripes, slots, cells);
        }

        /** The same in two stripes. */
        Size striped() {
            return new Size(participants, clearing, 2, slots, cells);
        }

        /** The same with less room. */
        Size withRoomFor(int entries, int records) {
            return new Size(participants, clearing, stripes, entries + 1, records);
        }
    }

    private final Size size;
    private final MapLayout layout;
    private final MapFault fault;
    private final MapHistory history = new MapHistory();

    MapScenario(Size size, MapFault fault) {
        this.size = size;
        this.layout = new MapLayout(size.stripes(), size.slots(), size.cells());
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        List<byte[]> keys = keys(size.participants());
        for (int i = 0; i < size.participants(); i++) {
            Participant participant = world.join();
            MapCore core =
                    core(
                            Interception.of(world.buffer(), fault.interceptor(layout)),
                            participant.liveness(),
                            world.waiter());
            byte[] own = keys.get(i);
            byte[] other = keys.get((i + 1) % keys.size());
            boolean clears = size.clearing() && i == keys.size() - 1;
            participant.thread(
                    clears
                            ? () -> clear(world, core, own, other)
                            : () -> play(world, core, own, other));
        }
        world.atEnd(() -> checkEnd(world, keys));
    }

    private MapCore core(AtomicBuffer buffer, Liveness liveness, Waiter waiter) {
        return new MapCore(buffer, layout, "it", liveness, waiter, TickPolicy.STANDARD);
    }

    /** Keys that are searched for from the same slot, of one stripe after the other. */
    private List<byte[]> keys(int count) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; keys.size() < count; i++) {
            byte[] key = ("k" + i).getBytes(StandardCharsets.UTF_8);
            boolean inTurn = stripe(key) == keys.size() % layout.stripes();
            if (inTurn && (MapLayout.hash(0, key) & (layout.slots() - 1)) == layout.slots() - 1) {
                keys.add(key);
            }
        }
        return keys;
    }

    private int stripe(byte[] key) {
        return layout.stripe(MapLayout.hash(0, key));
    }

    private void play(World world, MapCore core, byte[] own, byte[] other) {
        for (String value : VALUES) {
            change(world, core, own, value);
            look(core, own);
        }
        look(core, other);
    }

    private void clear(World world, MapCore core, byte[] own, byte[] other) {
        for (int i = 0; i < CLEARS; i++) {
            change(world, core, own, VALUES[i]);
            MapHistory.Change all = history.clears();
            core.clear();
            history.isMade(all);
            look(core, own);
            look(core, other);
        }
    }

    /** Changes a key, or is refused, which must be as the room is. */
    private void change(World world, MapCore core, byte[] key, String value) {
        Result[] due = new Result[1];
        MapHistory.Change change = history.begins(text(key), value);
        Result result =
                core.change(
                                key,
                                before -> {
                                    due[0] = due(world.memory(), key, before, bytes(value));
                                    return true;
                                },
                                bytes(value))
                        .result();
        check(result == due[0], "value=" + value + " result=" + result + ", due: " + due[0]);
        if (result == Result.DONE) {
            history.isMade(change);
        } else {
            history.isRefused(change);
        }
    }

    /** What a change must come to that finds the map so. */
    private Result due(AtomicBuffer memory, byte[] key, byte[] before, byte[] value) {
        if (value == null) {
            return Result.DONE;
        }
        int entries = 0;
        for (int at = 0; at < layout.slots(); at++) {
            entries += memory.getLong(layout.slot(stripe(key), at)) == MapLayout.EMPTY ? 0 : 1;
        }
        if (before == null && entries == layout.slots() - 1) {
            return Result.NO_SLOTS;
        }
        int cells = CellLayout.cells(CellLayout.HEADER + key.length + value.length);
        return MapAudit.freeCells(memory, layout) < cells ? Result.NO_CELLS : Result.DONE;
    }

    private void look(MapCore core, byte[] key) {
        int begin = history.now();
        String found = text(core.get(key));
        history.checkFound(text(key), found, begin);
    }

    private void checkEnd(World world, List<byte[]> keys) {
        Survivor survivor = new Survivor(size.participants() + 1);
        MapCore last = core(world.memory(), survivor, survivor);
        last.size(); // and repair
        Map<String, String> entries = MapAudit.entries(world.memory(), layout);
        for (byte[] key : keys) {
            history.checkFound(text(key), entries.get(text(key)), history.now());
        }
        last.clear();
        entries = MapAudit.entries(world.memory(), layout);
        check(entries.isEmpty(), "cleared, entries=" + entries);
        String largest = "-".repeat(CellLayout.ROOM * (size.cells() - 1));
        Result result = last.change(keys.get(0), before -> true, bytes(largest)).result();
        check(result == Result.DONE, "cleared, result=" + result);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
