package dev.shm.sync;

import dev.shm.sync.ReadWriteCore.Reading;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * The side for reading of a {@link SharedReadWriteLock}: any number of threads hold it at once,
 * while nobody writes. What holds for threads, memory and deaths is said there.
 */
public final class ReadLock implements Lock {
    private final SharedReadWriteLock whole;
    private final ReadWriteCore core;

    ReadLock(SharedReadWriteLock whole) {
        this.whole = whole;
        this.core = whole.core();
    }

    /**
     * Waits until nobody writes. An interrupt does not end the wait.
     *
     * @throws OwnerDiedException if a writer died and nobody has repaired; the lock is not held.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public void lock() {
        whole.enter();
        boolean held = false;
        try {
            Reading reading = core.tryRead();
            if (reading != Reading.HELD) {
                awaitRead(reading);
            }
            held = true;
        } finally {
            leaveUnless(held);
        }
    }

    /**
     * Waits until nobody writes or the thread is interrupted.
     *
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws OwnerDiedException as {@link #lock()}.
     * @throws IllegalStateException as {@link #lock()}.
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        read(Deadline.never());
    }

    /**
     * Reads if nobody alive writes, without waiting. Does not find out by itself whether a writer
     * died.
     *
     * @return whether the lock is held.
     * @throws OwnerDiedException as {@link #lock()}.
     * @throws IllegalStateException as {@link #lock()}.
     */
    @Override
    public boolean tryLock() {
        whole.enter();
        boolean held = false;
        try {
            held = tryRead();
        } finally {
            leaveUnless(held);
        }
        return held;
    }

    /**
     * Waits until nobody writes, at most so long.
     *
     * @param timeout zero or less does not wait.
     * @return whether the lock is held.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws OwnerDiedException as {@link #lock()}.
     * @throws IllegalStateException as {@link #lock()}.
     */
    @Override
    public boolean tryLock(long timeout, TimeUnit unit) throws InterruptedException {
        return read(Deadline.after(timeout, unit));
    }

    /**
     * Ends a read, or one of several of this thread. Works on a handle that was closed while this
     * thread was reading.
     *
     * @throws IllegalMonitorStateException if the current thread does not read.
     * @throws IllegalStateException if the region is closed; nobody reads then.
     */
    @Override
    public void unlock() {
        core.unlockRead();
        whole.leave();
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
        return "ReadLock of " + whole;
    }

    private boolean read(Deadline deadline) throws InterruptedException {
        whole.enter();
        boolean held = false;
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Reading reading = core.tryRead();
            held = reading == Reading.HELD || awaitRead(reading, deadline);
        } finally {
            leaveUnless(held);
        }
        return held;
    }

    private boolean tryRead() {
        Reading reading = core.tryRead();
        while (reading == Reading.ABANDONED) {
            whole.requireRepair();
            RobustMutex.Acquisition acquisition = whole.writeLock().tryTake();
            if (acquisition == null) {
                return false;
            }
            reading = repairAndRead(acquisition);
        }
        return reading == Reading.HELD;
    }

    private void leaveUnless(boolean held) {
        if (!held) {
            whole.leave();
        }
    }

    private void awaitRead(Reading first) {
        LockWaitEvent event = LockWaitEvent.started();
        boolean interrupted = false;
        try {
            Reading reading = first;
            while (reading != Reading.HELD) {
                if (reading == Reading.ABANDONED) {
                    whole.requireRepair();
                    reading = repairAndRead(whole.writeLock().take());
                } else {
                    interrupted |= Thread.interrupted();
                    reading = core.awaitRead(Deadline.never());
                }
            }
        } finally {
            event.finish(whole.block());
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean awaitRead(Reading first, Deadline deadline) throws InterruptedException {
        LockWaitEvent event = LockWaitEvent.started();
        try {
            Reading reading = first;
            while (reading != Reading.HELD) {
                if (reading == Reading.ABANDONED) {
                    whole.requireRepair();
                    RobustMutex.Acquisition acquisition = whole.writeLock().take(deadline);
                    if (acquisition == null) {
                        return false;
                    }
                    reading = repairAndRead(acquisition);
                } else {
                    reading = core.awaitRead(deadline);
                    if (reading == Reading.NOT_HELD) {
                        return gaveUp();
                    }
                }
            }
            return true;
        } finally {
            event.finish(whole.block());
        }
    }

    private boolean gaveUp() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return false;
    }

    /** From writing to reading, over data that is consistent. */
    private Reading repairAndRead(RobustMutex.Acquisition acquisition) {
        try {
            if (acquisition == RobustMutex.Acquisition.OWNER_DIED) {
                Locks.ownerDied(whole.block());
                whole.repairOrThrow();
            }
            return core.tryRead();
        } finally {
            core.unlockWrite();
        }
    }
}
