package dev.shm.sync;

import static dev.shm.sync.LatchLayout.GATE;
import static dev.shm.sync.LatchLayout.LEFT;
import static dev.shm.sync.LatchLayout.OPEN;
import static dev.shm.sync.LatchLayout.WAITERS;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/** The protocol of {@link SharedLatch}; one object for each handle. */
final class LatchCore {
    /*
     * Overview (ALGORITHMS 4.4; the words are pictured in LatchLayout).
     *
     *   countDown   CAS left to one less, or to the same without the party's bit (D); if nothing is left
     *               CAS the gate OPEN (O), and wake all if there was WAITERS
     *   join        CAS the party's tag from nobody's, or a dead one's, to ours (J)
     *   await       while the gate is not OPEN: if nothing is left, (O); if a party that joined is dead
     *               and its bit is set, throw; announce (W), sleep on the gate
     *
     * Nothing is lost. (W) and (O) are CASes of one word: either the opener sees WAITERS, or the waiter
     * sees OPEN. (D) of a party names the party, so it may be done again after a death.
     *
     * Nothing is stuck. Who sleeps waits for (O) after the last (D).
     *   Killed between (D) and (O), or (O) and the wake: sleepers go on by their next tick, and (O) is
     *   done by whoever sees that nothing is left.
     *   Killed after (J) and before (D): every tick probes the parties that are still to come, and
     *   whoever waits is told.
     *   Killed before (J), or without names: nobody can know. Who waits goes on waiting.
     *   A waiter killed after (W) costs one wake for nothing.
     *   Its handle or region closed: who closes wakes all; who was about to sleep leaves at its next tick. No wake
     *   is for one alone, so who leaves takes nothing with it.
     */
    private final AtomicBuffer buffer;
    private final int parties;
    private final int self;
    private final Liveness liveness;
    private final WaitPoint sleepers;

    /**
     * A latch.
     *
     * @param parties how many are named; 0 in mode COUNT
     */
    LatchCore(
            AtomicBuffer buffer, int parties, Liveness liveness, Waiter waiter, TickPolicy ticks) {
        this.buffer = buffer;
        this.parties = parties;
        this.self = liveness.self();
        this.liveness = liveness;
        this.sleepers = new WaitPoint(buffer, GATE, liveness, waiter, ticks);
    }

    /** What is left: a count, or a bit for each party that is still to come. */
    long left() {
        return buffer.getLongVolatile(LEFT);
    }

    /** Who has joined as a party: a tag, or 0. */
    int joined(int party) {
        return buffer.getIntVolatile(LatchLayout.party(party));
    }

    boolean hasWaiters() {
        return (gate() & WAITERS) != 0;
    }

    /** Whether a thread may sleep through this handle, or have slept. */
    boolean hasSlept() {
        return sleepers.hasSlept();
    }

    /** Wakes everybody, so that each looks again; by somebody whose handle was closed. */
    static void wakeEverybody(AtomicBuffer buffer, Waiter waiter) {
        waiter.wakeAll(buffer, GATE);
    }

    /** Counts down, if it is not down already. */
    void countDown() {
        long left;
        do {
            left = left();
        } while (left > 0 && !buffer.compareAndSetLong(LEFT, left, left - 1)); // (D)
        counted(left <= 1);
    }

    /** Counts down as a party, if it has not yet. */
    void countDown(int party) {
        long bit = 1L << party;
        long left;
        do {
            left = left();
        } while ((left & bit) != 0 && !buffer.compareAndSetLong(LEFT, left, left & ~bit)); // (D)
        counted((left & ~bit) == 0);
    }

    /** Becomes a party; false if somebody alive is. */
    boolean join(int party) {
        int at = LatchLayout.party(party);
        int tag = buffer.getIntVolatile(at);
        while (tag != self) {
            if (tag != 0 && !isDead(tag)) {
                return false;
            }
            if (buffer.compareAndSetInt(at, tag, self)) { // (J)
                KillPoint.at("latch.joined");
                return true;
            }
            tag = buffer.getIntVolatile(at);
        }
        return true;
    }

    /** Waits; false when the time ran out. */
    boolean await(Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Tick tick = sleepers.tick();
        int gate = gate();
        while ((gate & OPEN) == 0 && left() != 0) {
            checkParties();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (deadline.isExpired()) {
                return false;
            }
            if (!tick.idles() && announce(gate) && !sleep(gate, deadline, tick)) {
                probeParties();
            }
            gate = gate();
        }
        open();
        return true;
    }

    private void counted(boolean last) {
        KillPoint.at("latch.counted");
        if (last) {
            open();
        }
    }

    private void open() {
        int gate = gate();
        while ((gate & OPEN) == 0) {
            if (buffer.compareAndSetInt(GATE, gate, OPEN)) { // (O) pairs with (W)
                KillPoint.at("latch.opened");
                if ((gate & WAITERS) != 0) {
                    sleepers.wakeAll();
                }
                return;
            }
            gate = gate();
        }
    }

    private boolean announce(int gate) {
        return (gate & WAITERS) != 0
                || buffer.compareAndSetInt(GATE, gate, gate | WAITERS); // (W) pairs with (O)
    }

    private boolean sleep(int gate, Deadline deadline, Tick tick) {
        KillPoint.at("latch.announced");
        return sleepers.sleep(gate | WAITERS, deadline, tick);
    }

    /** Throws if a party that is still to come cannot come any more. */
    private void checkParties() {
        for (int party = 0; party < parties; party++) {
            int tag = buffer.getIntVolatile(LatchLayout.party(party));
            // The bit again, after the death: all that the dead did has been seen by then.
            if (tag != 0 && isToCome(party) && liveness.isDead(tag) && isToCome(party)) {
                throw new PartyDiedException(
                        "party=" + party + ": its process died before it counted down");
            }
        }
    }

    private void probeParties() {
        for (int party = 0; party < parties; party++) {
            int tag = buffer.getIntVolatile(LatchLayout.party(party));
            if (tag != 0 && isToCome(party)) {
                liveness.probe(tag);
            }
        }
    }

    private boolean isDead(int tag) {
        if (!liveness.isDead(tag)) {
            liveness.probe(tag);
        }
        return liveness.isDead(tag);
    }

    private boolean isToCome(int party) {
        return (left() & 1L << party) != 0;
    }

    private int gate() {
        return buffer.getIntVolatile(GATE);
    }
}
