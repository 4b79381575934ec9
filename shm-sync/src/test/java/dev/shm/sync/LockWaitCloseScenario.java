package dev.shm.sync;

import dev.shm.explore.ClosableMemory;
import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.sync.ConditionCore.Ending;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.RobustMutex.Acquisition;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A thread holds a lock twice and waits on a condition of it, which another participant signals;
 * the only handle of the lock is closed meanwhile, that of the condition is not. Checked: the
 * memory is not let go while the thread waits; it ends holding the lock as often as before, which
 * nobody else has then; its unlock wakes who waits for the lock; and the handle is let go in the
 * end.
 */
final class LockWaitCloseScenario implements Scenario {
    private static final int LOCK = 512;
    private static final int WORD = LOCK + LockLayout.MUTEX;
    private static final int ITEM = 1024;
    private static final int CELLS = 2;

    /** One line of the protocol undone. */
    enum Fault {
        NONE,
        /** Who waits on the condition is not counted. */
        NOT_INSIDE,
        /** Who is about to wait does not look whether the handle is just being let go. */
        NOT_LOOKED,
        /** Who unlocks, and is to wake somebody, is not counted, nor looks at what was closed. */
        NOT_SETTLED
    }

    private final TickPolicy ticks;
    private final Fault fault;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private int inside;
    private int waits;
    private boolean mustTell;
    private boolean isLetGo;
    private boolean isHopeless;

    LockWaitCloseScenario(TickPolicy ticks, Fault fault) {
        this.ticks = ticks;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        Participant leaving = world.join();
        AtomicBuffer watched = Interception.of(world.buffer(), look(world));
        ClosableMemory memory = new ClosableMemory(world, watched, world.waiter());
        Side closed = new Side(world, leaving, memory);
        leaving.thread(() -> consume(closed));
        leaving.thread(closed::close);
        Participant giving = world.join();
        Side giver =
                new Side(world, giving, new ClosableMemory(world, world.buffer(), world.waiter()));
        giving.thread(() -> give(giver));
        world.onDeath(
                dead -> {
                    int tag = world.memory().getInt(WORD) & ConditionLayout.TAG;
                    mustTell |= tag == dead.tag();
                    inside = inside == dead.tag() ? 0 : inside;
                    isLetGo |= dead == leaving;
                    isHopeless |= dead == giving;
                });
        world.atEnd(() -> checkEnd(world));
    }

    /** The second lock may find the handle closed; then the first is held all the same. */
    private static void consume(Side side) {
        int holds = side.lock() ? 1 : 0;
        if (holds == 0) {
            return;
        }
        holds += side.lock() ? 1 : 0;
        boolean goesOn = true;
        while (goesOn && side.items() == 0) {
            goesOn = side.await(holds);
        }
        for (int i = holds; i > 0; i--) {
            side.checkHeld();
            side.unlock(i == 1);
        }
    }

    /** Takes the lock once more afterwards: it may be asleep when the other unlocks. */
    private static void give(Side side) {
        side.lock();
        side.world.buffer().putLong(ITEM, 1);
        side.condition.signal(1);
        side.unlock(true);
        side.lock();
        side.unlock(true);
    }

    /** A look at who holds the lock is over: what is done about it may come later. */
    private static Interception.Interceptor look(World world) {
        return (target, method, arguments) -> {
            Object seen = Interception.proceed(target, method, arguments);
            if (method.getName().equals("getLongVolatile")) {
                world.glance("looked");
            }
            return seen;
        };
    }

    private void checkEnd(World world) {
        Tampering.check(isLetGo, "the handle was not let go");
        int word = world.deaths() == 0 ? world.memory().getInt(WORD) : 0;
        Tampering.check(word == 0, "word=" + Integer.toHexString(word));
    }

    /** A lock and a condition of it; locks and closes as SharedLock, waits as SharedCondition. */
    private final class Side {
        private final World world;
        private final Participant participant;
        private final int self;
        private final ClosableMemory view;
        private final ClosableMemory memory;
        private final RobustMutex mutex;
        private final LockCore lock;
        private final ConditionCore condition;
        private boolean closed;

