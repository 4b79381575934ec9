package dev.shm.wait;

/**
 * The length of one blocked thread's next sleep: doubling from tick to tick, cut by the deadline.
 *
 * <p><b>Threads and processes.</b> One object per wait, used by the thread that waits.
 */
public final class Tick {
    private final long longestNanos;
    private long nanos;

    /**
     * The ticks of one wait.
     *
     * @param policy how long they are
     * @param interruptible whether an interrupt is to end the wait
     */
    public Tick(TickPolicy policy, boolean interruptible) {
        longestNanos = interruptible ? policy.longestInterruptibleNanos() : policy.longestNanos();
        nanos = Math.min(policy.firstNanos(), longestNanos);
    }

    /**
     * How long to sleep now.
     *
     * @param deadline of the wait
     * @return nanoseconds
     */
    public long nanos(Deadline deadline) {
        return Math.min(nanos, deadline.remainingNanos());
    }

    /** Makes the next sleep longer; called when one ended without news. */
    public void lengthen() {
        nanos = nanos > longestNanos / 2 ? longestNanos : 2 * nanos;
    }
}
