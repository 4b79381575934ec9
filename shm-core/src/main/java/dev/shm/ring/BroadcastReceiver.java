package dev.shm.ring;

import dev.shm.region.Block;
import org.agrona.concurrent.MessageHandler;

/**
 * One of those that receive the records of a {@link Broadcast}. Made by {@link Broadcast#receiver}.
 *
 * <pre>{@code
 * long losses = receiver.lossCount();
 * receiver.poll((type, buffer, index, length) -> book.apply(type, buffer, index), 64);
 * if (receiver.lossCount() != losses) {
 *     book.ask();                                           // for what was missed
 * }
 * }</pre>
 *
 * <p>It begins with the latest record that there is. A handler gets a copy, which is its to use
 * until it returns. It must not use the receiver. If it throws, the record counts as received, and
 * the exception reaches the caller.
 *
 * <p>Records that were written over before they could be copied are lost, and it goes on with the
 * latest: so when {@link #lossCount} grew, something is missing before the record that is handed
 * over next.
 *
 * <p><b>Threads and processes.</b> For one thread at a time; counts and position may be asked for
 * by that thread. There may be any number of receivers, and nobody knows of them. Closing may be
 * done by any thread.
 *
 * <p><b>Memory effects.</b> A handler sees what its record's transmitter did before it sent it.
 *
 * <p><b>If a process dies.</b> A receiver leaves nothing behind. If the transmitter dies, no
 * receiver ever gets a part of a record; what the dead one had begun to write over is lost to
 * receivers that had not read it.
 */
public final class BroadcastReceiver implements AutoCloseable {
    private final Block block;
    private final BroadcastReader reader;
    private boolean polling;
    private volatile boolean closed;

    BroadcastReceiver(Block block, int capacity) {
        this.block = block;
        this.reader = new BroadcastReader(block.buffer(), capacity);
    }

    /**
     * Hands records to a handler.
     *
     * @param handler gets type, buffer, and index and length of the payload.
     * @param limit how many records to hand over at most.
     * @return how many there were.
     * @throws dev.shm.region.RegionFormatException if the memory is damaged; the records before
     *     that were handed over.
     * @throws IllegalStateException if a handler calls it, or this receiver, its broadcast or the
     *     region was closed.
     */
    public int poll(MessageHandler handler, int limit) {
        if (closed) {
            throw new IllegalStateException("broadcast=" + block.name() + ": receiver is closed");
        }
        if (polling) {
            throw new IllegalStateException(
                    "broadcast=" + block.name() + ": a handler must not use its receiver");
        }
        polling = true;
        try {
            return reader.poll(handler, limit);
        } finally {
            polling = false;
        }
    }

    /**
     * Returns how many times records were lost.
     *
     * @return the number of gaps; each is one record or more.
     */
    public long lossCount() {
        return reader.losses();
    }

    /**
     * Returns how much was lost.
     *
     * @return bytes of the stream, with headers and padding.
     */
    public long lostBytes() {
        return reader.lostBytes();
    }

    /**
     * Returns the position in the stream of the next record; inside a handler, that after the
     * record that it handles.
     *
     * @return a multiple of 8.
     */
    public long position() {
        return reader.position();
    }

    /** Ends this receiver. Closing again does nothing. */
    @Override
    public void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "BroadcastReceiver[broadcast="
                + block.name()
                + (closed ? ", closed" : "")
                + ", losses="
                + lossCount()
                + "]";
    }
}
