package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.testing.LincheckRuns;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The ring is a bounded queue, first in, first out: Lincheck finds an order of the operations for
 * every schedule that it tries. Nobody dies here, and memory is as the program says.
 */
@Tag("lincheck")
class MpmcLincheckTest {
    private static final int CAPACITY = 2;
    private static final MpmcLayout LAYOUT = LincheckRing.layout(CAPACITY);

    @Test
    void aRing_isABoundedQueue() {
        LincheckRuns.ofSchedules(Model.class).check(Ring.class);
    }

    /** A place that was given up is one until it is at the head. */
    @Test
    void aRing_isABoundedQueue_alsoWherePlacesAreGivenUp() {
        LincheckRuns.ofSchedules(ModelWithGaps.class).check(RingWithGaps.class);
    }

    @Test
    void aClaimInTwoSteps_isFound() {
        LincheckAssertionError found =
                assertThrows(
                        LincheckAssertionError.class,
                        () -> LincheckRuns.ofSchedules(Model.class).check(TornTail.class));
        assertTrue(found.getMessage().contains("offer"), found::getMessage);
    }

    @Test
    void aTakeInTwoSteps_isFound() {
        LincheckAssertionError found =
                assertThrows(
                        LincheckAssertionError.class,
                        () -> LincheckRuns.ofSchedules(Model.class).check(TornHead.class));
        assertTrue(found.getMessage().contains("poll"), found::getMessage);
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

    /** What it is to be where places are given up. */
    public static final class ModelWithGaps {
        private static final int GAP = 0;

        private final Queue<Integer> places = new ArrayDeque<>();

        public boolean offer(int thread, int message) {
            skipGaps();
            return places.size() < CAPACITY && places.add(message);
        }

        public boolean giveUp(int thread) {
            return offer(thread, GAP);
        }

        public @Nullable Integer poll(int thread) {
            skipGaps();
            return places.poll();
        }

        private void skipGaps() {
            while (!places.isEmpty() && places.element() == GAP) {
                places.remove();
            }
        }
    }

    /** What it is. */
    public static class Ring extends LincheckRing {
        public Ring() {
            this(-1);
        }

        Ring(int torn) {
            super(LAYOUT, torn, LAYOUT.cells() - 1);
        }

        @Operation
        public boolean offer(
                @Param(gen = ThreadIdGen.class) int thread,
                @Param(gen = IntGen.class, conf = "1:9") int message) {
            return fill(thread, message);
        }

        @Operation
        public @Nullable Integer poll(@Param(gen = ThreadIdGen.class) int thread) {
            long claim = unlessBlocked(core(thread)::take);
            if (MpmcCore.isNothing(claim)) {
                return null;
            }
            int message = read(thread, claim);
            core(thread).release(claim);
            return message;
        }

        /** What is being taken is on its way out. */
        @Override
        final long oldest(long head, long tail) {
            return head;
        }
    }

    /** What it is where places are given up. */
    public static final class RingWithGaps extends Ring {
        @Operation
        public boolean giveUp(@Param(gen = ThreadIdGen.class) int thread) {
            long claim = claim(thread);
            if (MpmcCore.isNothing(claim)) {
                return false;
            }
            core(thread).end(claim, false);
            return true;
        }
    }

    /** The same with a fault. */
    public static final class TornTail extends Ring {
        public TornTail() {
            super(MpmcLayout.TAIL);
        }
    }

    /** The same with another. */
    public static final class TornHead extends Ring {
        public TornHead() {
            super(MpmcLayout.HEAD);
        }
    }
}
