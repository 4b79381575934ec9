package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * BEHAVIOURS 5.8: setting an event needs nothing that a thread may hold which is inside one of its
 * methods, wherever it is stopped there; it may be called by that very thread.
 */
class EventReentranceTest {
    /** What a thread does when it is stopped. */
    private enum Outer {
        IS_SET,
        AWAIT,
        SET,
        CLEAR
    }

    /** Who sets the event meanwhile. */
    private enum Setter implements Consumer<Runnable> {
        THE_SAME_THREAD {
            @Override
            public void accept(Runnable set) {
                set.run();
            }
        },
        ANOTHER_THREAD {
            @Override
            public void accept(Runnable set) {
                FutureTask<Boolean> task = new FutureTask<>(set, true);
                new Thread(task).start();
                try {
                    assertTrue(task.get());
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    static Stream<Arguments> cases() {
        return Stream.of(Outer.values())
                .flatMap(outer -> Stream.of(Setter.values()).map(by -> Arguments.of(outer, by)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void set_wherever(Outer outer, Setter setter) throws Exception {
        for (boolean automatic : new boolean[] {false, true}) {
            int access = 0;
            while (new Attempt(automatic, access, setter).interrupts(outer)) {
                access++;
            }
            assertTrue(access > 0, "accesses=" + access);
        }
    }

    /** One operation, before one of whose accesses the event is set. */
    private static final class Attempt implements Interception.Interceptor, Waiter {
        private final Setter setter;
        private final boolean automatic;
        private final EventCore core;
        private int left;
        private boolean armed;
        private boolean interrupted;

        Attempt(boolean automatic, int access, Setter setter) {
            this.automatic = automatic;
            this.left = access;
            this.setter = setter;
            MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(EventLayout.BYTES));
            this.core =
                    new EventCore(
                            Interception.of(memory, this),
                            automatic,
                            new EverybodyLives(1),
                            this,
                            TickPolicy.STANDARD);
        }

        /** Whether the operation had so many accesses. */
        boolean interrupts(Outer outer) throws InterruptedException {
            armed = true;
            switch (outer) {
                case IS_SET -> core.isSet();
                case AWAIT -> assertTrue(core.await(Deadline.never()));
                case SET -> core.set();
                case CLEAR -> core.clear();
            }
            boolean wasInterrupted = interrupted;
            armed = false;
            if (outer == Outer.IS_SET && wasInterrupted || outer == Outer.SET) {
                assertTrue(core.isSet());
            } else if (outer == Outer.AWAIT) {
                assertTrue(core.isSet() != automatic);
            }
            core.set();
            assertTrue(core.isSet());
            core.clear();
            assertFalse(core.isSet());
            return wasInterrupted;
        }

        @Override
        public Object call(AtomicBuffer target, java.lang.reflect.Method method, Object[] arguments)
                throws Throwable {
            if (armed && left-- == 0) {
                interrupt();
            }
            return Interception.proceed(target, method, arguments);
        }

        private void interrupt() {
            armed = false;
            interrupted = true;
            setter.accept(core::set);
        }

        /** Asleep it is interrupted at the latest; that does not count. */
        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            if (armed) {
                interrupt();
                interrupted = false;
            }
            return true;
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {}
    }
}
