package dev.shm.sync;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.ChaosLedger.Act;
import dev.shm.sync.ChaosLedger.Entry;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Everything that a process can do with one object of each kind, checked as it is done. What is not
 * as it must be is an {@link AssertionError}.
 *
 * <p>What a lock guards is a total beside a journal of what each process has added to it. The
 * journal is written first, so an owner that dies between the two leaves them different: whoever
 * holds the lock next and is not told of a death must find them equal.
 */
final class ChaosActs {
    static final int PERMITS = 2;

    private static final String LATCH = "latch-";
    private static final String ROLL_CALL = "roll-call-";
    private static final int SEMAPHORE_COLLECTS = 8;
    private static final int ARRAY_LENGTH = 64;
    private static final int LINGER_NANOS = 1_000_000;
    private static final int TAG_BITS = 30;
    private static final long PATIENCE_MILLIS = 20; // of waits that nobody need end

    /** Done seldom, or nearly all kills would hit somebody who sleeps. */
    private static final List<Act> LONG_WAITS =
            List.of(Act.EVENT, Act.GATE, Act.LATCH, Act.ROLL_CALL, Act.BARRIER);

    private static final List<Act> SHORT_WAITS =
            Stream.of(Act.values()).filter(act -> !LONG_WAITS.contains(act)).toList();

    private final SharedRegion region;
    private final int seat;
    private final Random random;
    private final ChaosLedger ledger;
    private final SharedLock lock;
    private final SharedLock conditionLock;
    private final SharedCondition notEmpty;
    private final SharedReadWriteLock readWrite;
    private final SharedSemaphore semaphore;
    private final CountingSemaphore counting;
    private final SharedEvent event;
    private final SharedEvent gate;
    private final SharedValue sets;
    private final SharedValue round;
    private final SharedBarrier barrier;
    private final SynchronizedValue value;
    private final SynchronizedArray array;

    ChaosActs(SharedRegion region, int seat, long seed) {
        this.region = region;
        this.seat = seat;
        this.random = new Random(seed);
        this.ledger = new ChaosLedger(region);
        this.lock = SharedLock.of(region, "lock");
        this.conditionLock = SharedLock.of(region, "items-lock", this::repairItems);
        this.notEmpty = conditionLock.condition("not-empty");
        this.readWrite = SharedReadWriteLock.of(region, "rw", () -> repair(Act.WRITE));
        this.semaphore = SharedSemaphore.of(region, "semaphore", PERMITS);
        this.counting = CountingSemaphore.of(region, "counting", 0);
        this.event = SharedEvent.of(region, "event");
        this.gate = SharedEvent.of(region, "gate", SharedEvent.Mode.AUTO_RESET);
        this.sets = SharedValue.of(region, "sets", 'q');
        this.round = SharedValue.of(region, "round", 'q');
        this.barrier = SharedBarrier.of(region, "barrier", 2);
        this.value = SynchronizedValue.of(region, "value", 'q', this::repairValue);
        this.array = SynchronizedArray.of(region, "array", 'q', ARRAY_LENGTH, this::repairArray);
    }

    static SharedRegion open(Path file) {
        return SharedRegion.openOrCreate(
                RegionOptions.at(file).bytes(1 << 20).maxParticipants(16).maxObjects(64));
    }

    ChaosLedger ledger() {
        return ledger;
    }

    /** Does something, and waits for it if need be. */
    void doAnything() throws InterruptedException {
        List<Act> acts = random.nextInt(10) == 0 ? LONG_WAITS : SHORT_WAITS;
        doIt(acts.get(random.nextInt(acts.size())));
    }

    private void doIt(Act act) throws InterruptedException {
        switch (act) {
            case LOCK -> lock();
            case CONDITION -> condition();
            case READ -> read();
            case WRITE -> write();
            case SEMAPHORE -> semaphore();
            case COUNTING -> counting();
            case EVENT -> event();
            case GATE -> gate();
            case LATCH -> latch();
            case ROLL_CALL -> rollCall();
            case BARRIER -> barrier();
            case VALUE -> value();
            case ARRAY -> array();
        }
    }

    private interface Waiting {
        void end() throws InterruptedException;
    }

    /** Waits, and the ledger knows of it while it lasts. */
    private void await(Act act, Waiting waiting) throws InterruptedException {
        ledger.waitBegins(act, seat);
        waiting.end();
        ledger.waitEnds(act, seat);
    }

    /** Nobody else may hold it who is not known to be dead. */
    private void holding(Act act, Act excluded, Runnable body) {
        ledger.set(act, Entry.HOLDS, seat, region.self().id());
        for (int other = 0; other < ChaosLedger.SEATS; other++) {
            long tag = ledger.get(excluded, Entry.HOLDS, other);
            if (other != seat && tag != 0 && !region.isDead((int) tag)) {
                throw new AssertionError(act + " while seat " + other + " holds " + excluded);
            }
        }
        body.run();
        ledger.set(act, Entry.HOLDS, seat, 0);
    }

