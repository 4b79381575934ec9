package dev.shm.chaos;

import dev.shm.chaos.Ledger.Doing;
import dev.shm.chaos.Ledger.Entry;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedCondition;
import dev.shm.sync.SharedLock;
import dev.shm.sync.SharedReadWriteLock;
import dev.shm.sync.SynchronizedArray;
import dev.shm.sync.SynchronizedValue;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;

/**
 * What a process can do with locks and what they guard.
 *
 * <p>What a lock guards is a total beside a journal of what each process has added to it. The
 * journal is written first, so an owner that dies between the two leaves them different: whoever
 * holds the lock next and is not told of a death must find them equal.
 */
final class LockActs implements Acts {
    static final List<Act> ACTS =
            List.of(Act.LOCK, Act.CONDITION, Act.READ, Act.WRITE, Act.VALUE, Act.ARRAY);

    private static final int ARRAY_LENGTH = 64;
    private static final int LINGER_NANOS = 2_000_000;
    private static final int RELIEF_MILLIS = 100;
    private static final int ONE_OF_SO_MANY_GIVES_UP = 8;
    private static final int HASTE_MILLIS = 5;

    private final SharedRegion region;
    private final int seat;
    private final Random random;
    private final Ledger ledger;
    private final SharedLock lock;
    private final SharedLock conditionLock;
    private final SharedCondition notEmpty;
    private final SharedReadWriteLock readWrite;
    private final SynchronizedValue value;
    private final SynchronizedArray array;

    LockActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.region = region;
        this.seat = seat;
        this.random = random;
        this.ledger = ledger;
        this.lock = SharedLock.of(region, "lock");
        this.conditionLock = SharedLock.of(region, "items-lock", this::repairItems);
        this.notEmpty = conditionLock.condition("not-empty");
        this.readWrite = SharedReadWriteLock.of(region, "rw", () -> repair(Act.WRITE));
        this.value = SynchronizedValue.of(region, "value", 'q', this::repairValue);
        this.array = SynchronizedArray.of(region, "array", 'q', ARRAY_LENGTH, this::repairArray);
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        switch (act) {
            case LOCK -> lock();
            case CONDITION -> condition();
            case READ -> read();
            case WRITE -> write();
            case VALUE -> value();
            case ARRAY -> array();
            default -> throw new IllegalArgumentException(act.toString());
        }
    }

    private void await(Act act, Doing waiting) throws InterruptedException {
        ledger.await(act, seat, waiting);
    }

    /** Whether to give up soon; who comes after a kill must learn of it. */
    private boolean isHasty() {
        return seat < Crew.SIZE && random.nextInt(ONE_OF_SO_MANY_GIVES_UP) == 0;
    }

    /** False if it was not to be had soon. */
    private boolean hold(Act act, Lock wanted) throws InterruptedException {
        return ledger.tryAwait(
                act,
                seat,
                () -> {
                    if (isHasty()) {
                        return wanted.tryLock(HASTE_MILLIS, TimeUnit.MILLISECONDS);
                    }
                    wanted.lock();
                    return true;
                });
    }

    /** Nobody else may hold it who is not known to be dead. */
    private void holding(Act act, Act excluded, Runnable body) {
        ledger.set(act, Entry.HOLDS, seat, region.self().id());
        for (int other = 0; other < Ledger.SEATS; other++) {
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
        if (ledger.tryAwait(Act.LOCK, seat, this::acquire)) {
            holding(Act.LOCK, Act.LOCK, () -> increment(Act.LOCK));
            lock.unlock();
        }
    }

    private boolean acquire() throws InterruptedException {
        SharedLock.Acquisition how =
                isHasty() ? lock.tryAcquire(HASTE_MILLIS, TimeUnit.MILLISECONDS) : lock.acquire();
        if (how == SharedLock.Acquisition.OWNER_DIED) {
            repair(Act.LOCK);
            lock.markConsistent();
        }
        return how != null;
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
        if (hold(Act.CONDITION, conditionLock)) {
            produceLocked();
            conditionLock.unlock();
        }
    }

    /**
     * An item from time to time, for all may be consumers just now; but none where there is one,
     * for that somebody must have been told of.
     */
    @Override
    public void relieve() throws InterruptedException {
        if (conditionLock.tryLock(RELIEF_MILLIS, TimeUnit.MILLISECONDS)) {
            if (items() == 0) {
                produceLocked();
            }
            conditionLock.unlock();
        }
    }

    private void produceLocked() {
        checkItems();
        ledger.increment(Act.CONDITION, Entry.DONE, seat);
        linger();
        addItems(1);
        notEmpty.signal();
    }

    private void consume() throws InterruptedException {
        await(Act.CONDITION, this::awaitItem);
        checkItems();
        if (items() > 0) {
            ledger.increment(Act.CONDITION, Entry.HOLDS, seat);
            linger();
            addItems(-1);
        }
        conditionLock.unlock();
    }

    /** Holds the lock then; there is an item, unless we gave up. */
    private void awaitItem() throws InterruptedException {
        boolean hasty = isHasty();
        boolean patient = true;
        conditionLock.lock();
        while (items() == 0 && patient) {
            if (hasty) {
                patient = notEmpty.await(HASTE_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                notEmpty.await();
            }
        }
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
        if (hold(Act.READ, readWrite.readLock())) {
            holding(Act.READ, Act.WRITE, () -> checkTotal(Act.WRITE, ledger.total(Act.WRITE)));
            ledger.increment(Act.READ, Entry.DONE, seat);
            readWrite.readLock().unlock();
        }
    }

    private void write() throws InterruptedException {
        if (hold(Act.WRITE, readWrite.writeLock())) {
            holding(Act.WRITE, Act.READ, () -> increment(Act.WRITE));
            readWrite.writeLock().unlock();
        }
    }

    private void value() throws InterruptedException {
        await(
                Act.VALUE,
                () -> {
                    value.with(
                            guarded ->
                                    holding(Act.VALUE, Act.VALUE, () -> incrementValue(guarded)));
                });
    }

    private void incrementValue(SharedValue guarded) {
        checkTotal(Act.VALUE, guarded.getLong());
        ledger.increment(Act.VALUE, Entry.DONE, seat);
        linger();
        guarded.setLong(guarded.getLong() + 1);
    }

    private void repairValue(SharedValue guarded) {
        ledger.increment(Act.VALUE, Entry.REPORTS, seat);
        guarded.setLong(ledger.sum(Act.VALUE, Entry.DONE));
    }

    private void array() throws InterruptedException {
        await(
                Act.ARRAY,
                () ->
                        array.with(
                                guarded ->
                                        holding(
                                                Act.ARRAY,
                                                Act.ARRAY,
                                                () -> incrementArray(guarded))));
    }

    /** All elements are the same when nobody is at it. */
    private void incrementArray(SharedArray guarded) {
        checkTotal(Act.ARRAY, guarded.getLong(0));
        ledger.increment(Act.ARRAY, Entry.DONE, seat);
        linger();
        for (int i = 0; i < ARRAY_LENGTH; i++) {
            if (guarded.getLong(i) != guarded.getLong(ARRAY_LENGTH - 1)) {
                throw new AssertionError("a half written array: " + guarded);
            }
        }
        for (int i = 0; i < ARRAY_LENGTH; i++) {
            guarded.setLong(i, guarded.getLong(i) + 1);
        }
    }

    private void repairArray(SharedArray guarded) {
        ledger.increment(Act.ARRAY, Entry.REPORTS, seat);
        guarded.fill(ledger.sum(Act.ARRAY, Entry.DONE));
    }

    @Override
    public List<Object> objects() {
        return List.of(lock, conditionLock, notEmpty, readWrite, value, array);
    }

    /**
     * Owners whose deaths must have been reported, and no others. A reader that comes after the
     * death of a writer is one itself for a moment.
     */
    @Override
    public List<String> audit() throws InterruptedException {
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
        if (readWrite.readers() != 0) {
            wrong.add("readers left: " + readWrite);
        }
        for (Act act : List.of(Act.LOCK, Act.CONDITION, Act.WRITE, Act.VALUE, Act.ARRAY)) {
            long reports = ledger.sum(act, Entry.REPORTS);
            long killed = ledger.sum(act, Entry.OWNERS_KILLED);
            long suspects = ledger.deaths(act) + (act == Act.WRITE ? ledger.deaths(Act.READ) : 0);
            if (reports < killed || reports > suspects) {
                wrong.add(
                        act
                                + ": reports="
                                + reports
                                + " owners killed="
                                + killed
                                + " to "
                                + suspects);
            }
        }
        return wrong;
    }
}