        /**
         * What a participant uses.
         *
         * @param memory of the lock, until its handle is let go
         */
        Side(World world, Participant participant, ClosableMemory memory) {
            this.world = world;
            this.participant = participant;
            this.memory = memory;
            self = participant.tag();
            view = new ClosableMemory(world, world.buffer(), world.waiter());
            mutex = mutex(memory.buffer(), memory);
            lock = new LockCore(memory.buffer(), LOCK, mutex);
            condition =
                    new ConditionCore(
                            world.buffer(),
                            CELLS,
                            lock,
                            participant.liveness(),
                            world.waiter(),
                            ticks);
        }

        private RobustMutex mutex(AtomicBuffer buffer, Waiter waiter) {
            return new RobustMutex(buffer, WORD, participant.liveness(), waiter, ticks, 0);
        }

        long items() {
            return world.buffer().getLong(ITEM);
        }

        /** False if the handle is closed. */
        boolean lock() {
            try {
                if (RobustMutex.lockIfFree(view.buffer(), WORD, self)) {
                    begin(false);
                    return true;
                }
            } catch (IllegalStateException gone) {
                return false;
            }
            lock.closedHandles().enter();
            try {
                world.point("inside");
                return !closed && acquired(mutex.lock());
            } finally {
                lock.closedHandles().leave();
            }
        }

        private boolean acquired(Acquisition acquisition) {
            if (closed) {
                mutex.unlock();
                return false;
            }
            begin(acquisition == Acquisition.OWNER_DIED);
            return true;
        }

        /** False if there is nothing to wait for any more. */
        boolean await(int holds) {
            if (fault != Fault.NOT_INSIDE) {
                lock.closedHandles().enter();
            }
            try {
                world.point("about to wait");
                return perform(holds);
            } finally {
                if (fault != Fault.NOT_INSIDE) {
                    lock.closedHandles().leave();
                }
            }
        }

        private boolean perform(int holds) {
            boolean going = fault != Fault.NOT_LOOKED && lock.closedHandles().areGoing();
            if (closed && (going || isLetGo)) {
                return false; // is told so: what it locked as the last handle was let go, it holds
            }
            waits++;
            inside = 0; // from some moment on
            Ending ending = condition.await(world.deadline(() -> isHopeless), false);
            waits--;
            begin(ending == Ending.OWNER_DIED);
            Tampering.check(mutex.holdCount() == holds, "holds=" + mutex.holdCount());
            return ending != Ending.EXPIRED;
        }

        /**
         * Unlocks.
         *
         * @param last whether the lock is given up
         */
        void unlock(boolean last) {
            inside = last ? 0 : inside;
            if (!unlockFast()) {
                try {
                    unlockSlowly();
                } catch (IllegalStateException gone) {
                    unlockUnguarded(gone);
                }
            }
        }

        private void unlockSlowly() {
            if (fault == Fault.NOT_SETTLED) {
                mutex.unlock();
            } else {
                lock.unlock();
            }
        }

        private boolean unlockFast() {
            try {
                return mutex.unlockIfAlone(view.buffer(), WORD, self);
            } catch (IllegalStateException gone) {
                return false;
            }
        }

        private void unlockUnguarded(IllegalStateException gone) {
            RobustMutex late = mutex(world.buffer(), world.waiter());
            if (!late.isHeldByCurrentThread()) {
                throw gone;
            }
            late.unlock();
            lock.closedHandles().settle();
        }

        void close() {
            closed = true;
            world.point("closed");
            view.close();
            lock.closedHandles().add(this::letGo);
        }

        private void letGo() {
            world.point("unused");
            Tampering.check(waits == 0, "let go while a thread waits");
            isLetGo = true;
            memory.close();
        }

        /** Has the lock. */
        private void begin(boolean told) {
            boolean alone = inside == 0 || inside == self;
            Tampering.check(alone, "tag=" + self + " together with tag=" + inside);
            Tampering.check(told == mustTell, "told=" + told + " mustTell=" + mustTell);
            inside = self;
            if (told) {
                lock.countDeath();
                mutex.markConsistent();
                mustTell = false;
            }
            world.point("holding");
        }

        private void checkHeld() {
            world.point("still holding");
            int tag = world.memory().getInt(WORD) & ConditionLayout.TAG;
            Tampering.check(tag == self, "held by tag=" + tag + ", not by tag=" + self);
        }
    }
}
