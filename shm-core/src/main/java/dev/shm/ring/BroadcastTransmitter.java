package dev.shm.ring;

import dev.shm.region.Block;
import org.agrona.DirectBuffer;

/**
 * The one that sends records through a {@link Broadcast}. Made by {@link Broadcast#transmitter}.
 *
 * <pre>{@code
 * transmitter.transmit(QUOTE, source, 0, 16);
 * }</pre>
 *
 * <p>Nothing here blocks or is refused for want of room: the oldest records are written over,
 * whether or not somebody has still to read them.
 *
 * <p><b>Threads and processes.</b> For one thread at a time; handing it to another thread needs a
 * happens-before, as handing over any object does. Closing may be done by any thread.
 *
 * <p><b>Memory effects.</b> What came before a record was transmitted is visible to whoever gets
 * it.
 *
 * <p><b>If a process dies.</b> What it had transmitted can be received; the record that it was
 * writing never happened. The next transmitter goes on from there.
 */
public final class BroadcastTransmitter implements AutoCloseable {
    private final Block block;
    private final Role role;
    private final BroadcastWriter writer;
    private final RoleGuard guard;

    BroadcastTransmitter(Block block, Role role, int capacity) {
        this.block = block;
        this.role = role;
        this.writer = new BroadcastWriter(block.buffer(), capacity);
        this.guard = RoleGuard.of(block, "broadcast=" + block.name() + ": this transmitter");
    }

    /**
     * Sends a record.
     *
     * @param type at least 1.
     * @param source holds the payload.
     * @param sourceIndex where it begins.
     * @param length of it in bytes, 0 to {@link Broadcast#maxLength}.
     * @throws IllegalArgumentException for another type or length.
     * @throws IndexOutOfBoundsException if the source does not have it; nothing happened then.
     * @throws IllegalStateException if this transmitter, its broadcast or the region was closed.
     */
    public void transmit(int type, DirectBuffer source, int sourceIndex, int length) {
        guard.enter();
        try {
            writer.transmit(type, source, sourceIndex, length);
        } finally {
            guard.leave();
        }
    }

    /**
     * Returns the position in the stream after the last record.
     *
     * @return a multiple of 8; it goes on from transmitter to transmitter.
     */
    public long position() {
        return writer.position();
    }

    /**
     * Gives the role up. Waits for the call that another thread is in. Closing again does nothing.
     */
    @Override
    public void close() {
        guard.close(role::release);
    }

    @Override
    public String toString() {
        return "BroadcastTransmitter[broadcast="
                + block.name()
                + (guard.isClosed() ? ", closed" : "")
                + "]";
    }
}
