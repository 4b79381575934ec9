package dev.shm.process;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.process.ListCore.Result;
import dev.shm.process.ListCore.Snapshot;
import dev.shm.testing.Survivor;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Participants that each append an element, replace it wherever it is, take it out, and put one in
 * at the front. Checked in the end, after whoever comes next has repaired: of each participant
 * there is what its last change has made, or, if it died in it, perhaps what was before; and
 * nothing else, and no cell is lost.
 */
final class ListScenario implements Scenario {
    private static final ListLayout LAYOUT = new ListLayout(6, 14);
    private static final int STEPS = 4;

    private final int participants;
    private final ListFault fault;

    /* What must be so, seen from outside: the steps that each has begun and has made. */
    private final Map<Integer, Integer> begun = new HashMap<>();
    private final Map<Integer, Integer> made = new HashMap<>();

    ListScenario(int participants, ListFault fault) {
        this.participants = participants;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        for (int i = 0; i < participants; i++) {
            Participant participant = world.join();
            ListCore core =
                    core(
                            Interception.of(world.buffer(), fault.interceptor(LAYOUT)),
                            participant.liveness(),
                            world.waiter());
            participant.thread(() -> play(core, participant.tag()));
        }
        world.atEnd(() -> checkEnd(world));
    }

    private static ListCore core(AtomicBuffer buffer, Liveness liveness, Waiter waiter) {
        return new ListCore(buffer, LAYOUT, "it", liveness, waiter, TickPolicy.STANDARD);
    }

    /** What there is of a participant after a step; empty if nothing. */
    private static String left(int tag, int step) {
        return switch (step) {
            case 1 -> tag + ":appended";
            case 2 -> tag + ":replaced" + "-".repeat(CellLayout.ROOM);
            case 4 -> tag + ":in front";
            default -> "";
        };
    }

    private void play(ListCore core, int tag) {
        for (int step = 1; step <= STEPS; step++) {
            begun.put(tag, step);
            byte[] element = left(tag, step).getBytes(StandardCharsets.UTF_8);
            switch (step) {
                case 1 -> expectDone(core.append(List.of(element)));
                case 2 -> replace(core, tag, List.of(element));
                case 3 -> replace(core, tag, List.of());
                default -> expectDone(core.insert(0, List.of(element)));
            }
            made.put(tag, step);
        }
    }

    /** Puts something in the place of what is there of a participant. */
    private static void replace(ListCore core, int tag, List<byte[]> by) {
        Result result = Result.CHANGED_MEANWHILE;
        while (result == Result.CHANGED_MEANWHILE) {
            Snapshot snapshot = core.snapshot();
            List<byte[]> elements = new ArrayList<>(snapshot.elements());
            elements.removeIf(element -> text(element).startsWith(tag + ":"));
            elements.addAll(by);
            result = core.replaceAll(snapshot, elements);
        }
        expectDone(result);
    }

    private void checkEnd(World world) {
        Survivor survivor = new Survivor(participants + 1);
        ListCore auditor = core(world.memory(), survivor, survivor);
        List<String> found = new ArrayList<>();
        int free = LAYOUT.cells();
        for (byte[] element : auditor.snapshot().elements()) {
            found.add(text(element));
            free -= CellLayout.cells(CellLayout.HEADER + element.length);
        }
        for (int tag = 1; tag <= participants; tag++) {
            String mine = tag + ":";
            String there = String.join("", found.stream().filter(e -> e.startsWith(mine)).toList());
            found.removeIf(element -> element.startsWith(mine));
            boolean allowed =
                    there.equals(left(tag, made.getOrDefault(tag, 0)))
                            || there.equals(left(tag, begun.getOrDefault(tag, 0)));
            check(allowed, "tag=" + tag + " made=" + made.get(tag) + " found=" + there);
        }
        check(found.isEmpty(), "nobody's: " + found);
        check(auditor.freeBytes() == (long) free * CellLayout.ROOM, "free=" + free);
    }

    private static void expectDone(Result result) {
        check(result == Result.DONE, "result=" + result);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
