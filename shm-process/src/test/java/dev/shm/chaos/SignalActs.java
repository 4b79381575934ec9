package dev.shm.chaos;

import dev.shm.chaos.Ledger.Doing;
import dev.shm.chaos.Ledger.Entry;
import dev.shm.region.SharedRegion;
import dev.shm.sync.CountingSemaphore;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedSemaphore;
import dev.shm.value.SharedValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a process can do with semaphores and events. Some give up soon. */
final class SignalActs implements Acts {
    static final List<Act> ACTS = List.of(Act.SEMAPHORE, Act.COUNTING, Act.EVENT, Act.GATE);

    private static final int PERMITS = 2;
    private static final int ONE_OF_SO_MANY_GIVES_UP = 8;
    private static final long HASTE_MILLIS = 5;
    private static final int SEMAPHORE_COLLECTS = 8;
    private static final int LINGER_NANOS = 1_000_000;
    private static final int TAG_BITS = 30;
    private static final int VISIT_SHIFT = 32;

    private final SharedRegion region;
    private final int seat;
    private final Random random;
    private final Ledger ledger;
    private final SharedSemaphore semaphore;
    private final CountingSemaphore counting;
    private final SharedEvent event;
    private final SharedEvent gate;
    private final SharedValue sets;

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
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        switch (act) {
            case SEMAPHORE -> semaphore();
            case COUNTING -> counting();
            case EVENT -> event();
            case GATE -> gate();
            default -> throw new IllegalArgumentException(act.toString());
        }
    }

    private interface Timed {
        /** Tries it for so long; false if the time ran out. */
        boolean run(long time, TimeUnit unit) throws InterruptedException;
    }

    /** Waits as long as it takes, or now and then only shortly; false if that was too short. */
    private boolean await(Act act, Doing endless, Timed timed) throws InterruptedException {
        if (random.nextInt(ONE_OF_SO_MANY_GIVES_UP) == 0) {
            return ledger.tryAwait(act, seat, () -> timed.run(HASTE_MILLIS, TimeUnit.MILLISECONDS));
        }
        ledger.await(act, seat, endless);
        return true;
    }

    /** Makes it more likely that we are killed here. */
    private void linger() {
        if (random.nextInt(4) == 0) {
            LockSupport.parkNanos(random.nextInt(LINGER_NANOS));
        }
    }

    private void semaphore() throws InterruptedException {
        int permits = random.nextInt(4) == 0 ? PERMITS : 1;
        if (!await(
                Act.SEMAPHORE,
                () -> semaphore.acquire(permits),
                (time, unit) -> semaphore.tryAcquire(permits, time, unit))) {
            return;
        }
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
        if (!await(Act.COUNTING, counting::acquire, counting::tryAcquire)) {
            ledger.await(Act.COUNTING, seat, counting::acquire); // or one would be left
        }
        ledger.set(Act.COUNTING, Entry.HOLDS, seat, 0);
        ledger.increment(Act.COUNTING, Entry.DONE, seat);
    }

    private void event() throws InterruptedException {
        boolean came = true;
        switch (random.nextInt(3)) {
            case 0 -> event.set();
            case 1 -> event.clear();
            default -> came = await(Act.EVENT, event::await, event::await);
        }
        if (came) {
            ledger.increment(Act.EVENT, Entry.DONE, seat);
        }
    }

    /** Does what nobody else need do. */
    @Override
    public void relieve() {
        event.set();
        openGate();
    }

    private void openGate() {
        sets.getAndAdd(1);
        gate.set();
    }

    private void gate() throws InterruptedException {
        if (random.nextBoolean()) {
            openGate();
        } else if (await(Act.GATE, gate::await, gate::await)) {
            ledger.increment(Act.GATE, Entry.HOLDS, seat);
            ledger.increment(Act.GATE, Entry.DONE, seat);
        }
    }

    @Override
    public List<Object> objects() {
        return List.of(semaphore, counting, event, gate);
    }

    @Override
    public List<String> audit() {
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
