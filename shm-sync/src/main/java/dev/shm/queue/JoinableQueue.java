package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.region.AttachMode;
import dev.shm.region.SharedRegion;
import dev.shm.ring.BlockingRing;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A queue of work that knows when all of it is done.
 *
 * <pre>{@code
 * JoinableQueue<String> jobs = JoinableQueue.of(region, "jobs", 1024, Codecs.utf8(256));
 * jobs.put("a");
 * jobs.join();                                      // until everything is done
 *
 * String job = jobs.take();                         // in the workers
 * work(job);
 * jobs.taskDone();
 * }</pre>
 *
 * <p>It is a queue as {@link SharedQueue} is, but what a thread takes, by whatever method, is not
 * done until that thread has called {@link #taskDone}, once for each message, in the order in which
 * it took them. Until then a message keeps its place: the queue is full when {@link #capacity}
 * messages are in it or in work.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. A thread
 * that ends without {@code taskDone} leaves its messages in work, until its process closes the
 * handle that they came through, or dies. Threads that wait may be interrupted. Closing a handle
 * ends the waits that go through it with IllegalStateException.
 *
 * <p><b>Memory effects.</b> What came before putting a message in is visible to whoever takes it,
 * and what came before {@code taskDone} to whose {@code join} has returned.
 *
 * <p><b>If a process dies.</b> What it had put in stays. What it had taken, and not said to be
 * done, is taken again by another, before all others: nobody joins before that one has done it.
 *
 * @param <E> the type of the messages
 */
public final class JoinableQueue<E> extends RingQueue<E> {
    /** What each thread has taken and not done, oldest first. */
    private final ThreadLocal<Deque<Delivery<E>>> inWork = ThreadLocal.withInitial(ArrayDeque::new);

    private JoinableQueue(BlockingRing ring, Codec<E> codec) {
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
    public static <E> JoinableQueue<E> of(
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
    public static <E> JoinableQueue<E> create(
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
    public static <E> JoinableQueue<E> open(SharedRegion region, String name, Codec<E> codec) {
        return new JoinableQueue<>(BlockingRing.open(region, name, JoinableQueueType.KIND), codec);
    }

    private static <E> JoinableQueue<E> attach(
            SharedRegion region, String name, int capacity, Codec<E> codec, AttachMode mode) {
        int bytes = codec.maxBytes();
        return new JoinableQueue<>(
                BlockingRing.attach(region, name, JoinableQueueType.KIND, capacity, bytes, mode),
                codec);
    }

    /**
     * Takes the next message, and waits for one. One that cannot be decoded is given back.
     *
     * @return the message, which is in work now.
     * @throws IllegalArgumentException if it cannot be decoded.
     * @throws QueueShutDownException if the queue was shut down and is empty.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    @Override
    public E take() throws InterruptedException {
        return Objects.requireNonNull(
                begin(core.receive(QueueCore.FOR_EVER, TimeUnit.NANOSECONDS)));
    }

    /**
     * Takes the next message, if there is one, as {@link #take} does.
     *
     * @return the message, which is in work now; null if the queue is empty.
     * @throws QueueShutDownException if it was shut down as well.
     */
    @Override
    public @Nullable E poll() {
        return begin(core.receive());
    }

    /**
     * Takes the next message, and waits for one, as {@link #take} does.
     *
     * @param timeout zero or less does not wait.
     * @return the message, which is in work now; null if the time ran out.
     */
    @Override
    public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        return begin(core.receive(timeout, unit));
    }

    /**
     * Takes what is there, without waiting, also after the queue was shut down. All of it is in
     * work then. A message that cannot be decoded, or added to the target, is given back.
     *
     * @param target another collection.
     * @param limit how many to take at most.
     * @return how many were taken, {@link #capacity} at most.
     */
    @Override
    public int drainTo(Collection<? super E> target, int limit) {
        checkTarget(target);
        int drained = 0;
        while (drained < core.drainLimit(limit)) {
            Delivery<E> taken = core.receiveLeftover();
            if (taken == null) {
                break;
            }
            boolean added = false;
            try {
                target.add(taken.message());
                added = true;
            } finally {
                if (!added) {
                    taken.requeue();
                }
            }
            begin(taken);
            drained++;
        }
        return drained;
    }

    private @Nullable E begin(@Nullable Delivery<E> taken) {
        if (taken == null) {
            return null;
        }
        inWork.get().add(taken);
        return taken.message();
    }

    /**
     * Says that the oldest message that this thread has in work is done.
     *
     * @throws IllegalStateException if it has none, or if the handle or the region was closed.
     */
    public void taskDone() {
        Delivery<E> oldest = inWork.get().peek();
        if (oldest == null) {
            throw new IllegalStateException(
                    "name=" + name() + ": this thread has no message in work");
        }
        oldest.ack();
        inWork.get().remove();
    }

    /**
     * Waits until nothing is in the queue or in work. A queue that was shut down is joined as any
     * other; what {@link #shutdownNow} has thrown away is done.
     *
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void join() throws InterruptedException {
        core.ring().awaitReleased(QueueCore.FOR_EVER, TimeUnit.NANOSECONDS);
    }

    /**
     * Waits until nothing is in the queue or in work.
     *
     * @param timeout zero or less does not wait.
     * @return false if the time ran out.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean join(long timeout, TimeUnit unit) throws InterruptedException {
        return core.ring().awaitReleased(timeout, unit);
    }
}
