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
        Tick tick = new Tick(TickPolicy.STANDARD, WAITER);
        for (long millis : new long[] {1, 2, 4, 8, 16, 32, 64, 64}) {
            assertEquals(MILLISECONDS.toNanos(millis), tick.nanos(Deadline.never()));
            tick.lengthen();
        }
    }

    @Test
    void nanos_areCutByTheDeadline() {
        Tick tick = new Tick(TickPolicy.STANDARD, WAITER);
        assertTrue(tick.nanos(Deadline.after(500, MICROSECONDS)) <= MICROSECONDS.toNanos(500));
        assertEquals(0, tick.nanos(Deadline.after(0, MILLISECONDS)));
    }

    @Test
    void off_sleepsForEver() {
        Tick tick = new Tick(TickPolicy.OFF, WAITER);
        tick.lengthen();
        assertEquals(Long.MAX_VALUE, tick.nanos(Deadline.never()));
    }

    /** Sleeps that end early do not begin the tick again: it would never end. */
    @Test
    void nanos_fallToZero_howeverOftenASleepIsDisturbed() {
        Tick tick = new Tick(TickPolicy.STANDARD, WAITER);
        for (long millis : new long[] {1, 2}) {
            long left = tick.nanos(Deadline.never());
            assertEquals(MILLISECONDS.toNanos(millis), left);
            while (left > 0) {
                long next = tick.nanos(Deadline.never());
                assertTrue(next <= left);
                left = next;
            }
            tick.lengthen();
        }
    }

    @Test
    void idles_notAtAllWithoutAPhase() {
        assertFalse(new Tick(TickPolicy.STANDARD, WAITER).idles());
    }
}
