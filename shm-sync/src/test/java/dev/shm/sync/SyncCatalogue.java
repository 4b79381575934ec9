package dev.shm.sync;

import dev.shm.explore.Catalogue;
import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.explore.Scenario;
import dev.shm.sync.SemaphoreScenario.Worker;
import dev.shm.wait.TickPolicy;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The worlds of everything that is waited for: once without a death and without ticks. */
public final class SyncCatalogue implements Catalogue {
    private static final List<Worker> MIXED =
            List.of(
                    new Worker(0, 1, 2),
                    new Worker(1, 2, 1),
                    new Worker(2, 1, 2),
                    new Worker(3, 1, 1));
    private static final List<Worker> GREEDY =
            List.of(new Worker(0, 2, 2), new Worker(1, 2, 2), new Worker(2, 1, 1));
    private static final List<Worker> ONE_EACH =
            List.of(
                    new Worker(0, 1, 2),
                    new Worker(0, 1, 2),
                    new Worker(1, 1, 2),
                    new Worker(2, 1, 1));

    private static final List<Worker> DRAINED =
            List.of(new Worker(0, 0, 2), new Worker(1, 1, 2), new Worker(2, 2, 1));

    private static final Rules ALIVE = Rules.PLAIN.withInterrupts(2).withExpiries(1);
    private static final Rules DEATHS =
            Rules.PLAIN
                    .withDeaths(2)
                    .withInterrupts(1)
                    .withEarlyTicks(2)
                    .withJanitor()
                    .withExpiries(1);

    @Override
    public void addTo(Entries entries) {
        for (SemaphoreScenario.Kind kind : SemaphoreScenario.Kind.values()) {
            String name =
                    kind == SemaphoreScenario.Kind.SHARED ? "semaphore" : "counting-semaphore";
            add(entries, name, "mixed", ticks -> semaphore(kind, MIXED, ticks));
            add(entries, name, "greedy", ticks -> semaphore(kind, GREEDY, ticks));
        }
        add(
                entries,
                "counting-semaphore",
                "drained",
                ticks -> semaphore(SemaphoreScenario.Kind.COUNTING, DRAINED, ticks));
        entries.add("semaphore", "swept-no-ticks", new Explorer(SyncCatalogue::swept, DEATHS));
        add(entries, "event", "manual", ticks -> event(false, ticks));
        add(entries, "event", "automatic", ticks -> event(true, ticks));
        add(entries, "latch", "parties", SyncCatalogue::latch);
        entries.add("latch", "count-no-ticks", new Explorer(() -> count(2, 4), ALIVE));
        entries.add("latch", "count-deaths", new Explorer(() -> count(3, 2), DEATHS));
        for (BarrierScenario.Kind kind : BarrierScenario.Kind.values()) {
            String world = kind.toString().toLowerCase(Locale.ROOT);
            add(entries, "barrier", world, ticks -> barrier(kind, ticks));
        }
        add(entries, "condition", "one-signal", ticks -> condition(false, ticks));
        add(entries, "condition", "to-all", ticks -> condition(true, ticks));
        add(entries, "condition", "two-signals", SyncCatalogue::twoSignals);
        add(entries, "read-write", "lock", ticks -> readWrite(false, ticks));
        add(entries, "read-write", "siblings", ticks -> readWrite(true, ticks));
        for (CloseScenario.Kind kind : CloseScenario.Kind.values()) {
            String world = kind.toString().toLowerCase(Locale.ROOT);
            Rules rules = Rules.PLAIN.withInterrupts(1);
            Explorer explorer = new Explorer(() -> new CloseScenario(kind, true), rules);
            entries.add("close", world + "-no-ticks", explorer);
        }
        add(entries, "close", "lock", ticks -> closedLock(false, ticks));
        add(entries, "close", "lock-of-two-handles", ticks -> closedLock(true, ticks));
        add(entries, "close", "lock-waited-through", SyncCatalogue::closedLockWait);
        entries.add(
                "close",
                "read-write-no-ticks",
                new Explorer(SyncCatalogue::closedReadWrite, Rules.PLAIN));
        add(entries, "close", "barrier", ticks -> closedBarrier(true, ticks));
        add(entries, "close", "barrier-short-of-one", ticks -> closedBarrier(false, ticks));
    }

    private static void add(
            Entries entries,
            String primitive,
            String world,
            Function<TickPolicy, Scenario> scenario) {
        entries.add(
                primitive,
                world + "-no-ticks",
                new Explorer(() -> scenario.apply(TickPolicy.OFF), ALIVE));
        entries.add(
                primitive,
                world + "-deaths",
                new Explorer(() -> scenario.apply(TickPolicy.STANDARD), DEATHS));
    }

    private static Scenario semaphore(
            SemaphoreScenario.Kind kind, List<Worker> workers, TickPolicy ticks) {
        return new SemaphoreScenario(kind, workers, ticks, SemaphoreScenario.Fault.NONE, 0);
    }

    private static Scenario swept() {
        return new SemaphoreScenario(
                SemaphoreScenario.Kind.SHARED,
                ONE_EACH,
                TickPolicy.OFF,
                SemaphoreScenario.Fault.NONE,
                0,
                true);
    }

    private static Scenario event(boolean automatic, TickPolicy ticks) {
        return new EventScenario(automatic, ticks, EventScenario.Fault.NONE, 0);
    }

    private static Scenario latch(TickPolicy ticks) {
        return new LatchScenario(ticks, LatchScenario.Fault.NONE);
    }

    /** Counted down from so many by participants who do it twice: where they die, one is enough. */
    private static Scenario count(int counters, int left) {
        TickPolicy ticks = counters * 2 == left ? TickPolicy.OFF : TickPolicy.STANDARD;
        return new LatchScenario(ticks, LatchScenario.Fault.NONE, counters, left);
    }

    private static Scenario barrier(BarrierScenario.Kind kind, TickPolicy ticks) {
        return new BarrierScenario(kind, ticks, BarrierScenario.Fault.NONE);
    }

    private static Scenario condition(boolean toAll, TickPolicy ticks) {
        ConditionScenario.Size size =
                toAll
                        ? new ConditionScenario.Size(1, 2, 0, 2, true, true)
                        : new ConditionScenario.Size(1, 2, 1, 1, true, false);
        return new ConditionScenario(size, ticks, ConditionFault.NONE);
    }

    private static Scenario twoSignals(TickPolicy ticks) {
        ConditionScenario.Size size = new ConditionScenario.Size(1, 3, 0, 1, true, false).by(2);
        return new ConditionScenario(size, ticks, ConditionFault.NONE);
    }

    private static Scenario readWrite(boolean siblings, TickPolicy ticks) {
        ReadWriteScenario.Size size =
                new ReadWriteScenario.Size(2, siblings ? 1 : 2, 1, true, siblings);
        return new ReadWriteScenario(size, ticks, ReadWriteFault.NONE);
    }

    private static Scenario closedLock(boolean two, TickPolicy ticks) {
        return new LockCloseScenario(two, ticks, LockCloseScenario.Fault.NONE);
    }

    private static Scenario closedLockWait(TickPolicy ticks) {
        return new LockWaitCloseScenario(ticks, LockWaitCloseScenario.Fault.NONE);
    }

    private static Scenario closedReadWrite() {
        return new ReadWriteCloseScenario(ReadWriteCloseScenario.Fault.NONE);
    }

    private static Scenario closedBarrier(boolean complete, TickPolicy ticks) {
        return new BarrierCloseScenario(complete, ticks, BarrierCloseScenario.Fault.NONE);
    }
}
