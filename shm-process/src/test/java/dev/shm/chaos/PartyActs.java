package dev.shm.chaos;

import dev.shm.chaos.Ledger.Entry;
import dev.shm.region.SharedRegion;
import dev.shm.sync.PartyDiedException;
import dev.shm.sync.SharedBarrier;
import dev.shm.sync.SharedLatch;
import dev.shm.value.SharedValue;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * What a process can do with latches and barriers, where those who wait are told when one dies whom
 * they wait for.
 *
 * <p>Whether they were is asked after each kill: {@link #hearOfAParty}, {@link #hearOfABreak}.
 * Relief never comes for a party that may have died, and nobody gives up at the barrier that must
 * break.
 */
final class PartyActs implements Acts {
    static final List<Act> ACTS = List.of(Act.LATCH, Act.ROLL_CALL, Act.BARRIER);

    private static final String LATCH = "latch-";
    private static final String ROLL_CALL = "roll-call-";
    private static final String PARTY = "party=";
    private static final long CLAIMED = 0;
    private static final long SURE = 1;
    private static final int LINGER_NANOS = 40_000_000;
    private static final long HASTE_MILLIS = 20;
    private static final long ALONE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final SharedRegion region;
    private final int seat;
    private final Random random;
    private final Ledger ledger;
    private final SharedValue round;
    private final SharedBarrier barrier;
    private final SharedBarrier hasty; // where some give up
    private long aloneSince = System.nanoTime(); // somebody has been waiting at the barrier

    PartyActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.region = region;
        this.seat = seat;
        this.random = random;
        this.ledger = ledger;
        this.round = SharedValue.of(region, "round", 'q');
        this.barrier = SharedBarrier.of(region, "barrier", 2);
        this.hasty = SharedBarrier.of(region, "hasty-barrier", 2);
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        switch (act) {
            case LATCH -> latch();
            case ROLL_CALL -> rollCall();
            case BARRIER -> barrier();
            default -> throw new IllegalArgumentException(act.toString());
        }
    }

    /** Does what nobody else need do. */
    @Override
    public void relieve() throws InterruptedException {
        nextRound();
        if (barrier.getNumberWaiting() == 0) {
            aloneSince = System.nanoTime();
        } else if (System.nanoTime() - aloneSince > ALONE_NANOS) {
            meet(() -> barrier.await(HASTE_MILLIS, TimeUnit.MILLISECONDS));
            aloneSince = System.nanoTime();
        }
    }

    /**
     * Begins another round, and ends all that were before it, but for roll calls in which somebody
     * may have died who is to be heard of. Who comes late may make the latch of such a round anew,
     * which the next relief then finds.
     */
    private void nextRound() {
        long gone = ledger.gone(); // whoever dies in the round is not among them
        long current = round.getAndAdd(1) + 1; // then what is claimed: pairs with rollCall
        ledger.setTotal(Act.ROLL_CALL, gone);
        for (String name : region.names()) {
            if (name.startsWith(LATCH) && number(LATCH, name) < current) {
                try (SharedLatch latch = SharedLatch.of(region, name, 1)) {
                    latch.countDown();
                }
                region.remove(name);
            } else if (name.startsWith(ROLL_CALL)
                    && number(ROLL_CALL, name) < current
                    && endRollCall(number(ROLL_CALL, name))) {
                region.remove(name);
            }
        }
    }

    /** Comes for all who need not; false if one must come itself. */
    private boolean endRollCall(long number) {
        boolean ended = true;
        try (SharedLatch latch = latchOf(number)) {
            for (int party = 0; party < Ledger.SEATS; party++) {
                if (ledger.get(Act.ROLL_CALL, Entry.HOLDS, party) >> 1 == number + 1) {
                    ended = false;
                } else {
                    latch.countDown(party);
                }
            }
        }
        return ended;
    }

    private static long number(String prefix, String name) {
        return Long.parseLong(name.substring(prefix.length()));
    }

    private SharedLatch latchOf(long number) {
        return SharedLatch.of(region, ROLL_CALL + number, Ledger.SEATS, SharedLatch.Mode.PARTIES);
    }

    /** What stands in the ledger while somebody takes part in a roll call; never 0. */
    private static long mark(long number, long how) {
        return number + 1 << 1 | how;
    }

    /** Whether a seat has joined a roll call, and surely not counted down. */
    boolean hasJoined(int party) {
        return (ledger.get(Act.ROLL_CALL, Entry.HOLDS, party) & SURE) != 0;
    }

    private void latch() throws InterruptedException {
        try (SharedLatch latch = SharedLatch.of(region, LATCH + round.getLong(), 1)) {
            if (random.nextInt(4) == 0) {
                latch.countDown();
            }
            ledger.await(Act.LATCH, seat, latch::await);
            if (latch.getCount() != 0) {
                throw new AssertionError("passed, and not open: " + latch);
            }
        }
        ledger.increment(Act.LATCH, Entry.DONE, seat);
    }

    /**
     * As long as we claim it, nobody else comes for us; unless the round was over before that,
     * which is seen then, or one that had our seat before us has come.
     */
    private void rollCall() throws InterruptedException {
        long goneBefore = ledger.total(Act.ROLL_CALL); // before this round, or one before it
        long number = round.getLong();
        try (SharedLatch latch = latchOf(number)) {
            latch.join(seat);
            ledger.claim(Act.ROLL_CALL, seat, mark(number, CLAIMED)); // pairs with nextRound
            if (round.getLong() == number && !latch.isDone(seat)) {
                ledger.set(Act.ROLL_CALL, Entry.HOLDS, seat, mark(number, SURE));
                LockSupport.parkNanos(random.nextInt(LINGER_NANOS));
            }
            ledger.set(Act.ROLL_CALL, Entry.HOLDS, seat, 0);
            latch.countDown(seat);
            if (!latch.isDone(seat)) {
                throw new AssertionError("a party that has counted down is not done");
            }
            ledger.await(Act.ROLL_CALL, seat, latch::await);
            ledger.increment(Act.ROLL_CALL, Entry.DONE, seat);
        } catch (PartyDiedException e) {
            ledger.increment(Act.ROLL_CALL, Entry.REPORTS, seat);
            if (ledger.kills() == goneBefore) {
                throw new AssertionError("nobody was killed since the round began", e);
            }
        }
    }

    /** Waits until we are told of a party that has died, as we must be; of others, too. */
    void hearOfAParty(int dead) throws InterruptedException {
        nextRound(); // so that nobody takes part in it any more who does not yet
        long number = (ledger.get(Act.ROLL_CALL, Entry.HOLDS, dead) >> 1) - 1;
        try (SharedLatch latch = latchOf(number)) {
            int told;
            do {
                told = partyThatDied(latch);
                latch.countDown(told); // so that we are told of the next one
                ledger.set(Act.ROLL_CALL, Entry.HOLDS, told, 0); // and not again of this one
                ledger.increment(Act.ROLL_CALL, Entry.REPORTS, seat);
            } while (told != dead);
        }
    }

    private static int partyThatDied(SharedLatch latch) throws InterruptedException {
        try {
            latch.await();
        } catch (PartyDiedException e) {
            String message = String.valueOf(e.getMessage());
            int begin = message.indexOf(PARTY) + PARTY.length();
            return Integer.parseInt(message.substring(begin, message.indexOf(':')));
        }
        throw new AssertionError("it opened, though one died and nobody came for it: " + latch);
    }

    private interface Meeting {
        int await() throws InterruptedException, BrokenBarrierException, TimeoutException;
    }

    /** Where another one comes, and lives; false if that was not so. */
    private boolean meet(Meeting meeting) throws InterruptedException {
        try {
            int later = meeting.await();
            if (later < 0 || later > 1) {
                throw new AssertionError("arrived before " + later + " others of 2");
            }
            return true;
        } catch (BrokenBarrierException | TimeoutException e) {
            return false;
        }
    }

    private void barrier() throws InterruptedException {
        boolean met;
        if (random.nextBoolean()) {
            met = ledger.tryAwait(Act.BARRIER, seat, () -> meet(barrier::await));
            ledger.set(Act.BARRIER, Entry.HOLDS, seat, 1); // we belong to it for good
        } else {
            met = ledger.tryAwait(Act.BARRIER, seat, this::meetInHaste);
        }
        if (met) {
            ledger.increment(Act.BARRIER, Entry.DONE, seat);
        }
    }

    private boolean meetInHaste() throws InterruptedException {
        boolean met = meet(() -> hasty.await(HASTE_MILLIS, TimeUnit.MILLISECONDS));
        if (!met) {
            hasty.reset();
        }
        return met;
    }

    /** Whether the death of a seat's process must break the barrier. */
    boolean isMember(int other) {
        return ledger.get(Act.BARRIER, Entry.HOLDS, other) != 0;
    }

    /** Whatever has broken the barrier is over. */
    void mendBarrier() {
        if (barrier.isBroken()) {
            barrier.reset();
        }
    }

    /** Meets whoever comes until we are told that a member has died, as we must be. */
    void hearOfABreak() throws InterruptedException {
        while (meet(barrier::await)) {
            // with somebody who lives
        }
        ledger.increment(Act.BARRIER, Entry.REPORTS, seat);
        mendBarrier();
    }

    @Override
    public List<Object> objects() {
        return List.of(barrier, hasty, round);
    }

    @Override
    public List<String> audit() {
        nextRound(); // there is no latch any more
        return List.of();
    }
}
