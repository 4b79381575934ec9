package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Waiter;
import java.util.ArrayDeque;
import java.util.Queue;
import org.agrona.concurrent.AtomicBuffer;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The ring is a bounded queue, first in, first out: Lincheck finds an order of the operations for
 * every schedule that it tries. Nobody dies here, and memory is as the program says. Capacity
 * counts claims and takes in progress (ALGORITHMS 6); where the ring says that it is full because
 * of one of these, the operation asks again. {@code -Dshm.test.lincheck.iterations} for more
 * scenarios.
 */
@Tag("lincheck")
class MpmcLincheckTest {
    private static final int ITERATIONS = Integer.getInteger("shm.test.lincheck.iterations", 6);
    private static final int CAPACITY = 2;
    private static final int THREADS = 3;
    private static final MpmcLayout LAYOUT = new MpmcLayout(CAPACITY, Long.BYTES, THREADS + 2);

    @Test
    void aRing_isABoundedQueue() {
        options().check(Ring.class);
    }

    @Test
    void aClaimInTwoSteps_isFound() {
        LincheckAssertionError found =
                assertThrows(LincheckAssertionError.class, () -> options().check(TornTail.class));
        assertTrue(found.getMessage().contains("offer"), found::getMessage);
    }

    @Test
    void aTakeInTwoSteps_isFound() {
        LincheckAssertionError found =
                assertThrows(LincheckAssertionError.class, () -> options().check(TornHead.class));
        assertTrue(found.getMessage().contains("poll"), found::getMessage);
    }

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(300)
                .threads(THREADS)
                .actorsPerThread(2)
                .actorsBefore(2)
                .actorsAfter(2)
                .minimizeFailedScenario(false)
                .sequentialSpecification(Model.class);
    }

    /** What the ring is to be. */
    public static final class Model {
        private final Queue<Integer> messages = new ArrayDeque<>();

        public boolean offer(int thread, int message) {
            return messages.size() < CAPACITY && messages.add(message);
        }

        public @Nullable Integer poll(int thread) {
            return messages.poll();
        }
    }

    /** What it is. */
    public static class Ring {
        private final AtomicBuffer memory;
        private final MpmcCore[] cores = new MpmcCore[THREADS + 2];

        public Ring() {
            this(ArrayMemory.of(LAYOUT.bytes()));
        }

        Ring(AtomicBuffer memory) {
            this.memory = memory;
            MpmcCore.initialize(memory, LAYOUT, 0);
            for (int i = 0; i < cores.length; i++) {
                EverybodyLives liveness = new EverybodyLives(i + 1);
                cores[i] = new MpmcCore(memory, memory, LAYOUT, liveness, new NobodyWaits());
            }
        }

        @Operation
        public boolean offer(
                @Param(gen = ThreadIdGen.class) int thread,
                @Param(gen = IntGen.class, conf = "1:9") int message) {
            MpmcCore core = cores[thread];
            long claim = core.claim();
            while (MpmcCore.isNothing(claim)) {
                if (isFull()) {
                    return false;
                }
                Thread.onSpinWait();
                claim = core.claim();
            }
            memory.putLong(core.message(claim) + MpmcLayout.PAYLOAD, message);
            core.publish(claim);
            return true;
        }

        @Operation
        public @Nullable Integer poll(@Param(gen = ThreadIdGen.class) int thread) {
            MpmcCore core = cores[thread];
            long claim = core.take();
            while (claim == MpmcCore.BLOCKED) {
                Thread.onSpinWait();
                claim = core.take();
            }
            if (MpmcCore.isNothing(claim)) {
                return null;
            }
            int message = (int) memory.getLong(core.message(claim) + MpmcLayout.PAYLOAD);
            core.release(claim);
            return message;
        }

        /** Whether, at one instant, there was a message in each place, and none was being taken. */
        private boolean isFull() {
            long head = memory.getLongVolatile(MpmcLayout.HEAD);
            long tail = memory.getLongVolatile(MpmcLayout.TAIL);
            long first = head & MpmcLayout.POSITION;
            boolean full = (tail & MpmcLayout.POSITION) - first == LAYOUT.span();
            for (int i = 0; i < CAPACITY; i++) {
                long position = first + i * MpmcLayout.ONE;
                int sequence = LAYOUT.sequences() + LAYOUT.index(position) * Long.BYTES;
                full &= memory.getLongVolatile(sequence) == (position | MpmcLayout.FULL);
            }
            return full
                    && memory.getLongVolatile(MpmcLayout.HEAD) == head
                    && memory.getLongVolatile(MpmcLayout.TAIL) == tail;
        }
    }

    /** The same with a fault. */
    public static final class TornTail extends Ring {
        public TornTail() {
            super(ArrayMemory.torn(LAYOUT.bytes(), MpmcLayout.TAIL));
        }
    }

    /** The same with another. */
    public static final class TornHead extends Ring {
        public TornHead() {
            super(ArrayMemory.torn(LAYOUT.bytes(), MpmcLayout.HEAD));
        }
    }

    /** A waiter for those who never do. */
    private static final class NobodyWaits implements Waiter {
        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            // nobody waits
        }
    }
}
