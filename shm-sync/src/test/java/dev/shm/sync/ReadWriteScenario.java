package dev.shm.sync;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.sync.ReadWriteCore.Reading;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.RobustMutex.Acquisition;
import dev.shm.wait.TickPolicy;
import java.util.HashMap;
import java.util.Map;

/**
 * Writers that add to two words which must stay equal, and readers that compare them. Checked:
 * nobody is inside together with a writer; a writer's death is reported, and nothing else is, until
 * one repairs; no reader sees unequal words; who reads may read once more, whoever waits; nobody is
 * left asleep; the cells end empty.
 */
final class ReadWriteScenario implements Scenario {
    private static final int CELLS = 4;
    private static final int FIRST = 2048;
    private static final int SECOND = 2056;

    /**
     * How large it is.
     *
     * @param writers each of a participant of its own
     * @param readers each of a participant of its own
     * @param rounds of each
     * @param interruptible whether they give up when interrupted
     * @param siblings whether each reader has two threads, which read twice at once
     */
    record Size(int writers, int readers, int rounds, boolean interruptible, boolean siblings) {
        Size(int writers, int readers, int rounds, boolean interruptible) {
            this(writers, readers, rounds, interruptible, false);
        }
    }

    private final Size size;
    private final TickPolicy ticks;
    private final ReadWriteFault fault;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private final Map<Thread, Integer> reading = new HashMap<>(); // tags
    private int writing;
    private boolean mustTell;
    private Patience patience;

    ReadWriteScenario(Size size, TickPolicy ticks, ReadWriteFault fault) {
        this.size = size;
        this.ticks = ticks;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        patience = new Patience(world, index -> false, () -> {});
        for (int i = 0; i < size.writers(); i++) {
            Side side = new Side(world);
            side.participant.thread(() -> play(() -> write(side)));
        }
        for (int i = 0; i < size.readers(); i++) {
            Side side = new Side(world);
            for (int thread = size.siblings() ? 2 : 1; thread > 0; thread--) {
                side.participant.thread(() -> play(() -> read(side)));
            }
        }
        world.onDeath(
                dead -> {
                    mustTell |=
                            (world.memory().getInt(ReadWriteLayout.MUTEX) & ConditionLayout.TAG)
                                    == dead.tag();
                    writing = writing == dead.tag() ? 0 : writing;
                    reading.values().removeIf(tag -> tag == dead.tag());
                    patience.leave(dead.tag());
                    patience.progress();
                });
        world.atEnd(() -> checkEnd(world));
    }

    /** What one participant uses. */
    private final class Side {
        private final World world;
        private final Participant participant;
        private final RobustMutex mutex;
        private final ReadWriteCore core;

        Side(World world) {
            this.world = world;
            participant = world.join();
            ReadWriteFault.Injected injected =
                    fault.inject(
                            world.buffer(), patience.of(participant.tag()), participant.liveness());
            mutex =
                    new RobustMutex(
                            injected.buffer(),
                            ReadWriteLayout.MUTEX,
                            participant.liveness(),
                            injected.waiter(),
                            ticks,
                            0);
            core =
                    new ReadWriteCore(
                            injected.buffer(),
                            CELLS,
                            mutex,
                            injected.liveness(),
                            injected.waiter(),
                            ticks);
        }

        long get(int index) {
            return world.buffer().getLong(index);
        }

        void put(int index, long value) {
            world.buffer().putLong(index, value);
        }
    }

    private void play(Runnable part) {
        for (int round = 0; round < size.rounds(); round++) {
            part.run();
            patience.progress();
        }
        patience.leave();
    }

    private void write(Side side) {
        Acquisition acquisition = acquire(side);
        if (acquisition != null) {
            enter(side, acquisition);
            side.put(FIRST, side.get(FIRST) + 1);
            side.put(SECOND, side.get(SECOND) + 1);
            writing = 0;
            side.core.unlockWrite();
        }
    }

