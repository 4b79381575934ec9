package dev.shm.wait;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TickTest {

    @Test
    void nanos_doubleTo64ms() {
        assertEquals(
                List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 64L),
                millis(new Tick(TickPolicy.STANDARD, false), 8));
    }

    @Test
    void nanos_stopAt10ms_whereInterruptible() {
        assertEquals(
                List.of(1L, 2L, 4L, 8L, 10L, 10L), millis(new Tick(TickPolicy.STANDARD, true), 6));
    }

    @Test
    void nanos_areCutByTheDeadline() {
        Tick tick = new Tick(TickPolicy.STANDARD, false);
        assertTrue(
                tick.nanos(Deadline.after(500_000, java.util.concurrent.TimeUnit.NANOSECONDS))
                        <= 500_000);
        assertEquals(0, tick.nanos(Deadline.after(0, MILLISECONDS)));
    }

    @Test
    void off_sleepsForEver() {
        Tick tick = new Tick(TickPolicy.OFF, true);
        tick.lengthen();
        assertEquals(Long.MAX_VALUE, tick.nanos(Deadline.never()));
    }

    private static List<Long> millis(Tick tick, int count) {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            millis.add(tick.nanos(Deadline.never()) / MILLISECONDS.toNanos(1));
            tick.lengthen();
        }
        return millis;
    }
}
