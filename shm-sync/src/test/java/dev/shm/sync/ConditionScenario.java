package dev.shm.sync;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.sync.ConditionCore.Ending;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.RobustMutex.Acquisition;
import dev.shm.wait.TickPolicy;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Producers that add items and signal, and consumers that wait for one. Checked: while everybody
 * lives no tick is needed; no wait ends without a signal of its own, or a death that was told; a
 * signal reaches as many as it is for; each next owner of the lock is told of a death until one
 * repairs, in a wait too, and of nothing else; nobody waits while there is an item and nothing else
 * can move; a wait ends holding the lock as often as before.
 */
final class ConditionScenario implements Scenario {
    private static final int CONDITION = 0;
    private static final int LOCK = 512;
    private static final int ADDED = 1024;
    private static final int ITEMS = 1032;
    private static final int CELLS = 4;

    /**
     * How large it is.
     *
     * @param producers each of a participant of its own
     * @param consumers each of a participant of its own
     * @param visitors who take the lock, repair if told to, and leave it; each of a participant of
     *     its own
     * @param items that each producer adds; consumers take until there will be no more
     * @param interruptible whether consumers give up when interrupted
     * @param toAll whether producers signal to all
     * @param batch how many items are added, and signalled, at once
     */
    record Size(
            int producers,
            int consumers,
            int visitors,
            int items,
            boolean interruptible,
            boolean toAll,
            int batch) {
        Size(
                int producers,
                int consumers,
                int visitors,
                int items,
                boolean interruptible,
                boolean toAll) {
            this(producers, consumers, visitors, items, interruptible, toAll, 1);
        }

        /** The same, with so many items at once. */
        Size by(int most) {
            return new Size(producers, consumers, visitors, items, interruptible, toAll, most);
        }
    }

    private final Size size;
    private final TickPolicy ticks;
    private final ConditionFault fault;

    /* Seen from outside; an instant here is the time between two accesses. */
    private Patience patience;
    private int signals;
    private int woken;
    private boolean mustTell;

    ConditionScenario(Size size, TickPolicy ticks, ConditionFault fault) {
        this.size = size;
        this.ticks = ticks;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        patience =
                new Patience(
                        world,
                        index -> index != LOCK + LockLayout.MUTEX,
                        () -> checkNothingIsWaitedForInVain(world));
        for (int i = 0; i < size.consumers(); i++) {
            Side side = new Side(world);
            side.participant.thread(() -> play(side, () -> consume(world, side)));
        }
        for (int i = 0; i < size.producers(); i++) {
            Side side = new Side(world);
            side.participant.thread(() -> play(side, () -> produce(side)));
        }
        for (int i = 0; i < size.visitors(); i++) {
            Side side = new Side(world);
            side.participant.thread(() -> play(side, () -> visit(side)));
        }
        world.onDeath(
                dead -> {
                    int word = world.memory().getInt(LOCK + LockLayout.MUTEX);
                    mustTell |= (word & ConditionLayout.TAG) == dead.tag();
                    patience.leave(dead.tag());
                    patience.progress();
                });
    }

    private static void checkNothingIsWaitedForInVain(World world) {
        long items = world.memory().getLong(ITEMS);
        check(items == 0, "nobody takes items=" + items);
    }

    private void play(Side side, Runnable part) {
        part.run();
        patience.leave(side.participant.tag());
    }

    /** What one participant uses. */
    private final class Side {
        private final Participant participant;
        private final AtomicBuffer buffer;
        private final LockCore lock;
        private final RobustMutex mutex;
        private final ConditionCore condition;

        Side(World world) {
            participant = world.join();
            ConditionFault.Injected injected =
                    fault.inject(
                            world.buffer(), patience.of(participant.tag()), CONDITION, CELLS, LOCK);
            buffer = injected.buffer();
            mutex =
                    new RobustMutex(
                            buffer,
                            LOCK + LockLayout.MUTEX,
                            participant.liveness(),
                            injected.waiter(),
                            ticks,
                            0);
            lock = new LockCore(buffer, LOCK, mutex);
            condition =
                    new ConditionCore(
                            buffer,
                            CELLS,
                            lock,
                            fault.inject(participant.liveness(), world.memory(), CONDITION, CELLS),
                            injected.waiter(),
                            ticks);
        }

        void acquire() {
            boolean told = mutex.lock() == Acquisition.OWNER_DIED;
            check(told == mustTell, "told=" + told + " mustTell=" + mustTell);
            if (told) {
                lock.countDeath();
                repair();
            }
            patience.progress();
        }

        /** The number of items is never half changed. */
        void repair() {
            mutex.markConsistent();
            mustTell = false;
        }

        long get(int index) {
            return buffer.getLong(index);
        }

        void add(int index, long delta) {
            buffer.putLong(index, get(index) + delta);
        }

        void signal(boolean toAll) {
            int waiters = condition.waiters();
            int chosen = toAll ? waiters : Math.min(waiters, size.batch());
            signals += chosen;
            if (toAll) {
                condition.signalAll();
            } else {
                condition.signal(fault == ConditionFault.ONE_FOR_SEVERAL ? 1 : size.batch());
            }
            check(condition.waiters() <= waiters - chosen, "too few were chosen");
        }
    }

    private static void visit(Side side) {
        side.acquire();
        side.mutex.unlock();
    }

    private void produce(Side side) {
        for (int i = 0; i < size.items(); i++) {
            side.acquire();
            side.add(ADDED, size.batch());
            side.add(ITEMS, size.batch());
            side.signal(size.toAll());
            side.mutex.unlock();
        }
    }

    private void consume(World world, Side side) {
        side.acquire();
        side.mutex.lock(); // twice
        try {
            boolean mayBeMore = true;
            while (mayBeMore) {
                mayBeMore = side.get(ITEMS) > 0 ? take(side) : await(world, side);
            }
        } catch (Patience.Lost lost) {
            check(side.mutex.holdCount() == 2, "holds=" + side.mutex.holdCount());
        }
        side.mutex.unlock(); // not in a finally block, which would run for the dead
        side.mutex.unlock();
    }

    /** Whoever takes the last item tells the others. */
    private boolean take(Side side) {
        side.add(ITEMS, -1);
        if (side.get(ITEMS) == 0 && isComplete(side)) {
            side.signal(true);
            return false;
        }
        return true;
    }

    /** False if there is nothing to wait for. */
    private boolean await(World world, Side side) {
        if (isComplete(side)) {
            return false;
        }
        long deaths = toldDeaths(world);
        Ending ending = fault.distort(side.condition.await(world.deadline(), size.interruptible()));
        boolean told = ending == Ending.OWNER_DIED;
        check(told == mustTell, "told=" + told + " mustTell=" + mustTell);
        check(side.mutex.holdCount() == 2, "holds=" + side.mutex.holdCount());
        if (told) {
            side.repair();
        }
        boolean needsASignal = ending == Ending.WOKEN && toldDeaths(world) == deaths;
        woken += needsASignal ? 1 : 0;
        check(woken <= signals, "woken=" + woken + " signals=" + signals);
        check(ending != Ending.EXPIRED || world.isExpired(), "there was time left");
        return ending != Ending.INTERRUPTED && ending != Ending.EXPIRED;
    }

    /** The deaths that end all waits; they are counted by who holds the lock. */
    private static long toldDeaths(World world) {
        return world.memory().getLong(LOCK + LockLayout.DEATHS);
    }

    private boolean isComplete(Side side) {
        return side.get(ADDED) == (long) size.producers() * size.items() * size.batch();
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
