package dev.shm.wait;

/**
 * How one blocked thread passes its time: idling at first, then in sleeps that grow from tick to
 * tick and are cut by the deadline.
 *
 * <p>A tick is the time after which the thread looks for deaths. Where an interrupt is to end the
 * wait a tick is slept in slices, after each of which the thread looks at its interrupt status;
 * that is cheaper than looking for deaths as often.
 *
 * <p><b>Threads and processes.</b> One object per wait, used by the thread that waits.
 */
public final class Tick {
    private final IdlePhase.Once idling;
    private final long longestNanos;
    private final long sliceNanos;
    private long nanos;
    private long slept;
    private long asked;

    /**
     * The ticks of one wait.
     *
     * @param policy how long they are
     * @param interruptible whether an interrupt is to end the wait
     * @param waiter that the thread sleeps with, and whose idle phase comes before the first sleep
     */
    public Tick(TickPolicy policy, boolean interruptible, Waiter waiter) {
        idling = waiter.idlePhase().begin();
        longestNanos = policy.longestNanos();
        sliceNanos = interruptible ? policy.interruptNanos() : Long.MAX_VALUE;
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
        asked = Math.min(Math.min(nanos - slept, sliceNanos), deadline.remainingNanos());
        return asked;
    }

    /**
     * To be called when a sleep ended without news.
     *
     * @return whether that was a whole tick: time to look for deaths; the next tick is longer
     */
    public boolean ends() {
        slept += asked;
        if (slept < nanos) {
            return false;
        }
        slept = 0;
        nanos = nanos > longestNanos / 2 ? longestNanos : 2 * nanos;
        return true;
    }
}
