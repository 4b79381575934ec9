package dev.shm.chaos;

import java.util.concurrent.TimeUnit;

/**
 * How long anybody may wait for one thing, and how long one may be at one thing altogether, the
 * start of a JVM included.
 */
record Patience(long waitNanos, long actNanos) {
    private static final long LEAST_ACT_NANOS = TimeUnit.SECONDS.toNanos(30);

    static Patience ofWaits(long millis) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        return new Patience(nanos, Math.max(nanos, LEAST_ACT_NANOS));
    }

    long actMillis() {
        return TimeUnit.NANOSECONDS.toMillis(actNanos);
    }
}
