package dev.shm.ring;

import dev.shm.memory.KillPoint;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.ObjectType;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import dev.shm.wait.Waiter;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.jspecify.annotations.Nullable;

/**
 * An {@link MpmcRing} that is waited for, holds any number of messages, and can be shut down: what
 * queues are made of. Internal: public only so that the other modules of this library reach it, and
 * free to change with any version.
 *
 * <p><b>Threads and processes.</b> As an {@link MpmcRing}. Waits spin for some microseconds, then
 * sleep; they end by an interrupt, by their time, and when the handle is closed.
 *
 * <p><b>Memory effects.</b> What came before putting a message in is visible to whoever takes it.
 *
 * <p><b>If a process dies.</b> As with an {@link MpmcRing}; who waits notices it.
 */
public final class BlockingRing implements AutoCloseable {
    private final Block block;
    private final MpmcRing ring;
    private final MpmcCore core;
    private final MpmcWaiting waiting;
    private final MpmcBrowser browser;
    private final Kind kind;
    private final AtomicBuffer memory;
    private final LongSupplier claim;
    private final LongSupplier take;
    private final LongSupplier takeForLong;

    /**
     * What an object that has such a ring is.
     *
     * @param type in the directory; {@link #describe} and {@link #sweep} do its work.
     * @param shutDown what is thrown where nothing is put in or taken any more; is given a message.
     */
    public record Kind(ObjectType type, Function<String, RuntimeException> shutDown) {}

    /**
     * Makes something of a message.
     *
     * @param <T> of what is made.
     */
    @FunctionalInterface
    public interface Reader<T> {
        /**
         * Reads a message.
         *
         * @param buffer that holds it.
         * @param index where it begins.
         * @param length in bytes.
         * @return what it says.
         */
        T read(DirectBuffer buffer, int index, int length);
    }

    private BlockingRing(Block block, Kind kind) {
        this.block = block;
        this.kind = kind;
        this.ring = new MpmcRing(block, layout(block), (int) block.configA());
        this.core = ring.core();
        this.waiting = ring.waiting();
        this.browser = ring.browser();
        this.memory = ring.memory();
        this.claim = core::claim;
        this.take = () -> ring.takeRelaxed(false);
        this.takeForLong = () -> ring.takeRelaxed(true);
    }

    /**
     * Opens or creates an object.
     *
     * @param capacity how many messages it holds, 1 to 2^24.
     * @param maxLength of a message, in bytes.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else, or for a bad number.
     * @throws IllegalStateException if the name is taken and must not be.
     */
    public static BlockingRing attach(
            SharedRegion region,
            String name,
            Kind kind,
            int capacity,
            int maxLength,
            AttachMode mode) {
        int participants = region.maxParticipants();
        check(capacity, maxLength, participants);
        int places = MpmcLayout.ringCapacity(capacity);
        MpmcLayout layout = new MpmcLayout(places, maxLength, participants);
        ObjectSpec spec =
                new ObjectSpec(
                        kind.type(),
                        capacity,
                        layout.configB(),
                        layout.bytes(),
                        config(capacity, layout),
                        memory -> MpmcCore.initialize(memory, layout, 0));
        return region.attach(name, spec, mode).handle(block -> new BlockingRing(block, kind));
    }

    /**
     * Opens an object that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static BlockingRing open(SharedRegion region, String name, Kind kind) {
        return region.attach(name, kind.type()).handle(block -> new BlockingRing(block, kind));
    }

    /**
     * Opens an object that must be there, and holds messages of 8 bytes.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, or its messages are
     *     of another size.
     */
    public static BlockingRing openForLongs(SharedRegion region, String name, Kind kind) {
        return region.attach(name, kind.type())
                .handle(
                        block -> {
                            checkIsForLongs(block); // before this is written to
                            return new BlockingRing(block, kind);
                        });
    }

    private static void checkIsForLongs(Block block) {
        int maxLength = layout(block).maxLength();
        if (maxLength != Long.BYTES) {
            throw new IllegalArgumentException(
                    "name="
                            + block.name()
                            + ": its messages are of up to "
                            + maxLength
                            + " bytes, asked for were numbers of 8");
        }
    }

