package dev.shm.ring;

import dev.shm.memory.KillPoint;
import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.MessageHandler;
import org.jspecify.annotations.Nullable;

/**
 * A bounded ring of messages that any number of threads of any number of processes put in and take
 * out, first in, first out.
 *
 * <pre>{@code
 * MpmcRing jobs = MpmcRing.of(region, "jobs", 1024, 256);      // 1024 messages of at most 256 bytes
 * jobs.offer(type, source, index, length);                     // false: full
 * jobs.poll((type, buffer, index, length) -> work(...));       // false: empty
 *
 * MpmcDelivery job = jobs.take();                              // null: empty
 * work(job.buffer(), job.index(), job.length());
 * job.ack();                                                   // or it comes again when we die
 * }</pre>
 *
 * <p>A message has a type, any int of the caller's, and 0 to {@link #maxLength} bytes. The ring
 * takes 40 bytes for each of {@link #capacity} messages, and the longest message rounded up to 8.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. Nothing
 * blocks: a ring that is full or empty says so, after a few microseconds where messages stream. It
 * is full when the place of the next message was not released yet: claims and takes in progress
 * count, also those of a process that is stopped. What one thread offers is taken in that order,
 * but for what is delivered again. {@link #poll} and {@link #take} are strict: where they find
 * nothing, nothing had been offered that was not taken, as far as this thread could know. An offer
 * is no fence: for some nanoseconds after it has returned another thread may not see its message
 * yet, as with {@code MpmcArrayQueue} of JCTools. Who offers and then looks whether anybody sleeps
 * needs a fence between; {@link BlockingRing} needs none. For that they wait for an offer in
 * progress by a living process that others have overtaken, at most {@link
 * dev.shm.region.RegionOptions#maxWait maxWait}, then throw IllegalStateException. {@link
 * #relaxedPoll} and {@link #relaxedTake} find nothing in that case and never wait: use them where
 * claims may be held for long.
 *
 * <p><b>Memory effects.</b> What came before offering a message is visible to whoever takes it.
 *
 * <p><b>If a process dies.</b> A message whose offer has returned is delivered, though its producer
 * dies. One whose producer dies before it is published never existed, and is skipped. A message
 * that a consumer had taken and not released when it died is delivered again, before all others,
 * and {@link MpmcDelivery#attempts} tells how often that was so; see {@link #onDeadLetter} for
 * those that kill whoever takes them. A message that was released never comes again. Deaths are
 * noticed within a tenth of a second while any other process has the region open, sooner where the
 * claim of the dead is in the way.
 */
public final class MpmcRing implements AutoCloseable {
    private static final long SPINS = 100;
    private static final long YIELDS = 10;
    private static final long MIN_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Block block;
    private final MappedBuffer memory;
    private final MappedBuffer claims;
    private final MpmcLayout layout;
    private final int limit;
    private final MpmcCore core;
    private final MpmcHeld held;
    private final MpmcClosing closing;
    private final int maxLength;
    private volatile DeadLetters deadLetters = DeadLetters.NONE;

    /** What is done with messages that come again and again. */
    private record DeadLetters(int limit, MessageHandler handler) {
        static final DeadLetters NONE =
                new DeadLetters(Integer.MAX_VALUE, (type, buffer, index, length) -> {});
    }

    private MpmcRing(Block block) {
        this(block, MpmcRingType.layout(block), 0);
    }

    /** The ring of an object that may be more; 0 as limit is the capacity. */
    MpmcRing(Block block, MpmcLayout layout, int limit) {
        this.block = block;
        this.memory = block.lastingBuffer(); // what has begun is finished though we are closed
        this.layout = layout;
        this.limit = limit == 0 ? layout.capacity() : limit;
        this.maxLength = layout.maxLength();
        this.claims = memory.part(0, MpmcLayout.TAGS);
        Liveness liveness = block.region().liveness();
        Waiter waiter = Waiter.system();
        this.core = new MpmcCore(claims, memory, layout, this.limit, liveness, waiter);
        this.held = block.companion(MpmcHeld.class, shared -> new MpmcHeld());
        this.closing =
                new MpmcClosing(
                        claims,
                        "ring=" + block.name() + ": handle closed",
                        new MpmcTickets(memory, memory, layout),
                        layout.span(),
                        held,
                        new MpmcSleepers(memory, waiter),
                        block::close,
                        liveness.self());
        block.guard(closing);
    }

