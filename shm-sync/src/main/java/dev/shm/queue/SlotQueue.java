package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.memory.MappedBuffer;
import dev.shm.queue.SlotTable.Entry;
import dev.shm.region.Block;
import dev.shm.region.Participant;
import dev.shm.region.RegionFormatException;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What {@link SharedStack} and {@link SharedPriorityQueue} have in common: all but the order. */
abstract sealed class SlotQueue<E> extends AbstractQueue<E>
        implements BlockingQueue<E>, AutoCloseable permits SharedStack, SharedPriorityQueue {
    /*
     * Overview.
     *
     * Elements are encoded before the lock is taken and decoded after it was given up, so nobody waits for a
     * codec, and one that throws has changed nothing, or has been given what was removed.
     *
     * close() lets nothing begin any more and ends the waits; the block goes when the last call in progress
     * has ended. Whoever begins counts itself before it looks whether the handle is closed, and close() marks
     * it closed before it looks whether somebody is counted; so the block is not let go under anybody, and of
     * the two whoever comes later lets it go.
     */
    private final Block block;
    private final SlotLayout layout;
    private final SlotCore core;
    private final Codec<E> codec;
    private final ToLongFunction<? super E> priority;
    private final Scratch scratch;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean closed;

    SlotQueue(
            Block block,
            SlotLayout layout,
            SlotOrder order,
            Codec<E> codec,
            ToLongFunction<? super E> priority) {
        Liveness liveness = block.region().liveness();
        Waiter waiter = Waiter.system();
        MappedBuffer memory = block.buffer();
        this.block = block;
        this.layout = layout;
        this.codec = codec;
        this.priority = priority;
        this.scratch = new Scratch(layout.maxBytes());
        this.core =
                new SlotCore(
                        memory,
                        new SlotTable(memory, layout, order),
                        new RobustMutex(memory, SlotLayout.MUTEX, liveness, waiter),
                        liveness,
                        waiter,
                        TickPolicy.STANDARD);
        block.guard(core.claims());
    }

    /**
     * Adds an element, waiting for space.
     *
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalArgumentException if the codec cannot encode the element; nothing was added.
     * @throws QueueShutDownException if it was shut down.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public void put(E element) throws InterruptedException {
        put(element, Deadline.never());
    }

    /**
     * Adds an element if there is space. Waits for nothing but the lock.
     *
     * @return false if there is no space.
     * @throws IllegalArgumentException as {@link #put(Object)}.
     * @throws IllegalStateException as {@link #put(Object)}.
     */
    @Override
    public boolean offer(E element) {
        Objects.requireNonNull(element, "element");
        MappedBuffer buffer = enter();
        try {
            long key = priority.applyAsLong(element);
            return checked(core.offer(key, buffer, encode(element, buffer)));
        } finally {
            leave(buffer);
        }
    }

    /**
     * Adds an element, waiting for space at most so long.
     *
     * @param timeout zero or less waits for nothing but the lock.
     * @return false if there was no space in time.
     * @throws InterruptedException as {@link #put(Object)}.
     * @throws IllegalArgumentException as {@link #put(Object)}.
     * @throws IllegalStateException as {@link #put(Object)}.
     */
    @Override
    public boolean offer(E element, long timeout, TimeUnit unit) throws InterruptedException {
        return timeout > 0
                ? put(element, Deadline.after(timeout, unit))
                : offer(uninterrupted(element));
    }

    /**
     * Takes the next element, waiting for one.
     *
     * @return what the codec decodes.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalArgumentException if the codec cannot decode the element; it is gone.
     * @throws RegionFormatException if the element can be none; it is gone.
     * @throws QueueShutDownException if it was shut down, and nothing is left.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public E take() throws InterruptedException {
        E element = take(Deadline.never());
        if (element == null) {
            throw new AssertionError("a deadline that never expires has expired");
        }
        return element;
    }

    /**
     * Takes the next element if there is one. Waits for nothing but the lock.
     *
     * @return null if there is none.
     * @throws IllegalArgumentException as {@link #take()}.
     * @throws RegionFormatException as {@link #take()}.
     * @throws IllegalStateException as {@link #take()}.
     */
    @Override
    public @Nullable E poll() {
        MappedBuffer buffer = enter();
        try {
            return decode(core.poll(buffer), buffer);
        } finally {
            leave(buffer);
        }
    }

    /**
     * Takes the next element, waiting for one at most so long.
     *
     * @param timeout zero or less waits for nothing but the lock.
     * @return null if there was none in time.
     * @throws InterruptedException as {@link #take()}.
     * @throws IllegalArgumentException as {@link #take()}.
     * @throws RegionFormatException as {@link #take()}.
     * @throws IllegalStateException as {@link #take()}.
     */
    @Override
    public @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        if (timeout > 0) {
            return take(Deadline.after(timeout, unit));
        }
        uninterrupted(this);
        return poll();
    }

    /**
     * Looks at the next element, and leaves it there.
     *
     * @return null if there is none, also after a shutdown.
     * @throws IllegalArgumentException as {@link #take()}, but the element stays.
     * @throws RegionFormatException as {@link #take()}, but the element stays.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public @Nullable E peek() {
        MappedBuffer buffer = enter();
        try {
            return decode(core.peek(buffer), buffer);
        } finally {
            leave(buffer);
        }
    }

    /**
     * Takes all elements there are, one after the other, and adds them to a collection; also after
     * a shutdown.
     *
     * @return how many.
     * @throws IllegalArgumentException if the collection is this one.
     */
    @Override
    public int drainTo(Collection<? super E> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    /**
     * Takes so many elements at most as there are, one after the other, and adds them to a
     * collection. One that the collection refuses is gone.
     *
     * @return how many.
     * @throws IllegalArgumentException if the collection is this one.
     */
    @Override
    public int drainTo(Collection<? super E> target, int most) {
        Objects.requireNonNull(target, "target");
        if (target == this) {
            throw new IllegalArgumentException("target=" + this + ": is what is drained");
        }
        int limit = Math.min(most, layout.capacity());
        int drained = 0;
        for (E element = next(limit > 0); element != null; element = next(drained < limit)) {
            target.add(element);
            drained++;
        }
        return drained;
    }

    /** Takes the next element; null if there is none, or none is wanted. */
    private @Nullable E next(boolean wanted) {
        if (!wanted) {
            return null;
        }
        MappedBuffer buffer = enter();
        try {
            int result = core.poll(buffer);
            return result == SlotCore.NEVER ? null : decode(result, buffer);
        } finally {
            leave(buffer);
        }
    }

    /**
     * Removes one element that equals an object.
     *
     * @return whether this call has removed one.
     */
    @Override
    public boolean remove(@Nullable Object object) {
        for (Iterator<E> all = iterator(); all.hasNext(); ) {
            if (all.next().equals(object) && ((Snapshot) all).removeLast()) {
                return true;
            }
        }
        return false;
    }

    /** Removes all elements, in one step for whoever does not die in it. */
    @Override
    public void clear() {
        begin();
        try {
            core.clear();
        } finally {
            leave();
        }
    }

    /**
     * Goes over the elements as they are now, in the order in which they would be taken. What comes
     * or goes later is not seen. {@link Iterator#remove} removes the element if nobody has taken it
     * yet.
     */
    @Override
    public Iterator<E> iterator() {
        begin();
        try {
            return new Snapshot(core.entries().iterator());
        } finally {
            leave();
        }
    }

    /** Counts the elements; a snapshot. */
    @Override
    public int size() {
        begin();
        try {
            return core.size();
        } finally {
            leave();
        }
    }

    /** Tells how many more elements can be put; 0 once it was shut down; a snapshot. */
    @Override
    public int remainingCapacity() {
        return isShutdown() ? 0 : layout.capacity() - size();
    }

    /**
     * Returns how many elements there is space for.
     *
     * @return as given at creation.
     */
    public int capacity() {
        return layout.capacity();
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
     * Lets nothing in any more, for everybody and for good. What is there can still be taken; once
     * it is gone, taking throws too. Whoever waits for what will not come is told. Doing it again
     * does nothing.
     */
    public void shutdown() {
        shutdown(false);
    }

    /**
     * Lets nothing in any more, for everybody and for good, and removes what is there. Doing it
     * again does nothing.
     */
    public void shutdownNow() {
        shutdown(true);
    }

    /**
     * Tells whether somebody has shut it down, in one way or the other.
     *
     * @return true from then on.
     */
    public boolean isShutdown() {
        begin();
        try {
            return !core.isOpen();
        } finally {
            leave();
        }
    }

    /**
     * Lets go of this handle; the elements stay in the region. Later calls throw
     * IllegalStateException, and so do those that wait, at once: within 70 ms if it is for a
     * process that is stopped.
     */
    @Override
    public void close() {
        closed = true;
        if (calls.get() == 0) {
            block.close();
        } else {
            rouse();
        }
    }

    @Override
    public String toString() {
        return block.describe(getClass().getSimpleName(), () -> closed ? "closed" : state());
    }

    private String state() {
        return "size="
                + size()
                + " of "
                + layout
                + (core.isOpen() ? "" : ", shut down")
                + ", lock "
                + owner()
                + ", waiters="
                + (core.isAwaited() ? "yes" : "no");
    }

    private String owner() {
        int tag = core.ownerTag();
        return block.region().participants().stream()
                .filter(participant -> participant.id() == tag)
                .findAny()
                .map(Participant::pid)
                .map(pid -> "held by pid=" + pid)
                .orElse("free");
    }

    private void shutdown(boolean atOnce) {
        begin();
        try {
            core.shutdown(atOnce);
        } finally {
            leave();
        }
    }

    private boolean put(E element, Deadline deadline) throws InterruptedException {
        Objects.requireNonNull(element, "element");
        MappedBuffer buffer = enter();
        try {
            long key = priority.applyAsLong(element);
            int length = encode(element, buffer);
            return checked(core.put(key, buffer, length, deadline.unless(() -> closed)));
        } finally {
            leave(buffer);
        }
    }

    private @Nullable E take(Deadline deadline) throws InterruptedException {
        MappedBuffer buffer = enter();
        try {
            return decode(core.take(buffer, deadline.unless(() -> closed)), buffer);
        } finally {
            leave(buffer);
        }
    }

    private int encode(E element, MappedBuffer buffer) {
        int length = codec.encode(element, buffer, 0);
        if (length < 0 || length > layout.maxBytes()) {
            throw new IllegalArgumentException(
                    "codec="
                            + codec
                            + " encoded bytes="
                            + length
                            + ", allowed: 0 to "
                            + layout.maxBytes());
        }
        return length;
    }

    /** Whether a turn has come to something. */
    private boolean checked(int result) {
        if (result == SlotCore.NEVER) {
            throw new QueueShutDownException("name=" + name() + ": shut down");
        }
        if (result == SlotCore.NOT_NOW && closed) {
            throw closedHandle();
        }
        return result != SlotCore.NOT_NOW;
    }

    /** What a turn that takes has come to. */
    private @Nullable E decode(int result, MappedBuffer buffer) {
        if (result == SlotCore.UNREADABLE) {
            throw new RegionFormatException(
                    "object=" + name() + " element: too long, expected: " + layout);
        }
        return checked(result) ? codec.decode(buffer, 0, result) : null;
    }

    /** Begins a call, for which a buffer is set aside. */
    private MappedBuffer enter() {
        begin();
        MappedBuffer buffer = null;
        try {
            buffer = scratch.take();
            return buffer;
        } finally {
            if (buffer == null) {
                leave();
            }
        }
    }

    /** Begins a call that needs none. */
    private void begin() {
        calls.incrementAndGet();
        if (closed) {
            leave();
            throw closedHandle();
        }
    }

    private void leave(MappedBuffer buffer) {
        scratch.giveBack(buffer);
        leave();
    }

    private void leave() {
        if (calls.decrementAndGet() == 0 && closed) {
            block.close();
        }
    }

    private IllegalStateException closedHandle() {
        return new IllegalStateException(
                "region=" + block.region().name() + " name=" + name() + ": handle closed");
    }

    private void rouse() {
        try {
            core.rouseOurs();
        } catch (IllegalStateException closedMeanwhile) {
            // The last call has just ended, or the region was closed: nobody waits any more.
        }
    }

    private static <T> T uninterrupted(T value) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return value;
    }

    /** The entries as they were. */
    private final class Snapshot implements Iterator<E> {
        private final Iterator<Entry> entries;
        private @Nullable Entry last;

        Snapshot(Iterator<Entry> entries) {
            this.entries = entries;
        }

        @Override
        public boolean hasNext() {
            return entries.hasNext();
        }

        @Override
        public E next() {
            if (!entries.hasNext()) {
                throw new NoSuchElementException();
            }
            Entry entry = entries.next();
            last = entry;
            MappedBuffer buffer = enter();
            try {
                buffer.putBytes(0, entry.payload);
                return codec.decode(buffer, 0, entry.payload.length);
            } finally {
                leave(buffer);
            }
        }

        @Override
        public void remove() {
            if (last == null) {
                throw new IllegalStateException("next() was not called, or remove() was already");
            }
            removeLast();
        }

        /** Removes the element that was seen last; false if it is gone. */
        boolean removeLast() {
            Entry entry = Objects.requireNonNull(last);
            last = null;
            begin();
            try {
                return core.remove(entry);
            } finally {
                leave();
            }
        }
    }
}