    private void checkTotal(Act act, long total) {
        long journal = ledger.sum(act, Entry.DONE);
        if (total != journal) {
            throw new AssertionError(
                    act
                            + ": total="
                            + total
                            + " journal="
                            + journal
                            + ": a death was not reported");
        }
    }

    /** Makes it more likely that we are killed here. */
    private void linger() {
        if (random.nextInt(4) == 0) {
            LockSupport.parkNanos(random.nextInt(LINGER_NANOS));
        }
    }

    private void increment(Act act) {
        checkTotal(act, ledger.total(act));
        ledger.increment(act, Entry.DONE, seat);
        linger();
        ledger.setTotal(act, ledger.total(act) + 1);
    }

    private void repair(Act act) {
        ledger.increment(act, Entry.REPORTS, seat);
        ledger.setTotal(act, ledger.sum(act, Entry.DONE));
    }

    private void lock() throws InterruptedException {
        await(
                Act.LOCK,
                () -> {
                    if (lock.acquire() == SharedLock.Acquisition.OWNER_DIED) {
                        repair(Act.LOCK);
                        lock.markConsistent();
                    }
                });
        holding(Act.LOCK, Act.LOCK, () -> increment(Act.LOCK));
        lock.unlock();
    }

    /** Items are what has been produced, in DONE, less what has been taken, in HOLDS. */
    private void condition() throws InterruptedException {
        if (random.nextInt(3) == 0) {
            produce();
        } else {
            consume(); // more often, so that there is something to wait for
        }
    }

    private void produce() throws InterruptedException {
        await(Act.CONDITION, conditionLock::lock);
        checkItems();
        ledger.increment(Act.CONDITION, Entry.DONE, seat);
        linger();
        addItems(1);
        notEmpty.signal();
        conditionLock.unlock();
    }

    private void consume() throws InterruptedException {
        await(
                Act.CONDITION,
                () -> {
                    conditionLock.lock();
                    while (items() == 0) {
                        notEmpty.await();
                    }
                });
        checkItems();
        ledger.increment(Act.CONDITION, Entry.HOLDS, seat);
        linger();
        addItems(-1);
        conditionLock.unlock();
    }

    private long items() {
        return ledger.total(Act.CONDITION);
    }

    private void addItems(long change) {
        ledger.setTotal(Act.CONDITION, items() + change);
    }

    private long itemsByJournal() {
        return ledger.sum(Act.CONDITION, Entry.DONE) - ledger.sum(Act.CONDITION, Entry.HOLDS);
    }

    private void checkItems() {
        if (items() != itemsByJournal() || items() < 0) {
            throw new AssertionError("items=" + items() + " journal=" + itemsByJournal());
        }
    }

    private void repairItems() {
        ledger.increment(Act.CONDITION, Entry.REPORTS, seat);
        ledger.setTotal(Act.CONDITION, itemsByJournal());
    }

    private void read() throws InterruptedException {
        await(Act.READ, readWrite.readLock()::lock);
        holding(Act.READ, Act.WRITE, () -> checkTotal(Act.WRITE, ledger.total(Act.WRITE)));
        ledger.increment(Act.READ, Entry.DONE, seat);
        readWrite.readLock().unlock();
    }

    private void write() throws InterruptedException {
        await(Act.WRITE, readWrite.writeLock()::lock);
        holding(Act.WRITE, Act.READ, () -> increment(Act.WRITE));
        readWrite.writeLock().unlock();
    }

    private void semaphore() throws InterruptedException {
        await(Act.SEMAPHORE, semaphore::acquire);
        long visit = ledger.get(Act.SEMAPHORE, Entry.HOLDS, seat) >>> TAG_BITS;
        ledger.set(Act.SEMAPHORE, Entry.HOLDS, seat, visit + 1 << TAG_BITS | region.self().id());
        checkInside();
        linger();
        ledger.set(Act.SEMAPHORE, Entry.HOLDS, seat, visit + 1 << TAG_BITS);
        semaphore.release();
        ledger.increment(Act.SEMAPHORE, Entry.DONE, seat);
    }

