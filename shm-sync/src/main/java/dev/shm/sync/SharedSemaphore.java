package dev.shm.sync;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.Participant;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A number of permits that threads of many processes acquire and release, and that come back when a
 * process dies.
 *
 * <pre>{@code
 * SharedSemaphore slots = SharedSemaphore.of(region, "slots", 3);
 * slots.acquire();
 * try {
 *     useOneOfThree();
 * } finally {
 *     slots.release();
 * }
 * }</pre>
 *
 * <p>It is as {@link java.util.concurrent.Semaphore}, but bounded: there are never more permits
 * than it was created with, 1 to 1024, and only what is held can be released. A {@link
 * CountingSemaphore} has no such bounds, and no owners.
 *
 * <p><b>Threads and processes.</b> Permits are held by the process, more exactly by its attachment
 * to the region, through whichever handle: any of its threads may release what another has
 * acquired, and none what another attachment has. There is no order among those who wait, and no
 * fairness. Who acquires several at once keeps what there is until there are enough, while others
 * who want several wait; single permits may go to others meanwhile. A process that is stopped keeps
 * what it holds.
 *
 * <p><b>Memory effects.</b> What a thread did before it released a permit is visible to the thread
 * that acquires the same permit next, in whichever process. So is what a process did before it
 * died, to whoever gets a permit that it held.
 *
 * <p><b>If a process dies.</b> Its permits are free again, exactly those, and those who wait get
 * them as soon as the death is noticed: a few milliseconds where somebody waits. A region that is
 * closed gives back its permits likewise; closing a handle does not.
 *
 * <p>Closing a handle ends the waits that go through it with {@link IllegalStateException}.
 */
public final class SharedSemaphore implements AutoCloseable {
    private final Block block;
    private final int permits;
    private final SemaphoreCore core;

    private SharedSemaphore(Block block) {
        this.block = block;
        this.permits = SharedSemaphoreType.permits(block);
        SemaphoreBulk bulk =
                block.companion(
                        SemaphoreBulk.class,
                        memory ->
                                new SemaphoreBulk(
                                        new RobustMutex(
                                                memory,
                                                SemaphoreLayout.MUTEX,
                                                block.region().liveness(),
                                                Waiter.system())));
        this.core =
                new SemaphoreCore(
                        block.name(),
                        block.buffer(),
                        permits,
                        block.region().liveness(),
                        Waiter.system(),
                        TickPolicy.STANDARD,
                        bulk);
    }

