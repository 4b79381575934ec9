package dev.shm.sync;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A point where threads of many processes wait for each other, again and again, until all parties
 * are there.
 *
 * <pre>{@code
 * SharedBarrier barrier = SharedBarrier.of(region, "step", 5);
 * while (work.step()) {
 *     barrier.await();                              // in five threads, wherever they are
 * }
 * }</pre>
 *
 * <p>It is as {@link java.util.concurrent.CyclicBarrier}, which means all or none: if one party
 * gives up its wait, is interrupted, or dies, the barrier is broken, and all the others are told by
 * {@link BrokenBarrierException} until somebody calls {@link #reset}. It differs in three things.
 * The action belongs to the handle: it is that of the party which arrives last. Time counts while
 * an action runs; who comes in that time for the next round, and is interrupted or gives up before
 * that has begun, breaks nothing. And there is {@link #abort}.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. Parties have
 * no names: any thread may be one, in each round another. Threads that wait may be interrupted, and
 * virtual threads do not pin their carrier.
 *
 * <p><b>Memory effects.</b> What a party did before it arrived is visible to the action, and what
 * the action did to every party whose {@code await} has returned.
 *
 * <p><b>If a process dies.</b> A process belongs to the barrier from its first {@code await} until
 * it closes its handles. If it dies meanwhile, or leaves the region without closing them, the
 * barrier is broken within some 70 ms: be it that the process waited, ran the action, or was on its
 * way. A process that never arrived is not missed: who waits for it waits on, so give such waits a
 * timeout. {@link #reset} forgets the dead; then others may take their place.
 *
 * <p>Closing a handle breaks the barrier if threads wait through that handle; they get {@link
 * IllegalStateException} or {@link BrokenBarrierException}, unless all parties have come just then.
 */
public final class SharedBarrier implements AutoCloseable {
    private final Block block;
    private final int parties;
    private final long timeoutNanos;
    private final @Nullable Runnable action;
    private final BarrierCore core;

    private SharedBarrier(Block block, @Nullable Runnable action) {
        this.block = block;
        this.parties = SharedBarrierType.parties(block);
        this.timeoutNanos = SharedBarrierType.timeoutNanos(block);
        this.action = action;
        SharedRegion region = block.region();
        Liveness liveness = region.liveness();
        this.core =
                new BarrierCore(
                        block.name(),
                        block.buffer(),
                        parties,
                        region.maxParticipants(),
                        liveness,
                        Waiter.system(),
                        TickPolicy.STANDARD,
                        block.companion(
                                BarrierMember.class,
                                memory -> new BarrierMember(memory, liveness.self())));
    }

    /**
     * Opens a barrier, or creates it.
     *
     * @param parties 1 to 16383.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a barrier of
     *     another number of parties or another timeout, or for a bad number.
     */
    public static SharedBarrier of(SharedRegion region, String name, int parties) {
        return attach(region, name, parties, 0, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a barrier, or creates it.
     *
     * @param parties 1 to 16383.
     * @param action runs in each round in which the last party to arrive does so through this
     *     handle, in that party's thread, before any party goes on.
     * @return a handle.
     * @throws IllegalArgumentException as for {@link #of(SharedRegion, String, int)}.
     */
    public static SharedBarrier of(SharedRegion region, String name, int parties, Runnable action) {
        return attach(region, name, parties, 0, action, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a barrier, or creates it.
     *
     * @param parties 1 to 16383.
     * @param timeout how long {@link #await()} waits; part of the barrier's configuration.
     * @param unit of the timeout.
     * @param action as for {@link #of(SharedRegion, String, int, Runnable)}, or null.
     * @return a handle.
     * @throws IllegalArgumentException as for {@link #of(SharedRegion, String, int)}, or if the
     *     timeout is zero or less.
     */
    public static SharedBarrier of(
            SharedRegion region,
            String name,
            int parties,
            long timeout,
            TimeUnit unit,
            @Nullable Runnable action) {
        return attach(
                region, name, parties, nanos(timeout, unit), action, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a barrier.
     *
     * @param parties 1 to 16383.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedBarrier create(SharedRegion region, String name, int parties) {
        return attach(region, name, parties, 0, null, AttachMode.CREATE);
    }

    /**
     * Creates a barrier.
     *
     * @param parties 1 to 16383.
     * @param action as for {@link #of(SharedRegion, String, int, Runnable)}.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedBarrier create(
            SharedRegion region, String name, int parties, Runnable action) {
        return attach(region, name, parties, 0, action, AttachMode.CREATE);
    }

    /**
     * Creates a barrier.
     *
     * @param parties 1 to 16383.
     * @param timeout as for {@link #of(SharedRegion, String, int, long, TimeUnit, Runnable)}.
     * @param unit of the timeout.
     * @param action as for {@link #of(SharedRegion, String, int, Runnable)}, or null.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number or timeout.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedBarrier create(
            SharedRegion region,
            String name,
            int parties,
            long timeout,
            TimeUnit unit,
            @Nullable Runnable action) {
        return attach(region, name, parties, nanos(timeout, unit), action, AttachMode.CREATE);
    }

    /**
     * Opens a barrier that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedBarrier open(SharedRegion region, String name) {
        return attach(region, name, null);
    }

    /**
     * Opens a barrier that must be there.
     *
     * @param action as for {@link #of(SharedRegion, String, int, Runnable)}.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedBarrier open(SharedRegion region, String name, Runnable action) {
        return attach(region, name, action);
    }

    private static SharedBarrier attach(
            SharedRegion region, String name, @Nullable Runnable action) {
        return region.attach(name, SharedBarrierType.INSTANCE)
                .handle(block -> new SharedBarrier(block, action));
    }

    private static SharedBarrier attach(
            SharedRegion region,
            String name,
            int parties,
            long timeoutNanos,
            @Nullable Runnable action,
            AttachMode mode) {
        if (parties < 1 || parties > BarrierLayout.MAX_PARTIES) {
            throw new IllegalArgumentException(
                    "parties=" + parties + ": must be 1.." + BarrierLayout.MAX_PARTIES);
        }
        ObjectSpec spec =
                new ObjectSpec(
                        SharedBarrierType.INSTANCE,
                        parties,
                        timeoutNanos,
                        BarrierLayout.bytes(region.maxParticipants()),
                        SharedBarrierType.config(parties, timeoutNanos),
                        memory -> {});
        return region.attach(name, spec, mode).handle(block -> new SharedBarrier(block, action));
    }

    private static long nanos(long timeout, TimeUnit unit) {
        if (timeout <= 0) {
            throw new IllegalArgumentException("timeout=" + timeout + ": must be more than 0");
        }
        return unit.toNanos(timeout);
    }

    /**
     * Arrives, and waits until all parties have. If the barrier was made with a timeout, and that
     * runs out, the barrier is broken, unless the action of the round before still runs.
     *
     * @return how many parties arrived later: 0 for the last one.
     * @throws InterruptedException if the thread was interrupted before or while it waited; the
     *     barrier is then broken, unless the action of the round before still runs.
     * @throws BrokenBarrierException if the barrier was broken before or during the wait, by
     *     whatever reason, or the time ran out.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public int await() throws InterruptedException, BrokenBarrierException {
        boolean endless = timeoutNanos == 0;
        Deadline deadline =
                endless ? Deadline.never() : Deadline.after(timeoutNanos, TimeUnit.NANOSECONDS);
        try {
            return core.await(deadline, action);
        } catch (TimeoutException e) {
            BrokenBarrierException broken = new BrokenBarrierException(e.getMessage());
            broken.initCause(e);
            throw broken;
        }
    }

    /**
     * Arrives, and waits until all parties have, or the time has run out, in place of a timeout
     * that the barrier was made with.
     *
     * @param timeout the longest time to wait; zero or less does not wait.
     * @param unit of the timeout.
     * @return how many parties arrived later: 0 for the last one.
     * @throws InterruptedException if the thread was interrupted before or while it waited; the
     *     barrier is then broken, unless the action of the round before still runs.
     * @throws BrokenBarrierException if the barrier was broken before or during the wait, by
     *     whatever reason but the next.
     * @throws TimeoutException if the time ran out; the barrier is then broken, unless the action
     *     of the round before still runs.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public int await(long timeout, TimeUnit unit)
            throws InterruptedException, BrokenBarrierException, TimeoutException {
        return core.await(Deadline.after(timeout, unit), action);
    }

    /** Breaks the barrier, if it is not broken. Those who wait, and who arrive, are told. */
    public void abort() {
        core.abort();
    }

    /**
     * Makes the barrier as new. Those who wait get {@link BrokenBarrierException}; processes that
     * died belong to it no more; one whose death is noticed only afterwards breaks it again. To be
     * called by one, when it is known that the others are out.
     */
    public void reset() {
        core.reset();
    }

    /**
     * Tells whether the barrier is broken. A volatile read.
     *
     * @return true until the next {@link #reset}.
     */
    public boolean isBroken() {
        return core.isBroken();
    }

    /**
     * Returns how many parties are waiting now. A volatile read.
     *
     * @return 0 to the number of parties less 1; 0 when the barrier is broken.
     */
    public int getNumberWaiting() {
        return core.waiting();
    }

    /**
     * Returns how many parties it takes.
     *
     * @return as given at creation.
     */
    public int getParties() {
        return parties;
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
     * Lets go of the barrier, which stays in the region. Later calls throw IllegalStateException.
     * If threads wait through this handle, that breaks the barrier.
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

    @Override
    public String toString() {
        return block.describe(
                "SharedBarrier",
                () ->
                        "waiting="
                                + getNumberWaiting()
                                + " of "
                                + parties
                                + ", broken="
                                + Handles.yesOrNo(isBroken())
                                + ", members="
                                + describeMembers());
    }

    /** Such as {@code [pid=17, pid=18, died]}. */
    private String describeMembers() {
        Map<Integer, Long> pids = Handles.pids(block.region());
        return core.members().stream()
                .map(tag -> pids.containsKey(tag) ? "pid=" + pids.get(tag) : "died")
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