    private static void check(int capacity, int maxLength, int participants) {
        if (capacity < 1 || capacity > MpmcLayout.MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity=" + capacity + ": must be 1 to " + MpmcLayout.MAX_CAPACITY);
        }
        if (participants >= MpmcLayout.CLOSED) {
            throw new IllegalArgumentException(
                    "maxParticipants="
                            + participants
                            + ": a queue needs a region of at most "
                            + (MpmcLayout.CLOSED - 1));
        }
        MpmcRing.checkLength(MpmcLayout.ringCapacity(capacity), maxLength, participants);
    }

    private static MpmcLayout layout(Block block) {
        MpmcLayout layout = MpmcLayout.ofQueue(block.configA(), block.configB());
        return MpmcRingType.checked(block, layout, "a capacity");
    }

    private static String config(long capacity, MpmcLayout layout) {
        return capacity + " messages of at most " + layout.maxLength() + " bytes";
    }

    /**
     * Says what an object was made with, for {@link ObjectType#describe}.
     *
     * @return such as {@code 6 messages of at most 256 bytes}.
     */
    public static String describe(long configA, long configB) {
        MpmcLayout layout = MpmcLayout.ofQueue(configA, configB);
        return layout == null ? "unreadable configuration" : config(configA, layout);
    }

    /** Gives back what a dead participant held, for {@link ObjectType#sweep}. */
    public static void sweep(AtomicBuffer memory, long configA, long configB, int deadTag) {
        MpmcLayout layout = MpmcLayout.ofQueue(configA, configB);
        if (layout != null && layout.bytes() <= memory.capacity()) {
            MpmcCore.sweep(memory, layout, deadTag, Waiter.system());
        }
    }

    /**
     * Puts a message in, if there is room.
     *
     * @return false if the ring is full.
     */
    public boolean offer(DirectBuffer source, int index, int length) {
        ring.checkMessage(source, index, length);
        return fill(core.claim(), source, index, length);
    }

    /**
     * Puts a message in, and waits for room.
     *
     * @param timeout how long; {@link Long#MAX_VALUE} is for ever.
     * @return false if the time ran out.
     */
    public boolean offer(DirectBuffer source, int index, int length, long timeout, TimeUnit unit)
            throws InterruptedException {
        ring.checkMessage(source, index, length);
        return fill(claim(timeout, unit), source, index, length);
    }

    private boolean fill(long claimed, DirectBuffer source, int index, int length) {
        if (!isGot(claimed)) {
            return false;
        }
        ring.fill(claimed, 0, source, index, length);
        return true;
    }

    /**
     * Puts a message of 8 bytes in, if there is room.
     *
     * @return false if the ring is full.
     */
    public boolean offerLong(long value) {
        return fillLong(core.claim(), value);
    }

    /**
     * Puts a message of 8 bytes in, and waits for room.
     *
     * @param timeout how long; {@link Long#MAX_VALUE} is for ever.
     * @return false if the time ran out.
     */
    public boolean offerLong(long value, long timeout, TimeUnit unit) throws InterruptedException {
        return fillLong(claim(timeout, unit), value);
    }

    private boolean fillLong(long claimed, long value) {
        if (!isGot(claimed)) {
            return false;
        }
        ring.fillLong(claimed, 0, value);
        return true;
    }

    /**
     * Takes a message, if there is one.
     *
     * @return what the reader made of it; null if the ring is empty.
     */
    public <T> @Nullable T poll(Reader<T> reader) {
        return read(ring.takeStrictly(false), reader);
    }

    /**
     * Takes a message, and waits for one.
     *
     * @param timeout how long; {@link Long#MAX_VALUE} is for ever.
     * @return what the reader made of it; null if the time ran out.
     */
    public <T> @Nullable T poll(Reader<T> reader, long timeout, TimeUnit unit)
            throws InterruptedException {
        return read(take(take, timeout, unit), reader);
    }

    private <T> @Nullable T read(long taken, Reader<T> reader) {
        if (!isGot(taken)) {
            return null;
        }
        try {
            int message = core.message(taken);
            int length = core.length(message);
            KillPoint.at("mpmc.reading");
            return reader.read(memory, message + MpmcLayout.PAYLOAD, length);
        } finally {
            ring.release(taken);
        }
    }

