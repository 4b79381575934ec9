package dev.shm.sync;

import static dev.shm.sync.EventLayout.GENERATION;
import static dev.shm.sync.EventLayout.GENERATIONS;
import static dev.shm.sync.EventLayout.SET;
import static dev.shm.sync.EventLayout.STATE;
import static dev.shm.sync.EventLayout.WAITERS;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/** The protocol of {@link SharedEvent}. */
final class EventCore {
    /*
     * Overview (ALGORITHMS 4.1; the state is pictured in EventLayout).
     *
     *   set           SET, no WAITERS and a new generation in one CAS (S); if there was WAITERS, wake:
     *                 all with manual reset, one with automatic reset
     *   clear         no SET (C)
     *   await         manual: remember the generation; while neither SET nor another generation:
     *                 announce (W), sleep on the state
     *                 automatic: while SET cannot be taken by a CAS to no SET (T): the same. Who has
     *                 slept takes SET and leaves WAITERS: it cannot know whether others still sleep.
     *   leave         automatic: a timeout or an interrupt after a sleep may have taken the wake that
     *                 another needs: if SET wake one, else see to it that WAITERS is there (B)
     *
     * Nothing is lost. (W) and (S) are CASes of one word: either the setter sees WAITERS, or the waiter
     * sees SET or the new generation. set(); clear(); lets everybody pass who was waiting, since the
     * generation moved. A sleeper that misses 2^30 sets within one tick would miss them all; that is
     * 10^11 sets a second. With automatic reset each set that moves the generation is taken by one (T),
     * or by a clear, and no other set happens before.
     *
     * Nothing is stuck. Who sleeps slept on a state with WAITERS and without SET, so the next set wakes
     * it, or, with automatic reset, wakes another that then restores WAITERS, as (T) and (B) do.
     *   Interrupted or timed out: after (B).
     *   Killed between (S) and the wake, or woken and killed before (T): sleepers find SET, or a new
     *   generation, at their next tick. Killed after (T): that set was taken.
     *   A waiter killed after (W) costs one wake for nothing.
     *   Its handle or region closed: who closes wakes everybody (N). With automatic reset it moves the generation
     *   before, so that nobody falls asleep any more who cannot look at the state, and then takes the
     *   wake of another: sleepers leave by an exception there, and pass on nothing.
     * set has no loop but its CAS and holds nothing: it may be called anywhere, also by a thread that
     * was interrupted inside await. Where nobody dies no tick is needed.
     */
    private final AtomicBuffer buffer;
    private final boolean automatic;
    private final WaitPoint sleepers;

    EventCore(
            AtomicBuffer buffer,
            boolean automatic,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks) {
        this.buffer = buffer;
        this.automatic = automatic;
        this.sleepers = new WaitPoint(buffer, STATE, liveness, waiter, ticks);
    }

    boolean isSet() {
        return (state() & SET) != 0;
    }

    boolean hasWaiters() {
        return (state() & WAITERS) != 0;
    }

    /** Whether a thread may sleep through this handle, or have slept. */
    boolean hasSlept() {
        return sleepers.hasSlept();
    }

    void set() {
        int state;
        do {
            state = state();
            if ((state & SET) != 0) {
                return;
            }
        } while (!compareAndSet(state, (state + GENERATION | SET) & ~WAITERS)); // (S)
        KillPoint.at("event.set");
        if ((state & WAITERS) != 0) {
            sleepers.wake(automatic ? 1 : Integer.MAX_VALUE);
        }
    }

    void clear() {
        int state;
        do {
            state = state();
        } while ((state & SET) != 0 && !compareAndSet(state, state & ~SET)); // (C)
        KillPoint.at("event.cleared");
    }

    /** Waits; false when the time ran out. */
    boolean await(Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return automatic ? take(deadline) : pass(deadline);
    }

    /**
     * Wakes everybody, so that each looks again; by somebody whose handle was closed.
     *
     * @param automatic whether the generation says nothing to those who wait
     */
    static void wakeEverybody(AtomicBuffer buffer, boolean automatic, Waiter waiter) {
        if (automatic) {
            buffer.getAndAddInt(STATE, GENERATION); // (N)
        }
        waiter.wakeAll(buffer, STATE);
    }

    private boolean pass(Deadline deadline) throws InterruptedException {
        int state = state();
        int generation = state & GENERATIONS;
        Tick tick = sleepers.tick();
        while ((state & SET) == 0 && (state & GENERATIONS) == generation) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (deadline.isExpired()) {
                return false;
            }
            if (!tick.idles() && announce(state)) {
                sleep(state, deadline, tick);
            }
            state = state();
        }
        return true;
    }

    private boolean take(Deadline deadline) throws InterruptedException {
        int keep = 0;
        Tick tick = sleepers.tick();
        while (true) {
            int state = state();
            if ((state & SET) != 0) {
                if (compareAndSet(state, state & ~SET | keep)) { // (T) pairs with (S)
                    KillPoint.at("event.taken");
                    return true;
                }
            } else if (Thread.currentThread().isInterrupted() || deadline.isExpired()) {
                if (keep != 0) {
                    passBaton();
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                return false;
            } else if (!tick.idles() && announce(state)) {
                sleep(state, deadline, tick);
                keep = WAITERS;
            }
        }
    }

    private boolean announce(int state) {
        return (state & WAITERS) != 0
                || compareAndSet(state, state | WAITERS); // (W) pairs with (S): it wakes
    }

    private void sleep(int state, Deadline deadline, Tick tick) {
        KillPoint.at("event.announced");
        sleepers.sleep(state | WAITERS, deadline, tick);
    }

    /** A sleeper that leaves may have taken the wake that was meant for one that stays (B). */
    private void passBaton() {
        while (true) {
            int state = state();
            if ((state & SET) != 0) {
                sleepers.wake(1);
                return;
            }
            if (announce(state)) {
                return;
            }
        }
    }

    private int state() {
        return buffer.getIntVolatile(STATE);
    }

    private boolean compareAndSet(int state, int next) {
        return buffer.compareAndSetInt(STATE, state, next);
    }
}
