package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** The region closes just when a thread is about to sleep, and no tick would ever end that. */
class SlotClosingTest {
    private static final SlotLayout LAYOUT = new SlotLayout(1, Long.BYTES);

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(LAYOUT.bytes()));
    private final MappedBuffer element = new MappedBuffer(ByteBuffer.allocateDirect(Long.BYTES));
    private final List<Integer> woken = new ArrayList<>();
    private final Liveness liveness = new Closable();
    private final SlotCore core;
    private boolean closed;

    SlotClosingTest() {
        LAYOUT.initialize(memory);
        Waiter waiter = new ClosingWaiter();
        core =
                new SlotCore(
                        memory,
                        new SlotTable(memory, LAYOUT, new Pile()),
                        new RobustMutex(memory, SlotLayout.MUTEX, liveness, waiter),
                        liveness,
                        waiter,
                        TickPolicy.OFF);
    }

    @Test
    void theRegionClosing_endsTheEpoch_andWakesAll() {
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class, () -> core.take(element, Deadline.never()));
        assertEquals("closed", e.getMessage());
        assertEquals(
                List.of(SlotLayout.ITEM_EPOCH), woken, "where nobody has slept no wake is due");
    }

    /** Closes, and asks whether the thread would sleep on. */
    private final class ClosingWaiter implements Waiter {
        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            closed = true;
            try {
                core.claims().hold(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            core.claims().resume();
            if (buffer.getIntVolatile(index) == expected) {
                throw new AssertionError("it sleeps for ever");
            }
            return true;
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            if (count == Integer.MAX_VALUE) { // else it passes on the wake that it may have had
                woken.add(index);
            }
        }
    }

    /** A region that was closed. */
    private final class Closable implements Liveness {
        private final Liveness open = new EverybodyLives(1);

        @Override
        public int self() {
            return open.self();
        }

        @Override
        public boolean isDead(int tag) {
            return open.isDead(tag);
        }

        @Override
        public void probe(int tag) {
            open.probe(tag);
        }

        @Override
        public void probeNext() {
            open.probeNext();
        }

        @Override
        public void checkOpen() {
            if (closed) {
                throw new IllegalStateException("closed");
            }
        }
    }
}
