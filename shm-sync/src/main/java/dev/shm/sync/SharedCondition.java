package dev.shm.sync;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.sync.ConditionCore.Ending;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;

/**
 * A {@link Condition} of a {@link SharedLock}, for threads of several processes.
 *
 * <pre>{@code
 * SharedCondition filled = lock.condition("filled");
 * lock.lock();
 * try {
 *     while (isEmpty()) {
 *         filled.await();
 *     }
 *     take();
 * } finally {
 *     lock.unlock();
 * }
 * }</pre>
 *
 * <p>It has a name of its own in the region, and belongs to one lock for good: it makes none of its
 * own, and is locked and unlocked by that one only, which {@link #lock()} returns. Signals go to
 * threads in the order in which they began to wait. A wait that a signal has ended says so, also
 * when its time ran out or the thread was interrupted meanwhile. While nobody dies no wait ends
 * without a signal.
 *
 * <p><b>Threads and processes.</b> Any number of both; at most as many threads at once may wait as
 * the condition has cells, 256 unless said otherwise. Waiting and signalling need the lock, held by
 * the same attachment; waiting gives it up, however often it is held, and holds it as often
 * afterwards.
 *
 * <p><b>Memory effects.</b> Those of the lock.
 *
 * <p><b>If a process dies.</b> One that waits is forgotten, and a signal it was given goes to the
 * next. When one dies that held the lock, it may have been about to signal: every thread that waits
 * returns within 64 ms, as if it had been signalled, and looks at what it waits for. The first to
 * have the lock is told of the death: it runs the lock's repair handler or, without one, its wait
 * throws {@link OwnerDiedException}. A wait always ends holding the lock, also when it throws; only
 * when the region was closed is there no lock to hold. Closing the lock's handle does not end
 * waits.
 */
public final class SharedCondition implements Condition, AutoCloseable {
    /** How many threads may wait at once unless said otherwise. */
    public static final int DEFAULT_CELLS = 256;

    private final Block block;
    private final SharedLock lock;
    private final ConditionCore core;
    private final AtomicInteger waits = new AtomicInteger();
    private volatile boolean closed;

    private SharedCondition(Block block, SharedLock lock) {
        this.block = block;
        this.lock = lock;
        this.core =
                new ConditionCore(
                        block.buffer(),
                        SharedConditionType.cells(block),
                        lock.core(),
                        block.region().liveness(),
                        Waiter.system(),
                        TickPolicy.STANDARD);
    }

    /**
     * Opens a condition, or creates it with room for {@value #DEFAULT_CELLS} threads.
     *
     * @param lock that it belongs to; must be open whenever a wait begins or a signal is given.
     * @param name in the lock's region.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else, such as a condition
     *     of another lock.
     */
    public static SharedCondition of(SharedLock lock, String name) {
        return of(lock, name, DEFAULT_CELLS);
    }

    /**
     * Opens a condition, or creates it.
     *
     * @param lock that it belongs to; must be open whenever a wait begins or a signal is given.
     * @param name in the lock's region.
     * @param cells how many threads may wait at once, 1 to 65,536.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else, such as a condition
     *     of another lock.
     */
    public static SharedCondition of(SharedLock lock, String name, int cells) {
        return attach(lock, name, cells, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a condition with room for {@value #DEFAULT_CELLS} threads.
     *
     * @param lock that it belongs to; must be open whenever a wait begins or a signal is given.
     * @param name in the lock's region.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedCondition create(SharedLock lock, String name) {
        return create(lock, name, DEFAULT_CELLS);
    }

    /**
     * Creates a condition.
     *
     * @param lock that it belongs to; must be open whenever a wait begins or a signal is given.
     * @param name in the lock's region.
     * @param cells how many threads may wait at once, 1 to 65,536.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedCondition create(SharedLock lock, String name, int cells) {
        return attach(lock, name, cells, AttachMode.CREATE);
    }

    /**
     * Opens a condition that must be there.
     *
     * @param lock that it belongs to; must be open whenever a wait begins or a signal is given.
     * @param name in the lock's region.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, such as a condition
     *     of another lock.
     */
    public static SharedCondition open(SharedLock lock, String name) {
        return lock.block()
                .region()
                .attach(name, SharedConditionType.INSTANCE)
                .handle(
                        block -> {
                            if (block.configB() != lock.id()) {
                                throw new IllegalArgumentException(
                                        "name="
                                                + name
                                                + ": belongs to lock="
                                                + ConditionLayout.readLock(block.buffer())
                                                + " id="
                                                + Long.toHexString(block.configB())
                                                + ", not to lock="
                                                + lock.name()
                                                + " id="
                                                + Long.toHexString(lock.id()));
                            }
                            return new SharedCondition(block, lock);
                        });
    }

    private static SharedCondition attach(
            SharedLock lock, String name, int cells, AttachMode mode) {
        if (cells < 1 || cells > ConditionLayout.MAX_CELLS) {
            throw new IllegalArgumentException(
                    "cells=" + cells + ": allowed 1.." + ConditionLayout.MAX_CELLS);
        }
        ObjectSpec spec =
                new ObjectSpec(
                        SharedConditionType.INSTANCE,
                        cells,
                        lock.id(),
                        ConditionLayout.bytes(cells),
                        SharedConditionType.describe(cells, lock.id(), lock.name()),
                        memory -> ConditionLayout.writeLock(memory, lock.name()));
        return lock.block()
                .region()
                .attach(name, spec, mode)
                .handle(block -> new SharedCondition(block, lock));
    }

    /**
     * Waits until signalled or interrupted.
     *
     * @throws InterruptedException if the thread was interrupted before it was signalled.
     * @throws OwnerDiedException if an owner of the lock died and nobody has repaired.
     * @throws IllegalMonitorStateException if the current thread does not hold the lock.
     * @throws IllegalStateException if all cells are taken, or the handle or the region is closed.
     */
    @Override
    public void await() throws InterruptedException {
        untilSignalled(Deadline.never());
    }

    /**
     * Waits until signalled or interrupted, at most so long.
     *
     * @param time zero or less gives the lock up and takes it again.
     * @return false if the time ran out before a signal came.
     * @throws InterruptedException as {@link #await()}.
     * @throws OwnerDiedException as {@link #await()}.
     * @throws IllegalMonitorStateException as {@link #await()}.
     * @throws IllegalStateException as {@link #await()}.
     */
    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return untilSignalled(Deadline.after(time, unit));
    }

    /**
     * Waits until signalled or interrupted, at most so long.
     *
     * @param nanosTimeout zero or less gives the lock up and takes it again.
     * @return the time left, at least 1 if a signal came; zero if none did.
     * @throws InterruptedException as {@link #await()}.
     * @throws OwnerDiedException as {@link #await()}.
     * @throws IllegalMonitorStateException as {@link #await()}.
     * @throws IllegalStateException as {@link #await()}.
     */
    @Override
    public long awaitNanos(long nanosTimeout) throws InterruptedException {
        Deadline deadline = Deadline.after(nanosTimeout, TimeUnit.NANOSECONDS);
        return untilSignalled(deadline) ? Math.max(1, deadline.remainingNanos()) : 0;
    }

    /**
     * Waits until signalled or interrupted, or until a time of the day. Setting the clock meanwhile
     * changes nothing.
     *
     * @return false if the time came before a signal did.
     * @throws InterruptedException as {@link #await()}.
     * @throws OwnerDiedException as {@link #await()}.
     * @throws IllegalMonitorStateException as {@link #await()}.
     * @throws IllegalStateException as {@link #await()}.
     */
    @Override
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        return untilSignalled(Deadline.at(deadline));
    }

