package dev.shm.sync;

import dev.shm.explore.ClosableMemory;
import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.RobustMutex.Acquisition;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A lock that a thread holds twice through one handle, and then once through another, and two other
 * participants; the first handle is closed meanwhile. Checked: nobody is inside together with
 * another, also where the last handle is closed between the two unlocks; who gets the lock though
 * its handle is closed does not keep it, nor the news of a death; nobody is left asleep; and the
 * handle is let go in the end.
 */
final class LockCloseScenario implements Scenario {
    private static final int WORD = LockLayout.MUTEX;

    /** One line of the protocol undone. */
    enum Fault {
        NONE,
        /** Who has the lock, and finds its handle closed, goes and keeps it. */
        KEEPS_THE_LOCK,
        /** The same, and says that what a dead owner left behind is repaired. */
        KEEPS_THE_NEWS,
        /** Who waits is not counted. */
        NOT_INSIDE,
        /** Who closes does not look whether a thread holds the lock. */
        HOLDER_NOT_SEEN,
        /** Who closes does not make the one that holds the lock look when it unlocks. */
        HOLDER_NOT_TOLD,
        /** Who unlocks, and is to wake somebody, is not counted. */
        UNLOCKS_UNCOUNTED,
        /** Who unlocks as the last handle is let go does not do it without the handle. */
        NOT_UNGUARDED
    }

    private final boolean two;
    private final TickPolicy ticks;
    private final Fault fault;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private int inside;
    private boolean mustTell;
    private boolean isLetGo;
    private @Nullable Thread closing;

    /**
     * A scenario.
     *
     * @param two whether there is another handle, which stays open
     */
    LockCloseScenario(boolean two, TickPolicy ticks, Fault fault) {
        this.two = two;
        this.ticks = ticks;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        Attachment leaving = new Attachment(world, fault(world.buffer()));
        Handle first = new Handle(leaving, two ? () -> {} : leaving.memory::close);
        Handle second = two ? new Handle(leaving, () -> {}) : first;
        leaving.participant.thread(
                () -> {
                    holdTwice(first);
                    if (two) {
                        hold(second);
                    }
                });
        leaving.participant.thread(
                () -> {
                    closing = Thread.currentThread();
                    first.close();
                    closing = null; // another may have this thread next
                });
        for (int i = 0; i < 2; i++) {
            Attachment staying = new Attachment(world, world.buffer());
            Handle handle = new Handle(staying, () -> {});
            staying.participant.thread(() -> hold(handle));
        }
        world.onDeath(
                dead -> {
                    mustTell |= (word(world) & ConditionLayout.TAG) == dead.tag();
                    inside = inside == dead.tag() ? 0 : inside;
                    isLetGo |= dead == leaving.participant;
                });
        world.atEnd(() -> checkEnd(world));
    }

    private static void holdTwice(Handle handle) {
        try {
            handle.lock();
        } catch (IllegalStateException closed) {
            return;
        }
        handle.begin();
        try {
            handle.lock();
            handle.shared.world.point("holding twice");
            handle.unlock();
            handle.shared.world.point("holding once");
        } catch (IllegalStateException closed) {
            // and holds it once
        }
        handle.end();
    }

    private static void hold(Handle handle) {
        handle.lock();
        handle.begin();
        handle.end();
    }

    private void checkEnd(World world) {
        Tampering.check(isLetGo, "the handle was not let go");
        int word = world.deaths() == 0 ? word(world) : 0;
        Tampering.check(word == 0, "word=" + Integer.toHexString(word));
    }

    private static int word(World world) {
        return world.memory().getInt(WORD);
    }

    /** What the handles of one participant share. */
    private final class Attachment {
        private final World world;
        private final Participant participant;
        private final ClosableMemory memory;
        private final RobustMutex mutex;
        private final LockCore core;

        Attachment(World world, AtomicBuffer buffer) {
            this.world = world;
            participant = world.join();
            memory = new ClosableMemory(world, buffer, world.waiter());
            mutex = mutex(memory.buffer(), memory);
            core = new LockCore(memory.buffer(), 0, mutex);
        }