    /**
     * Opens a semaphore, or creates it with all permits free.
     *
     * @param permits 1 to 1024.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a semaphore with
     *     another number of permits, or for a bad number.
     */
    public static SharedSemaphore of(SharedRegion region, String name, int permits) {
        return attach(region, name, permits, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a semaphore with all permits free.
     *
     * @param permits 1 to 1024.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedSemaphore create(SharedRegion region, String name, int permits) {
        return attach(region, name, permits, AttachMode.CREATE);
    }

    /**
     * Opens a semaphore that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedSemaphore open(SharedRegion region, String name) {
        Block block = region.attach(name, SharedSemaphoreType.INSTANCE);
        return block.handle(SharedSemaphore::new);
    }

    private static SharedSemaphore attach(
            SharedRegion region, String name, int permits, AttachMode mode) {
        if (permits < 1 || permits > SemaphoreLayout.MAX_PERMITS) {
            throw new IllegalArgumentException(
                    "permits="
                            + permits
                            + ": must be 1.."
                            + SemaphoreLayout.MAX_PERMITS
                            + "; a CountingSemaphore has no such bounds");
        }
        ObjectSpec spec =
                new ObjectSpec(
                        SharedSemaphoreType.INSTANCE,
                        permits,
                        0,
                        SemaphoreLayout.bytes(permits),
                        SharedSemaphoreType.config(permits),
                        memory -> {});
        return region.attach(name, spec, mode).handle(SharedSemaphore::new);
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
        if (!core.tryAcquire()) {
            Endurance.end(await(1, Endurance.until(Deadline.never())));
        }
    }

    /**
     * Acquires several permits, waiting until it has them.
     *
     * @param wanted 0 to {@link #permits}.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void acquire(int wanted) throws InterruptedException {
        tryAcquire(wanted, Deadline.never());
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
     * Acquires several permits, waiting until it has them. An interrupt does not end the wait.
     *
     * @param wanted 0 to {@link #permits}.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void acquireUninterruptibly(int wanted) {
        if (!tryAcquire(wanted)) {
            await(wanted, Endurance.endless());
        }
    }

    /**
     * Acquires a permit if one is free.
     *
     * @return whether it did; may be false although one is free if permits are changing hands just
     *     now.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean tryAcquire() {
        return core.tryAcquire();
    }

    /**
     * Acquires several permits if they are free.
     *
     * @param wanted 0 to {@link #permits}.
     * @return false also while somebody else is acquiring several.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean tryAcquire(int wanted) {
        checkNumber(wanted);
        return wanted == 0 || core.tryAcquire(wanted);
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
     * Acquires several permits, waiting at most so long.
     *
     * @param wanted 0 to {@link #permits}.
     * @param timeout zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out; nothing is acquired then.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean tryAcquire(int wanted, long timeout, TimeUnit unit) throws InterruptedException {
        return tryAcquire(wanted, Deadline.after(timeout, unit));
    }

    private boolean tryAcquire(int wanted, Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return tryAcquire(wanted)
                || !deadline.isExpired() && Endurance.end(await(wanted, Endurance.until(deadline)));
    }

    private boolean await(int wanted, Endurance endurance) {
        SemaphoreWaitEvent event = SemaphoreWaitEvent.started();
        try {
            return core.acquire(wanted, endurance);
        } finally {
            endurance.restoreInterrupt();
            event.finish(block, wanted);
        }
    }

    /**
     * Releases a permit that this process holds, whichever of its threads acquired it.
     *
     * @throws IllegalStateException if it holds none, or if the handle or the region was closed.
     */
    public void release() {
        core.release();
    }

    /**
     * Releases several permits that this process holds, or none.
     *
     * @param held 0 to {@link #permits}.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if it holds fewer: nothing is released then; or if the handle
     *     or the region was closed.
     */
    public void release(int held) {
        checkNumber(held);
        if (held > 0) {
            core.release(held);
        }
    }

    /**
     * Counts the permits that are free; those of the dead are.
     *
     * @return 0 to {@link #permits}; a snapshot.
     */
    public int availablePermits() {
        return core.available();
    }

    /**
     * Returns how many permits there are.
     *
     * @return as given at creation.
     */
    public int permits() {
        return permits;
    }

    /**
     * Counts the permits that this process holds, through whichever handle of this attachment.
     *
     * @return 0 to {@link #permits}; a snapshot.
     */
    public int heldPermits() {
        return core.held();
    }

    /**
     * Tells who holds permits, after looking who is alive.
     *
     * @return a snapshot; one entry for each attachment that holds some.
     */
    public List<PermitHolder> holders() {
        Map<Integer, Integer> permitsOf = core.holders();
        return block.region().participants().stream()
                .map(one -> holder(one, permitsOf.getOrDefault(one.id(), 0)))
                .filter(holder -> holder.permits() > 0)
                .toList();
    }

    private static PermitHolder holder(Participant participant, int permits) {
        return new PermitHolder(participant.id(), participant.pid(), permits);
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
     * Permits that this process holds it goes on holding: until it releases them through another
     * handle, closes the region, or dies. So a {@code try (semaphore)} statement acquires nothing,
     * and its end releases nothing.
     */
    @Override
    public void close() {
        if (!block.isClosed()) {
            try {
                core.close(block::close);
            } catch (IllegalStateException closedMeanwhile) {
                block.close(); // by another thread, or with the region
            }
        }
    }

    private void checkNumber(int number) {
        if (number < 0 || number > permits) {
            throw new IllegalArgumentException(
                    "permits=" + number + ": must be 0.." + permits + ", as many as there are");
        }
    }

    @Override
    public String toString() {
        return block.describe(
                "SharedSemaphore",
                () -> {
                    String holders = describeHolders(); // first: it looks who is dead
                    return "available="
                            + core.available()
                            + " of "
                            + permits
                            + holders
                            + ", waiters="
                            + Handles.yesOrNo(core.hasWaiters());
                });
    }

    /** Such as {@code , held by pid=17 x2, pid=18 x1}. */
    private String describeHolders() {
        List<PermitHolder> holders = holders();
        return holders.isEmpty()
                ? ""
                : holders.stream()
                        .map(holder -> "pid=" + holder.pid() + " x" + holder.permits())
                        .collect(Collectors.joining(", ", ", held by ", ""));
    }
}
