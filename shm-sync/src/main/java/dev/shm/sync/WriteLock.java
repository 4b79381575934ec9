package dev.shm.sync;

import dev.shm.sync.SharedLock.Acquisition;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The side for writing of a {@link SharedReadWriteLock}: one thread holds it, while nobody reads.
 * What holds for threads, memory and deaths is said there.
 */
public final class WriteLock implements Lock {
    private final SharedReadWriteLock whole;
    private final ReadWriteCore core;
    private final RobustMutex mutex;

    WriteLock(SharedReadWriteLock whole) {
        this.whole = whole;
        this.core = whole.core();
        this.mutex = core.mutex();
    }

    /**
     * Waits until nobody else reads or writes. An interrupt does not end the wait.
     *
     * @throws OwnerDiedException if a writer died and nobody has repaired; the lock is not held.
     * @throws IllegalStateException if the handle or the region is closed, or the thread reads
     *     already.
     */
    @Override
    public void lock() {
        if (acquire() == Acquisition.OWNER_DIED) {
            repairOrUnlock();
        }
    }

    /**
     * Waits until nobody else reads or writes, or the thread is interrupted.
     *
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws OwnerDiedException as {@link #lock()}.
     * @throws IllegalStateException as {@link #lock()}.
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        repaired(acquireInterruptibly());
    }

    /**
     * Writes if nobody alive reads or writes, without waiting. Does not find out by itself whether
     * somebody died.
     *
     * @return whether the lock is held; false for a thread that reads.
     * @throws OwnerDiedException as {@link #lock()}.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public boolean tryLock() {
        return repaired(tryAcquire());
    }

    /**
     * Waits until nobody else reads or writes, at most so long.
     *
     * @param timeout zero or less does not wait.
     * @return whether the lock is held.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws OwnerDiedException as {@link #lock()}.
     * @throws IllegalStateException as {@link #lock()}.
     */
    @Override
    public boolean tryLock(long timeout, TimeUnit unit) throws InterruptedException {
        return repaired(tryAcquire(timeout, unit));
    }

    /**
     * Gives the lock up, or one of several holds of this thread. Works on a handle that was closed
     * while this thread held the lock.
     *
     * @throws IllegalMonitorStateException if the current thread does not hold the lock.
     * @throws IllegalStateException if the region is closed; the lock is free then, and its next
     *     owner is told.
     */
    @Override
    public void unlock() {
        core.unlockWrite();
        whole.leave();
    }

    /**
     * Waits until nobody else reads or writes, and leaves it to the caller to repair. An interrupt
     * does not end the wait. A thread that writes already is answered {@code ACQUIRED}: it was told
     * by its first acquisition.
     *
     * @return whether a writer died; the lock is held either way.
     * @throws IllegalStateException as {@link #lock()}.
     */
    public Acquisition acquire() {
        whole.enter();
        boolean held = false;
        try {
            checkUpgrade();
            RobustMutex.Acquisition acquisition = take();
            held = true;
            return told(acquisition);
        } finally {
            leaveUnless(held);
        }
    }

    /**
     * The same, but an interrupt ends the wait.
     *
     * @return whether a writer died; the lock is held either way.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalStateException as {@link #lock()}.
     */
    public Acquisition acquireInterruptibly() throws InterruptedException {
        Acquisition acquisition = acquire(Deadline.never());
        if (acquisition == null) {
            throw new AssertionError("a deadline that never expires has expired");
        }
        return acquisition;
    }

