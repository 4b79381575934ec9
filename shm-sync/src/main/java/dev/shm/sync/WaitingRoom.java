package dev.shm.sync;

import static dev.shm.sync.WaitingRoomLayout.EPOCH;
import static dev.shm.sync.WaitingRoomLayout.FOR_SEVERAL;
import static dev.shm.sync.WaitingRoomLayout.NOBODY;
import static dev.shm.sync.WaitingRoomLayout.WAITING;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Where threads wait for permits, beside the words that count the permits. At the start of the
 * object's memory.
 *
 * <p><b>Threads and processes.</b> Any number of both.
 *
 * <p><b>If a process dies.</b> The wake that it owed, or had taken, is lost: those who sleep find
 * the permit at their next tick.
 */
final class WaitingRoom {
    /*
     * Overview (ALGORITHMS 3A, 7.1; the words are pictured in WaitingRoomLayout).
     *
     *   wait     epoch read (E); waiting raised (D); then, in every word that a permit may come from, by
     *            CAS: the permit acquired, or WAITED set (W); sleep on the epoch as it was read
     *   bring    a permit, by a CAS that takes WAITED away (R); only if that was set: if waiting is
     *            raised, put it down by CAS, count the epoch up (S), wake
     *   leave    with a permit or without: who has slept does (D) and (W) again and, if there is another
     *            permit, signals (B)
     *
     * Nothing is lost. (W) and (R) are CASes of one word: either the waiter sees the permit, or the
     * bringer sees WAITED, and then also (D), which came before. If waiting is raised no more, another
     * has put it down since: it will move the epoch, which was read before (D), so the sleep does not
     * begin, or it wakes somebody. So a permit costs nothing more where nobody waits.
     *
     * Nothing is stuck. While somebody sleeps, waiting is raised and WAITED is in every word, or
     * somebody is on the way who has been woken: that one does (D) and (W) before it sleeps or leaves,
     * and wakes the next while there are permits (B). Permits brought by several, of whom the first only
     * found waiting raised, so wake as many as there are.
     * A wake for each permit is enough if one permit is enough for each that it may go to. One that
     * needs several may fall asleep between the CAS of waiting and (S), before others whose wake it then
     * takes. It has done (D) before: who reads waiting again after (S) finds that, and wakes all, or
     * another has put it down since, and that one wakes all. After (S) nobody joins these sleepers.
     *   Interrupted or timed out: only after (B).
     *   Its handle closed, or its region: it leaves by an exception, without (B). Hence who closes lets it
     *   no longer reach the memory, counts the epoch up and wakes all: nobody is asleep then that has not
     *   looked since.
     *   Killed between (R) and the wake, or woken and killed before (B): by the next tick. A waiter
     *   killed after (W) costs one wake for nothing.
     */
    private final AtomicBuffer buffer;
    private final WaitPoint sleepers;

    WaitingRoom(AtomicBuffer buffer, Liveness liveness, Waiter waiter, TickPolicy ticks) {
        this.buffer = buffer;
        this.sleepers = new WaitPoint(buffer, EPOCH, liveness, waiter, ticks);
    }

    /** The ticks of a new wait. */
    Tick tick() {
        return sleepers.tick();
    }

    /** The epoch; to be read before waiting is announced and permits are looked for. */
    int epoch() {
        return buffer.getIntVolatile(EPOCH); // (E)
    }

    /** Says that somebody is about to sleep, or may be asleep. */
    void announce(int kind) {
        int waiting;
        do {
            waiting = waiting();
        } while (waiting < kind && !buffer.compareAndSetInt(WAITING, waiting, kind)); // (D)
        KillPoint.at("semaphore.announced");
    }

    boolean hasWaiters() {
        return waiting() != NOBODY;
    }

    /**
     * Sleeps unless there was a signal since.
     *
     * @return false after a tick without news
     */
    boolean sleep(int epoch, Deadline deadline, Tick tick) {
        return sleepers.sleep(epoch, deadline, tick);
    }

    /** Whether a thread may sleep through this object, or have slept. */
    boolean hasSlept() {
        return sleepers.hasSlept();
    }

    /** Wakes those who wait, as many as there are new permits; after these can be seen. */
    void signal(int permits) {
        int waiting = waiting(); // pairs with (D)
        while (waiting != NOBODY) {
            if (buffer.compareAndSetInt(WAITING, waiting, NOBODY)) {
                KillPoint.at("semaphore.signalled");
                buffer.getAndAddInt(EPOCH, 1); // (S) pairs with (E)
                KillPoint.at("semaphore.waking");
                boolean several = waiting == FOR_SEVERAL || waiting() == FOR_SEVERAL;
                sleepers.wake(several ? Integer.MAX_VALUE : permits);
                return;
            }
            waiting = waiting();
        }
    }

    /** Wakes everybody, whether or not somebody is known to wait. */
    void wakeEverybody() {
        buffer.getAndAddInt(EPOCH, 1);
        sleepers.wakeAll();
    }

    /** The same by somebody who need not belong to the region, or whose handle was closed. */
    static void wakeEverybody(AtomicBuffer buffer, Waiter waiter) {
        buffer.getAndAddInt(EPOCH, 1);
        waiter.wakeAll(buffer, EPOCH);
    }

    private int waiting() {
        return buffer.getIntVolatile(WAITING);
    }
}