    /**
     * Opens a ring, or creates it empty.
     *
     * @param capacity how many messages it holds: a power of two, 2 to 2^24.
     * @param maxLength of a message, in bytes; 0 or more.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a ring with
     *     other numbers, or for a bad number.
     */
    public static MpmcRing of(SharedRegion region, String name, int capacity, int maxLength) {
        return attach(region, name, capacity, maxLength, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an empty ring.
     *
     * @param capacity how many messages it holds: a power of two, 2 to 2^24.
     * @param maxLength of a message, in bytes; 0 or more.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static MpmcRing create(SharedRegion region, String name, int capacity, int maxLength) {
        return attach(region, name, capacity, maxLength, AttachMode.CREATE);
    }

    /**
     * Opens a ring that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static MpmcRing open(SharedRegion region, String name) {
        return region.attach(name, MpmcRingType.INSTANCE).handle(MpmcRing::new);
    }

    private static MpmcRing attach(
            SharedRegion region, String name, int capacity, int maxLength, AttachMode mode) {
        int participants = region.maxParticipants();
        check(capacity, maxLength, participants);
        MpmcLayout layout = new MpmcLayout(capacity, maxLength, participants);
        ObjectSpec spec =
                new ObjectSpec(
                        MpmcRingType.INSTANCE,
                        capacity,
                        layout.configB(),
                        layout.bytes(),
                        MpmcRingType.config(layout),
                        memory -> MpmcCore.initialize(memory, layout, 0));
        return region.attach(name, spec, mode).handle(MpmcRing::new);
    }

    private static void check(int capacity, int maxLength, int participants) {
        if (!MpmcLayout.isCapacity(capacity)) {
            throw new IllegalArgumentException(
                    "capacity="
                            + capacity
                            + ": must be a power of two, "
                            + MpmcLayout.MIN_CAPACITY
                            + " to "
                            + MpmcLayout.MAX_CAPACITY);
        }
        checkLength(capacity, maxLength, participants);
    }

    static void checkLength(int capacity, int maxLength, int participants) {
        long longest = MpmcLayout.longest(capacity, participants);
        if (maxLength < 0 || maxLength > longest) {
            throw new IllegalArgumentException(
                    "maxLength="
                            + maxLength
                            + ": must be 0 to "
                            + longest
                            + " with capacity="
                            + capacity);
        }
    }

    /**
     * Puts a message in.
     *
     * @param type of the message, any number.
     * @param source that holds it.
     * @param index in the source where it begins.
     * @param length in bytes, 0 to {@link #maxLength}.
     * @return false if the ring is full.
     * @throws IllegalArgumentException if the message is too long.
     * @throws IndexOutOfBoundsException if it is not inside the source.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean offer(int type, DirectBuffer source, int index, int length) {
        checkMessage(source, index, length);
        long claim = core.claim();
        if (MpmcCore.isNothing(claim)) {
            return false;
        }
        fill(claim, type, source, index, length);
        return true;
    }

    /** Refuses what {@link #offer} cannot take. */
    void checkMessage(DirectBuffer source, int index, int length) {
        checkLength(length);
        source.boundsCheck(index, length);
    }

    /** Writes and publishes a message that has been checked. */
    void fill(long claim, int type, DirectBuffer source, int index, int length) {
        boolean written = false;
        try {
            int message = core.message(claim);
            memory.putLong(message, header(type, length));
            KillPoint.at("mpmc.copying");
            memory.putBytes(message + MpmcLayout.PAYLOAD, source, index, length);
            written = true;
        } finally {
            if (!written) {
                giveUp(claim);
            }
        }
        publish(claim);
    }

    /** Who closed a handle meanwhile may have waited for this no longer than a second. */
    private void publish(long claim) {
        core.publish(claim);
        held.letGoOfClosed();
    }

    private void giveUp(long claim) {
        core.end(claim, false);
        held.letGoOfClosed();
    }

    /**
     * Puts a message of 8 bytes in, without a buffer to copy it from.
     *
     * @param type of the message, any number.
     * @param value little-endian in the message.
     * @return false if the ring is full.
     * @throws IllegalArgumentException if {@link #maxLength} is less than 8.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean offerLong(int type, long value) {
        checkLength(Long.BYTES);
        long claim = core.claim();
        if (MpmcCore.isNothing(claim)) {
            return false;
        }
        fillLong(claim, type, value);
        return true;
    }

    void fillLong(long claim, int type, long value) {
        int message = core.message(claim);
        memory.putLong(message, header(type, Long.BYTES));
        KillPoint.at("mpmc.copying");
        memory.putLong(message + MpmcLayout.PAYLOAD, value);
        publish(claim);
    }

    /**
     * Claims a place for a message, to be written where it lies. Others wait for it, or find
     * nothing, until it is committed or aborted: be quick.
     *
     * @param length of the message in bytes, 0 to {@link #maxLength}.
     * @return null if the ring is full.
     * @throws IllegalArgumentException if the message would be too long.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public @Nullable MpmcClaim claim(int length) {
        checkLength(length);
        long claim = core.claimForLong();
        if (MpmcCore.isNothing(claim)) {
            return null;
        }
        MpmcClaim claimed = null;
        try {
            claimed = new MpmcClaim(core, held, block.buffer(), claim, length);
        } finally {
            if (claimed == null) {
                giveUp(claim);
            }
        }
        giveBackIfClosing();
        return claimed;
    }

    /**
     * Takes the oldest message out, and releases it when the handler returns or throws.
     *
     * @param handler is given the message where it lies, which is its own until it returns.
     * @return false if the ring is empty.
     * @throws IllegalStateException if the handle or the region was closed, or a living producer
     *     does not go on.
     */
    public boolean poll(MessageHandler handler) {
        long claim = takeStrictly(false);
        return !MpmcCore.isNothing(claim) && deliver(claim, handler);
    }

    /**
     * Takes messages out as {@link #poll(MessageHandler)} does, until the ring is empty.
     *
     * @param handler is given each message.
     * @param limit how many to take at most.
     * @return how many were taken.
     */
    public int poll(MessageHandler handler, int limit) {
        int taken = 0;
        while (taken < limit && poll(handler)) {
            taken++;
        }
        return taken;
    }

    /**
     * Takes the oldest message out, as {@link #poll(MessageHandler)} does, but never waits.
     *
     * @param handler is given the message where it lies, which is its own until it returns.
     * @return false if the ring is empty, or its oldest message is not published yet.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean relaxedPoll(MessageHandler handler) {
        long claim = takeRelaxed(false);
        return !MpmcCore.isNothing(claim) && deliver(claim, handler);
    }

    /**
     * Takes the oldest message, which comes again when this process dies before it was
     * acknowledged. Its place is not released until then.
     *
     * @return null if the ring is empty.
     * @throws IllegalStateException if the handle or the region was closed, or a living producer
     *     does not go on.
     */
    public @Nullable MpmcDelivery take() {
        return delivery(takeStrictly(true));
    }

    /**
     * Takes the oldest message, as {@link #take} does, but never waits.
     *
     * @return null if the ring is empty, or its oldest message is not published yet.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public @Nullable MpmcDelivery relaxedTake() {
        return delivery(takeRelaxed(true));
    }

    /**
     * Sets messages aside that nobody gets through with. From now on a message that comes to this
     * handle and was taken in vain {@code limit} times is given to the handler instead, and
     * released when that returns. Each handle has its own; none has one at first.
     *
     * @param limit how many attempts may fail, 1 or more.
     * @param handler is given the message where it lies.
     * @throws IllegalArgumentException for a bad limit.
     */
    public void onDeadLetter(int limit, MessageHandler handler) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit=" + limit + ": must be 1 or more");
        }
        deadLetters = new DeadLetters(limit, handler);
    }

