package dev.shm.region;

import dev.shm.wait.Deadline;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * How long to wait for a lock that others pass on among themselves: for so long since it was last
 * seen to go on. Many JVMs that start together on few processors take their turns for longer than
 * anybody would wait for a single one.
 *
 * <p><b>Threads and processes.</b> One object per wait, used by the thread that waits.
 */
final class Patience {
    private final long nanos;
    private final Turns turns;
    private long seen;
    private Deadline deadline;

    /** How often the lock was had. */
    interface Turns {
        long count() throws IOException;
    }

    Patience(long nanos, Turns turns) throws IOException {
        this.nanos = nanos;
        this.turns = turns;
        this.seen = turns.count();
        this.deadline = Deadline.after(nanos, TimeUnit.NANOSECONDS);
    }

    /** Whether nothing has gone on for all that time. */
    boolean isOver() throws IOException {
        long count = turns.count();
        if (count != seen) {
            seen = count;
            deadline = Deadline.after(nanos, TimeUnit.NANOSECONDS);
            return false;
        }
        return deadline.isExpired();
    }
}
