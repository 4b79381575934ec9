package dev.shm.ring;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/**
 * The one that puts records into an {@link SpscRing}. Made by {@link SpscRing#producer}.
 *
 * <pre>{@code
 * while (!producer.offer(TRADE, source, 0, 32)) {
 *     idle.idle();                                          // the ring is full
 * }
 * int index = producer.tryClaim(QUOTE, 16);                 // without a copy
 * if (index >= 0) {
 *     producer.buffer().putLong(index, id);
 *     producer.buffer().putDouble(index + 8, price);
 *     producer.commit(index);
 * }
 * }</pre>
 *
 * <p>Nothing here blocks: what has no room is refused. Records that go together, or come many at a
 * time, are appended and then flushed: they appear all at once, even if this process dies just
 * then, and cost a fraction.
 *
 * <p><b>Threads and processes.</b> For one thread at a time; handing it to another thread needs a
 * happens-before, as handing over any object does. Closing may be done by any thread.
 *
 * <p><b>Memory effects.</b> What came before a record was published is visible to its consumer.
 *
 * <p><b>If a process dies.</b> What it had published is delivered; a claim, and what was appended
 * and not flushed, never happened. The next producer goes on from there.
 */
public final class SpscProducer implements AutoCloseable {
    /** What {@link #tryClaim} returns when there is no room; the same as in Agrona's rings. */
    public static final int FULL = RingBuffer.INSUFFICIENT_CAPACITY;

    private final String ring;
    private final AtomicBuffer memory;
    private final Role role;
    private final SpscWriter writer;
    private final RoleGuard guard;

    /** The one that has the role, guarded so, in a ring that messages call so. */
    SpscProducer(String ring, AtomicBuffer memory, Role role, SpscWriter writer, RoleGuard guard) {
        this.ring = ring;
        this.memory = memory;
        this.role = role;
        this.writer = writer;
        this.guard = guard;
    }

    /**
     * Publishes a record.
     *
     * @param type at least 1.
     * @param source holds the payload.
     * @param sourceIndex where it begins.
     * @param length of it in bytes, 0 to {@link SpscRing#maxLength}.
     * @return false if there is no room: nothing happened then.
     * @throws IllegalArgumentException for another type or length.
     * @throws IllegalStateException if a claim is open, or this producer, its ring or the region
     *     was closed.
     */
    public boolean offer(int type, DirectBuffer source, int sourceIndex, int length) {
        guard.enter();
        try {
            return writer.offer(type, source, sourceIndex, length);
        } finally {
            guard.leave();
        }
    }

    /**
     * Publishes a record of 8 bytes, without a buffer to copy it from: the fastest way to pass a
     * number on.
     *
     * @param type at least 1.
     * @param value little-endian in the record.
     * @return false if there is no room: nothing happened then.
     * @throws IllegalArgumentException for another type.
     * @throws IllegalStateException as {@link #offer}.
     */
    public boolean offerLong(int type, long value) {
        guard.enter();
        try {
            return writer.offerLong(type, value);
        } finally {
            guard.leave();
        }
    }

    /**
     * Writes a record that nobody sees before the next {@link #flush}, {@link #offer}, {@link
     * #offerLong}, {@link #commit} or {@link #close}, which publish all that was appended at once.
     *
     * @param type at least 1.
     * @param source holds the payload.
     * @param sourceIndex where it begins.
     * @param length of it in bytes, 0 to {@link SpscRing#maxLength}.
     * @return false if there is no room; what was appended before is published then, so that the
     *     consumer can make some.
     * @throws IllegalArgumentException for another type or length.
     * @throws IllegalStateException as {@link #offer}.
     */
    public boolean append(int type, DirectBuffer source, int sourceIndex, int length) {
        guard.enter();
        try {
            return writer.append(type, source, sourceIndex, length);
        } finally {
            guard.leave();
        }
    }

    /**
     * Writes a record of 8 bytes as {@link #append} does, without a buffer to copy it from.
     *
     * @param type at least 1.
     * @param value little-endian in the record.
     * @return false if there is no room; what was appended before is published then.
     * @throws IllegalArgumentException for another type.
     * @throws IllegalStateException as {@link #offer}.
     */
    public boolean appendLong(int type, long value) {
        guard.enter();
        try {
            return writer.appendLong(type, value);
        } finally {
            guard.leave();
        }
    }

    /**
     * Publishes what was appended. Does nothing if there is nothing.
     *
     * @throws IllegalStateException if this producer, its ring or the region was closed.
     */
    public void flush() {
        guard.enter();
        try {
            writer.flush();
        } finally {
            guard.leave();
        }
    }

    /**
     * Reserves room for a record whose payload the caller writes into {@link #buffer}. One claim
     * may be open at a time; nobody sees it before {@link #commit}.
     *
     * @param type at least 1.
     * @param length of the payload in bytes, 0 to {@link SpscRing#maxLength}.
     * @return the index of the payload in the buffer, or {@link #FULL}.
     * @throws IllegalArgumentException for another type or length.
     * @throws IllegalStateException as {@link #offer}.
     */
    public int tryClaim(int type, int length) {
        guard.enter();
        try {
            return writer.tryClaim(type, length);
        } finally {
            guard.leave();
        }
    }

    /**
     * Publishes the record that was claimed.
     *
     * @param index as {@link #tryClaim} returned it.
     * @throws IllegalArgumentException if it is not that of the open claim.
     * @throws IllegalStateException if no claim is open, or this producer, its ring or the region
     *     was closed.
     */
    public void commit(int index) {
        guard.enter();
        try {
            writer.commit(index);
        } finally {
            guard.leave();
        }
    }

    /**
     * Gives a claim up: it never happened.
     *
     * @param index as {@link #tryClaim} returned it.
     * @throws IllegalArgumentException if it is not that of the open claim.
     * @throws IllegalStateException as {@link #commit}.
     */
    public void abort(int index) {
        guard.enter();
        try {
            writer.abort(index);
        } finally {
            guard.leave();
        }
    }

    /**
     * Returns the memory that claims are in. Nothing in it but the payload of the open claim is the
     * caller's to write.
     *
     * @return the whole of the ring's memory; closed with the ring.
     */
    public MutableDirectBuffer buffer() {
        return memory;
    }

    /**
     * Returns the position in the stream after the last record published.
     *
     * @return a multiple of 8; it goes on from producer to producer.
     */
    public long position() {
        return writer.position();
    }

    /**
     * Gives the role up: publishes what was appended, forgets a claim. Waits for the call that
     * another thread is in. Closing again does nothing.
     *
     * @throws IllegalStateException if this thread is inside a call.
     */
    @Override
    public void close() {
        guard.close(
                () -> {
                    writer.close();
                    role.release();
                });
    }

    @Override
    public String toString() {
        return "SpscProducer[ring=" + ring + (guard.isClosed() ? ", closed" : "") + "]";
    }
}
