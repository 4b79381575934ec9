package dev.shm.sync;

import dev.shm.explore.ClosableMemory;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.sync.ConditionCore.Ending;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Two wait, and there is one thing to wait for; the handle of the one is closed meanwhile. Checked:
 * the other gets it, or it is passed on by the one that had got it in spite of that; and who is
 * asleep through the handle when it is closed sleeps on no longer.
 */
final class CloseScenario implements Scenario {
    private static final int LOCK = 512;
    private static final int ITEM = 1024;
    private static final int CELLS = 3;

    /** What they wait for. */
    enum Kind {
        COUNTING,
        SHARED,
        AUTOMATIC_EVENT,
        MANUAL_EVENT,
        LATCH,
        /** The handle of the condition is closed; that of its lock is not. */
        CONDITION
    }

    private final Kind kind;
    private final boolean wakes;

    /**
     * A scenario.
     *
     * @param wakes whether who closes wakes those who sleep
     */
    CloseScenario(Kind kind, boolean wakes) {
        this.kind = kind;
        this.wakes = wakes;
    }

    /** A handle. */
    private interface Handle {
        /** False if it was interrupted. */
        boolean get() throws InterruptedException;

        void give();

        /** Closes the memory, and wakes whom it must. */
        default void close(ClosableMemory memory, World world) {
            memory.close();
        }
    }

    @Override
    public void build(World world) {
        Participant leaving = world.join();
        Participant staying = world.join();
        Participant giving = world.join();
        ClosableMemory memory = new ClosableMemory(world, world.buffer(), world.waiter());
        Handle closed = handle(world, memory.buffer(), memory, leaving);
        Handle open = handle(world, world.buffer(), world.waiter(), leaving);
        leaving.thread(() -> passOn(closed, open));
        leaving.thread(() -> close(closed, memory, world, leaving));
        Handle other = handle(world, world.buffer(), world.waiter(), staying);
        staying.thread(() -> passOn(other, other));
        Handle giver = handle(world, world.buffer(), world.waiter(), giving);
        switch (kind) {
            case SHARED -> world.memory().putInt(SemaphoreLayout.cell(0), giving.tag());
            case LATCH -> world.memory().putLong(LatchLayout.LEFT, 1);
            default -> {}
        }
        giving.thread(giver::give);
    }

    private static void passOn(Handle from, Handle to) {
        boolean got;
        try {
            got = from.get();
        } catch (InterruptedException e) {
            got = false;
        } catch (IllegalStateException e) {
            got = false; // closed
        }
        if (got) {
            to.give();
        }
    }

    /** One that is about to sleep then may do so until its tick, or until somebody gives. */
    private void close(Handle handle, ClosableMemory memory, World world, Participant leaving) {
        int asleep = leaving.isAsleep() ? memory.sleep() : 0;
        if (wakes) {
            handle.close(memory, world);
        } else {
            memory.close();
        }
        boolean sleepsOn = asleep != 0 && leaving.isAsleep() && memory.sleep() == asleep;
        Tampering.check(!sleepsOn, "sleeps on, and its handle is closed");
    }

    private Handle handle(World world, AtomicBuffer buffer, Waiter waiter, Participant by) {
        return switch (kind) {
            case COUNTING -> counting(buffer, waiter, by);
            case SHARED -> shared(world, buffer, waiter, by);
            case AUTOMATIC_EVENT -> event(true, buffer, waiter, by);
            case MANUAL_EVENT -> event(false, buffer, waiter, by);
            case LATCH -> latch(buffer, waiter, by);
            case CONDITION -> new ConditionHandle(world, buffer, waiter, by);
        };
    }

    private static Handle counting(AtomicBuffer buffer, Waiter waiter, Participant by) {
        CountingCore core = new CountingCore(buffer, by.liveness(), waiter, TickPolicy.OFF);
        return new Handle() {
            @Override
            public boolean get() {
                return core.acquire(1, Endurance.until(Deadline.never()));
            }

            @Override
            public void give() {
                core.release(1);
            }

            @Override
            public void close(ClosableMemory memory, World world) {
                memory.close();
                WaitingRoom.wakeEverybody(world.buffer(), world.waiter());
            }
        };
    }

