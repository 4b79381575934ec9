package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** What others do while a thread sleeps, where no tick helps it on. */
class CountingCoreTest {
    private final MappedBuffer memory =
            new MappedBuffer(ByteBuffer.allocateDirect(CountingLayout.BYTES));
    private final List<Integer> woken = new ArrayList<>();
    private final CountingCore other = core(() -> {});

    @Test
    void drain_leavesWhoWaitsKnown() {
        other.release(1); // which is not enough
        acquire(
                2,
                () -> {
                    assertEquals(1, other.drain());
                    other.release(2);
                });
        assertEquals(List.of(Integer.MAX_VALUE), woken);
    }

    /** The one may be enough for another, who must not sleep on for it. */
    @Test
    void release_ofOne_wakesAll_whereSomebodyNeedsTwo() {
        acquire(
                2,
                () -> {
                    other.release(1);
                    assertEquals(List.of(Integer.MAX_VALUE), woken);
                    other.release(1);
                });
    }

    /** The second to release does not know of others who sleep: the first has woken one. */
    @Test
    void whoWasWoken_wakesTheNext_whereAPermitIsLeft() {
        acquire(
                1,
                () -> {
                    other.release(1);
                    other.release(1);
                    assertEquals(List.of(1), woken);
                });
        assertEquals(List.of(1, 1), woken);
        assertEquals(1, other.permits());
    }

    private void acquire(int permits, Runnable meanwhile) {
        assertTrue(core(meanwhile).acquire(permits, Endurance.until(Deadline.never())));
    }

    private CountingCore core(Runnable meanwhile) {
        Waiter waiter =
                new Waiter() {
                    @Override
                    public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
                        meanwhile.run();
                        return true;
                    }

                    @Override
                    public void wake(AtomicBuffer buffer, int index, int count) {
                        woken.add(count);
                    }
                };
        return new CountingCore(memory, new EverybodyLives(1), waiter, TickPolicy.OFF);
    }
}
