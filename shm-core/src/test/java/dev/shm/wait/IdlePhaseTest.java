package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControllableIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a wait begins with: who idles, and for how long. */
class IdlePhaseTest {
    private static final String CLASS = "shm.wait.idle";
    private static final String MICROS = "shm.wait.idle.micros";
    private static final int WORD = 64;

    private final AtomicBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(128));
    private final List<Counting> made = Collections.synchronizedList(new ArrayList<>());
    private final Behind behind = new Behind();

    /** Counts. */
    private final class Counting implements IdleStrategy {
        private int idles;
        private int resets;

        Counting() {
            made.add(this);
        }

        @Override
        public void idle() {
            idles++;
        }

        @Override
        public void idle(int workCount) {
            throw new AssertionError("a wait does no work");
        }

        @Override
        public void reset() {
            resets++;
        }
    }

    /** Takes note of what it is asked. */
    private static final class Behind implements Waiter {
        private final List<Long> sleeps = new ArrayList<>();
        private int wakes;

        @Override
        public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
            sleeps.add(nanos);
            return false;
        }

        @Override
        public void wake(AtomicBuffer buffer, int index, int count) {
            wakes += count;
        }
    }

    @AfterEach
    void clearProperties() {
        System.clearProperty(CLASS);
        System.clearProperty(MICROS);
    }

    private Tick tick(Waiter waiter) {
        return new Tick(TickPolicy.STANDARD, waiter);
    }

    @Test
    void idles_untilTheTimeIsOver_andNotAgain() {
        Tick tick = tick(Waiter.idling(Counting::new, TimeUnit.MILLISECONDS.toNanos(5), behind));
        int idles = 0;
        long start = System.nanoTime();
        while (tick.idles()) {
            idles++;
        }
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(5));
        assertEquals(idles, made.get(0).idles);
        assertEquals(1, made.get(0).resets);
        assertFalse(tick.idles());
        assertEquals(idles, made.get(0).idles);
    }

    @Test
    void aWaitThatIsOverAtOnce_doesNotIdle() {
        Tick tick = tick(Waiter.idling(Counting::new, 0, behind));
        assertFalse(tick.idles());
        assertEquals(List.of(), made);
    }

    @Test
    void sleepsAndWakes_areThoseOfTheWaiterBehind() {
        Waiter waiter = Waiter.idling(Counting::new, Long.MAX_VALUE, behind);
        assertFalse(waiter.await(buffer, WORD, 0, 5));
        waiter.wake(buffer, WORD, 7);
        assertEquals(List.of(5L), behind.sleeps);
        assertEquals(7, behind.wakes);
    }

    @Test
    void eachThread_hasAStrategyOfItsOwn() throws Exception {
        Waiter waiter = Waiter.idling(Counting::new, Long.MAX_VALUE, behind);
        assertTrue(tick(waiter).idles());
        assertTrue(tick(waiter).idles());
        assertEquals(1, made.size());
        assertTrue(Background.start(() -> tick(waiter).idles()).join());
        assertEquals(2, made.size());
        assertNotSame(made.get(0), made.get(1));
    }

    @Test
    void byDefault_aThreadSpinsForAFewMicroseconds() {
        long micros = Runtime.getRuntime().availableProcessors() == 1 ? 0 : 20;
        assertEquals(
                "idling for " + micros + " us, then futex, else polling",
                Waiter.system().toString());
    }

    @Test
    void theStrategyThatWasNamed_isUsed() {
        System.setProperty(CLASS, Public.class.getName());
        System.setProperty(MICROS, String.valueOf(TimeUnit.HOURS.toMicros(1)));
        Public.idles = 0;
        Tick tick = tick(Waiter.system());
        assertTrue(tick.idles());
        assertTrue(tick.idles());
        assertEquals(2, Public.idles);
    }

    @Test
    void noTime_isNoPhase() {
        System.setProperty(MICROS, "0");
        assertFalse(tick(Waiter.system()).idles());
    }

    @ParameterizedTest
    @ValueSource(classes = {String.class, ControllableIdleStrategy.class, Counting.class})
    void anotherClass_isRefused(Class<?> type) {
        System.setProperty(CLASS, type.getName());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, Waiter::system);
        assertEquals(
                "shm.wait.idle="
                        + type.getName()
                        + ": must be an IdleStrategy with a public constructor without parameters",
                e.getMessage());
    }

    @Test
    void whatIsNoClass_isRefused() {
        System.setProperty(CLASS, "no.such.Thing");
        assertThrows(IllegalArgumentException.class, Waiter::system);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "", "long"})
    void whatIsNoTime_isRefused(String micros) {
        System.setProperty(CLASS, Public.class.getName());
        System.setProperty(MICROS, micros);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, Waiter::system);
        assertEquals("shm.wait.idle.micros=" + micros + ": must be 0 or more", e.getMessage());
    }

    /** As a user may have one. */
    public static final class Public implements IdleStrategy {
        private static volatile int idles;

        /** By its name. */
        public Public() {}

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread idles at a time
        public void idle() {
            idles++;
            Thread.onSpinWait();
        }

        @Override
        public void idle(int workCount) {
            idle();
        }

        @Override
        public void reset() {}
    }
}
