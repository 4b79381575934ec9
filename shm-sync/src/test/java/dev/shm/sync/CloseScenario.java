package dev.shm.sync;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Two wait, and there is one thing to wait for; the handle of the one is closed meanwhile. Checked:
 * the other gets it, or it is passed on by the one that had got it in spite of that.
 */
final class CloseScenario implements Scenario {

    /** What they wait for. */
    enum Kind {
        COUNTING,
        SHARED,
        AUTOMATIC_EVENT
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

        default void beginClose() {}
    }

    @Override
    public void build(World world) {
        Participant leaving = world.join();
        Participant staying = world.join();
        Participant giving = world.join();
        Closable closable = new Closable(world);
        Handle closed = handle(world, closable.buffer, closable, leaving);
        Handle open = handle(world, world.buffer(), world.waiter(), leaving);
        leaving.thread(() -> passOn(closed, open));
        leaving.thread(() -> close(closed, closable, world));
        Handle other = handle(world, world.buffer(), world.waiter(), staying);
        staying.thread(() -> passOn(other, other));
        Handle giver = handle(world, world.buffer(), world.waiter(), giving);
        if (kind == Kind.SHARED) {
            world.memory().putInt(SemaphoreLayout.cell(0), giving.tag());
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

    private void close(Handle handle, Closable closable, World world) {
        if (!wakes) {
            closable.closed = true;
            return;
        }
        handle.beginClose();
        closable.closed = true;
        if (kind == Kind.COUNTING) {
            WaitingRoom.wakeEverybody(world.buffer(), world.waiter());
        } else if (kind == Kind.AUTOMATIC_EVENT) {
            EventCore.wakeEverybody(world.buffer(), true, world.waiter());
        }
    }

    private Handle handle(World world, AtomicBuffer buffer, Waiter waiter, Participant by) {
        return switch (kind) {
            case COUNTING -> counting(buffer, waiter, by);
            case SHARED -> shared(world, buffer, waiter, by);
            case AUTOMATIC_EVENT -> event(buffer, waiter, by);
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
        };
    }

    private static Handle shared(World world, AtomicBuffer buffer, Waiter waiter, Participant by) {
        RobustMutex mutex =
                new RobustMutex(
                        world.buffer(),
                        SemaphoreLayout.MUTEX,
                        by.liveness(),
                        world.waiter(),
                        TickPolicy.OFF,
                        0);
        SemaphoreBulk bulk = new SemaphoreBulk(mutex);
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
            public void beginClose() {
                core.close(() -> {});
            }
        };
    }

    private static Handle event(AtomicBuffer buffer, Waiter waiter, Participant by) {
        EventCore core = new EventCore(buffer, true, by.liveness(), waiter, TickPolicy.OFF);
        return new Handle() {
            @Override
            public boolean get() throws InterruptedException {
                return core.await(Deadline.never());
            }

            @Override
            public void give() {
                core.set();
            }
        };
    }

    /**
     * The memory of a handle that is closed: what has not passed its check by then is refused, and
     * what has may come later.
     */
    private static final class Closable implements Waiter, Interception.Interceptor {
        private final Waiter waiter;
        private final AtomicBuffer buffer;
        private boolean closed;

        Closable(World world) {
            this.waiter = world.waiter();
            this.buffer = Interception.of(world.buffer(), this);
        }

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            checkOpen();
            return Interception.proceed(target, method, arguments);
        }

        @Override
        public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
            checkOpen();
            return waiter.await(unused, index, expected, nanos);
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            checkOpen();
            waiter.wake(unused, index, count);
        }

        private void checkOpen() {
            if (closed) {
                throw new IllegalStateException("closed");
            }
        }
    }
}
