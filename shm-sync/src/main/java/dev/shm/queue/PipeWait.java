package dev.shm.queue;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.AtomicBuffer;

/**
 * One side of one direction of a pipe, as it waits for the other: a reader for records, or a writer
 * for room.
 *
 * <p><b>Threads and processes.</b> One thread waits at a time. Anybody signals.
 */
final class PipeWait {
    /*
     * Overview (ALGORITHMS 7.1 (c); the word is pictured in PipeLayout).
     *
     *   await    try (A); is the peer over (O)? then try once more, and that is all
     *            idle for a while, trying again and again; then the word is 1 (W); try for some microseconds
     *            more; sleep on the word being 1
     *   signal   after what the other side waits for was published (P): load the word (F); is it not 0? then
     *            it is 0 (C), and wake
     *
     * No wake is lost. (W) is followed by (A), (P) by (F). In the order of memory either (P) comes before
     * that (A), which then succeeds, or (W) before that (F), which then wakes; and a sleep on a word that is
     * 0 by (C) does not begin. On a processor that executes the load (F) before the store (P) has left its
     * buffer neither might hold: a fence there would cost every message what only a sleeper needs. So the
     * sleeper pays: it goes on trying after (W) for longer than a store stays in a buffer, and the first
     * tick is short besides.
     *
     * Nothing is stuck. The peer killed between (P) and the wake, or anywhere else: a tick without news
     * probes it, and either (A) finds what it had published or (O) that it is over. Who waits and dies
     * leaves a 1, which costs one wake for nothing. Where nobody dies no tick is needed.
     */

    /** What a wait ends with. */
    enum Outcome {
        /** It came. */
        DONE,
        /** It did not come in time. */
        TIMED_OUT,
        /** It comes no more: the peer is over. */
        OVER
    }

    /** Each takes some 20 ns, with the pause. */
    static final int SETTLING = 150;

    private static final int AWAKE = 0;
    private static final int ASLEEP = 1;

    private final AtomicBuffer buffer;
    private final int word;
    private final Liveness liveness;
    private final Waiter waiter;
    private final TickPolicy ticks;
    private final int settling;

    PipeWait(
            AtomicBuffer buffer,
            int word,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks,
            int settling) {
        this.buffer = buffer;
        this.word = word;
        this.liveness = liveness;
        this.waiter = waiter;
        this.ticks = ticks;
        this.settling = settling;
    }

    /** Wakes who waits, after what it waits for was published. */
    void signal() {
        if (buffer.getIntAcquire(word) != AWAKE) { // (F)
            wake();
        }
    }

    private void wake() {
        KillPoint.at("pipe.seen");
        buffer.putIntVolatile(word, AWAKE); // (C)
        KillPoint.at("pipe.cleared");
        waiter.wakeAll(buffer, word);
    }

    /** Tries until it succeeds, or the time runs out, or the peer is over. */
    Outcome await(BooleanSupplier attempt, PipePeer peer, Deadline deadline)
            throws InterruptedException {
        Tick tick = new Tick(ticks, waiter);
        int tries = 0; // that are left before a sleep
        while (!attempt.getAsBoolean()) { // (A) pairs with (P)
            if (peer.isOver()) { // (O) pairs with (Z): what it published is there
                return attempt.getAsBoolean() ? Outcome.DONE : Outcome.OVER;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (deadline.isExpired()) {
                return Outcome.TIMED_OUT;
            }
            if (tick.idles()) {
                continue;
            }
            if (buffer.getIntVolatile(word) != ASLEEP) {
                buffer.putIntVolatile(word, ASLEEP); // (W)
                KillPoint.at("pipe.announced");
                tries = settling;
            } else if (tries-- > 0) {
                Thread.onSpinWait();
            } else {
                sleep(peer, deadline, tick);
            }
        }
        return Outcome.DONE;
    }

    private void sleep(PipePeer peer, Deadline deadline, Tick tick) {
        boolean news = waiter.await(buffer, word, ASLEEP, tick.nanos(deadline));
        liveness.checkOpen();
        if (news) {
            KillPoint.at("pipe.woken");
        } else {
            peer.probe();
            liveness.probeNext();
            tick.lengthen();
        }
    }

    /** Whether somebody has said that it sleeps. */
    boolean hasWaiter() {
        return buffer.getIntVolatile(word) != AWAKE;
    }
}