    /** As WriteLock does; null if interrupted, or too late. */
    private Acquisition acquire(Side side) {
        Deadline deadline = size.interruptible() ? side.world.deadline() : Deadline.never();
        try {
            Acquisition acquisition =
                    size.interruptible() ? side.mutex.tryLock(deadline) : side.mutex.lock();
            if (acquisition == null || side.core.excludesReaders()) {
                check(acquisition != null || side.world.isExpired(), "there was time left");
                return acquisition;
            }
            if (!size.interruptible()) {
                side.core.awaitReaders();
            } else if (!side.core.awaitReaders(deadline)) {
                check(Thread.interrupted() || side.world.isExpired(), "gave up without a reason");
                return null;
            }
            return acquisition;
        } catch (InterruptedException e) {
            return null;
        }
    }

    /** Begins to write, and repairs if told to. */
    private void enter(Side side, Acquisition acquisition) {
        int tag = side.participant.tag();
        check(writing == 0, "tag=" + tag + " writes together with tag=" + writing);
        check(
                reading.isEmpty(),
                "tag=" + tag + " writes together with readers=" + reading.values());
        writing = tag;
        boolean told = acquisition == Acquisition.OWNER_DIED;
        check(told == mustTell, "told=" + told + " mustTell=" + mustTell);
        if (told) {
            side.put(SECOND, side.get(FIRST));
            side.mutex.markConsistent();
            mustTell = false;
        }
    }

    private void read(Side side) {
        Reading outcome = side.core.tryRead();
        Deadline deadline = size.interruptible() ? side.world.deadline() : Deadline.never();
        while (outcome == Reading.NOT_HELD) {
            outcome = side.core.awaitRead(deadline);
            boolean gaveUp = Thread.interrupted() || side.world.isExpired();
            if (outcome == Reading.NOT_HELD && gaveUp && size.interruptible()) {
                return;
            }
        }
        if (outcome == Reading.ABANDONED) {
            outcome = repairAndRead(side);
        }
        if (outcome == Reading.HELD) {
            reading.put(Thread.currentThread(), side.participant.tag());
            compare(side);
            if (size.siblings()) {
                readOnceMore(side);
            }
            reading.remove(Thread.currentThread());
            side.core.unlockRead();
        }
    }

    /** Whoever waits to write meanwhile. */
    private void readOnceMore(Side side) {
        Reading outcome = side.core.tryRead();
        check(outcome == Reading.HELD, "outcome=" + outcome);
        compare(side);
        side.core.unlockRead();
        fault.count(side.world.buffer(), side.participant.tag(), -1);
        compare(side);
        fault.count(side.world.buffer(), side.participant.tag(), 1);
    }

    /** As ReadLock does. */
    private Reading repairAndRead(Side side) {
        Acquisition acquisition = acquire(side);
        if (acquisition == null) {
            return Reading.NOT_HELD;
        }
        enter(side, acquisition);
        Reading outcome = side.core.tryRead();
        check(outcome == Reading.HELD, "outcome=" + outcome);
        writing = 0;
        side.core.unlockWrite();
        return outcome;
    }

    private void compare(Side side) {
        int tag = side.participant.tag();
        check(writing == 0, "tag=" + tag + " reads together with tag=" + writing);
        long first = side.get(FIRST);
        long second = side.get(SECOND);
        check(first == second, "first=" + first + " second=" + second);
    }

    private void checkEnd(World world) {
        if (world.deaths() > 0) {
            return;
        }
        check(world.memory().getInt(ReadWriteLayout.MUTEX) == 0, "the mutex is held");
        for (int slot = 0; slot < CELLS; slot++) {
            int left = ReadWriteLayout.readers(world.memory().getLong(ReadWriteLayout.cell(slot)));
            check(left == 0, "slot=" + slot + " readers=" + left);
        }
        long first = world.memory().getLong(FIRST);
        long most = (long) size.writers() * size.rounds();
        check(size.interruptible() ? first <= most : first == most, "first=" + first);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