    /** Takes what is to be had, after the dead letters; for long where that is to be so. */
    long takeRelaxed(boolean forLong) {
        long claim = forLong ? core.takeForLong() : core.take();
        return MpmcCore.isAgain(claim) ? withoutDeadLetters(claim, forLong) : claim;
    }

    /** The same, but {@link MpmcCore#BLOCKED} is waited for. */
    long takeStrictly(boolean forLong) {
        long claim = takeRelaxed(forLong);
        return claim == MpmcCore.BLOCKED ? takeWhenPublished(forLong) : claim;
    }

    private long takeWhenPublished(boolean forLong) {
        Deadline deadline = Deadline.after(block.maxWaitNanos(), TimeUnit.NANOSECONDS);
        IdleStrategy idle = new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS);
        long claim = MpmcCore.BLOCKED;
        while (claim == MpmcCore.BLOCKED) {
            if (deadline.isExpired()) {
                throw new IllegalStateException(
                        "ring="
                                + name()
                                + ": the producer of the oldest message lives and does not go on");
            }
            idle.idle();
            claim = takeRelaxed(forLong);
        }
        return claim;
    }

    private long withoutDeadLetters(long taken, boolean forLong) {
        DeadLetters dead = deadLetters;
        return pastDeadLetters(
                core, taken, forLong, dead.limit(), claim -> deliver(claim, dead.handler()));
    }

    /**
     * Takes on for as long as what was taken has failed too often.
     *
     * @param deliver releases what has.
     */
    static long pastDeadLetters(
            MpmcCore core, long taken, boolean forLong, int limit, LongConsumer deliver) {
        long claim = taken;
        while (!MpmcCore.isNothing(claim)
                && MpmcCore.isAgain(claim)
                && core.attempts(claim) >= limit) {
            deliver.accept(claim);
            claim = forLong ? core.takeForLong() : core.take();
        }
        return claim;
    }

    boolean deliver(long claim, MessageHandler handler) {
        try {
            int message = core.message(claim);
            int length = core.length(message);
            int type = core.type(message);
            KillPoint.at("mpmc.reading");
            handler.onMessage(type, memory, message + MpmcLayout.PAYLOAD, length);
        } finally {
            release(claim);
        }
        return true;
    }

    /** Releases what code of the user's has read. */
    void release(long claim) {
        core.release(claim);
        held.letGoOfClosed();
    }

    /** Acknowledges what code of the user's has read, or gives it back. */
    void end(long claim, boolean accepted) {
        if (accepted) {
            core.acknowledge(claim);
        } else {
            core.requeue(claim);
        }
        held.letGoOfClosed();
    }

    @Nullable MpmcDelivery delivery(long claim) {
        if (MpmcCore.isNothing(claim)) {
            return null;
        }
        MpmcDelivery delivery;
        try {
            delivery = new MpmcDelivery(core, held, block.buffer(), claim);
        } catch (RegionFormatException e) {
            end(claim, true); // or nobody would ever get by it
            throw e;
        } catch (Throwable e) { // as where there is no memory
            end(claim, false);
            throw e;
        }
        giveBackIfClosing();
        return delivery;
    }

    MpmcCore core() {
        return core;
    }

    MappedBuffer memory() {
        return memory;
    }

    MpmcBrowser browser() {
        return new MpmcBrowser(claims, memory, layout, block.region().liveness());
    }

    MpmcWaiting waiting() {
        Waiter waiter = Waiter.system();
        return new MpmcWaiting(
                memory,
                core,
                new MpmcSleepers(claims, waiter),
                limit,
                MpmcWaiting.LOOKS,
                block.region().liveness(),
                waiter,
                TickPolicy.STANDARD,
                TickPolicy.STANDARD);
    }

    /**
     * Counts the messages in the ring, with those that are being written and without those that are
     * taken.
     *
     * @return 0 to {@link #capacity}; a snapshot.
     */
    public int size() {
        return core.size();
    }

    /**
     * Returns how many messages the ring holds.
     *
     * @return as given at creation.
     */
    public int capacity() {
        return limit;
    }

    /**
     * Returns how long a message may be.
     *
     * @return bytes, as given at creation.
     */
    public int maxLength() {
        return maxLength;
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
     * Lets go of the ring, which stays in the region with its messages. Waits for operations that
     * this attachment has in progress, also through other handles, a second at most; a handler must
     * not call it. One that takes longer ends all the same, and the ring's memory is not used for
     * anything else before it has. Claims and deliveries that were not ended are given back. Later
     * calls throw IllegalStateException.
     */
    @Override
    public void close() {
        if (block.isClosed()) {
            return;
        }
        try {
            closing.begin();
            held.giveBack(core);
        } catch (IllegalStateException closedMeanwhile) {
            // Falls through: by another thread, or with the region.
        } finally {
            block.buffer().invalidate("ring=" + name() + ": handle closed");
            held.letGo(closing);
        }
    }

    /** Who closes may have looked before this one was held. */
    private void giveBackIfClosing() {
        if (closing.hasBegun()) {
            held.giveBack(core);
        }
    }

    @Override
    public String toString() {
        return block.describe(
                "MpmcRing",
                () -> "size=" + size() + " of " + capacity() + ", maxLength=" + maxLength);
    }

    private void checkLength(int length) {
        if (length < 0 || length > maxLength) {
            throw new IllegalArgumentException(
                    "length=" + length + ": must be 0 to " + maxLength + " in ring=" + name());
        }
    }

    private static long header(int type, int length) {
        return (long) type << Integer.SIZE | length;
    }
}