    /**
     * Acquires the lock as {@link #tryLock()} does, and leaves it to the caller to repair.
     *
     * @return whether a writer died; null if the lock was not acquired.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public @Nullable Acquisition tryAcquire() {
        whole.enter();
        boolean held = false;
        try {
            RobustMutex.Acquisition acquisition = isUpgrade() ? null : tryTake();
            held = acquisition != null;
            return acquisition == null ? null : told(acquisition);
        } finally {
            leaveUnless(held);
        }
    }

    /**
     * Waits until nobody else reads or writes, at most so long, and leaves it to the caller to
     * repair.
     *
     * @param timeout zero or less does not wait.
     * @return whether a writer died; null if the time ran out.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalStateException as {@link #lock()}.
     */
    public @Nullable Acquisition tryAcquire(long timeout, TimeUnit unit)
            throws InterruptedException {
        if (timeout > 0) {
            return acquire(Deadline.after(timeout, unit));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return tryAcquire();
    }

    /**
     * Says that what the lock guards has been repaired after {@link Acquisition#OWNER_DIED}: the
     * next owners are told no more. Does nothing when there was nothing to repair.
     *
     * @throws IllegalMonitorStateException if the current thread does not hold the lock.
     * @throws IllegalStateException if the region is closed.
     */
    public void markConsistent() {
        mutex.markConsistent();
    }

    /**
     * Tells whether the current thread writes.
     *
     * @return true between its first acquisition and its last unlock.
     */
    public boolean isHeldByCurrentThread() {
        return mutex.isHeldByCurrentThread();
    }

    /**
     * Tells how many times the current thread holds the lock for writing.
     *
     * @return zero if it does not.
     */
    public int holdCount() {
        return mutex.holdCount();
    }

    /**
     * Not offered.
     *
     * @throws UnsupportedOperationException always.
     */
    @Override
    public Condition newCondition() {
        throw SharedReadWriteLock.noCondition();
    }

    @Override
    public String toString() {
        return "WriteLock of " + whole;
    }

    /** Takes the lock, and says nothing of deaths to anybody else. */
    RobustMutex.Acquisition take() {
        RobustMutex.Acquisition acquisition = mutex.tryLock(); // (W) pairs with (R)
        return acquisition != null && core.excludesReaders()
                ? acquisition
                : awaitWrite(acquisition);
    }

    /** The same without waiting; null if it is not taken. */
    RobustMutex.@Nullable Acquisition tryTake() {
        RobustMutex.Acquisition acquisition = mutex.tryLock(); // (W) pairs with (R)
        if (acquisition == null || core.excludesReaders()) {
            return acquisition;
        }
        core.unlockWrite();
        return null;
    }

    /** The same with a limit; null if it is not taken. */
    RobustMutex.@Nullable Acquisition take(Deadline deadline) throws InterruptedException {
        RobustMutex.Acquisition acquisition = mutex.tryLock(); // (W) pairs with (R)
        return acquisition != null && core.excludesReaders()
                ? acquisition
                : awaitWrite(acquisition, deadline);
    }

    private RobustMutex.Acquisition awaitWrite(RobustMutex.@Nullable Acquisition first) {
        LockWaitEvent event = LockWaitEvent.started();
        try {
            RobustMutex.Acquisition acquisition = first != null ? first : mutex.lock();
            core.awaitReaders();
            return acquisition;
        } finally {
            event.finish(whole.block());
        }
    }

    private RobustMutex.@Nullable Acquisition awaitWrite(
            RobustMutex.@Nullable Acquisition first, Deadline deadline)
            throws InterruptedException {
        LockWaitEvent event = LockWaitEvent.started();
        try {
            RobustMutex.Acquisition acquisition = first != null ? first : mutex.tryLock(deadline);
            if (acquisition == null || core.awaitReaders(deadline)) {
                return acquisition;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return null;
        } finally {
            event.finish(whole.block());
        }
    }

    private @Nullable Acquisition acquire(Deadline deadline) throws InterruptedException {
        whole.enter();
        boolean held = false;
        try {
            checkUpgrade();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            RobustMutex.Acquisition acquisition = take(deadline);
            held = acquisition != null;
            return acquisition == null ? null : told(acquisition);
        } finally {
            leaveUnless(held);
        }
    }

    private Acquisition told(RobustMutex.Acquisition acquisition) {
        return acquisition == RobustMutex.Acquisition.OWNER_DIED
                ? Locks.ownerDied(whole.block())
                : Acquisition.ACQUIRED;
    }

    private boolean repaired(@Nullable Acquisition acquisition) {
        if (acquisition == Acquisition.OWNER_DIED) {
            repairOrUnlock();
        }
        return acquisition != null;
    }

    private void repairOrUnlock() {
        try {
            whole.repairOrThrow();
        } catch (OwnerDiedException e) {
            unlock();
            throw e;
        }
    }

    private void leaveUnless(boolean held) {
        if (!held) {
            whole.leave();
        }
    }

    private void checkUpgrade() {
        if (isUpgrade()) {
            throw new IllegalStateException(
                    "lock="
                            + whole.name()
                            + " thread="
                            + Thread.currentThread().getName()
                            + ": reads, and would wait for itself to stop; end the read first");
        }
    }

    private boolean isUpgrade() {
        return core.readHolds() > 0 && !mutex.isHeldByCurrentThread();
    }
}