    /**
     * Takes a message of 8 bytes, if there is one.
     *
     * @return the otherwise given value if the ring is empty.
     */
    public long pollLong(long otherwise) {
        return readLong(ring.takeStrictly(false), otherwise);
    }

    /**
     * Takes a message of 8 bytes, and waits for one.
     *
     * @param timeout how long; {@link Long#MAX_VALUE} is for ever.
     * @return the otherwise given value if the time ran out.
     */
    public long pollLong(long otherwise, long timeout, TimeUnit unit) throws InterruptedException {
        return readLong(take(take, timeout, unit), otherwise);
    }

    private long readLong(long taken, long otherwise) {
        if (!isGot(taken)) {
            return otherwise;
        }
        int message = core.message(taken);
        int length = memory.getInt(message + MpmcLayout.LENGTH);
        KillPoint.at("mpmc.reading");
        long value = memory.getLong(message + MpmcLayout.PAYLOAD);
        ring.release(taken);
        if (length != Long.BYTES) {
            throw new IllegalArgumentException(
                    "name="
                            + name()
                            + " message length="
                            + length
                            + ": taken as a number, which has "
                            + Long.BYTES);
        }
        return value;
    }

    /**
     * Takes messages of 8 bytes that are there.
     *
     * @param consumer is given each, after it was taken.
     * @param limit how many at most.
     * @return how many.
     */
    public int drainLongs(LongConsumer consumer, int limit) {
        int drained = 0;
        while (drained < limit) {
            long taken = ring.takeStrictly(false);
            if (MpmcCore.isNothing(taken)) {
                break;
            }
            consumer.accept(readLong(taken, 0));
            drained++;
        }
        return drained;
    }

    /**
     * Takes a message that comes again if it is not acknowledged, if there is one.
     *
     * @return null if the ring is empty.
     */
    public @Nullable MpmcDelivery receive() {
        return deliver(ring.takeStrictly(true));
    }

    /**
     * Takes a message that comes again if it is not acknowledged, and waits for one.
     *
     * @param timeout how long; {@link Long#MAX_VALUE} is for ever.
     * @return null if the time ran out.
     */
    public @Nullable MpmcDelivery receive(long timeout, TimeUnit unit) throws InterruptedException {
        return deliver(take(takeForLong, timeout, unit));
    }

    /**
     * The same as {@link #receive()}, but empty is empty, though it was shut down.
     *
     * @return null if the ring is empty.
     */
    public @Nullable MpmcDelivery receiveLeftover() {
        return ring.delivery(ring.takeStrictly(true));
    }

    /**
     * Takes messages that are there, though it was shut down.
     *
     * @param consumer is given what the reader made of each, which is given back if either throws.
     * @param limit how many at most.
     * @return how many.
     */
    public <T> int drain(Reader<T> reader, Consumer<? super T> consumer, int limit) {
        int drained = 0;
        while (drained < limit) {
            long taken = ring.takeStrictly(true);
            if (MpmcCore.isNothing(taken)) {
                break;
            }
            boolean accepted = false;
            try {
                int message = core.message(taken);
                int at = message + MpmcLayout.PAYLOAD;
                consumer.accept(reader.read(memory, at, core.length(message)));
                accepted = true;
            } finally {
                ring.end(taken, accepted);
            }
            drained++;
        }
        return drained;
    }

    private @Nullable MpmcDelivery deliver(long taken) {
        return isGot(taken) ? ring.delivery(taken) : null;
    }

    private long claim(long timeout, TimeUnit unit) throws InterruptedException {
        checkInterrupt();
        long claimed = core.claim();
        if (MpmcCore.isNothing(claimed) && claimed != MpmcCore.CLOSED && timeout > 0) {
            return waiting.untilClaimed(claim, Deadline.after(timeout, unit));
        }
        return claimed;
    }

    private long take(LongSupplier operation, long timeout, TimeUnit unit)
            throws InterruptedException {
        checkInterrupt();
        long taken = operation.getAsLong();
        if (MpmcCore.isNothing(taken) && taken != MpmcCore.CLOSED && timeout > 0) {
            return waiting.untilTaken(operation, Deadline.after(timeout, unit));
        }
        return taken;
    }

