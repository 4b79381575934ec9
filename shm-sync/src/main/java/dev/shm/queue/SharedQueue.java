package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.region.AttachMode;
import dev.shm.region.SharedRegion;
import dev.shm.ring.BlockingRing;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue, first in, first out, that threads of any number of processes put messages in and
 * take them out of.
 *
 * <pre>{@code
 * SharedQueue<String> jobs = SharedQueue.of(region, "jobs", 1024, Codecs.utf8(256));
 * jobs.put("a");
 * String job = jobs.take();                         // ours, whatever becomes of us
 *
 * Delivery<String> kept = jobs.receive();           // comes again if we die
 * work(kept.message());
 * kept.ack();
 * }</pre>
 *
 * <p>It is a {@link BlockingQueue} without removal from the middle. A message is encoded by whoever
 * puts it in, before anything is done to the queue; who waits for room has encoded it already. For
 * {@code long} without boxing there is {@link SharedLongQueue}, over the same queues as {@code
 * SharedQueue<Long>} with {@code Codecs.longs()}.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. The queue is
 * full when {@link #capacity} messages are in it or taken and not acknowledged; places are used in
 * turn, so one that is held for long holds up those who put in one round later. What one thread
 * puts in is taken in that order, but for what is delivered again. Where {@link #poll()} finds a
 * message that a living process is just putting in, with others behind it, it waits for that, at
 * most {@link dev.shm.region.RegionOptions#maxWait maxWait}, then throws IllegalStateException.
 * Threads that wait may be interrupted. Closing a handle ends the waits that go through it with
 * IllegalStateException.
 *
 * <p><b>Memory effects.</b> What came before putting a message in is visible to whoever takes it.
 *
 * <p><b>If a process dies.</b> A message whose {@code put} has returned is in the queue, though its
 * producer dies. One whose producer dies in {@code put} is either whole or never was. {@link #take}
 * hands a message over when it returns; {@link #receive} keeps it until it is acknowledged, and
 * when this process dies before that it is delivered again, before all others. What was taken and
 * acknowledged never comes again.
 *
 * @param <E> the type of the messages
 */
public final class SharedQueue<E> extends RingQueue<E> {
    private SharedQueue(BlockingRing ring, Codec<E> codec) {
        super(new QueueCore<>(ring, codec));
    }

    /**
     * Opens a queue, or creates it empty.
     *
     * @param capacity how many messages it holds, 1 to 2^24.
     * @param codec of the messages; its {@link Codec#maxBytes} is the size of a place.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a queue with
     *     other numbers, or for a bad number.
     */
    public static <E> SharedQueue<E> of(
            SharedRegion region, String name, int capacity, Codec<E> codec) {
        return attach(region, name, capacity, codec, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an empty queue.
     *
     * @param capacity how many messages it holds, 1 to 2^24.
     * @param codec of the messages; its {@link Codec#maxBytes} is the size of a place.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static <E> SharedQueue<E> create(
            SharedRegion region, String name, int capacity, Codec<E> codec) {
        return attach(region, name, capacity, codec, AttachMode.CREATE);
    }

    /**
     * Opens a queue that must be there.
     *
     * @param codec of the messages; larger ones than the queue was created for are refused.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static <E> SharedQueue<E> open(SharedRegion region, String name, Codec<E> codec) {
        return new SharedQueue<>(BlockingRing.open(region, name, SharedQueueType.KIND), codec);
    }

    private static <E> SharedQueue<E> attach(
            SharedRegion region, String name, int capacity, Codec<E> codec, AttachMode mode) {
        int bytes = codec.maxBytes();
        return new SharedQueue<>(
                BlockingRing.attach(region, name, SharedQueueType.KIND, capacity, bytes, mode),
                codec);
    }

    /**
     * Takes the next message, and waits for one. It is gone though it cannot be decoded.
     *
     * @return the message.
     * @throws IllegalArgumentException if it cannot be decoded.
     * @throws QueueShutDownException if the queue was shut down and is empty.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    @Override
    public E take() throws InterruptedException {
        return core.take();
    }

    /**
     * Takes the next message, if there is one, as {@link #take} does.
     *
     * @return null if the queue is empty.
     * @throws QueueShutDownException if it was shut down as well.
     */
    @Override
    public @Nullable E poll() {
        return core.poll();
    }

    /**
     * Takes the next message, and waits for one, as {@link #take} does.
     *
     * @param timeout zero or less does not wait.
     * @return null if the time ran out.
     */
    @Override
    public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        return core.poll(timeout, unit);
    }

    /**
     * Takes the next message, and waits for one; it comes again unless it is acknowledged, and
     * keeps its place until then. One that cannot be decoded is given back.
     *
     * @return the message.
     * @throws IllegalArgumentException if it cannot be decoded.
     * @throws QueueShutDownException if the queue was shut down and is empty.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public Delivery<E> receive() throws InterruptedException {
        return Objects.requireNonNull(core.receive(QueueCore.FOR_EVER, TimeUnit.NANOSECONDS));
    }

    /**
     * Takes the next message, and waits for one, as {@link #receive()} does.
     *
     * @param timeout zero or less does not wait.
     * @return null if the time ran out.
     */
    public @Nullable Delivery<E> receive(long timeout, TimeUnit unit) throws InterruptedException {
        return core.receive(timeout, unit);
    }

    /**
     * Takes what is there, without waiting, also after the queue was shut down. A message that
     * cannot be decoded, or added to the target, is given back.
     *
     * @param target another collection.
     * @param limit how many to take at most.
     * @return how many were taken, {@link #capacity} at most.
     */
    @Override
    public int drainTo(Collection<? super E> target, int limit) {
        checkTarget(target);
        return core.drain(target::add, limit);
    }
}
