package dev.shm.ring;

import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;

/**
 * The one that takes records out of an {@link SpscRing}. Made by {@link SpscRing#consumer}.
 *
 * <pre>{@code
 * MessageHandler handler = (type, buffer, index, length) -> book.apply(type, buffer, index);
 * while (running) {
 *     idle.idle(consumer.poll(handler, 64));
 * }
 * }</pre>
 *
 * <p>A handler reads the record where it lies; the buffer is not its to write, nor to keep. It must
 * not use the consumer. If it throws, its record counts as consumed, and the exception reaches the
 * caller; a handler that wants it again answers a {@link #controlledPoll} with ABORT.
 *
 * <p><b>Threads and processes.</b> For one thread at a time; handing it to another thread needs a
 * happens-before, as handing over any object does. Closing may be done by any thread. Poll in a
 * loop: a consumer that runs dry pauses by itself for as long as that makes the ring faster, at
 * most a few microseconds, and not at all where records come one by one.
 *
 * <p><b>Memory effects.</b> A handler sees what its record's producer did before it published it.
 *
 * <p><b>If a process dies.</b> A record whose handler has ended was committed, and never comes
 * again; the one whose handler was running comes again, to the next consumer, and so do those that
 * a {@link #controlledPoll} had not committed. {@link #position} tells them apart: it goes on from
 * consumer to consumer, so an effect that is stored together with the position is had exactly once.
 */
public final class SpscConsumer implements AutoCloseable {
    private final String ring;
    private final Role role;
    private final SpscReader reader;
    private final RoleGuard guard;

    /** The one that has the role, guarded so, in a ring that messages call so. */
    SpscConsumer(String ring, Role role, SpscReader reader, RoleGuard guard) {
        this.ring = ring;
        this.role = role;
        this.reader = reader;
        this.guard = guard;
    }

    /**
     * Hands records to a handler, and commits each when the handler has ended.
     *
     * @param handler gets type, buffer, and index and length of the payload.
     * @param limit how many records to hand over at most.
     * @return how many there were.
     * @throws dev.shm.region.RegionFormatException if the ring's memory is damaged; the records
     *     before that were handed over.
     * @throws IllegalStateException if a handler calls it, or this consumer, its ring or the region
     *     was closed.
     */
    public int poll(MessageHandler handler, int limit) {
        guard.enterOutside();
        try {
            return reader.poll(handler, limit);
        } finally {
            guard.leave();
        }
    }

    /**
     * Hands records to a handler that decides about each. They are committed together when the call
     * ends, or earlier by COMMIT.
     *
     * @param handler gets type, buffer, and index and length of the payload, and answers CONTINUE
     *     to go on, COMMIT to commit what it had so far and go on, BREAK to end the call, ABORT to
     *     end it and get this record again.
     * @param limit how many records to hand over at most.
     * @return how many were consumed.
     * @throws dev.shm.region.RegionFormatException as {@link #poll}.
     * @throws IllegalStateException as {@link #poll}.
     */
    public int controlledPoll(ControlledMessageHandler handler, int limit) {
        guard.enterOutside();
        try {
            return reader.controlledPoll(handler, limit);
        } finally {
            guard.leave();
        }
    }

    /**
     * Gives the producer all the room of what is committed. Without it the producer gets it when a
     * quarter of the ring was read, or a poll has found nothing more: soon enough, unless it waits
     * for room while this consumer waits for something else.
     *
     * @throws IllegalStateException if a handler calls it, or this consumer, its ring or the region
     *     was closed.
     */
    public void free() {
        guard.enterOutside();
        try {
            reader.free();
        } finally {
            guard.leave();
        }
    }

    /**
     * Returns the position in the stream of the next record; inside a handler, that of the record
     * that it handles.
     *
     * @return a multiple of 8; it goes on from consumer to consumer.
     */
    public long position() {
        return reader.position();
    }

    /**
     * Gives the role up. Waits for the call that another thread is in. Closing again does nothing.
     *
     * @throws IllegalStateException if a handler calls it.
     */
    @Override
    public void close() {
        guard.close(
                () -> {
                    reader.free();
                    role.release();
                });
    }

    @Override
    public String toString() {
        return "SpscConsumer[ring=" + ring + (guard.isClosed() ? ", closed" : "") + "]";
    }
}
