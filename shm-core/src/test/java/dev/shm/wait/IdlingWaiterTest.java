package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
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

/** What {@link WaiterTest} cannot know: who idles, and for how long. */
class IdlingWaiterTest {
    private static final String CLASS = "shm.wait.idle";
    private static final String MICROS = "shm.wait.idle.micros";
    private static final int WORD = 64;

    private final AtomicBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(128));
    private final List<Counting> made = Collections.synchronizedList(new ArrayList<>());
    private final Behind behind = new Behind();

    /** Counts, and changes the int after a while. */
    private final class Counting implements IdleStrategy {
        private int idles;
        private int resets;

        Counting() {
            made.add(this);
        }

        @Override
        public void idle() {
            if (++idles % 3 == 0) {
                buffer.getAndAddInt(WORD, 1);
            }
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

    @Test
    void await_idlesUntilTheIntChanges() {
        Waiter waiter = Waiter.idling(Counting::new, Long.MAX_VALUE, behind);
        assertTrue(waiter.await(buffer, WORD, 0, Long.MAX_VALUE));
        assertTrue(waiter.await(buffer, WORD, 1, Long.MAX_VALUE));
        assertEquals(6, made.get(0).idles);
        assertEquals(2, made.get(0).resets);
        assertEquals(List.of(), behind.sleeps);
    }

    @Test
    void await_sleepsAfterwards_forTheRestOfTheTime() {
        Waiter waiter = Waiter.idling(Counting::new, 0, behind);
        assertFalse(waiter.await(buffer, WORD, 0, TimeUnit.HOURS.toNanos(1)));
        assertEquals(1, behind.sleeps.size());
        assertTrue(behind.sleeps.get(0) <= TimeUnit.HOURS.toNanos(1));
        assertTrue(behind.sleeps.get(0) > TimeUnit.MINUTES.toNanos(1));
        assertEquals(0, made.get(0).idles);
    }

    @Test
    void await_doesNotIdleLongerThanItMayWait() {
        Waiter waiter = Waiter.idling(Counting::new, Long.MAX_VALUE, behind);
        assertFalse(waiter.await(buffer, WORD, 0, 0));
        assertEquals(List.of(0L), behind.sleeps);
    }

    @Test
    void wake_isThatOfTheWaiterBehind() {
        Waiter.idling(Counting::new, 0, behind).wake(buffer, WORD, 7);
        assertEquals(7, behind.wakes);
    }

    @Test
    void eachThread_hasAStrategyOfItsOwn() throws Exception {
        Waiter waiter = Waiter.idling(Counting::new, Long.MAX_VALUE, behind);
        assertTrue(waiter.await(buffer, WORD, 0, Long.MAX_VALUE));
        assertTrue(Background.start(() -> waiter.await(buffer, WORD, 1, Long.MAX_VALUE)).join());
        assertEquals(2, made.size());
        assertNotSame(made.get(0), made.get(1));
    }

    @Test
    void withoutAStrategy_aSleepBeginsAtOnce() {
        assertSame(SystemWaiter.INSTANCE, Waiter.system());
        System.setProperty(CLASS, Public.class.getName());
        assertEquals("idling, then futex, else polling", Waiter.system().toString());
    }

    @Test
    void theStrategyThatWasNamed_isUsed() {
        System.setProperty(CLASS, Public.class.getName());
        System.setProperty(MICROS, String.valueOf(TimeUnit.HOURS.toMicros(1)));
        Public.idles = 0;
        Background<Boolean> waiting =
                Background.start(() -> Waiter.system().await(buffer, WORD, 0, Long.MAX_VALUE));
        while (Public.idles < 100) {
            Thread.onSpinWait();
        }
        assertFalse(waiting.isDone());
        buffer.putIntVolatile(WORD, 1);
        assertTrue(() -> join(waiting));
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

    private static boolean join(Background<Boolean> waiting) {
        try {
            return waiting.join();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
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
