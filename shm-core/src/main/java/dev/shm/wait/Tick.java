package dev.shm.wait;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
    private @Nullable Deadline end; // of the tick that has begun

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
     * How long to sleep now: what is left of the tick. A sleep that is disturbed, by signals to the
     * thread or by wakes that are not for it, ends before its time, and the next one does not begin
     * the tick again. So however often that happens, a tick ends, and deaths are noticed.
     *
     * @param deadline of the wait
     * @return nanoseconds; zero when the tick is over
     */
    public long nanos(Deadline deadline) {
        if (end == null) {
            end = Deadline.after(nanos, TimeUnit.NANOSECONDS);
            return Math.min(nanos, deadline.remainingNanos());
        }
        return Math.min(end.remainingNanos(), deadline.remainingNanos());
    }

    /** Begins a tick, which is longer; called when one ended without news. */
    public void lengthen() {
        end = null;
        nanos = nanos > longestNanos / 2 ? longestNanos : 2 * nanos;
    }
}
