package dev.shm.wait;

/**
 * How one blocked thread passes its time: idling at first, then in sleeps that double from tick to
 * tick and are cut by the deadline.
 *
 * <p><b>Threads and processes.</b> One object per wait, used by the thread that waits.
 */
public final class Tick {
    private final IdlePhase.Once idling;
    private final long longestNanos;
    private long nanos;

    /**
     * The ticks of one wait.
     *
     * @param policy how long they are
     * @param waiter that the thread sleeps with, and whose idle phase comes before the first sleep
     */
    public Tick(TickPolicy policy, Waiter waiter) {
        idling = waiter.idlePhase().begin();
        longestNanos = policy.longestNanos();
        nanos = policy.firstNanos();
    }

    /**
     * Idles for a moment, if it is not yet time to sleep. The caller then looks again, and does not
     * announce that it sleeps: who ends its wait now need not wake it.
     *
     * @return false when the idle phase is over
     */
    public boolean idles() {
        return idling.idles();
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