    private static Handle shared(World world, AtomicBuffer buffer, Waiter waiter, Participant by) {
        SemaphoreBulk bulk = new SemaphoreBulk(mutex(world, SemaphoreLayout.MUTEX, by));
        SemaphoreCore core =
                new SemaphoreCore("it", buffer, 1, by.liveness(), waiter, TickPolicy.OFF, bulk);
        return new Handle() {
            @Override
            public boolean get() {
                return core.acquire(1, Endurance.until(Deadline.never()));
            }

            @Override
            public void give() {
                core.release();
            }

            @Override
            public void close(ClosableMemory memory, World unused) {
                core.close(() -> {});
                memory.close();
            }
        };
    }

    private static RobustMutex mutex(World world, int offset, Participant by) {
        return new RobustMutex(
                world.buffer(), offset, by.liveness(), world.waiter(), TickPolicy.OFF, 0);
    }

    private static Handle event(
            boolean automatic, AtomicBuffer buffer, Waiter waiter, Participant by) {
        EventCore core = new EventCore(buffer, automatic, by.liveness(), waiter, TickPolicy.OFF);
        return new Handle() {
            @Override
            public boolean get() throws InterruptedException {
                return core.await(Deadline.never());
            }

            @Override
            public void give() {
                core.set();
            }

            @Override
            public void close(ClosableMemory memory, World world) {
                memory.close();
                EventCore.wakeEverybody(world.buffer(), automatic, world.waiter());
            }
        };
    }

    private static Handle latch(AtomicBuffer buffer, Waiter waiter, Participant by) {
        LatchCore core = new LatchCore(buffer, 0, by.liveness(), waiter, TickPolicy.OFF);
        return new Handle() {
            @Override
            public boolean get() throws InterruptedException {
                return core.await(Deadline.never());
            }

            @Override
            public void give() {
                core.countDown();
            }

            @Override
            public void close(ClosableMemory memory, World world) {
                memory.close();
                LatchCore.wakeEverybody(world.buffer(), world.waiter());
            }
        };
    }

    /** An item that is taken and put under a lock; waited for as SharedCondition does. */
    private static final class ConditionHandle implements Handle {
        private final AtomicBuffer items;
        private final RobustMutex mutex;
        private final ConditionCore core;
        private boolean closed;
        private int waits;
        private Runnable letGo = () -> {};

        ConditionHandle(World world, AtomicBuffer buffer, Waiter waiter, Participant by) {
            items = world.buffer();
            mutex = mutex(world, LOCK + LockLayout.MUTEX, by);
            core =
                    new ConditionCore(
                            buffer,
                            CELLS,
                            new LockCore(world.buffer(), LOCK, mutex),
                            by.liveness(),
                            waiter,
                            TickPolicy.OFF);
        }

        @Override
        public boolean get() {
            mutex.lock();
            try {
                Ending ending = Ending.WOKEN;
                while (items.getLong(ITEM) == 0 && ending == Ending.WOKEN) {
                    ending = perform();
                }
                Tampering.check(mutex.holdCount() == 1, "holds=" + mutex.holdCount());
                if (ending != Ending.WOKEN) {
                    return false;
                }
                items.putLong(ITEM, 0);
                return true;
            } finally {
                mutex.unlock();
            }
        }

        private Ending perform() {
            waits++;
            try {
                return closed ? Ending.CLOSED : core.await(Deadline.never(), true);
            } finally {
                waits--;
                if (waits == 0 && closed) {
                    letGo.run();
                }
            }
        }

        @Override
        public void give() {
            mutex.lock();
            items.putLong(ITEM, 1);
            core.signal(1);
            mutex.unlock();
        }

        @Override
        public void close(ClosableMemory memory, World world) {
            letGo = memory::close;
            closed = true;
            if (waits == 0) {
                letGo.run();
                return;
            }
            try {
                core.close();
            } catch (IllegalStateException gone) {
                // The last wait has ended just now, and let go.
            }
        }
    }
}
