package dev.shm.wait;

import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A point in time after which a wait gives up.
 *
 * <pre>{@code
 * Deadline deadline = Deadline.after(timeout, unit);
 * while (!tryIt()) {
 *     if (deadline.isExpired()) {
 *         return false;
 *     }
 *     sleep(deadline.remainingNanos());
 * }
 * }</pre>
 *
 * <p><b>Threads and processes.</b> Immutable, and of one JVM only: the clock behind it has an
 * origin that other processes need not share. No other class of this library reads the clock.
 */
public final class Deadline {
    private static final Deadline NEVER = new Deadline(0, true, () -> false);

    /** Sums of two such times still fit a long; 146 years are as good as for ever. */
    private static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

    private final long endNanos;
    private final boolean never;
    private final BooleanSupplier over;

    private Deadline(long endNanos, boolean never, BooleanSupplier over) {
        this.endNanos = endNanos;
        this.never = never;
        this.over = over;
    }

    /**
     * A deadline counted from now. Zero and negative timeouts have expired already; very long ones
     * never expire.
     *
     * @param timeout in the unit given
     * @param unit of the timeout
     * @return the deadline
     */
    public static Deadline after(long timeout, TimeUnit unit) {
        long nanos = unit.toNanos(timeout); // saturates
        if (nanos > LONGEST_NANOS) {
            return NEVER;
        }
        return new Deadline(System.nanoTime() + Math.max(0, nanos), false, NEVER.over);
    }

    /**
     * A deadline at an instant of the wall clock. The clock is read once: setting it meanwhile
     * changes nothing.
     *
     * @param instant of the day
     * @return the deadline
     */
    @SuppressWarnings("JavaUtilDate") // what Condition.awaitUntil is given
    public static Deadline at(Date instant) {
        long now = System.currentTimeMillis();
        return after(Math.max(now, instant.getTime()) - now, TimeUnit.MILLISECONDS);
    }

    /**
     * The deadline that never expires. It costs no look at the clock.
     *
     * @return the deadline
     */
    public static Deadline never() {
        return NEVER;
    }

    /**
     * The same deadline, but expired as soon as a condition holds, and for as long. Whoever makes
     * it hold wakes the sleepers: they look at the deadline then.
     *
     * @param condition that ends the wait; asked by the thread that waits, often
     * @return a deadline that replaces any earlier condition
     */
    public Deadline unless(BooleanSupplier condition) {
        return new Deadline(endNanos, never, condition);
    }

    /**
     * The time left.
     *
     * @return nanoseconds; zero when expired, {@link Long#MAX_VALUE} when it never expires
     */
    public long remainingNanos() {
        if (over.getAsBoolean()) {
            return 0;
        }
        return never ? Long.MAX_VALUE : Math.max(0, endNanos - System.nanoTime());
    }

    /**
     * Whether the time has run out.
     *
     * @return true from the deadline on
     */
    public boolean isExpired() {
        return remainingNanos() == 0;
    }

    @Override
    public String toString() {
        return never && !isExpired()
                ? "Deadline[never]"
                : "Deadline[remainingNanos=" + remainingNanos() + "]";
    }
}
