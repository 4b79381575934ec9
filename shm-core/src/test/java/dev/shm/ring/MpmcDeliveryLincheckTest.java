package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.testing.LincheckRuns;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
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
 * A message that was taken keeps its place until it is acknowledged, and can be given back instead,
 * as Lincheck finds for every schedule that it tries. Threads share handles.
 *
 * <p>What is given back comes before all others only for those who come to take later; so where
 * that is done all messages are the same, and there is room for all.
 */
@Tag("lincheck")
class MpmcDeliveryLincheckTest {
    private static final int CAPACITY = 2;
    private static final MpmcLayout LAYOUT = LincheckRing.layout(CAPACITY);
    private static final MpmcLayout WITH_ROOM_FOR_ALL = LincheckRing.layout(16);
    private static final int HANDLES = 2;

    @Test
    void aRing_keepsPlacesUntilTheyAreAcknowledged() {
        LincheckRuns.ofSchedules(Model.class).check(Ring.class);
    }

    @Test
    void whatIsGivenBack_isThereForWhoeverTakesNext() {
        ofReturns().check(RingOfReturns.class);
    }

    @Test
    void aTakeInTwoSteps_isFound() {
        assertThrows(
                LincheckAssertionError.class,
                () -> LincheckRuns.ofSchedules(Model.class).check(TornHead.class));
    }

    @Test
    void whatIsGivenBack_isTakenOnce() {
        ofTakeovers().check(SmallRingOfReturns.class);
    }

    @Test
    void aTakeoverInTwoSteps_isFound() {
        assertThrows(LincheckAssertionError.class, () -> ofTakeovers().check(TornOwner.class));
    }

    /** Two take what one has given back, and nothing else. */
    private static ModelCheckingOptions ofTakeovers() {
        ExecutionScenario racing =
                new ExecutionScenario(
                        List.of(actor("offer", 0), actor("take", 0), actor("giveBack", 0)),
                        List.of(List.of(actor("take", 1)), List.of(actor("take", 2))),
                        List.of(),
                        null);
        return LincheckRuns.ofSchedules(ModelOfReturns.class)
                .iterations(0)
                .addCustomScenario(racing)
                .invocationsPerIteration(10_000);
    }

    /** Besides other scenarios: a message is given back while somebody finds nothing. */
    private static ModelCheckingOptions ofReturns() {
        ExecutionScenario crossing =
                new ExecutionScenario(
                        List.of(
                                actor("offer", 0),
                                actor("take", 0),
                                actor("giveBack", 0),
                                actor("take", 0)),
                        List.of(List.of(actor("giveBack", 0)), List.of(actor("take", 2))),
                        List.of(actor("take", 3)),
                        null);
        return LincheckRuns.ofSchedules(ModelOfReturns.class).addCustomScenario(crossing);
    }

    private static Actor actor(String operation, int thread) {
        try {
            return new Actor(RingOfReturns.class.getMethod(operation, int.class), List.of(thread));
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    /** What the ring is to be. */
    public static final class Model {
        private final SortedMap<Integer, Integer> unfinished = new TreeMap<>();
        private final Map<Integer, Queue<Integer>> taken = new HashMap<>();
        private int head;
        private int tail;

        public boolean offer(int thread, int message) {
            if (!unfinished.isEmpty() && tail - unfinished.firstKey() == CAPACITY) {
                return false;
            }
            unfinished.put(tail++, message);
            return true;
        }

        public @Nullable Integer take(int thread) {
            if (head == tail) {
                return null;
            }
            taken.computeIfAbsent(thread, t -> new ArrayDeque<>()).add(head);
            return unfinished.get(head++);
        }

        public boolean acknowledge(int thread) {
            Queue<Integer> ours = taken.getOrDefault(thread, new ArrayDeque<>());
            return !ours.isEmpty() && unfinished.remove(ours.remove()) != null;
        }
    }

    /** What it is to be where messages are given back. */
    public static final class ModelOfReturns {
        private final Map<Integer, Integer> taken = new HashMap<>();
        private int messages;

        public boolean offer(int thread) {
            messages++;
            return true;
        }

        public boolean take(int thread) {
            if (messages == 0) {
                return false;
            }
            messages--;
            taken.merge(thread, 1, Integer::sum);
            return true;
        }

        public boolean acknowledge(int thread) {
            boolean any = taken.getOrDefault(thread, 0) > 0;
            taken.merge(thread, any ? -1 : 0, Integer::sum);
            return any;
        }

        public boolean giveBack(int thread) {
            boolean any = acknowledge(thread);
            messages += any ? 1 : 0;
            return any;
        }
    }

    /** A ring, and what each thread has taken. */
    public abstract static class Deliveries extends LincheckRing {
        private final Map<Integer, Deque<Long>> taken = new HashMap<>();

        Deliveries(MpmcLayout layout, int torn) {
            super(layout, torn, HANDLES);
            for (int thread = 0; thread < LAYOUT.cells(); thread++) {
                taken.put(thread, new ArrayDeque<>());
            }
        }

        final @Nullable Integer receive(int thread) {
            long claim = unlessBlocked(core(thread)::takeForLong);
            if (MpmcCore.isNothing(claim)) {
                return null;
            }
            taken.get(thread).add(claim);
            return read(thread, claim);
        }

        @Operation
        public boolean acknowledge(@Param(gen = ThreadIdGen.class) int thread) {
            Long claim = taken.get(thread).poll();
            if (claim != null) {
                core(thread).acknowledge(claim);
            }
            return claim != null;
        }

        final boolean requeue(int thread) {
            Long claim = taken.get(thread).poll();
            if (claim != null) {
                core(thread).requeue(claim);
            }
            return claim != null;
        }

        /** What was taken is still in the way. */
        @Override
        final long oldest(long head, long tail) {
            return tail - LAYOUT.span();
        }
    }

    /** What it is. */
    public static class Ring extends Deliveries {
        public Ring() {
            this(-1);
        }

        Ring(int torn) {
            super(LAYOUT, torn);
        }

        @Operation
        public boolean offer(
                @Param(gen = ThreadIdGen.class) int thread,
                @Param(gen = IntGen.class, conf = "1:9") int message) {
            return fill(thread, message);
        }

        @Operation
        public @Nullable Integer take(@Param(gen = ThreadIdGen.class) int thread) {
            return receive(thread);
        }
    }

    /** What it is where messages are given back. */
    public static class RingOfReturns extends Deliveries {
        public RingOfReturns() {
            this(WITH_ROOM_FOR_ALL, -1);
        }

        RingOfReturns(MpmcLayout layout, int torn) {
            super(layout, torn);
        }

        @Operation
        public boolean offer(@Param(gen = ThreadIdGen.class) int thread) {
            return fill(thread, 1);
        }

        @Operation
        public boolean take(@Param(gen = ThreadIdGen.class) int thread) {
            return receive(thread) != null;
        }

        @Operation
        public boolean giveBack(@Param(gen = ThreadIdGen.class) int thread) {
            return requeue(thread);
        }
    }

    /** The same with fewer places, so that there are fewer schedules. */
    public static class SmallRingOfReturns extends RingOfReturns {
        public SmallRingOfReturns() {
            this(-1);
        }

        SmallRingOfReturns(int torn) {
            super(LAYOUT, torn);
        }
    }

    /** The same with a fault. */
    public static final class TornOwner extends SmallRingOfReturns {
        public TornOwner() {
            super(LAYOUT.consumers());
        }
    }

    /** A ring with a fault. */
    public static final class TornHead extends Ring {
        public TornHead() {
            super(MpmcLayout.HEAD);
        }
    }
}
