package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;
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
    private final MpmcHeld held = new MpmcHeld();
    private final AtomicInteger letGo = new AtomicInteger();
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
                        new MpmcSleepers(claims, waiter),
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
                        held,
                        new MpmcSleepers(memory, waiter),
                        letGo::incrementAndGet,
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

    /** What a user has in his hands is not waited for, but what he is just ending. */
    @Test
    void closing_waitsForADeliveryThatIsBeingEnded() {
        core.publish(core.claim());
        long taken = core.take();
        MpmcHeld.Hold hold = held.hold(core, taken, () -> {});
        assertTrue(
                hold.end(
                        () -> {
                            assertFalse(closing.hold(1, TimeUnit.MILLISECONDS));
                            held.letGo(closing);
                            assertEquals(0, letGo.get());
                            core.acknowledge(taken);
                        }));
        assertEquals(1, letGo.get());
        assertFalse(hold.end(() -> {}));
        assertTrue(closing.hold(0, TimeUnit.MILLISECONDS));
    }

    /** One that ended in vain is not waited for either: it is another's then. */
    @Test
    void closing_doesNotWaitForADeliveryThatEndedInVain() {
        core.publish(core.claim());
        MpmcHeld.Hold hold = held.hold(core, core.take(), () -> {});
        assertThrows(
                UnsupportedOperationException.class,
                () ->
                        hold.end(
                                () -> {
                                    throw new UnsupportedOperationException();
                                }));
        assertTrue(closing.hold(1, TimeUnit.MILLISECONDS));
    }

    /** An operation of another handle does not keep one from being let go for ever. */
    @Test
    void closing_letsGoOnceWhatWasInProgressHasEnded() {
        core.publish(core.claim());
        long taken = core.take();
        assertFalse(closing.hold(1, TimeUnit.MILLISECONDS));
        held.letGo(closing);
        assertEquals(0, letGo.get());
        core.release(taken);
        held.letGoOfClosed();
        held.letGoOfClosed();
        assertEquals(1, letGo.get());
    }

    /** What it lets go of may be another object's: a wake that comes later is given up. */
    @Test
    void closing_keepsLateWakesAwayFromTheMemory() {
        MpmcSleepers late = new MpmcSleepers(claims, waiter);
        closing.begin();
        int items = memory.getInt(MpmcLayout.ITEM_EPOCH);
        int space = memory.getInt(MpmcLayout.SPACE_EPOCH);
        late.wakeEverybody();
        late.wakeAnnounced();
        assertEquals(items, memory.getInt(MpmcLayout.ITEM_EPOCH));
        assertEquals(space, memory.getInt(MpmcLayout.SPACE_EPOCH));
    }

    /** An operation that looks whether it was the last waits for nobody who waits for another. */
    @Test
    void lettingGo_doesNotWaitForWhoWaits() throws Exception {
        long inProgress = core.claim();
        FutureTask<Boolean> region = new FutureTask<>(() -> closing.hold(1, TimeUnit.MINUTES));
        Thread thread = new Thread(region, "closing");
        thread.setDaemon(true);
        thread.start();
        while (!closing.hasBegun()) {
            Thread.onSpinWait();
        }
        assertFalse(closing.end());
        core.publish(inProgress);
        assertTrue(region.get());
        assertTrue(closing.end());
        assertEquals(1, letGo.get());
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