    /**
     * Waits until signalled. An interrupt does not end the wait.
     *
     * @throws OwnerDiedException as {@link #await()}.
     * @throws IllegalMonitorStateException as {@link #await()}.
     * @throws IllegalStateException as {@link #await()}.
     */
    @Override
    public void awaitUninterruptibly() {
        repaired(perform(Deadline.never(), false));
    }

    /**
     * Ends the oldest wait, if there is one.
     *
     * @throws IllegalMonitorStateException if the current thread does not hold the lock.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public void signal() {
        core.signal(1);
    }

    /**
     * Ends so many waits, the oldest first, or all if there are fewer.
     *
     * @param count zero or less does nothing.
     * @throws IllegalMonitorStateException if the current thread does not hold the lock.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public void signal(int count) {
        core.signal(count);
    }

    /**
     * Ends all waits.
     *
     * @throws IllegalMonitorStateException if the current thread does not hold the lock.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public void signalAll() {
        core.signalAll();
    }

    /**
     * Tells how many threads of living processes wait and have not been signalled. Needs no lock;
     * without it the answer is a snapshot.
     *
     * @return zero or more.
     */
    public int waiters() {
        return core.waiters();
    }

    /**
     * Tells whether a signal would reach somebody. Needs no lock; without it the answer is a
     * snapshot.
     *
     * @return whether there are {@link #waiters()}.
     */
    public boolean hasWaiters() {
        return waiters() > 0;
    }

    /**
     * Returns the lock that the condition belongs to.
     *
     * @return the handle that this one was made with.
     */
    public SharedLock lock() {
        return lock;
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return block.name();
    }

    /**
     * Lets go of the condition, which stays in the region. Later calls throw IllegalStateException,
     * and so do waits in progress through this handle, holding the lock.
     */
    @Override
    public void close() {
        if (block.isClosed()) {
            return;
        }
        closed = true;
        if (waits.get() == 0) {
            block.close();
            return;
        }
        try {
            core.close();
        } catch (IllegalStateException gone) {
            // The last wait has ended just now, and let go; or the region was closed.
        }
    }

    @Override
    public String toString() {
        return block.describe(
                "SharedCondition", () -> "lock=" + lock.name() + ", waiters=" + core.waiters());
    }

    private boolean untilSignalled(Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Ending ending = perform(deadline, true);
        if (ending == Ending.INTERRUPTED && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return repaired(ending);
    }

    /** A handle that is closed meanwhile stays attached until all its waits have ended. */
    private Ending perform(Deadline deadline, boolean interruptible) {
        ClosedHandles lockHandles = lock.core().closedHandles();
        lockHandles.enter(); // the lock may be closed, and is needed all the same
        waits.incrementAndGet();
        try {
            if (closed) {
                throw Locks.closed(block);
            }
            lock.checkNotGoing();
            return core.await(deadline, interruptible);
        } finally {
            if (waits.decrementAndGet() == 0 && closed) {
                block.close();
            }
            lockHandles.leave();
        }
    }

    /** Deals with the other endings, holding the lock; false if the time ran out. */
    private boolean repaired(Ending ending) {
        if (ending == Ending.OWNER_DIED) {
            Locks.ownerDied(lock.block());
            lock.repairOrThrow("the lock is held");
        } else if (ending == Ending.CLOSED) {
            throw Locks.closed(block);
        }
        return ending != Ending.EXPIRED;
    }
}