        RobustMutex mutex(AtomicBuffer buffer, Waiter waiter) {
            return new RobustMutex(buffer, WORD, participant.liveness(), waiter, ticks, 0);
        }
    }

    /** As SharedLock does. */
    private final class Handle {
        private final Attachment shared;
        private final ClosableMemory view;
        private final int self;
        private final Runnable lettingGo;
        private boolean closed;
        private boolean told;

        Handle(Attachment shared, Runnable lettingGo) {
            this.shared = shared;
            this.view =
                    new ClosableMemory(shared.world, shared.world.buffer(), shared.world.waiter());
            this.self = shared.participant.tag();
            this.lettingGo = lettingGo;
        }

        void lock() {
            told = false;
            if (!RobustMutex.lockIfFree(view.buffer(), WORD, self)) {
                lockSlowly();
            }
        }

        private void lockSlowly() {
            if (fault != Fault.NOT_INSIDE) {
                shared.core.closedHandles().enter();
            }
            try {
                shared.world.point("inside");
                checkOpen();
                Acquisition acquisition = shared.mutex.tryLock();
                acquired(acquisition != null ? acquisition : shared.mutex.lock());
            } finally {
                if (fault != Fault.NOT_INSIDE) {
                    shared.core.closedHandles().leave();
                }
            }
        }

        private void acquired(Acquisition acquisition) {
            if (closed) {
                if (fault == Fault.KEEPS_THE_NEWS) {
                    shared.mutex.markConsistent();
                }
                if (fault != Fault.KEEPS_THE_LOCK) {
                    shared.mutex.unlock();
                }
                checkOpen();
            }
            told = acquisition == Acquisition.OWNER_DIED;
            if (told) {
                shared.core.countDeath();
            }
        }

        void unlock() {
            if (!unlockFast()) {
                try {
                    unlockSlowly();
                } catch (IllegalStateException gone) {
                    unlockUnguarded(gone);
                }
            }
        }

        private void unlockSlowly() {
            if (fault != Fault.UNLOCKS_UNCOUNTED) {
                shared.core.unlock();
            } else {
                shared.mutex.unlock();
                shared.core.closedHandles().settle();
            }
        }

        private boolean unlockFast() {
            try {
                return shared.mutex.unlockIfAlone(view.buffer(), WORD, self);
            } catch (IllegalStateException closed) {
                return false;
            }
        }

        private void unlockUnguarded(IllegalStateException gone) {
            RobustMutex late = shared.mutex(shared.world.buffer(), shared.world.waiter());
            if (fault == Fault.NOT_UNGUARDED || !late.isHeldByCurrentThread()) {
                throw gone;
            }
            late.unlock();
            shared.core.closedHandles().settle();
        }

        void close() {
            closed = true;
            shared.world.point("closed");
            view.close();
            shared.core
                    .closedHandles()
                    .add(
                            () -> {
                                isLetGo = true;
                                lettingGo.run();
                            });
        }

        private void checkOpen() {
            if (closed) {
                throw new IllegalStateException("closed");
            }
        }

        /** Has the lock. */
        void begin() {
            Tampering.check(inside == 0, "tag=" + self + " together with tag=" + inside);
            inside = self;
            Tampering.check(told == mustTell, "told=" + told + " mustTell=" + mustTell);
            if (told) {
                shared.mutex.markConsistent();
                mustTell = false;
            }
            shared.world.point("holding");
        }

        void end() {
            inside = 0;
            unlock();
        }
    }

    /** The memory that the handles share, where who closes looks who holds the lock. */
    private AtomicBuffer fault(AtomicBuffer buffer) {
        return Interception.of(buffer, this::call);
    }

    private @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
            throws Throwable {
        boolean closes = Thread.currentThread() == closing;
        if (closes
                && fault == Fault.HOLDER_NOT_SEEN
                && method.getName().equals("getLongVolatile")) {
            return 0L;
        }
        if (closes
                && fault == Fault.HOLDER_NOT_TOLD
                && method.getName().equals("compareAndSetLong")) {
            return true;
        }
        return Interception.proceed(target, method, arguments);
    }
}
