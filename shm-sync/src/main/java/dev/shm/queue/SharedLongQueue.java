package dev.shm.queue;

import dev.shm.region.AttachMode;
import dev.shm.region.SharedRegion;
import dev.shm.ring.BlockingRing;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * A {@link SharedQueue} of {@code long}, without boxing and without garbage.
 *
 * <pre>{@code
 * SharedLongQueue ids = SharedLongQueue.of(region, "ids", 1 << 16);
 * ids.put(42);
 * long id = ids.take();
 * int more = ids.drain(this::work, 1000);           // whatever is there, without waiting
 * }</pre>
 *
 * <p>It is the same queue as {@code SharedQueue<Long>} with {@code Codecs.longs()}: one may be
 * opened where the other was created. Only a wait that goes to sleep allocates anything.
 *
 * <p><b>Threads and processes.</b> As a {@link SharedQueue}.
 *
 * <p><b>Memory effects.</b> What came before putting a number in is visible to whoever takes it.
 *
 * <p><b>If a process dies.</b> A number whose {@code put} has returned is in the queue, though its
 * producer dies. {@link #take} hands a number over when it returns; for more there is {@link
 * SharedQueue#receive}.
 */
public final class SharedLongQueue implements AutoCloseable {
    private final BlockingRing ring;

    private SharedLongQueue(BlockingRing ring) {
        this.ring = ring;
    }

    /**
     * Opens a queue, or creates it empty.
     *
     * @param capacity how many numbers it holds, 1 to 2^24.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a queue with
     *     another capacity or other messages, or for a bad number.
     */
    public static SharedLongQueue of(SharedRegion region, String name, int capacity) {
        return attach(region, name, capacity, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an empty queue.
     *
     * @param capacity how many numbers it holds, 1 to 2^24.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedLongQueue create(SharedRegion region, String name, int capacity) {
        return attach(region, name, capacity, AttachMode.CREATE);
    }

    /**
     * Opens a queue that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, or to a queue of
     *     other messages.
     */
    public static SharedLongQueue open(SharedRegion region, String name) {
        return new SharedLongQueue(BlockingRing.openForLongs(region, name, SharedQueueType.KIND));
    }

    private static SharedLongQueue attach(
            SharedRegion region, String name, int capacity, AttachMode mode) {
        return new SharedLongQueue(
                BlockingRing.attach(
                        region, name, SharedQueueType.KIND, capacity, Long.BYTES, mode));
    }

    /**
     * Puts a number in, and waits for room.
     *
     * @param value any.
     * @throws QueueShutDownException if the queue was shut down.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void put(long value) throws InterruptedException {
        ring.offerLong(value, QueueCore.FOR_EVER, TimeUnit.NANOSECONDS);
    }

    /**
     * Puts a number in, if there is room.
     *
     * @param value any.
     * @return false if the queue is full.
     */
    public boolean offer(long value) {
        return ring.offerLong(value);
    }

    /**
     * Puts a number in, and waits for room.
     *
     * @param value any.
     * @param timeout zero or less does not wait.
     * @return false if the time ran out.
     */
    public boolean offer(long value, long timeout, TimeUnit unit) throws InterruptedException {
        return ring.offerLong(value, timeout, unit);
    }

    /**
     * Puts numbers in, in their order, as long as there is room, and the queue is not shut down.
     *
     * @param values that hold them.
     * @param from the first.
     * @param to behind the last.
     * @return how many were put in.
     * @throws IndexOutOfBoundsException if they are not in the array.
     * @throws QueueShutDownException if the queue was shut down before the first.
     */
    public int offerAll(long[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        int next = from;
        try {
            while (next < to && ring.offerLong(values[next])) {
                next++;
            }
        } catch (QueueShutDownException e) {
            if (next == from) {
                throw e; // else who calls would not know how many are in
            }
        }
        return next - from;
    }

    /**
     * Takes the next number, and waits for one.
     *
     * @return the number.
     * @throws IllegalArgumentException if the message is no number, as a {@link SharedQueue} of
     *     other messages can have put in; it is gone.
     * @throws QueueShutDownException if the queue was shut down and is empty.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public long take() throws InterruptedException {
        return ring.pollLong(0, QueueCore.FOR_EVER, TimeUnit.NANOSECONDS);
    }

    /**
     * Takes the next number, if there is one.
     *
     * @param otherwise what is returned if the queue is empty.
     * @return the number, or that.
     * @throws QueueShutDownException if the queue is empty and was shut down.
     */
    public long poll(long otherwise) {
        return ring.pollLong(otherwise);
    }

    /**
     * Takes the next number, and waits for one.
     *
     * @param otherwise what is returned if the time ran out.
     * @param timeout zero or less does not wait.
     * @return the number, or that.
     * @throws QueueShutDownException if the queue is empty and was shut down.
     */
    public long poll(long otherwise, long timeout, TimeUnit unit) throws InterruptedException {
        return ring.pollLong(otherwise, timeout, unit);
    }

    /**
     * Takes what is there, without waiting, also after the queue was shut down.
     *
     * @param consumer is given each number, which has left the queue.
     * @param limit how many to take at most.
     * @return how many were taken, {@link #capacity} at most.
     * @throws IllegalArgumentException at a message that is no number, which is gone; {@code
     *     consumer} has had those before it.
     */
    public int drain(LongConsumer consumer, int limit) {
        return ring.drainLongs(consumer, Math.min(limit, capacity()));
    }

    /**
     * Counts the numbers that can be taken, with those that are being written.
     *
     * @return 0 to the capacity; a snapshot.
     */
    public int size() {
        return ring.size();
    }

    /**
     * Counts how many numbers can be put in, one after the other.
     *
     * @return 0 to the capacity, and 0 once the queue was shut down; a snapshot.
     */
    public int remainingCapacity() {
        return ring.remaining();
    }

    /**
     * Returns how many numbers the queue holds.
     *
     * @return as given at creation.
     */
    public int capacity() {
        return ring.capacity();
    }

    /** Shuts the queue down, as {@link SharedQueue#shutdown} does. */
    public void shutdown() {
        ring.shutDown(false);
    }

    /** Shuts the queue down and empties it, as {@link SharedQueue#shutdownNow} does. */
    public void shutdownNow() {
        ring.shutDown(true);
    }

    /**
     * Tells whether the queue was shut down.
     *
     * @return true for ever after.
     */
    public boolean isShutdown() {
        return ring.isShutDown();
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return ring.name();
    }

    /** Lets go of the queue, as {@link SharedQueue#close} does. */
    @Override
    public void close() {
        ring.close();
    }

    @Override
    public String toString() {
        return ring.toString();
    }
}
