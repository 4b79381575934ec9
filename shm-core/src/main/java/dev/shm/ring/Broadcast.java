package dev.shm.ring;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Records from one transmitter to any number of receivers, which it does not wait for.
 *
 * <pre>{@code
 * Broadcast quotes = Broadcast.of(region, "quotes", 1 << 16);
 * BroadcastTransmitter transmitter = quotes.transmitter();          // in one process
 * transmitter.transmit(QUOTE, source, 0, 16);
 * BroadcastReceiver receiver = quotes.receiver();                   // in others, at any time
 * receiver.poll((type, buffer, index, length) -> ..., 64);
 * }</pre>
 *
 * <p>A receiver begins with the latest record and gets all that follow, in order, as long as it
 * keeps up; if it falls behind by about the capacity it loses records, which is counted, and goes
 * on with the latest. A record has a type, at least 1, and up to {@link #maxLength} bytes, an
 * eighth of the capacity. In memory it takes 8 bytes more, rounded up to 8. The memory is laid out
 * as Agrona's broadcast buffers are, and {@code org.agrona.concurrent.broadcast.BroadcastReceiver}
 * can read it.
 *
 * <p><b>Threads and processes.</b> The transmitter is a role. One living participant has it at a
 * time; a second one is refused, and told who has it. Receivers are as many as there are.
 *
 * <p><b>Memory effects.</b> What came before transmitting a record is visible to whoever gets it.
 *
 * <p><b>If a process dies.</b> The next transmitter goes on where the dead one ended: what was
 * transmitted can be received, and nothing half-written is ever seen. A dead receiver is not
 * missed. A stopped transmitter keeps its role.
 */
public final class Broadcast implements AutoCloseable {
    private final Block block;
    private final AtomicBuffer buffer;
    private final int capacity;
    private final Role role;
    private @Nullable BroadcastTransmitter transmitter; // the last of this handle

    private Broadcast(Block block) {
        this.block = block;
        this.buffer = block.buffer();
        this.capacity = BroadcastType.capacity(block);
        this.role =
                new Role(buffer, capacity + BroadcastLayout.TRANSMITTER, block.region().liveness());
    }

    /**
     * Opens a broadcast, or creates it empty.
     *
     * @param capacity of the data in bytes, a power of two from 128 to 2<sup>30</sup>.
     * @return a handle.
     * @throws IllegalArgumentException for another capacity, if the broadcast has another, or if
     *     the name belongs to something else.
     */
    public static Broadcast of(SharedRegion region, String name, int capacity) {
        return attach(region, name, capacity, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a broadcast, empty.
     *
     * @param capacity of the data in bytes, a power of two from 128 to 2<sup>30</sup>.
     * @return a handle.
     * @throws IllegalArgumentException for another capacity.
     * @throws IllegalStateException if the name is taken.
     */
    public static Broadcast create(SharedRegion region, String name, int capacity) {
        return attach(region, name, capacity, AttachMode.CREATE);
    }

    /**
     * Opens a broadcast that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static Broadcast open(SharedRegion region, String name) {
        return region.attach(name, BroadcastType.INSTANCE).handle(Broadcast::new);
    }

    private static Broadcast attach(
            SharedRegion region, String name, int capacity, AttachMode mode) {
        if (!BroadcastLayout.isCapacity(capacity)) {
            throw new IllegalArgumentException(
                    "capacity="
                            + capacity
                            + ", allowed: a power of two from "
                            + BroadcastLayout.MIN_CAPACITY
                            + " to "
                            + BroadcastLayout.MAX_CAPACITY);
        }
        ObjectSpec spec =
                new ObjectSpec(
                        BroadcastType.INSTANCE,
                        capacity,
                        0,
                        BroadcastLayout.bytes(capacity),
                        "capacity " + capacity,
                        memory -> {});
        return region.attach(name, spec, mode).handle(Broadcast::new);
    }

    /**
     * Takes the transmitter's role.
     *
     * @return the transmitter; it has the role until it is closed, or this handle, or the region,
     *     or until this process dies.
     * @throws IllegalStateException if a living participant has the role; the message says which.
     * @throws dev.shm.region.RegionFormatException if the memory is damaged.
     */
    public synchronized BroadcastTransmitter transmitter() {
        role.take(block, "broadcast=" + name(), "transmitter");
        try {
            transmitter = new BroadcastTransmitter(block, role, capacity);
            return transmitter;
        } catch (RuntimeException e) {
            role.release();
            throw e;
        }
    }

    /**
     * Joins those who receive.
     *
     * @return a receiver; the first record that it gets is the latest that there is now, if any.
     * @throws dev.shm.region.RegionFormatException if the memory is damaged.
     */
    public BroadcastReceiver receiver() {
        return new BroadcastReceiver(block, capacity);
    }

    /**
     * Whether somebody is known to live who has the transmitter's role. Costs two loads; a death is
     * noticed within about 100 ms.
     *
     * @return false also when nobody ever was transmitter.
     */
    public boolean hasTransmitter() {
        return role.isHeld();
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
     * Returns the size of the data.
     *
     * @return bytes, a power of two.
     */
    public int capacity() {
        return capacity;
    }

    /**
     * Returns the size of the longest payload.
     *
     * @return an eighth of the capacity.
     */
    public int maxLength() {
        return BroadcastLayout.maxLength(capacity);
    }

    /**
     * Returns the position in the stream after the last record.
     *
     * @return a multiple of 8, which only grows.
     */
    public long position() {
        return buffer.getLongAcquire(capacity + BroadcastLayout.TAIL);
    }

    /**
     * Closes the transmitter of this handle, and lets go of the broadcast, which stays in the
     * region. Later calls, also of its receivers, throw IllegalStateException.
     */
    @Override
    public synchronized void close() {
        if (transmitter != null) {
            transmitter.close();
        }
        block.close();
    }

    @Override
    public String toString() {
        return block.describe(
                "Broadcast",
                () ->
                        "capacity="
                                + capacity
                                + ", position="
                                + position()
                                + (hasTransmitter() ? "" : " (nobody transmits)"));
    }
}
