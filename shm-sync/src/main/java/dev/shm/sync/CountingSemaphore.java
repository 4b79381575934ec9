package dev.shm.sync;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * A count of permits that belong to nobody: threads of many processes take them, and anybody may
 * add more.
 *
 * <pre>{@code
 * CountingSemaphore work = CountingSemaphore.of(region, "work", 0);
 * work.acquire();                                   // in some processes
 * work.release(3);                                  // in another: three of them go on
 * }</pre>
 *
 * <p>It is as {@link java.util.concurrent.Semaphore}, with counts from 0 to {@link
 * Integer#MAX_VALUE}; the initial count is not a bound. It counts events rather than resources: for
 * resources that a dead process must give back there is {@link SharedSemaphore}.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. There is no
 * order among those who wait, and no fairness: who wants several permits gets them all at once, and
 * may be overtaken by others who want fewer.
 *
 * <p><b>Memory effects.</b> What a thread did before it released is visible to every thread that
 * acquires afterwards, in whichever process.
 *
 * <p><b>If a process dies.</b> What it had acquired does not come back. A release happened or it
 * did not; if the process died before it woke those who wait, they go on within 70 ms.
 *
 * <p>Closing a handle, or its region, ends the waits that go through it with {@link
 * IllegalStateException}.
 */
public final class CountingSemaphore implements AutoCloseable {
    private final Block block;
    private final CountingCore core;
    private final HandleClosing closing;

    private CountingSemaphore(Block block) {
        this.block = block;
        CountingSemaphoreType.check(block);
        this.core =
                new CountingCore(
                        block.buffer(),
                        block.region().liveness(),
                        Waiter.system(),
                        TickPolicy.STANDARD);
        this.closing =
                new HandleClosing(
                        block,
                        core::hasSlept,
                        memory -> WaitingRoom.wakeEverybody(memory, Waiter.system()));
    }

    /**
     * Opens a semaphore, or creates it.
     *
     * @param initial the count at creation, 0 to {@link Integer#MAX_VALUE}.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a semaphore with
     *     another initial count, or for a bad count.
     */
    public static CountingSemaphore of(SharedRegion region, String name, int initial) {
        return attach(region, name, initial, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a semaphore.
     *
     * @param initial the count at creation, 0 to {@link Integer#MAX_VALUE}.
     * @return a handle.
     * @throws IllegalArgumentException for a bad count.
     * @throws IllegalStateException if the name is taken.
     */
    public static CountingSemaphore create(SharedRegion region, String name, int initial) {
        return attach(region, name, initial, AttachMode.CREATE);
    }

    /**
     * Opens a semaphore that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static CountingSemaphore open(SharedRegion region, String name) {
        Block block = region.attach(name, CountingSemaphoreType.INSTANCE);
        return block.handle(CountingSemaphore::new);
    }

    private static CountingSemaphore attach(
            SharedRegion region, String name, int initial, AttachMode mode) {
        checkNumber(initial);
        ObjectSpec spec =
                new ObjectSpec(
                        CountingSemaphoreType.INSTANCE,
                        initial,
                        0,
                        CountingLayout.BYTES,
                        CountingSemaphoreType.config(initial),
                        memory ->
                                memory.putInt(
                                        CountingLayout.COUNT, initial, ByteOrder.LITTLE_ENDIAN));
        return region.attach(name, spec, mode).handle(CountingSemaphore::new);
    }

    /**
     * Acquires a permit, waiting until there is one.
     *
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void acquire() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!core.tryAcquire(1)) {
            Endurance.end(await(1, Endurance.until(Deadline.never())));
        }
    }

    /**
     * Acquires several permits at once, waiting until there are so many.
     *
     * @param permits 0 or more.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalArgumentException for a negative number.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void acquire(int permits) throws InterruptedException {
        tryAcquire(permits, Deadline.never());
    }

    /**
     * Acquires a permit, waiting until there is one. An interrupt does not end the wait.
     *
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void acquireUninterruptibly() {
        acquireUninterruptibly(1);
    }

    /**
     * Acquires several permits at once, waiting until there are so many. An interrupt does not end
     * the wait.
     *
     * @param permits 0 or more.
     * @throws IllegalArgumentException for a negative number.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void acquireUninterruptibly(int permits) {
        if (!tryAcquire(permits)) {
            await(permits, Endurance.endless());
        }
    }

    /**
     * Acquires a permit if there is one.
     *
     * @return whether it did.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean tryAcquire() {
        return core.tryAcquire(1);
    }

    /**
     * Acquires several permits at once if there are so many.
     *
     * @param permits 0 or more.
     * @return whether it did.
     * @throws IllegalArgumentException for a negative number.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean tryAcquire(int permits) {
        checkNumber(permits);
        return core.tryAcquire(permits);
    }

    /**
     * Acquires a permit, waiting at most so long.
     *
     * @param timeout zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean tryAcquire(long timeout, TimeUnit unit) throws InterruptedException {
        return tryAcquire(1, timeout, unit);
    }

    /**
     * Acquires several permits at once, waiting at most so long.
     *
     * @param permits 0 or more.
     * @param timeout zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalArgumentException for a negative number.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean tryAcquire(int permits, long timeout, TimeUnit unit)
            throws InterruptedException {
        return tryAcquire(permits, Deadline.after(timeout, unit));
    }

    private boolean tryAcquire(int permits, Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return tryAcquire(permits)
                || !deadline.isExpired()
                        && Endurance.end(await(permits, Endurance.until(deadline)));
    }

    private boolean await(int permits, Endurance endurance) {
        SemaphoreWaitEvent event = SemaphoreWaitEvent.started();
        try {
            return core.acquire(permits, endurance);
        } finally {
            endurance.restoreInterrupt();
            event.finish(block, permits);
        }
    }

    /**
     * Adds a permit.
     *
     * @throws IllegalStateException if there are {@link Integer#MAX_VALUE} already, or if the
     *     handle or the region was closed.
     */
    public void release() {
        core.release(1);
    }

    /**
     * Adds several permits at once.
     *
     * @param permits 0 or more.
     * @throws IllegalArgumentException for a negative number.
     * @throws IllegalStateException if there would be more than {@link Integer#MAX_VALUE}: nothing
     *     is added then; or if the handle or the region was closed.
     */
    public void release(int permits) {
        checkNumber(permits);
        core.release(permits);
    }

    /**
     * Returns how many permits there are. A volatile read.
     *
     * @return 0 or more.
     */
    public int availablePermits() {
        return core.permits();
    }

    /**
     * Acquires all permits that there are, at once.
     *
     * @return how many, 0 or more.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public int drainPermits() {
        return core.drain();
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
     * Lets go of the semaphore, which stays in the region. Later calls throw IllegalStateException.
     */
    @Override
    public void close() {
        closing.close();
    }

    private static void checkNumber(int permits) {
        if (permits < 0) {
            throw new IllegalArgumentException("permits=" + permits + ": must be 0 or more");
        }
    }

    @Override
    public String toString() {
        return block.describe(
                "CountingSemaphore",
                () ->
                        "available="
                                + availablePermits()
                                + ", waiters="
                                + Handles.yesOrNo(core.hasWaiters()));
    }
}
