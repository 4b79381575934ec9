package dev.shm.sync;

import static dev.shm.sync.BarrierLayout.BROKEN;

import dev.shm.explore.ClosableMemory;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Two parties that come to a barrier; the handle of the one is closed meanwhile. Either these are
 * all, and the one that may be closed has an action; or a third is missing, and there is somebody
 * who resets the barrier. Checked: whoever has arrived hears the same of it as the other, also that
 * its handle was closed; nobody is left asleep; the handle is let go, and who closed it is missed
 * no more.
 */
final class BarrierCloseScenario implements Scenario {
    private static final int LEAVING = 1;
    private static final int SLOTS = 3;

    /** One line of the protocol undone. */
    enum Fault {
        NONE,
        /** Who closes wakes nobody. */
        WAKES_NOBODY,
        /** Who leaves because its handle is closed does not break the barrier. */
        LEAVES_IT_WHOLE,
        /** Who closes stays a member. */
        STAYS_A_MEMBER
    }

    private final boolean complete;
    private final TickPolicy ticks;
    private final Fault fault;

    /**
     * A scenario.
     *
     * @param complete whether all parties come
     */
    BarrierCloseScenario(boolean complete, TickPolicy ticks, Fault fault) {
        this.complete = complete;
        this.ticks = ticks;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        Watch watch = new Watch(world);
        Participant leaving = world.join();
        ClosableMemory memory = new ClosableMemory(world, watch.buffer(), watch);
        BarrierCore closed = barrier(world, memory.buffer(), memory, leaving);
        BarrierCore open = barrier(world, watch.buffer(), watch, leaving);
        leaving.thread(
                () -> {
                    watch.iAm(leaving.tag());
                    watch.comer = Thread.currentThread();
                    come(closed, watch, complete ? () -> world.point("acts") : null);
                    watch.comer = null; // another may have this thread next
                    open.abort(); // it comes no more
                });
        leaving.thread(
                () -> {
                    watch.iAm(leaving.tag());
                    watch.isClosing = true;
                    watch.closer = Thread.currentThread();
                    closed.close(memory::close);
                    watch.closer = null; // another may have this thread next
                    watch.checkLeft();
                });
        Participant staying = world.join();
        BarrierCore other = barrier(world, watch.buffer(), watch, staying);
        staying.thread(
                () -> {
                    watch.iAm(staying.tag());
                    come(other, watch, null);
                });
        if (!complete) {
            Participant resetting = world.join();
            BarrierCore repaired = barrier(world, watch.buffer(), watch, resetting);
            resetting.thread(
                    () -> {
                        watch.iAm(resetting.tag());
                        repaired.reset();
                        repaired.abort(); // the other may have left before
                    });
            resetting.staysAlive();
        }
        world.onDeath(dead -> watch.died(dead.tag()));
    }

    private BarrierCore barrier(World world, AtomicBuffer buffer, Waiter waiter, Participant by) {
        return new BarrierCore(
                "it",
                buffer,
                complete ? 2 : 3,
                SLOTS,
                by.liveness(),
                waiter,
                ticks,
                new BarrierMember(buffer, by.tag()),
                new Turns(world));
    }

    private static void come(BarrierCore barrier, Watch watch, @Nullable Runnable action) {
        try {
            barrier.await(Deadline.never(), action);
            watch.passes();
        } catch (BrokenBarrierException | InterruptedException | IllegalStateException e) {
            watch.isTold(e);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        } catch (Patience.Lost e) {
            // It waits for one that has died, and had not come.
        }
        watch.patience.leave(watch.me());
    }

    /** What must be so, seen from outside. */
    private final class Watch extends Tampering {
        private final World world;
        private final Patience patience;
        private final Map<Integer, Integer> arrived = new HashMap<>(); // generation, by tag
        private final Set<Integer> tripped = new HashSet<>(); // generations
        private @Nullable Thread comer;
        private @Nullable Thread closer;
        private boolean isClosing;
        private boolean isMissing;

        Watch(World world) {
            super(world);
            this.world = world;
            this.patience = new Patience(world, index -> isMissedByNobody(), () -> {});
        }

        void died(int tag) {
            isMissing |= tag == LEAVING;
            patience.leave(tag);
        }

        /** Whether the one that is waited for has died and was no member, and no party. */
        private boolean isMissedByNobody() {
            int generation = BarrierLayout.generation(state());
            return isMissing
                    && member() == 0
                    && arrived.getOrDefault(LEAVING, generation - 1) != generation;
        }

        private long state() {
            return world.memory().getLong(BarrierLayout.STATE);
        }

        private int member() {
            return world.memory().getInt(BarrierLayout.member(LEAVING - 1));
        }

        void checkLeft() {
            check(member() == 0, "the member is still there");
        }

        void passes() {
            check(tripped.contains(arrived.get(me())), "passed what had not tripped");
        }

        void isTold(Exception e) {
            Integer generation = arrived.get(me());
            if (generation != null) {
                check(!tripped.contains(generation), "told of what had tripped: " + e);
                boolean pending =
                        BarrierLayout.generation(state()) == generation && (state() & BROKEN) == 0;
                check(!pending, "told of what is not broken: " + e);
            }
        }

        @Override
        public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
            return patience.of(me()).await(world.buffer(), index, expected, nanos);
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            if (fault != Fault.WAKES_NOBODY || Thread.currentThread() != closer) {
                super.wake(unused, index, count);
            }
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, int expected, int next) {
            return fault == Fault.STAYS_A_MEMBER && next == 0
                    || super.compareAndSet(target, index, expected, next);
        }

        @Override
        boolean compareAndSet(AtomicBuffer target, int index, long expected, long next) {
            boolean breaks = (next & BROKEN) > (expected & BROKEN);
            if (fault == Fault.LEAVES_IT_WHOLE
                    && breaks
                    && Thread.currentThread() == comer
                    && isClosing) {
                return true;
            }
            boolean done = super.compareAndSet(target, index, expected, next);
            if (done) {
                note(expected, next);
            }
            return done;
        }

        private void note(long before, long after) {
            int generation = BarrierLayout.generation(before);
            if (generation == BarrierLayout.generation(after)) {
                if (BarrierLayout.arrived(after) > BarrierLayout.arrived(before)) {
                    arrived.put(me(), generation);
                }
            } else if (!BarrierLayout.wasBroken(after, 1)) {
                arrived.put(me(), generation);
                tripped.add(generation);
            }
        }
    }

    /** Whom a closer waits for, where a thread that waits must let others go on. */
    private static final class Turns implements ReadWriteLock {
        private final World world;
        private int readers;
        private boolean writing;

        Turns(World world) {
            this.world = world;
        }

        @Override
        public Lock readLock() {
            return new Turn(this, true);
        }

        @Override
        public Lock writeLock() {
            return new Turn(this, false);
        }

        void lock(boolean read) {
            world.point("lock");
            while (writing || !read && readers > 0) {
                world.pause();
            }
            readers += read ? 1 : 0;
            writing = !read;
        }

        void unlock(boolean read) {
            readers -= read ? 1 : 0;
            writing &= read;
        }
    }

    /** One side of that; what is not needed is not offered. */
    private record Turn(Turns turns, boolean read) implements Lock {
        @Override
        public void lock() {
            turns.lock(read);
        }

        @Override
        public void unlock() {
            turns.unlock(read);
        }

        @Override
        public void lockInterruptibly() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean tryLock() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean tryLock(long time, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Condition newCondition() {
            throw new UnsupportedOperationException();
        }
    }
}
