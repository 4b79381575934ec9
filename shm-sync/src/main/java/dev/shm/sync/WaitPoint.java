package dev.shm.sync;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/**
 * An int of shared memory that threads sleep on, with all that a sleep of ours needs.
 *
 * <p><b>Threads and processes.</b> Any number of both. A sleep ends when it is woken, when the int
 * changes, when the thread is interrupted, and in any case after a tick; whoever slept looks again
 * at what it waits for.
 *
 * <p><b>If a process dies.</b> A tick without news probes one participant in turn, so that every
 * death is noticed as long as somebody waits. Whoever waits for somebody it knows probes that one
 * too.
 */
final class WaitPoint {
    private final AtomicBuffer buffer;
    private final int word;
    private final Liveness liveness;
    private final Waiter waiter;
    private final TickPolicy ticks;
    private volatile boolean slept; // a thread of this handle, ever

    WaitPoint(AtomicBuffer buffer, int word, Liveness liveness, Waiter waiter, TickPolicy ticks) {
        this.buffer = buffer;
        this.word = word;
        this.liveness = liveness;
        this.waiter = waiter;
        this.ticks = ticks;
    }

    /** The ticks of a new wait. */
    Tick tick() {
        return new Tick(ticks, waiter);
    }

    /**
     * Sleeps while the int has this value, for a tick at most.
     *
     * @return false after a tick without news
     * @throws IllegalStateException if the region was closed, or this participant declared dead
     */
    boolean sleep(int expected, Deadline deadline, Tick tick) {
        slept = true;
        boolean news = waiter.await(buffer, word, expected, tick.nanos(deadline));
        liveness.checkOpen();
        if (news) {
            KillPoint.at("wait.woken");
        } else {
            liveness.probeNext();
            tick.lengthen();
        }
        return news;
    }

    /** Whether a thread may sleep through this object, or have slept. */
    boolean hasSlept() {
        return slept;
    }

    /** Wakes so many of those who sleep; the int must have changed before. */
    void wake(int count) {
        waiter.wake(buffer, word, count);
    }

    void wakeAll() {
        waiter.wakeAll(buffer, word);
    }
}
