package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.SharedRegion;
import java.util.concurrent.BlockingQueue;
import java.util.function.ToLongFunction;

/**
 * A bounded queue that threads of many processes put elements in and take them from: the least
 * comes first and, of several that are the same, the oldest.
 *
 * <pre>{@code
 * SharedPriorityQueue<Job> jobs =
 *         SharedPriorityQueue.of(region, "jobs", 1024, jobCodec, Job::dueTime);
 * jobs.put(job);                          // waits for space
 * Job mostUrgent = jobs.take();           // waits for an element
 * }</pre>
 *
 * <p>It is a {@link BlockingQueue} as {@link java.util.concurrent.PriorityBlockingQueue} is, but
 * bounded: putting waits for space. What is compared is a {@code long}, the element's priority,
 * which the thread that puts it finds out once. Elements are not null. They travel as the bytes of
 * a {@link Codec}, encoded by the thread that puts and decoded by the one that takes; every handle
 * must be given one that understands the others'.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. All go one
 * after the other, by a lock that is held for as long as an element takes to be copied; codecs run
 * outside it. A process that is stopped inside keeps the others waiting. Who waits for space or for
 * an element is not served in order. Threads that wait may be interrupted, and virtual threads do
 * not pin their carrier.
 *
 * <p><b>Memory effects.</b> What came before putting an element in is visible to whoever takes it.
 *
 * <p><b>If a process dies.</b> An element whose {@code put} has returned is there until it is
 * taken, once. A process that is killed in {@code put} has put the element in or has not; one that
 * is killed in {@code take} may take an element with it, and never leaves it there for another.
 * Nobody is stuck: whoever comes next repairs what is half changed, and those who wait go on within
 * 70 ms of the death being noticed.
 *
 * @param <E> what it holds.
 */
public final class SharedPriorityQueue<E> extends SlotQueue<E> {
    private SharedPriorityQueue(Block block, Codec<E> codec, ToLongFunction<? super E> priority) {
        super(block, SlotFormat.layout(block, codec), new Heap(), codec, priority);
    }

    /**
     * Opens a queue, or creates it empty.
     *
     * @param capacity how many elements there is space for, 1 to 2^24.
     * @param codec of the elements; {@link Codec#maxBytes} is the space that each gets.
     * @param priority of an element that is put in through this handle; the least comes first.
     * @param <E> what it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a queue with
     *     other numbers, or for a bad number.
     */
    public static <E> SharedPriorityQueue<E> of(
            SharedRegion region,
            String name,
            int capacity,
            Codec<E> codec,
            ToLongFunction<? super E> priority) {
        return attach(region, name, capacity, codec, priority, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an empty queue.
     *
     * @param capacity how many elements there is space for, 1 to 2^24.
     * @param codec of the elements; {@link Codec#maxBytes} is the space that each gets.
     * @param priority of an element that is put in through this handle; the least comes first.
     * @param <E> what it holds.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static <E> SharedPriorityQueue<E> create(
            SharedRegion region,
            String name,
            int capacity,
            Codec<E> codec,
            ToLongFunction<? super E> priority) {
        return attach(region, name, capacity, codec, priority, AttachMode.CREATE);
    }

    /**
     * Opens a queue that must be there.
     *
     * @param codec of the elements, with the {@link Codec#maxBytes} of the creator's.
     * @param priority of an element that is put in through this handle; the least comes first.
     * @param <E> what it holds.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, or the elements have
     *     another size.
     */
    public static <E> SharedPriorityQueue<E> open(
            SharedRegion region, String name, Codec<E> codec, ToLongFunction<? super E> priority) {
        Block block = region.attach(name, SharedPriorityQueueType.INSTANCE);
        return SlotFormat.handle(block, () -> new SharedPriorityQueue<>(block, codec, priority));
    }

    private static <E> SharedPriorityQueue<E> attach(
            SharedRegion region,
            String name,
            int capacity,
            Codec<E> codec,
            ToLongFunction<? super E> priority,
            AttachMode mode) {
        SlotLayout layout = SlotFormat.layout(capacity, codec);
        Block block =
                region.attach(
                        name, SlotFormat.spec(SharedPriorityQueueType.INSTANCE, layout), mode);
        return SlotFormat.handle(block, () -> new SharedPriorityQueue<>(block, codec, priority));
    }
}
