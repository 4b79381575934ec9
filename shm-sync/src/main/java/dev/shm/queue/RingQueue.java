package dev.shm.queue;

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
 * What the queues over a ring have in common: all but how messages are taken.
 *
 * @param <E> the type of the messages
 */
abstract sealed class RingQueue<E> extends AbstractQueue<E>
        implements BlockingQueue<E>, AutoCloseable permits JoinableQueue, SharedQueue {
    final QueueCore<E> core;

    RingQueue(QueueCore<E> core) {
        this.core = core;
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
     * Puts messages in, in their order, as long as there is room, and the queue is not shut down.
     * One that cannot be encoded ends it with an exception; those before it are in.
     *
     * @param messages none of them null.
     * @return how many were put in.
     * @throws QueueShutDownException if the queue was shut down before the first.
     */
    public int offerAll(Collection<? extends E> messages) {
        return core.offerAll(messages);
    }

    /**
     * Takes what is there, without waiting, also after the queue was shut down.
     *
     * @return how many were taken, {@link #capacity} at most.
     */
    @Override
    public int drainTo(Collection<? super E> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    /** Refuses what nothing can be drained to. */
    final void checkTarget(Collection<? super E> target) {
        if (Objects.requireNonNull(target, "target") == this) {
            throw new IllegalArgumentException("target=" + this + ": must be another collection");
        }
    }

    /**
     * Takes what is there, and throws it away: it is done. Messages that cannot be decoded go, too.
     */
    @Override
    public void clear() {
        core.clear();
    }

    /**
     * Sets messages aside that nobody gets through with, such as those that cannot be decoded. From
     * now on a message that comes to this handle and was taken in vain {@code limit} times is given
     * to the handler instead. Each handle has its own; none has one at first.
     *
     * @param limit how many attempts may fail, 1 or more.
     * @param handler is given the message, which has left the queue when it returns.
     * @throws IllegalArgumentException for a bad limit.
     */
    public void onDeadLetter(int limit, Consumer<? super DeadLetter<E>> handler) {
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
     * Lets go of the queue, which stays in the region with its messages. Waits for operations that
     * this process has in progress, also through other handles, a second at most. Deliveries that
     * were not ended are given back. Later calls throw IllegalStateException.
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
