package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Closing a handle ends the sleeps that go through it, though no tick ever ends one. */
class MpmcClosingTest {
    private static final MpmcLayout LAYOUT = new MpmcLayout(2, Long.BYTES, 1);

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(LAYOUT.bytes()));
    private final MappedBuffer claims = memory.part(0, MpmcLayout.TAGS);
    private final Liveness liveness = new EverybodyLives(1);
    private final CountDownLatch sleeping = new CountDownLatch(1);
    private final Waiter waiter = new Announced(Waiter.system(), sleeping);
    private final MpmcCore core;
    private final MpmcWaiting waiting;
    private final MpmcClosing closing;

    MpmcClosingTest() {
        MpmcCore.initialize(memory, LAYOUT, 0);
        core = new MpmcCore(claims, memory, LAYOUT, liveness, waiter);
        waiting =
                new MpmcWaiting(
                        memory,
                        core,
                        new MpmcSleepers(claims, memory, waiter),
                        LAYOUT.capacity(),
                        1,
                        liveness,
                        waiter,
                        TickPolicy.OFF,
                        TickPolicy.OFF);
        closing =
                new MpmcClosing(
                        claims,
                        "closed",
                        new MpmcTickets(memory, memory, LAYOUT),
                        LAYOUT.span(),
                        new MpmcHeld(),
                        new MpmcSleepers(memory, memory, waiter),
                        () -> false,
                        liveness.self());
    }

    /** What is waited for. */
    private enum Wait {
        A_MESSAGE(0),
        SPACE(LAYOUT.capacity()),
        RELEASE(1);

        private final int messages; // that are there

        Wait(int messages) {
            this.messages = messages;
        }

        Object begin(MpmcWaiting waiting, MpmcCore core) throws InterruptedException {
            return switch (this) {
                case A_MESSAGE -> waiting.untilTaken(core::take, Deadline.never());
                case SPACE -> waiting.untilClaimed(core::claim, Deadline.never());
                case RELEASE -> waiting.untilReleased(Deadline.never());
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void closing_wakesWhoSleeps(Wait what) throws Exception {
        for (int i = 0; i < what.messages; i++) {
            core.publish(core.claim());
        }
        FutureTask<Object> wait = new FutureTask<>(() -> what.begin(waiting, core));
        Thread thread = new Thread(wait, "waiting");
        thread.setDaemon(true);
        thread.start();
        sleeping.await();
        closing.begin();
        ExecutionException e =
                assertThrows(ExecutionException.class, () -> wait.get(1, TimeUnit.MINUTES));
        assertEquals(IllegalStateException.class, e.getCause().getClass());
        assertEquals("closed", e.getCause().getMessage());
    }

    /** Says when somebody goes to sleep. */
    private record Announced(Waiter real, CountDownLatch sleeping) implements Waiter {
        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            sleeping.countDown();
            return real.await(buffer, index, expected, nanos);
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            real.wake(buffer, index, count);
        }
    }
}