    private static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private boolean isGot(long result) {
        if (result == MpmcCore.CLOSED) {
            throw kind.shutDown().apply("name=" + name() + ": was shut down");
        }
        return !MpmcCore.isNothing(result);
    }

    /**
     * Waits until every message was released.
     *
     * @param timeout how long; {@link Long#MAX_VALUE} is for ever.
     * @return false if the time ran out.
     */
    public boolean awaitReleased(long timeout, TimeUnit unit) throws InterruptedException {
        checkInterrupt();
        return waiting.untilReleased(Deadline.after(timeout, unit));
    }

    /**
     * Lets nothing be put in any more, and wakes everybody.
     *
     * @param now whether what is in it is thrown away.
     */
    public void shutDown(boolean now) {
        core.close(now);
    }

    /**
     * Tells whether it was shut down.
     *
     * @return true for ever after.
     */
    public boolean isShutDown() {
        return core.isClosed();
    }

    /**
     * Looks at messages without taking them, in their order.
     *
     * @param <T> what the reader makes.
     * @return a view that follows what happens meanwhile.
     */
    public <T> Browsing<T> browse(Reader<T> reader) {
        return new Browsing<>(browser, reader);
    }

    /**
     * Goes through the messages that nobody has taken.
     *
     * @param <T> what it makes of them.
     */
    public static final class Browsing<T> {
        private final MpmcBrowser browser;
        private final Reader<T> reader;
        private long position;

        Browsing(MpmcBrowser browser, Reader<T> reader) {
            this.browser = browser;
            this.reader = reader;
            this.position = browser.begin();
        }

        /**
         * Goes on.
         *
         * @param scratch to copy a message to.
         * @return the next message; null at the end.
         */
        public @Nullable T next(MutableDirectBuffer scratch) {
            while (isBeforeEnd()) {
                T message = read(scratch);
                if (message != null) {
                    return message;
                }
            }
            return null;
        }

        /**
         * Goes on, and stops where a living producer is at work.
         *
         * @param scratch to copy a message to.
         * @return the message that a take would find next; null where it would find none.
         */
        public @Nullable T nextInTurn(MutableDirectBuffer scratch) {
            while (isBeforeEnd() && !browser.isToCome(position)) {
                T message = read(scratch);
                if (message != null) {
                    return message;
                }
            }
            return null;
        }

        /** Passes over what is left behind, before anything is asked of where it goes on. */
        private boolean isBeforeEnd() {
            position = browser.atLeastLastLap(position);
            return browser.isBeforeEnd(position);
        }

        private @Nullable T read(MutableDirectBuffer scratch) {
            int length = browser.copy(position, scratch);
            position += MpmcLayout.ONE;
            return length >= 0 ? reader.read(scratch, 0, length) : null;
        }
    }

    /**
     * Counts the messages that can be taken, with those that are being written.
     *
     * @return 0 to {@link #capacity}; a snapshot.
     */
    public int size() {
        return Math.min(capacity(), core.size() + browser.owed());
    }

    /**
     * Counts how many can be put in, one after the other.
     *
     * @return 0 to {@link #capacity}; a snapshot.
     */
    public int remaining() {
        return core.remaining();
    }

    /**
     * Returns how many messages it holds.
     *
     * @return as given at creation.
     */
    public int capacity() {
        return ring.capacity();
    }

    /**
     * Returns how long a message may be.
     *
     * @return bytes, as given at creation.
     */
    public int maxLength() {
        return ring.maxLength();
    }

    /**
     * Sets messages aside that nobody gets through with; see {@link MpmcRing#onDeadLetter}.
     *
     * @param limit how many attempts may fail, 1 or more.
     * @param handler is given the message where it lies.
     */
    public void onDeadLetter(int limit, MessageHandler handler) {
        ring.onDeadLetter(limit, handler);
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return block.name();
    }

    /** Lets go; see {@link MpmcRing#close}. */
    @Override
    public void close() {
        ring.close();
    }

    @Override
    public String toString() {
        return block.describe(
                kind.type().name(),
                () ->
                        "size="
                                + size()
                                + " of "
                                + capacity()
                                + ", maxLength="
                                + maxLength()
                                + ", shut down="
                                + (isShutDown() ? "yes" : "no"));
    }
}