    /**
     * Two equal collects are a picture of one moment, since each visit has another mark. A permit
     * goes to another only after its holder is known to be dead.
     */
    private void checkInside() {
        long[] before = ledger.row(Act.SEMAPHORE, Entry.HOLDS);
        for (int i = 0; i < SEMAPHORE_COLLECTS; i++) {
            long[] after = ledger.row(Act.SEMAPHORE, Entry.HOLDS);
            if (Arrays.equals(before, after)) {
                int inside = 0;
                for (long mark : after) {
                    int tag = (int) (mark & (1 << TAG_BITS) - 1);
                    inside += tag != 0 && !region.isDead(tag) ? 1 : 0;
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

    /** What sees to it that nobody need wait for long. */
    void relieve() throws InterruptedException {
        produce();
        event.set();
        openGate();
        nextRound();
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

    /** Ends the round in progress, and forgets those before it. */
    private void nextRound() {
        long ended = round.getAndAdd(1);
        try (SharedLatch latch = SharedLatch.of(region, LATCH + ended, 1)) {
            latch.countDown();
        }
        for (String name : region.names()) {
            if (isOfARound(name) && !isOfRound(name, ended + 1) && !isOfRound(name, ended)) {
                region.remove(name);
            }
        }
    }

    private static boolean isOfARound(String name) {
        return name.startsWith(LATCH) || name.startsWith(ROLL_CALL);
    }

    private static boolean isOfRound(String name, long number) {
        return name.equals(LATCH + number) || name.equals(ROLL_CALL + number);
    }

    private boolean isOver(long started) {
        return round.getLong() > started + 1;
    }

    private void latch() throws InterruptedException {
        long current = round.getLong();
        try (SharedLatch latch = SharedLatch.of(region, LATCH + current, 1)) {
            // The latch may have been removed before we opened it, and then this is another one.
            while (latch.getCount() > 0 && !isOver(current)) {
                await(Act.LATCH, () -> latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            }
        }
        ledger.increment(Act.LATCH, Entry.DONE, seat);
    }

    private void rollCall() throws InterruptedException {
        String name = ROLL_CALL + round.getLong();
        try (SharedLatch latch =
                SharedLatch.of(region, name, ChaosLedger.SEATS, SharedLatch.Mode.PARTIES)) {
            latch.join(seat);
            latch.countDown(seat);
            if (!latch.isDone(seat)) {
                throw new AssertionError("a party that has counted down is not done");
            }
            await(Act.ROLL_CALL, () -> latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (PartyDiedException e) {
            // Another party died before it had counted down, as they do here.
        }
        ledger.increment(Act.ROLL_CALL, Entry.DONE, seat);
    }

    /** Where another one comes in time, and lives. */
    private void barrier() throws InterruptedException {
        await(
                Act.BARRIER,
                () -> {
                    try {
                        int later = barrier.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                        if (later < 0 || later > 1) {
                            throw new AssertionError("arrived before " + later + " others of 2");
                        }
                    } catch (BrokenBarrierException | TimeoutException e) {
                        barrier.reset();
                    }
                });
        ledger.increment(Act.BARRIER, Entry.DONE, seat);
    }

    private void value() throws InterruptedException {
        await(
                Act.VALUE,
                () -> {
                    value.with(
                            guarded -> {
                                checkTotal(Act.VALUE, guarded.getLong());
                                ledger.increment(Act.VALUE, Entry.DONE, seat);
                                linger();
                                guarded.setLong(guarded.getLong() + 1);
                            });
                });
    }

    private void repairValue(SharedValue guarded) {
        ledger.increment(Act.VALUE, Entry.REPORTS, seat);
        guarded.setLong(ledger.sum(Act.VALUE, Entry.DONE));
    }

    /** All elements are the same when nobody is at it. */
    private void array() throws InterruptedException {
        await(
                Act.ARRAY,
                () -> {
                    array.with(
                            guarded -> {
                                checkTotal(Act.ARRAY, guarded.getLong(0));
                                ledger.increment(Act.ARRAY, Entry.DONE, seat);
                                linger();
                                for (int i = 0; i < ARRAY_LENGTH; i++) {
                                    if (guarded.getLong(i) != guarded.getLong(ARRAY_LENGTH - 1)) {
                                        throw new AssertionError(
                                                "a half written array: " + guarded);
                                    }
                                }
                                for (int i = 0; i < ARRAY_LENGTH; i++) {
                                    guarded.setLong(i, guarded.getLong(i) + 1);
                                }
                            });
                });
    }

    private void repairArray(SharedArray guarded) {
        ledger.increment(Act.ARRAY, Entry.REPORTS, seat);
        guarded.fill(ledger.sum(Act.ARRAY, Entry.DONE));
    }

    /** What is not as it must be when everybody else is gone. */
    List<String> audit() throws InterruptedException {
        produce(); // each of these learns of the last death
        lock();
        write();
        read();
        value();
        array();
        List<String> wrong = new ArrayList<>();
        if (lock.isLocked() || conditionLock.isLocked() || readWrite.isWriteLocked()) {
            wrong.add("held by nobody alive: " + lock + ", " + conditionLock + ", " + readWrite);
        }
        long passed = ledger.sum(Act.GATE, Entry.HOLDS);
        if (passed > sets.getLong()) {
            wrong.add("gate: passed=" + passed + " sets=" + sets.getLong());
        }
        if (readWrite.readers() != 0) {
            wrong.add("readers left: " + readWrite);
        }
        if (semaphore.availablePermits() != PERMITS) {
            wrong.add("permits lost: " + semaphore);
        }
        return wrong;
    }

    /** How many tokens there are more than there were. */
    int tokens() {
        return counting.availablePermits();
    }
}
