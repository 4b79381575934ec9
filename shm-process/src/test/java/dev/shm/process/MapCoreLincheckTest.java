package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.process.MapStripe.Condition;
import dev.shm.process.MapStripe.Outcome;
import dev.shm.process.MapStripe.Result;
import dev.shm.testing.ArrayMemory;
import dev.shm.testing.EverybodyLives;
import dev.shm.testing.LincheckRuns;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.agrona.concurrent.AtomicBuffer;
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
 * What is done to one key of a map happens at one instant: Lincheck finds an order of the
 * operations for every schedule that it tries. Two stripes, each under its mutex, take cells of one
 * heap. Keys 5 and 6 are in one, and searched for from the same slot; key 4 is in the other. Nobody
 * dies here, and memory is as the program says.
 */
@Tag("lincheck")
class MapCoreLincheckTest {
    private static final MapLayout LAYOUT = new MapLayout(2, 4, 8);

    @Test
    void aMap_isAMap() {
        LincheckRuns.ofSchedules(Model.class).check(Cells.class);
    }

    @Test
    void whatIsDoneInOneStripe_isDoneOneAfterTheOther() {
        ModelCheckingOptions puts = ofRace(List.of(List.of(put(1, 5, 1)), List.of(put(2, 6, 2))));
        puts.check(Cells.class);
        assertThrows(LincheckAssertionError.class, () -> puts.check(TornMutex.class));
    }

    @Test
    void stripes_takeDifferentCells() {
        ModelCheckingOptions puts = ofRace(List.of(List.of(put(1, 4, 1)), List.of(put(2, 5, 2))));
        puts.check(Cells.class);
        assertThrows(LincheckAssertionError.class, () -> puts.check(TornCell.class));
    }

    /** In more schedules than others, with a look at all keys in the end. */
    private static ModelCheckingOptions ofRace(List<List<Actor>> racing) {
        List<Actor> after = List.of(get(0, 4), get(0, 5), get(0, 6));
        return LincheckRuns.ofSchedules(Model.class)
                .iterations(0)
                .addCustomScenario(new ExecutionScenario(List.of(), racing, after, null))
                .invocationsPerIteration(1_000);
    }

    private static Actor put(int thread, int key, int value) {
        return actor("put", thread, key, value);
    }

    private static Actor get(int thread, int key) {
        return actor("get", thread, key);
    }

    private static Actor actor(String operation, Integer... arguments) {
        Class<?>[] types = new Class<?>[arguments.length];
        Arrays.fill(types, int.class);
        try {
            return new Actor(Operations.class.getMethod(operation, types), List.of(arguments));
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    /** What is done to a map; null is no value. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "key", gen = IntGen.class, conf = "4:6")
    @Param(name = "value", gen = IntGen.class, conf = "1:3")
    @Param(name = "before", gen = IntGen.class, conf = "1:3")
    public abstract static class Operations {
        abstract @Nullable Integer find(int thread, int key);

        /** Puts a value in, or takes it out, if another is there, or whatever is there. */
        abstract @Nullable Integer change(
                int thread, int key, Wanted wanted, @Nullable Integer value);

        @Operation(params = {"thread", "key"})
        public @Nullable Integer get(int thread, int key) {
            return find(thread, key);
        }

        @Operation(params = {"thread", "key", "value"})
        public @Nullable Integer put(int thread, int key, int value) {
            return change(thread, key, before -> true, value);
        }

        @Operation(params = {"thread", "key", "value"})
        public @Nullable Integer putIfAbsent(int thread, int key, int value) {
            return change(thread, key, before -> before == null, value);
        }

        @Operation(params = {"thread", "key", "before", "value"})
        public @Nullable Integer replaceThat(int thread, int key, int before, int value) {
            return change(thread, key, found -> Objects.equals(found, before), value);
        }

        @Operation(params = {"thread", "key"})
        public @Nullable Integer remove(int thread, int key) {
            return change(thread, key, before -> true, null);
        }
    }

    /** What is asked of a change. */
    @FunctionalInterface
    interface Wanted {
        boolean holds(@Nullable Integer before);
    }

    /** What a map is to be. */
    public static final class Model extends Operations {
        private final Map<Integer, Integer> map = new HashMap<>();

        @Override
        @Nullable Integer find(int thread, int key) {
            return map.get(key);
        }

        @Override
        @Nullable Integer change(int thread, int key, Wanted wanted, @Nullable Integer value) {
            Integer before = map.get(key);
            if (wanted.holds(before)) {
                map.compute(key, (same, old) -> value);
            }
            return before;
        }
    }

    /** What it is, with a handle for each thread. */
    public static class Cells extends Operations {
        private static final int THREADS = 5; // with those before and after the others

        private final MapCore[] cores = new MapCore[THREADS];

        public Cells() {
            this(-1);
        }

        Cells(int torn) {
            AtomicBuffer memory = ArrayMemory.torn(LAYOUT.bytes(), torn);
            for (int i = 0; i < THREADS; i++) {
                cores[i] =
                        new MapCore(
                                memory,
                                LAYOUT,
                                "it",
                                new EverybodyLives(i + 1),
                                new LooksAgain(),
                                TickPolicy.OFF);
            }
        }

        @Override
        final @Nullable Integer find(int thread, int key) {
            return number(cores[thread].get(bytes(key)));
        }

        @Override
        final @Nullable Integer change(
                int thread, int key, Wanted wanted, @Nullable Integer value) {
            Condition condition = before -> wanted.holds(number(before));
            Outcome outcome =
                    cores[thread].change(
                            bytes(key), condition, value == null ? null : bytes(value));
            if (outcome.result() != Result.DONE && outcome.result() != Result.REFUSED) {
                throw new IllegalStateException("result=" + outcome.result());
            }
            return number(outcome.before());
        }

        private static byte[] bytes(int number) {
            return new byte[] {(byte) number};
        }

        private static @Nullable Integer number(byte @Nullable [] bytes) {
            return bytes == null ? null : (int) bytes[0];
        }
    }

    /** The same with a fault: two may own the mutex of a stripe. */
    public static final class TornMutex extends Cells {
        public TornMutex() {
            super(LAYOUT.mutex(1));
        }
    }

    /** The same with another: two stripes may take the first cell. */
    public static final class TornCell extends Cells {
        public TornCell() {
            super(LAYOUT.ownersAt());
        }
    }

    /** A waiter whose sleeps end at once. */
    private static final class LooksAgain implements Waiter {
        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            Thread.onSpinWait();
            return true;
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            // nobody sleeps
        }
    }
}
