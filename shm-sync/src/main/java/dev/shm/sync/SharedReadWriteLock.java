package dev.shm.sync;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock.Acquisition;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ReadWriteLock} for threads of several processes: many may read at once, or one may
 * write.
 *
 * <pre>{@code
 * SharedReadWriteLock lock = SharedReadWriteLock.of(region, "prices");
 * lock.readLock().lock();
 * try {
 *     read(prices);
 * } finally {
 *     lock.readLock().unlock();
 * }
 * }</pre>
 *
 * <p>It differs from {@link java.util.concurrent.locks.ReentrantReadWriteLock} in what follows a
 * death (see below), and in having no conditions. Both sides are reentrant. A thread that writes
 * may read, and go on reading when it writes no more; one that reads cannot begin to write: that is
 * an {@link IllegalStateException}, since it would wait for itself.
 *
 * <p><b>Threads and processes.</b> Readers of different processes do not slow each other down: each
 * participant of the region counts its own on a line of its own, 128 bytes for each that the region
 * can have. A writer keeps new readers out from the moment it has its turn, and then waits for
 * those inside; so writers are preferred, and readers may be kept out as long as writers come one
 * after the other. Writers are barging. A process that is stopped keeps what it holds.
 *
 * <p><b>Memory effects.</b> The end of a write happens-before every later read and write; the end
 * of a read happens-before every later write.
 *
 * <p><b>If a process dies.</b> Its readers are forgotten. If it was to write, or wrote, what the
 * lock guards may be half changed. As with {@link SharedLock}, {@link WriteLock#acquire()} then
 * answers {@link Acquisition#OWNER_DIED}, to one writer after the other, until one calls {@link
 * WriteLock#markConsistent()}. All other methods run the repair handler, if the handle was given
 * one, or throw {@link OwnerDiedException} and do not hold the lock. That goes for readers too: one
 * that comes after the death of a writer becomes a writer itself for as long as the handler runs.
 *
 * <p>A wait ends with {@link IllegalStateException} when the region is closed.
 */
public final class SharedReadWriteLock implements ReadWriteLock, AutoCloseable {
    private final Block block;
    private final ReadWriteCore core;
    private final RobustMutex mutex;
    private final @Nullable Runnable repair;
    private final ReadLock readLock;
    private final WriteLock writeLock;
    private volatile boolean closed;

    private SharedReadWriteLock(Block block, @Nullable Runnable repair) {
        this.block = block;
        this.repair = repair;
        int cells = SharedReadWriteLockType.cells(block);
        this.core =
                block.companion(
                        ReadWriteCore.class,
                        memory ->
                                new ReadWriteCore(
                                        memory,
                                        cells,
                                        new RobustMutex(
                                                memory,
                                                ReadWriteLayout.MUTEX,
                                                block.region().liveness(),
                                                Waiter.system()),
                                        block.region().liveness(),
                                        Waiter.system(),
                                        TickPolicy.STANDARD));
        this.mutex = core.mutex();
        this.readLock = new ReadLock(this);
        this.writeLock = new WriteLock(this);
    }

    /**
     * Opens a lock, or creates it. A death is reported by {@link OwnerDiedException}.
     *
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedReadWriteLock of(SharedRegion region, String name) {
        return attach(region, name, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a lock, or creates it.
     *
     * @param repair runs after the death of a writer, in the thread that acquires the lock next
     *     through this handle, and holding it for writing; when it returns the data is taken for
     *     repaired.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedReadWriteLock of(SharedRegion region, String name, Runnable repair) {
        return attach(region, name, repair, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a lock.
     *
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedReadWriteLock create(SharedRegion region, String name) {
        return attach(region, name, null, AttachMode.CREATE);
    }

    /**
     * Creates a lock.
     *
     * @param repair as for {@link #of(SharedRegion, String, Runnable)}.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedReadWriteLock create(SharedRegion region, String name, Runnable repair) {
        return attach(region, name, repair, AttachMode.CREATE);
    }

    /**
     * Opens a lock that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedReadWriteLock open(SharedRegion region, String name) {
        return attach(region, name, null);
    }

    /**
     * Opens a lock that must be there.
     *
     * @param repair as for {@link #of(SharedRegion, String, Runnable)}.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedReadWriteLock open(SharedRegion region, String name, Runnable repair) {
        return attach(region, name, repair);
    }

    private static SharedReadWriteLock attach(
            SharedRegion region, String name, @Nullable Runnable repair) {
        return region.attach(name, SharedReadWriteLockType.INSTANCE)
                .handle(block -> new SharedReadWriteLock(block, repair));
    }

    private static SharedReadWriteLock attach(
            SharedRegion region, String name, @Nullable Runnable repair, AttachMode mode) {
        int cells = region.maxParticipants();
        ObjectSpec spec =
                new ObjectSpec(
                        SharedReadWriteLockType.INSTANCE,
                        cells,
                        0,
                        ReadWriteLayout.bytes(cells),
                        cells + " participants",
                        memory -> {});
        return region.attach(name, spec, mode)
                .handle(block -> new SharedReadWriteLock(block, repair));
    }

    /**
     * Returns the side for reading.
     *
     * @return the same object each time.
     */
    @Override
    public ReadLock readLock() {
        return readLock;
    }

    /**
     * Returns the side for writing.
     *
     * @return the same object each time.
     */
    @Override
    public WriteLock writeLock() {
        return writeLock;
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
     * Tells how many threads read, in whichever processes. Those found dead do not.
     *
     * @return a snapshot.
     */
    public int readers() {
        checkOpen();
        return core.readerCount();
    }

    /**
     * Tells how many times the current thread reads.
     *
     * @return zero if it does not.
     */
    public int readHoldCount() {
        return core.readHolds();
    }

    /**
     * Tells whether somebody writes, or waits for readers in order to write. One that was found
     * dead does not.
     *
     * @return a snapshot.
     */
    public boolean isWriteLocked() {
        checkOpen();
        int tag = mutex.ownerTag();
        return tag != 0 && !block.region().isDead(tag);
    }

    /**
     * Returns who writes, after looking whether it is alive.
     *
     * @return a snapshot; empty when nobody alive writes.
     */
    public Optional<LockOwner> writer() {
        checkOpen();
        return Locks.owner(block.region(), mutex);
    }

    /**
     * Lets go of the lock, which stays in the region. Later calls throw IllegalStateException. If
     * threads of this process read or write, or wait to do so, they go on until they unlock. So the
     * end of a {@code try (lock)} statement does not unlock.
     */
    @Override
    public void close() {
        closed = true;
        core.closedHandles().add(block::close);
    }

    @Override
    public String toString() {
        return block.describe(
                "SharedReadWriteLock",
                () ->
                        "writer: "
                                + Locks.describeOwner(block.region(), mutex)
                                + ", readers="
                                + core.readerCount()
                                + ", waiters="
                                + Handles.yesOrNo(core.hasWaiters()));
    }

    Block block() {
        return block;
    }

    ReadWriteCore core() {
        return core;
    }

    void checkOpen() {
        if (closed) {
            throw Locks.closed(block);
        }
    }

    /** Begins an attempt to hold the lock, which ends when it has failed, or with its unlock. */
    void enter() {
        core.closedHandles().enter();
        if (closed) {
            core.closedHandles().leave();
            throw Locks.closed(block);
        }
    }

    void leave() {
        core.closedHandles().leave();
    }

    void requireRepair() {
        if (repair == null) {
            throw Locks.noRepair(block, "the lock is not held");
        }
    }

    /** Ends with the lock held as before, over consistent data unless it throws. */
    void repairOrThrow() {
        Locks.repair(block, mutex, repair, "the lock is not held");
    }

    static UnsupportedOperationException noCondition() {
        return new UnsupportedOperationException(
                "conditions belong to a SharedLock: use SharedLock.condition(name)");
    }
}
