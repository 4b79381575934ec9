package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.region.AttachMode;
import dev.shm.region.SharedRegion;
import dev.shm.ring.BlockingRing;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
 * IllegalStateException, within 70 ms.
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
public final class SharedQueue<E> extends AbstractQueue<E>
        implements BlockingQueue<E>, AutoCloseable {
    private final QueueCore<E> core;

    private SharedQueue(BlockingRing ring, Codec<E> codec) {
        this.core = new QueueCore<>(ring, codec);
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
     * Puts a message in, and waits for room.
     *
     * @param message not null.
     * @throws IllegalArgumentException if it cannot be encoded, or is too large; the queue is as it
     *     was.
     * @throws QueueShutDownException if the queue was shut down.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    @Override
    public void put(E message) throws InterruptedException {
        core.offer(message, QueueCore.FOR_EVER, TimeUnit.NANOSECONDS);
    }

    /**
     * Puts a message in, if there is room.
     *
     * @param message as for {@link #put}.
     * @return false if the queue is full.
     */
    @Override
    public boolean offer(E message) {
        return core.offer(message);
    }

    /**
     * Puts a message in, and waits for room.
     *
     * @param message as for {@link #put}.
     * @param timeout zero or less does not wait.
     * @return false if the time ran out.
     */
    @Override
    public boolean offer(E message, long timeout, TimeUnit unit) throws InterruptedException {
        return core.offer(message, timeout, unit);
    }

    /**
     * Puts messages in, in their order, as long as there is room. One that cannot be encoded ends
     * it with an exception; those before it are in.
     *
     * @param messages none of them null.
     * @return how many were put in.
     */
    public int offerAll(Collection<? extends E> messages) {
        return core.offerAll(messages);
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
     * Takes what is there, without waiting, also after the queue was shut down.
     *
     * @return how many were taken.
     */
    @Override
    public int drainTo(Collection<? super E> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    /**
     * Takes what is there, without waiting, also after the queue was shut down. A message that
     * cannot be decoded, or added to the target, is given back.
     *
     * @param target another collection.
     * @param limit how many to take at most.
     * @return how many were taken.
     */
    @Override
    public int drainTo(Collection<? super E> target, int limit) {
        if (target == this) {
            throw new IllegalArgumentException("target=" + this + ": must be another collection");
        }
        return core.drain(target::add, limit);
    }

    /** Takes what is there, and throws it away. */
    @Override
    public void clear() {
        core.drain(message -> {}, Integer.MAX_VALUE);
    }

    /**
     * Sets messages aside that nobody gets through with. From now on a message that comes to this
     * handle and was taken in vain {@code limit} times is given to the handler instead. Each handle
     * has its own; none has one at first.
     *
     * @param limit how many attempts may fail, 1 or more.
     * @param handler is given the message, which has left the queue when it returns.
     * @throws IllegalArgumentException for a bad limit.
     */
    public void onDeadLetter(int limit, Consumer<? super E> handler) {
        core.onDeadLetter(limit, handler);
    }

    /**
     * Looks at the next message.
     *
     * @return a copy; null if the queue is empty, or its next message is not published yet.
     */
    @Override
    public @Nullable E peek() {
        return core.peek();
    }

    /**
     * Goes through the messages that nobody has taken, from the oldest on. What is put in or taken
     * meanwhile may or may not be seen. {@code contains}, {@code toArray} and streams do the same.
     *
     * @return copies; nothing can be removed through it.
     */
    @Override
    public Iterator<E> iterator() {
        return core.iterator();
    }

    /**
     * Counts the messages that can be taken, with those that are being written.
     *
     * @return 0 to the capacity; a snapshot.
     */
    @Override
    public int size() {
        return core.ring().size();
    }

    /**
     * Counts how many messages can be put in, one after the other. A message that is taken and not
     * acknowledged keeps its place, and those behind it, too, once they have been taken.
     *
     * @return 0 to the capacity, and 0 once the queue was shut down; a snapshot.
     */
    @Override
    public int remainingCapacity() {
        return core.ring().remaining();
    }

    /**
     * Returns how many messages the queue holds.
     *
     * @return as given at creation.
     */
    public int capacity() {
        return core.ring().capacity();
    }

    /** Not supported: messages leave a queue at its head. */
    @Override
    public boolean remove(@Nullable Object message) {
        throw QueueCore.onlyTheHead();
    }

    /** Not supported: messages leave a queue at its head. */
    @Override
    public boolean removeAll(Collection<?> messages) {
        throw QueueCore.onlyTheHead();
    }

    /** Not supported: messages leave a queue at its head. */
    @Override
    public boolean retainAll(Collection<?> messages) {
        throw QueueCore.onlyTheHead();
    }

    /** Not supported: messages leave a queue at its head. */
    @Override
    public boolean removeIf(Predicate<? super E> filter) {
        throw QueueCore.onlyTheHead();
    }

    /**
     * Shuts the queue down for everybody, for ever: nothing is put in any more, what is in it can
     * still be taken, and who finds it empty then gets {@link QueueShutDownException}. Who waits is
     * woken. Doing it again does nothing.
     */
    public void shutdown() {
        core.ring().shutDown(false);
    }

    /**
     * Shuts the queue down, as {@link #shutdown} does, and throws away what nobody has taken, and
     * what comes back later. Whoever comes to take gets {@link QueueShutDownException}.
     */
    public void shutdownNow() {
        core.ring().shutDown(true);
    }

    /**
     * Tells whether the queue was shut down.
     *
     * @return true for ever after.
     */
    public boolean isShutdown() {
        return core.ring().isShutDown();
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return core.ring().name();
    }

    /**
     * Lets go of the queue, which stays in the region with its messages. Waits for operations of
     * this handle that are in progress, a second at most. Deliveries that were not ended are given
     * back. Later calls throw IllegalStateException.
     */
    @Override
    public void close() {
        core.ring().close();
    }

    @Override
    public String toString() {
        return core.ring().toString();
    }
}
