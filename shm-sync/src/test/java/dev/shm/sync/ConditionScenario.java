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
 * Producers that add an item and signal, and consumers that wait for one. Checked: while everybody
 * lives no tick is needed and no wait ends without a signal of its own; nobody waits while there is
 * an item and nothing else can move; a wait ends holding the lock as often as before.
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
     */
    record Size(
            int producers,
            int consumers,
            int visitors,
            int items,
            boolean interruptible,
            boolean toAll) {}

    private final Size size;
    private final TickPolicy ticks;
    private final ConditionFault fault;

    /* Seen from outside; an instant here is the time between two accesses. */
    private Patience patience;
    private int signals;
    private int woken;

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
            if (mutex.lock() == Acquisition.OWNER_DIED) {
                lock.countDeath();
                mutex.markConsistent(); // the number of items is never half changed
            }
            patience.progress();
        }

        long get(int index) {
            return buffer.getLong(index);
        }

        void add(int index, long delta) {
            buffer.putLong(index, get(index) + delta);
        }

        void signal(boolean toAll) {
            int waiters = condition.waiters();
            signals += toAll ? waiters : Math.min(waiters, 1);
            if (toAll) {
                condition.signalAll();
            } else {
                condition.signal(1);
            }
        }
    }

    private static void visit(Side side) {
        side.acquire();
        side.mutex.unlock();
    }

    private void produce(Side side) {
        for (int i = 0; i < size.items(); i++) {
            side.acquire();
            side.add(ADDED, 1);
            side.add(ITEMS, 1);
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
        Ending ending = side.condition.await(world.deadline(), size.interruptible());
        check(side.mutex.holdCount() == 2, "holds=" + side.mutex.holdCount());
        if (ending == Ending.OWNER_DIED) {
            check(world.deaths() > 0, "told of a death");
            side.mutex.markConsistent();
        }
        woken += ending == Ending.WOKEN ? 1 : 0;
        check(world.deaths() > 0 || woken <= signals, "woken=" + woken);
        check(ending != Ending.EXPIRED || world.isExpired(), "there was time left");
        return ending != Ending.INTERRUPTED && ending != Ending.EXPIRED;
    }

    private boolean isComplete(Side side) {
        return side.get(ADDED) == (long) size.producers() * size.items();
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
