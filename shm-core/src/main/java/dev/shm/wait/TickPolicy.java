package dev.shm.wait;

import java.util.concurrent.TimeUnit;

/**
 * How long a blocked thread sleeps before it looks again by itself. A tick heals what a death broke
 * (a wake that was never made, or was made to a thread that died); nothing else needs it.
 *
 * @param firstNanos the first tick
 * @param longestNanos what doubling leads to
 */
public record TickPolicy(long firstNanos, long longestNanos) {

    /** 1 ms doubling to 64 ms: at most 16 wake-ups a second. */
    public static final TickPolicy STANDARD =
            new TickPolicy(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(64));

    /** No ticks: what hides behind them comes to light. */
    public static final TickPolicy OFF = new TickPolicy(Long.MAX_VALUE, Long.MAX_VALUE);
}
