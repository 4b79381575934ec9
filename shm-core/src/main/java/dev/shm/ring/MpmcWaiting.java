package dev.shm.ring;

import static dev.shm.ring.MpmcLayout.HEAD;
import static dev.shm.ring.MpmcLayout.ITEM_EPOCH;
import static dev.shm.ring.MpmcLayout.SPACE_EPOCH;
import static dev.shm.ring.MpmcLayout.TAIL;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.function.LongSupplier;
import org.agrona.concurrent.AtomicBuffer;

/** Waits at either end of an {@link MpmcRing} until there is something to be done. */
final class MpmcWaiting {
    /*
     * Overview (ALGORITHMS 6T and 7).
     *
     *   wait     look some times, then idle and look; then: read the epoch (R); announce ourselves in tail, or
     *            head for who waits for space (W); look again; sleep while the epoch is what it was (Z). Who was
     *            woken looks once without (W): it will mostly find something, and then owes nobody a wake
     *   wake     MpmcCore: a claim's (P) takes the announcement out of tail. Who made it adds to the epoch (N)
     *            and wakes all, after its (E). The same for a take's (C), head, and (D).
     *            Claims for long leave the announcement where it is, and so does what is delivered again: who
     *            ends one looks for it after its CAS (L), takes it out, does (N) and wakes all.
     *
     * Nothing is lost. Say we consume; our look after (W) found nothing that we could take. What we then wait
     * for is an (E) that our look did not see.
     *   It ends a claim made after (W): that claim, or one before it that was made after (W), took the
     *   announcement, or an (L) did. Whoever did makes (N), which comes after (R): (Z) fails, or we are woken.
     *   If its own (E) is not the one that we wait for, we announce ourselves anew.
     *   It ends a claim for long made before (W): our look came before its (E), so its (L) comes after (W).
     *   It ends another claim made before (W): its producer is between (P) and (E), nobody wakes us for it, and
     *   so the sleep is short. That is seen by comparing tail with head after our look: where they are equal
     *   there is no such claim.
     * Who waits for space swaps head for tail and (D) for (E); there the ring is not full where such a take is
     * in progress. A message that comes back, and a close, wake everybody.
     *   Closing a handle lets nothing of it reach tail and head any more, and then wakes all who are announced
     *   there: our look after (W) throws, or (W) comes before that wake. Where a claim has taken our announcement
     *   just before, its (N) is for us, and a tick if its producer dies first.
     *
     * Nothing is stuck. Killed after (W): a wake for nothing. Killed between (P) and (N): that producer took the
     * announcement with it; sleepers look again at their next tick, and so they do where the one who is in
     * their way dies, since each look probes it, and each tick one participant more. Who leaves takes nothing
     * away from those who stay, since every wake is for all.
     */

    /** How often to look before the idle phase; waits that are over by then make no garbage. */
    static final int LOOKS = 100;

    private final AtomicBuffer memory;
    private final MpmcCore core;
    private final MpmcSleepers sleepers;
    private final Liveness liveness;
    private final Waiter waiter;
    private final TickPolicy ticks;
    private final TickPolicy shortTicks;
    private final int limit;
    private final int looks;
    private final LongSupplier ifReleased;

    /**
     * Waits of one handle.
     *
     * @param memory of the ring, where sleepers sleep.
     * @param limit how many messages it holds.
     * @param looks how often to look before anything else.
     * @param ticks of a sleep from which everybody wakes us.
     * @param shortTicks of a sleep from which the living may not.
     */
    MpmcWaiting(
            AtomicBuffer memory,
            MpmcCore core,
            MpmcSleepers sleepers,
            int limit,
            int looks,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks,
            TickPolicy shortTicks) {
        this.memory = memory;
        this.core = core;
        this.sleepers = sleepers;
        this.limit = limit;
        this.looks = looks;
        this.liveness = liveness;
        this.waiter = waiter;
        this.ticks = ticks;
        this.shortTicks = shortTicks;
        this.ifReleased = () -> core.isReleased() ? 0 : MpmcCore.NONE;
    }

    /** Waits until a claim succeeds, or the ring is closed; else what it returned last. */
    long untilClaimed(LongSupplier claim, Deadline deadline) throws InterruptedException {
        return look(HEAD, SPACE_EPOCH, claim, deadline);
    }

    /** Waits until a take succeeds, or the ring is empty and closed; else what it returned last. */
    long untilTaken(LongSupplier take, Deadline deadline) throws InterruptedException {
        return look(TAIL, ITEM_EPOCH, take, deadline);
    }

    /** Waits until every message was released; false when the time ran out. */
    boolean untilReleased(Deadline deadline) throws InterruptedException {
        return await(HEAD, SPACE_EPOCH, ifReleased, deadline) == 0;
    }

    private long look(int word, int epoch, LongSupplier operation, Deadline deadline)
            throws InterruptedException {
        for (int i = 0; i < looks; i++) {
            long result = operation.getAsLong();
            if (ends(result)) {
                return result;
            }
            Thread.onSpinWait();
        }
        return await(word, epoch, operation, deadline);
    }

    private long await(int word, int epoch, LongSupplier operation, Deadline deadline)
            throws InterruptedException {
        Tick tick = new Tick(ticks, waiter);
        Tick shortTick = new Tick(shortTicks, waiter);
        boolean woken = false;
        while (true) {
            int seen = memory.getIntVolatile(epoch); // (R) pairs with (N)
            boolean sleeps = !woken && !tick.idles();
            if (sleeps) {
                sleepers.announce(word); // (W)
            }
            long result = operation.getAsLong();
            if (ends(result)) {
                return result;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (deadline.isExpired()) {
                return result;
            }
            woken = false;
            if (sleeps) {
                boolean inProgress = isInProgress(word);
                woken = sleep(epoch, seen, deadline, inProgress ? shortTick : tick);
                if (woken || !inProgress) {
                    shortTick = new Tick(shortTicks, waiter);
                }
            }
        }
    }

    private static boolean ends(long result) {
        return !MpmcCore.isNothing(result) || result == MpmcCore.CLOSED;
    }

    /** Whether there may be a claim, or a take, that nobody wakes us for. */
    private boolean isInProgress(int word) {
        int size = core.size();
        return word == TAIL ? size > 0 : size < limit;
    }

    private boolean sleep(int epoch, int seen, Deadline deadline, Tick tick) {
        boolean news = waiter.await(memory, epoch, seen, tick.nanos(deadline)); // (Z)
        liveness.checkOpen();
        if (news) {
            KillPoint.at("mpmc.woken");
        } else {
            liveness.probeNext();
            tick.lengthen();
        }
        return news;
    }
}
