package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.SharedRegion;
import java.util.concurrent.BlockingQueue;

/**
 * A bounded stack that threads of many processes put elements on and take them from: the last one
 * in is the first one out.
 *
 * <pre>{@code
 * SharedStack<String> todo = SharedStack.of(region, "todo", 1024, Codecs.utf8(256));
 * todo.put("a");                          // waits for space
 * todo.put("b");
 * String newest = todo.take();            // "b"; waits for an element
 * String next = todo.poll();              // "a"; null if there is none
 * }</pre>
 *
 * <p>It is a {@link BlockingQueue} whose order is that of a stack: {@code put} and {@code offer}
 * push, {@code take} and {@code poll} pop. Elements are not null. They travel as the bytes of a
 * {@link Codec}, encoded by the thread that puts and decoded by the one that takes; every handle
 * must be given one that understands the others'.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. All go one
 * after the other, by a lock that is held for as long as an element takes to be copied; codecs run
 * outside it. A process that is stopped inside keeps the others waiting. Who waits for space or for
 * an element is not served in order. Threads that wait may be interrupted, and virtual threads do
 * not pin their carrier.
 *
 * <p><b>Memory effects.</b> What came before putting an element on is visible to whoever takes it.
 *
 * <p><b>If a process dies.</b> An element whose {@code put} has returned is there until it is
 * taken, once. A process that is killed in {@code put} has put the element on or has not; one that
 * is killed in {@code take} may take an element with it, and never leaves it there for another.
 * Nobody is stuck: whoever comes next repairs what is half changed, and those who wait go on within
 * 70 ms of the death being noticed.
 *
 * @param <E> what it holds.
 */
public final class SharedStack<E> extends SlotQueue<E> {
    private SharedStack(Block block, Codec<E> codec) {
        super(
                block,
                SlotFormat.layout(block, codec),
                new Pile(),
                codec,
                element -> 0); // all the same
    }

    /**
     * Opens a stack, or creates it empty.
     *
     * @param capacity how many elements there is space for, 1 to 2^24.
     * @param codec of the elements; {@link Codec#maxBytes} is the space that each gets.
     * @param <E> what it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a stack with
     *     other numbers, or for a bad number.
     */
    public static <E> SharedStack<E> of(
            SharedRegion region, String name, int capacity, Codec<E> codec) {
        return attach(region, name, capacity, codec, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an empty stack.
     *
     * @param capacity how many elements there is space for, 1 to 2^24.
     * @param codec of the elements; {@link Codec#maxBytes} is the space that each gets.
     * @param <E> what it holds.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static <E> SharedStack<E> create(
            SharedRegion region, String name, int capacity, Codec<E> codec) {
        return attach(region, name, capacity, codec, AttachMode.CREATE);
    }

    /**
     * Opens a stack that must be there.
     *
     * @param codec of the elements, with the {@link Codec#maxBytes} of the creator's.
     * @param <E> what it holds.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, or the elements have
     *     another size.
     */
    public static <E> SharedStack<E> open(SharedRegion region, String name, Codec<E> codec) {
        Block block = region.attach(name, SharedStackType.INSTANCE);
        return SlotFormat.handle(block, () -> new SharedStack<>(block, codec));
    }

    private static <E> SharedStack<E> attach(
            SharedRegion region, String name, int capacity, Codec<E> codec, AttachMode mode) {
        SlotLayout layout = SlotFormat.layout(capacity, codec);
        Block block = region.attach(name, SlotFormat.spec(SharedStackType.INSTANCE, layout), mode);
        return SlotFormat.handle(block, () -> new SharedStack<>(block, codec));
    }
}
