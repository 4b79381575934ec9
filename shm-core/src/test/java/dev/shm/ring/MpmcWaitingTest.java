package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** Waits of one thread, which others end while it sleeps. */
class MpmcWaitingTest {
    private static final MpmcLayout LAYOUT = new MpmcLayout(2, Long.BYTES, 2);

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(LAYOUT.bytes()));
    private final MpmcCore core;
    private final MpmcCore other;
    private final Giving waiter = new Giving();
    private final MpmcWaiting waiting;

    MpmcWaitingTest() {
        MpmcCore.initialize(memory, LAYOUT, 0);
        Liveness liveness = new EverybodyLives(1);
        core = new MpmcCore(memory, memory, LAYOUT, liveness, waiter);
        other = new MpmcCore(memory, memory, LAYOUT, new EverybodyLives(2), waiter);
        waiting =
                new MpmcWaiting(
                        memory,
                        core,
                        new MpmcSleepers(memory, waiter),
                        LAYOUT.capacity(),
                        1,
                        liveness,
                        waiter,
                        TickPolicy.OFF,
                        TickPolicy.OFF);
    }

    /** Who puts in next would wake somebody who is gone, by a system call for nothing. */
    @Test
    void whoWasWoken_andGotIt_isNotAnnouncedAnyMore() throws Exception {
        waiter.gift = () -> other.publish(other.claim());
        core.release(waiting.untilTaken(core::take, Deadline.never()));
        assertEquals(1, waiter.wakes);
        other.publish(other.claim());
        assertEquals(1, waiter.wakes, "nobody sleeps");
    }

    @Test
    void whoWasWokenInVain_sleepsAnnounced() throws Exception {
        waiter.gift =
                () -> {
                    other.publish(other.claim());
                    other.release(other.take()); // another was quicker
                    waiter.gift = () -> other.publish(other.claim());
                };
        assertFalse(MpmcCore.isNothing(waiting.untilTaken(core::take, Deadline.never())));
        assertEquals(2, waiter.wakes);
    }

    /** What others do while the thread sleeps; if that is nothing it would sleep for ever. */
    private static final class Giving implements Waiter {
        private Runnable gift = () -> {};
        private int wakes;

        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            int before = wakes;
            gift.run();
            if (wakes == before) {
                throw new AssertionError("a wake was lost");
            }
            return true;
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            wakes++;
        }
    }
}
