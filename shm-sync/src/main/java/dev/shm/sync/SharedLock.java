package dev.shm.sync;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.Waiter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Lock} that threads of several processes share, and that survives the death of its owner.
 *
 * <pre>{@code
 * SharedLock lock = SharedLock.of(region, "book", () -> restore(book)); // runs after a death
 * lock.lock();
 * try {
 *     change(book);
 * } finally {
 *     lock.unlock();
 * }
 * }</pre>
 *
 * <p>It differs from {@link java.util.concurrent.locks.ReentrantLock} in what follows a death (see
 * below), in its conditions, which have names ({@link #condition}), and in this: {@link #acquire()}
 * is not interruptible.
 *
 * <p><b>Threads and processes.</b> The owner is a thread of one attachment to the region. Two
 * attachments of one JVM are as strange to each other as two processes. The lock is reentrant
 * unless its mode says otherwise. It is barging: who waits is not served in order, and may in
 * principle be overtaken for ever. A process that is stopped keeps what it holds.
 *
 * <p><b>Memory effects.</b> Unlocking happens-before the next acquisition, in whichever process. So
 * does all that an owner did before its death, before the acquisition that reports the death.
 *
 * <p><b>If a process dies.</b> A lock that it held is free, and what it guards may be half changed.
 * {@link #acquire()} then answers {@link Acquisition#OWNER_DIED}, with the lock held, to one owner
 * after the other until one calls {@link #markConsistent()}. {@link #lock()} and its siblings only
 * ever hold the lock over consistent data: they run the repair handler, if the handle was given
 * one, and mark the data consistent when it returns; without a handler, or if it throws, they throw
 * {@link OwnerDiedException} and do not hold the lock. A thread that ends without unlocking in a
 * process that lives keeps the lock, as with any lock.
 *
 * <p>A wait ends with {@link IllegalStateException} when the region is closed.
 */
public final class SharedLock implements Lock, AutoCloseable {
    /*
     * Overview.
     *
     * The protocol is RobustMutex's, and so are both proofs. One mutex object serves all handles of an
     * attachment, since only that object knows how often the lock is held.
     *
     * A handle tries the fast path on its own view of the lock's memory, which throws once the handle is
     * closed, and at a constant place in it, which is cheaper.
     *
     * A handle that is closed while a thread of ours holds the lock, or waits for it, stays attached until
     * that thread unlocks or has given up: with the last handle the mutex object would go, and a new one
     * could not tell how often the lock is held. close() ends the fast path first, then looks who holds
     * the lock (ClosedHandles); a holder looks on the slow path of its unlock, which close() makes it take,
     * and which goes without the handle's view. One that came by the fast path may have passed the check
     * of the view before close() and store after it, and find all let go: it unlocks through a buffer that
     * nobody closes.
     */

    /** Whether a thread that holds the lock may acquire it again. Part of the lock's identity. */
    public enum Mode {
        /** It may, and must unlock as many times. */
        REENTRANT,

        /**
         * It may not. {@link SharedLock#tryLock()} answers false; whatever would wait throws {@link
         * IllegalStateException}, since the thread would wait for itself.
         */
        NON_REENTRANT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How a lock was acquired. It is held either way. */
    public enum Acquisition {
        /** What the lock guards is as its last owner left it. */
        ACQUIRED,

        /** An owner died, and nobody has said since that the data is repaired. */
        OWNER_DIED
    }

    private final Block block;
    private final MappedBuffer memory;
    private final MappedBuffer unguarded;
    private final int self;
    private final LockCore core;
    private final RobustMutex mutex;
    private final Mode mode;
    private final boolean reentrant;
    private final @Nullable Runnable repair;
    private volatile boolean closed;

    /** A lock that lies somewhere in a block. */
    SharedLock(Block block, int offset, Mode mode, @Nullable Runnable repair) {
        this.block = block;
        this.mode = mode;
        this.reentrant = mode == Mode.REENTRANT;
        this.repair = repair;
        this.memory = block.buffer().part(offset, LockLayout.BYTES);
        this.unguarded = block.buffer().slice(offset, LockLayout.BYTES);
        this.self = block.region().liveness().self();
        this.core =
                block.companion(
                        LockCore.class,
                        memory ->
                                new LockCore(
                                        memory,
                                        offset,
                                        block.region().liveness(),
                                        Waiter.system()));
        this.mutex = core.mutex();
    }

    /**
     * Opens a reentrant lock, or creates it. A death is reported by {@link OwnerDiedException}.
     *
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedLock of(SharedRegion region, String name) {
        return attach(region, name, Mode.REENTRANT, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a reentrant lock, or creates it.
     *
     * @param repair runs after the death of an owner, in the thread that acquires the lock next
     *     through this handle, and holding it; when it returns the data is taken for repaired.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedLock of(SharedRegion region, String name, Runnable repair) {
        return attach(region, name, Mode.REENTRANT, repair, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a lock, or creates it. A death is reported by {@link OwnerDiedException}.
     *
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else, or to a lock of
     *     another mode.
     */
    public static SharedLock of(SharedRegion region, String name, Mode mode) {
        return attach(region, name, mode, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a lock, or creates it.
     *
     * @param repair as for {@link #of(SharedRegion, String, Runnable)}.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else, or to a lock of
     *     another mode.
     */
    public static SharedLock of(SharedRegion region, String name, Mode mode, Runnable repair) {
        return attach(region, name, mode, repair, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a reentrant lock.
     *
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedLock create(SharedRegion region, String name) {
        return attach(region, name, Mode.REENTRANT, null, AttachMode.CREATE);
    }

    /**
     * Creates a lock.
     *
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedLock create(SharedRegion region, String name, Mode mode) {
        return attach(region, name, mode, null, AttachMode.CREATE);
    }

    /**
     * Creates a lock.
     *
     * @param repair as for {@link #of(SharedRegion, String, Runnable)}.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedLock create(SharedRegion region, String name, Mode mode, Runnable repair) {
        return attach(region, name, mode, repair, AttachMode.CREATE);
    }

    /**
     * Opens a lock that must be there, of either mode.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedLock open(SharedRegion region, String name) {
        return attach(region, name, null);
    }

    /**
     * Opens a lock that must be there, of either mode.
     *
     * @param repair as for {@link #of(SharedRegion, String, Runnable)}.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedLock open(SharedRegion region, String name, Runnable repair) {
        return attach(region, name, repair);
    }

    private static SharedLock attach(SharedRegion region, String name, @Nullable Runnable repair) {
        return region.attach(name, SharedLockType.INSTANCE)
                .handle(block -> new SharedLock(block, 0, SharedLockType.mode(block), repair));
    }

    private static SharedLock attach(
            SharedRegion region,
            String name,
            Mode mode,
            @Nullable Runnable repair,
            AttachMode attachMode) {
        ObjectSpec spec =
                new ObjectSpec(
                        SharedLockType.INSTANCE,
                        SharedLockType.code(mode),
                        0,
                        LockLayout.BYTES,
                        "mode " + mode,
                        memory -> SharedLockType.initialise(memory, 0));
        return region.attach(name, spec, attachMode)
                .handle(block -> new SharedLock(block, 0, mode, repair));
    }

    /**
     * Acquires the lock, waiting as long as it takes. An interrupt does not end the wait.
     *
     * @throws OwnerDiedException if an owner died and nobody has repaired; the lock is not held.
     * @throws IllegalStateException if the handle or the region is closed, or a thread would wait
     *     for itself.
     */
    @Override
    public void lock() {
        if (!RobustMutex.lockIfFree(memory, LockLayout.MUTEX, self)
                && acquireSlowly() == Acquisition.OWNER_DIED) {
            repairOrUnlock();
        }
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
        if (!unlockFast()) {
            unlockSlowly();
        }
    }

    /**
     * Acquires the lock if nobody alive holds it, without waiting. Takes it from an owner that was
     * found dead, but does not find out by itself whether one died.
     *
     * @return whether the lock is held.
     * @throws OwnerDiedException as {@link #lock()}.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public boolean tryLock() {
        return repaired(tryAcquire());
    }

    /**
     * Acquires the lock, waiting at most so long.
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
     * Acquires the lock, waiting until it is free or the thread is interrupted.
     *
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws OwnerDiedException as {@link #lock()}.
     * @throws IllegalStateException as {@link #lock()}.
     */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (acquireInterruptibly() == Acquisition.OWNER_DIED) {
            repairOrUnlock();
        }
    }

    /**
     * Acquires the lock, waiting as long as it takes, and leaves it to the caller to repair. An
     * interrupt does not end the wait. A thread that holds the lock already is answered {@code
     * ACQUIRED}: it was told by its first acquisition.
     *
     * @return whether an owner died; the lock is held either way.
     * @throws IllegalStateException as {@link #lock()}.
     */
    public Acquisition acquire() {
        return RobustMutex.lockIfFree(memory, LockLayout.MUTEX, self)
                ? Acquisition.ACQUIRED
                : acquireSlowly();
    }

    /**
     * The same, but an interrupt ends the wait.
     *
     * @return whether an owner died; the lock is held either way.
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
     * @return whether an owner died; null if the lock was not acquired.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public @Nullable Acquisition tryAcquire() {
        if (RobustMutex.lockIfFree(memory, LockLayout.MUTEX, self)) {
            return Acquisition.ACQUIRED;
        }
        core.closedHandles().enter();
        try {
            checkOpen();
            RobustMutex.Acquisition acquisition = isDenied() ? null : mutex.tryLock();
            return acquisition == null ? null : acquired(acquisition);
        } finally {
            core.closedHandles().leave();
        }
    }

    /**
     * Acquires the lock, waiting at most so long, and leaves it to the caller to repair.
     *
     * @param timeout zero or less does not wait.
     * @return whether an owner died; null if the time ran out.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalStateException as {@link #lock()}.
     */
    public @Nullable Acquisition tryAcquire(long timeout, TimeUnit unit)
            throws InterruptedException {
        if (timeout <= 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return tryAcquire();
        }
        return acquire(Deadline.after(timeout, unit));
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
     * Not offered: a condition of several processes needs a name.
     *
     * @throws UnsupportedOperationException always.
     */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException(
                "lock="
                        + name()
                        + ": a condition that other processes are to find needs a name: use"
                        + " condition(name)");
    }

    /**
     * Opens a condition of this lock, or creates it with room for 256 threads that wait. {@link
     * SharedCondition} has more ways.
     *
     * @param conditionName its own name in the region.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else, such as a condition
     *     of another lock.
     */
    public SharedCondition condition(String conditionName) {
        return SharedCondition.of(this, conditionName);
    }

    /**
     * Returns the lock's name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return block.name();
    }

    /**
     * Returns whether a thread that holds the lock may acquire it again.
     *
     * @return as given at creation.
     */
    public Mode mode() {
        return mode;
    }

    /**
     * Tells whether somebody holds the lock, in whichever process. An owner that was found dead
     * does not.
     *
     * @return a snapshot.
     */
    public boolean isLocked() {
        checkOpen();
        int tag = mutex.ownerTag();
        return tag != 0 && !block.region().isDead(tag);
    }

    /**
     * Tells whether the current thread holds the lock.
     *
     * @return true between its first acquisition and its last unlock.
     */
    public boolean isHeldByCurrentThread() {
        return mutex.isHeldByCurrentThread();
    }

    /**
     * Tells how many times the current thread holds the lock.
     *
     * @return zero if it does not.
     */
    public int holdCount() {
        return mutex.holdCount();
    }

    /**
     * Returns who holds the lock, after looking whether it is alive.
     *
     * @return a snapshot; empty when nobody alive holds it.
     */
    public Optional<LockOwner> owner() {
        checkOpen();
        return Locks.owner(block.region(), mutex);
    }

    /**
     * Lets go of the lock, which stays in the region. Later calls throw IllegalStateException, and
     * so do calls through this handle that wait for the lock, when it is their turn. If a thread of
     * this process holds the lock it goes on holding it until it unlocks, and if one waits on a
     * condition of the lock it goes on waiting, and holds the lock afterwards. So a {@code try
     * (lock)} statement does not lock, and its end does not unlock.
     */
    @Override
    public void close() {
        closed = true;
        memory.invalidate(Locks.closedReason(block)); // before the look at who holds the lock
        core.closedHandles().add(block::close);
    }

    @Override
    public String toString() {
        return block.describe("SharedLock", () -> Locks.describe(block.region(), mutex));
    }

    /** What this lock is known by to those that belong to it. */
    long id() {
        return core.id();
    }

    Block block() {
        return block;
    }

    LockCore core() {
        return core;
    }

    /** For who is counted, holds the lock, and is about to wait on a condition of it. */
    void checkNotGoing() {
        if (closed && core.closedHandles().areGoing()) {
            throw Locks.closed(block);
        }
    }

    private boolean unlockFast() {
        try {
            return mutex.unlockIfAlone(memory, LockLayout.MUTEX, self);
        } catch (IllegalStateException closed) {
            return false; // the handle; the region, if it is that, is looked at again
        }
    }

    private void unlockSlowly() {
        try {
            core.unlock();
        } catch (IllegalStateException gone) {
            unlockUnguarded(gone);
        }
    }

    /** Ends a hold that began as the last handle was let go. */
    private void unlockUnguarded(IllegalStateException gone) {
        SharedRegion region = block.region();
        RobustMutex late =
                new RobustMutex(unguarded, LockLayout.MUTEX, region.liveness(), Waiter.system());
        if (region.isClosed() || !late.isHeldByCurrentThread()) {
            throw gone;
        }
        late.unlock();
        core.closedHandles().settle(); // who was letting go may have left that to us
    }

    private Acquisition acquireSlowly() {
        core.closedHandles().enter();
        try {
            checkUsable();
            RobustMutex.Acquisition acquisition = mutex.tryLock();
            return acquired(acquisition != null ? acquisition : awaitLock());
        } finally {
            core.closedHandles().leave();
        }
    }

    private @Nullable Acquisition acquire(Deadline deadline) throws InterruptedException {
        core.closedHandles().enter();
        try {
            checkUsable();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            RobustMutex.Acquisition acquisition = mutex.tryLock();
            if (acquisition == null) {
                acquisition = awaitLock(deadline);
            }
            return acquisition == null ? null : acquired(acquisition);
        } finally {
            core.closedHandles().leave();
        }
    }

    /** The end of every acquisition but the fastest. */
    private Acquisition acquired(RobustMutex.Acquisition acquisition) {
        if (closed) {
            mutex.unlock(); // what happened to the owners before us is told to the next
            throw Locks.closed(block);
        }
        if (acquisition == RobustMutex.Acquisition.ACQUIRED) {
            return Acquisition.ACQUIRED;
        }
        core.countDeath();
        return Locks.ownerDied(block);
    }

    private RobustMutex.Acquisition awaitLock() {
        LockWaitEvent event = LockWaitEvent.started();
        try {
            return mutex.lock();
        } finally {
            event.finish(block);
        }
    }

    private RobustMutex.@Nullable Acquisition awaitLock(Deadline deadline)
            throws InterruptedException {
        LockWaitEvent event = LockWaitEvent.started();
        try {
            return mutex.tryLock(deadline);
        } finally {
            event.finish(block);
        }
    }

    private boolean repaired(@Nullable Acquisition acquisition) {
        if (acquisition == Acquisition.OWNER_DIED) {
            repairOrUnlock();
        }
        return acquisition != null;
    }

    /** Ends with the lock held over consistent data, or with an exception and without the lock. */
    private void repairOrUnlock() {
        try {
            repairOrThrow("the lock is not held");
        } catch (OwnerDiedException e) {
            unlock();
            throw e;
        }
    }

    /** Ends with the lock held, over consistent data unless it throws. */
    void repairOrThrow(String whetherHeld) {
        Locks.repair(block, mutex, repair, whetherHeld);
    }

    /** Whether the current thread would wait for itself. */
    private boolean isDenied() {
        return !reentrant && mutex.isHeldByCurrentThread();
    }

    private void checkUsable() {
        checkOpen();
        if (isDenied()) {
            throw new IllegalStateException(
                    "lock="
                            + name()
                            + " mode="
                            + mode
                            + " thread="
                            + Thread.currentThread().getName()
                            + ": holds the lock already, and would wait for itself");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw Locks.closed(block);
        }
    }
}
