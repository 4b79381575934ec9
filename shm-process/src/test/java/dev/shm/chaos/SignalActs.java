package dev.shm.chaos;

import dev.shm.chaos.Ledger.Doing;
import dev.shm.chaos.Ledger.Entry;
import dev.shm.region.SharedRegion;
import dev.shm.sync.CountingSemaphore;
import dev.shm.sync.PartyDiedException;
import dev.shm.sync.SharedBarrier;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.sync.SharedSemaphore;
import dev.shm.value.SharedValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** What a process can do with semaphores, events, latches and a barrier. */
final class SignalActs implements Acts {
    static final List<Act> ACTS =
            List.of(
                    Act.SEMAPHORE,
                    Act.COUNTING,
                    Act.EVENT,
                    Act.GATE,
                    Act.LATCH,
                    Act.ROLL_CALL,
                    Act.BARRIER);

    private static final int PERMITS = 2;
    private static final String LATCH = "latch-";
    private static final String ROLL_CALL = "roll-call-";
    private static final int SEMAPHORE_COLLECTS = 8;
    private static final int LINGER_NANOS = 1_000_000;
    private static final int TAG_BITS = 30;
    private static final int VISIT_SHIFT = 32;
    private static final long RELIEF_MILLIS = 20;

    private final SharedRegion region;
    private final int seat;
    private final Random random;
    private final Ledger ledger;
    private final SharedSemaphore semaphore;
    private final CountingSemaphore counting;
    private final SharedEvent event;
    private final SharedEvent gate;
    private final SharedValue sets;
    private final SharedValue round;
    private final SharedBarrier barrier;

    SignalActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.region = region;
        this.seat = seat;
        this.random = random;
        this.ledger = ledger;
        this.semaphore = SharedSemaphore.of(region, "semaphore", PERMITS);
        this.counting = CountingSemaphore.of(region, "counting", 0);
        this.event = SharedEvent.of(region, "event");
        this.gate = SharedEvent.of(region, "gate", SharedEvent.Mode.AUTO_RESET);
        this.sets = SharedValue.of(region, "sets", 'q');
        this.round = SharedValue.of(region, "round", 'q');
        this.barrier = SharedBarrier.of(region, "barrier", 2);
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        switch (act) {
            case SEMAPHORE -> semaphore();
            case COUNTING -> counting();
            case EVENT -> event();
            case GATE -> gate();
            case LATCH -> latch();
            case ROLL_CALL -> rollCall();
            case BARRIER -> barrier();
            default -> throw new IllegalArgumentException(act.toString());
        }
    }

    private void await(Act act, Doing waiting) throws InterruptedException {
        ledger.await(act, seat, waiting);
    }

    /** Makes it more likely that we are killed here. */
    private void linger() {
        if (random.nextInt(4) == 0) {
            LockSupport.parkNanos(random.nextInt(LINGER_NANOS));
        }
    }

    private void semaphore() throws InterruptedException {
        int permits = random.nextInt(4) == 0 ? PERMITS : 1;
        await(Act.SEMAPHORE, () -> semaphore.acquire(permits));
        long visit = ledger.get(Act.SEMAPHORE, Entry.HOLDS, seat) >>> VISIT_SHIFT;
        long outside = visit + 1 << VISIT_SHIFT;
        long inside = outside | (long) permits << TAG_BITS | region.self().id();
        ledger.set(Act.SEMAPHORE, Entry.HOLDS, seat, inside);
        checkInside();
        linger();
        ledger.set(Act.SEMAPHORE, Entry.HOLDS, seat, outside);
        semaphore.release(permits);
        ledger.increment(Act.SEMAPHORE, Entry.DONE, seat);
    }

    /**
     * Two equal collects are a picture of one moment, since each visit has another mark, beside how
     * many permits it has and whose they are. A permit goes to another only after its holder is
     * known to be dead.
     */
    private void checkInside() {
        long[] before = ledger.row(Act.SEMAPHORE, Entry.HOLDS);
        for (int i = 0; i < SEMAPHORE_COLLECTS; i++) {
            long[] after = ledger.row(Act.SEMAPHORE, Entry.HOLDS);
            if (Arrays.equals(before, after)) {
                int inside = 0;
                for (long mark : after) {
                    int tag = (int) (mark & (1 << TAG_BITS) - 1);
                    int permits = (int) (mark >>> TAG_BITS) & (1 << VISIT_SHIFT - TAG_BITS) - 1;
                    inside += tag != 0 && !region.isDead(tag) ? permits : 0;
                }
                if (inside > PERMITS) {
                    throw new AssertionError(inside + " inside, permits=" + PERMITS);
                }
                return;
            }
            before = after;
        }
    }

    private void counting() throws InterruptedException {
        ledger.set(Act.COUNTING, Entry.HOLDS, seat, 1);
        counting.release();
        await(Act.COUNTING, counting::acquire);
        ledger.set(Act.COUNTING, Entry.HOLDS, seat, 0);
        ledger.increment(Act.COUNTING, Entry.DONE, seat);
    }

    private void event() throws InterruptedException {
        switch (random.nextInt(3)) {
            case 0 -> event.set();
            case 1 -> event.clear();
            default -> await(Act.EVENT, event::await);
        }
        ledger.increment(Act.EVENT, Entry.DONE, seat);
    }

    /** Does what nobody else need do. */
    @Override
    public void relieve() throws InterruptedException {
        event.set();
        openGate();
        nextRound();
        if (barrier.getNumberWaiting() > 0) {
            meet(() -> barrier.await(RELIEF_MILLIS, TimeUnit.MILLISECONDS));
        }
    }

    private void openGate() {
        sets.getAndAdd(1);
        gate.set();
    }

    private void gate() throws InterruptedException {
        if (random.nextBoolean()) {
            openGate();
        } else {
            await(Act.GATE, gate::await);
            ledger.increment(Act.GATE, Entry.HOLDS, seat);
        }
        ledger.increment(Act.GATE, Entry.DONE, seat);
    }

    /**
     * Begins another round, and ends all that were before it. Who comes late may make the latch of
     * such a round anew, which the next relief then finds.
     */
    private void nextRound() {
        long kills = ledger.kills(); // whoever dies in the round is not among them
        long current = round.getAndAdd(1) + 1;
        ledger.setTotal(Act.ROLL_CALL, kills);
        for (String name : region.names()) {
            if (name.startsWith(LATCH) && number(LATCH, name) < current) {
                try (SharedLatch latch = SharedLatch.of(region, name, 1)) {
                    latch.countDown();
                }
                region.remove(name);
            } else if (name.startsWith(ROLL_CALL) && number(ROLL_CALL, name) < current) {
                try (SharedLatch latch = rollCall(name)) {
                    for (int party = 0; party < Ledger.SEATS; party++) {
                        latch.countDown(party);
                    }
                }
                region.remove(name);
            }
        }
    }

    private static long number(String prefix, String name) {
        return Long.parseLong(name.substring(prefix.length()));
    }

    private SharedLatch rollCall(String name) {
        return SharedLatch.of(region, name, Ledger.SEATS, SharedLatch.Mode.PARTIES);
    }

    private void latch() throws InterruptedException {
        try (SharedLatch latch = SharedLatch.of(region, LATCH + round.getLong(), 1)) {
            await(Act.LATCH, latch::await);
            if (latch.getCount() != 0) {
                throw new AssertionError("passed, and not open: " + latch);
            }
        }
        ledger.increment(Act.LATCH, Entry.DONE, seat);
    }

    private void rollCall() throws InterruptedException {
        long killsBefore = ledger.total(Act.ROLL_CALL); // before this round, or one before it
        try (SharedLatch latch = rollCall(ROLL_CALL + round.getLong())) {
            latch.join(seat);
            latch.countDown(seat);
            if (!latch.isDone(seat)) {
                throw new AssertionError("a party that has counted down is not done");
            }
            await(Act.ROLL_CALL, latch::await);
            ledger.increment(Act.ROLL_CALL, Entry.DONE, seat);
        } catch (PartyDiedException e) {
            ledger.increment(Act.ROLL_CALL, Entry.REPORTS, seat);
            if (ledger.kills() == killsBefore) {
                throw new AssertionError("nobody was killed since the round began", e);
            }
        }
    }

    private interface Meeting {
        int await() throws InterruptedException, BrokenBarrierException, TimeoutException;
    }

    /** Where another one comes, and lives. */
    private void meet(Meeting meeting) throws InterruptedException {
        try {
            int later = meeting.await();
            if (later < 0 || later > 1) {
                throw new AssertionError("arrived before " + later + " others of 2");
            }
            ledger.increment(Act.BARRIER, Entry.DONE, seat);
        } catch (BrokenBarrierException | TimeoutException e) {
            barrier.reset();
        }
    }

    private void barrier() throws InterruptedException {
        await(Act.BARRIER, () -> meet(barrier::await));
    }

    @Override
    public List<Object> objects() {
        return List.of(semaphore, counting, event, gate, barrier, round);
    }

    @Override
    public List<String> audit() {
        nextRound(); // there is no latch any more
        List<String> wrong = new ArrayList<>();
        long passed = ledger.sum(Act.GATE, Entry.HOLDS);
        if (passed > sets.getLong()) {
            wrong.add("gate: passed=" + passed + " sets=" + sets.getLong());
        }
        if (semaphore.availablePermits() != PERMITS) {
            wrong.add("permits lost: " + semaphore);
        }
        int tokens = counting.availablePermits();
        long suspects = ledger.sum(Act.COUNTING, Entry.OWNERS_KILLED);
        if (tokens < 0 || tokens > suspects) {
            wrong.add("tokens=" + tokens + " of " + suspects);
        }
        return wrong;
    }
}
