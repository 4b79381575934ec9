package dev.shm.wait;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TickTest {

    private static final Waiter WAITER = PollingWaiter.INSTANCE; // which does not idle

    @Test
    void nanos_doubleTo64ms() {
        Tick tick = new Tick(TickPolicy.STANDARD, false, WAITER);
        for (long millis : new long[] {1, 2, 4, 8, 16, 32, 64, 64}) {
            assertEquals(MILLISECONDS.toNanos(millis), tick.nanos(Deadline.never()));
            assertTrue(tick.ends());
        }
    }

    /** A tick is as long, but slept in parts: 16 ms are 10 and 6. */
    @Test
    void nanos_areAtMost10ms_whereInterruptible() {
        Tick tick = new Tick(TickPolicy.STANDARD, true, WAITER);
        for (long millis : new long[] {1, 2, 4, 8}) {
            assertEquals(MILLISECONDS.toNanos(millis), tick.nanos(Deadline.never()));
            assertTrue(tick.ends());
        }
        assertEquals(MILLISECONDS.toNanos(10), tick.nanos(Deadline.never()));
        assertFalse(tick.ends());
        assertEquals(MILLISECONDS.toNanos(6), tick.nanos(Deadline.never()));
        assertTrue(tick.ends());
        assertEquals(MILLISECONDS.toNanos(10), tick.nanos(Deadline.never()));
        assertFalse(tick.ends());
    }

    @Test
    void nanos_areCutByTheDeadline() {
        Tick tick = new Tick(TickPolicy.STANDARD, false, WAITER);
        long nanos = tick.nanos(Deadline.after(500, MICROSECONDS));
        assertTrue(nanos <= MICROSECONDS.toNanos(500));
        assertFalse(tick.ends());
        assertEquals(0, tick.nanos(Deadline.after(0, MILLISECONDS)));
    }

    @Test
    void off_sleepsForEver() {
        Tick tick = new Tick(TickPolicy.OFF, true, WAITER);
        assertEquals(Long.MAX_VALUE, tick.nanos(Deadline.never()));
        assertTrue(tick.ends());
        assertEquals(Long.MAX_VALUE, tick.nanos(Deadline.never()));
    }

    @Test
    void idles_notAtAllWithoutAPhase() {
        assertFalse(new Tick(TickPolicy.STANDARD, false, WAITER).idles());
    }
}
