package dev.shm.process;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Participants that each put, replace and take out a key of their own, in one stripe and with one
 * home, and look at it and at the others'. Checked: everybody finds what it has put in, what is
 * seen of others was put in by them, and in the end, after whoever comes next has repaired: every
 * change that was made is there, one that its participant died in has happened or has not, and
 * nothing is left over.
 */
final class MapScenario implements Scenario {
    private static final MapLayout LAYOUT = new MapLayout(1, 4, 12);
    private static final String LONG = "-".repeat(CellLayout.ROOM);

    /** What each does with its key, in turn; null is a removal. */
    private static final String[] VALUES = {"1", LONG, null, "2"};

    private final int participants;
    private final MapFault fault;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private final Map<Integer, String> made = new HashMap<>(); // by tag
    private final Map<Integer, String> begun = new HashMap<>();
    private final Set<Integer> inDoubt = new HashSet<>();

    MapScenario(int participants, MapFault fault) {
        this.participants = participants;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        List<byte[]> keys = keys(participants);
        for (int i = 0; i < participants; i++) {
            Participant participant = world.join();
            MapCore core =
                    core(
                            Interception.of(world.buffer(), fault.interceptor(LAYOUT)),
                            participant.liveness(),
                            world.waiter());
            byte[] own = keys.get(i);
            byte[] other = keys.get((i + 1) % participants);
            participant.thread(() -> play(core, participant.tag(), own, other));
        }
        world.atEnd(() -> checkEnd(world, keys));
    }

    private static MapCore core(AtomicBuffer buffer, Liveness liveness, Waiter waiter) {
        return new MapCore(buffer, LAYOUT, "it", liveness, waiter, TickPolicy.STANDARD);
    }

    /** Keys that are searched for from the same slot. */
    private static List<byte[]> keys(int count) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; keys.size() < count; i++) {
            byte[] key = ("k" + i).getBytes(StandardCharsets.UTF_8);
            if ((MapLayout.hash(0, key) & (LAYOUT.slots() - 1)) == LAYOUT.slots() - 1) {
                keys.add(key);
            }
        }
        return keys;
    }

    private void play(MapCore core, int tag, byte[] own, byte[] other) {
        for (String value : VALUES) {
            begun.put(tag, value);
            inDoubt.add(tag);
            core.change(own, before -> true, bytes(value));
            made.put(tag, value);
            inDoubt.remove(tag);
            String found = text(core.get(own));
            check(Objects.equals(found, value), "put=" + value + " found=" + found);
        }
        String seen = text(core.get(other));
        check(Arrays.asList(VALUES).contains(seen), "seen=" + seen);
    }

    private void checkEnd(World world, List<byte[]> keys) {
        Survivor survivor = new Survivor(participants + 1);
        MapCore auditor = core(world.memory(), survivor, survivor);
        auditor.size(); // and repair
        Map<String, String> entries = MapAudit.entries(world.memory(), LAYOUT);
        for (int tag = 1; tag <= participants; tag++) {
            String found = entries.get(text(keys.get(tag - 1)));
            boolean allowed =
                    Objects.equals(found, made.get(tag))
                            || (inDoubt.contains(tag) && Objects.equals(found, begun.get(tag)));
            check(allowed, "tag=" + tag + " made=" + made.get(tag) + " found=" + found);
        }
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

    /** Who comes when all others are gone. */
    record Survivor(int self) implements Liveness, Waiter {
        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            throw new AssertionError("there is nobody to wait for");
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {}

        @Override
        public boolean isDead(int tag) {
            return tag != self;
        }

        @Override
        public void probe(int tag) {}

        @Override
        public void probeNext() {}

        @Override
        public void checkOpen() {}
    }
}
