package dev.shm.ring;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A ring of records of any length from one producer to one consumer.
 *
 * <pre>{@code
 * SpscRing ring = SpscRing.of(region, "trades", 1 << 20);
 * SpscProducer producer = ring.producer();                          // in one process
 * producer.offer(TRADE, source, 0, 32);
 * SpscConsumer consumer = ring.consumer();                          // in another
 * consumer.poll((type, buffer, index, length) -> ..., 64);
 * }</pre>
 *
 * <p>Nothing blocks: a full ring refuses, an empty one gives nothing, and the caller idles as it
 * likes. A record has a type, at least 1, and up to {@link #maxLength} bytes, a little less than
 * half the capacity; in the ring it takes 8 bytes more, rounded up to 8. Records come in the order
 * in which they were published. {@link AgronaRing} is the same ring behind Agrona's interface.
 *
 * <p><b>Threads and processes.</b> Producer and consumer are roles. One living participant has each
 * at a time; a second one is refused, and told who has it. The same participant may have both.
 * Positions may be asked for by anybody.
 *
 * <p><b>Memory effects.</b> What came before publishing a record is visible to whoever gets it.
 *
 * <p><b>If a process dies.</b> Whoever takes its role goes on where it ended. Nothing that was
 * published is lost, nothing half-written is ever seen. Delivery is at least once: the record whose
 * handler the dead consumer was in comes again, and none whose handler had ended does; see {@link
 * SpscConsumer} for how to make it exactly once. A stopped process keeps its role.
 */
public final class SpscRing implements AutoCloseable {
    private final Block block;
    private final MappedBuffer buffer;
    private final boolean isPart;
    private final int capacity;
    private final SpscEnd end;
    private final Role producerRole;
    private final Role consumerRole;
    private @Nullable SpscProducer producer; // the last of this handle
    private @Nullable SpscConsumer consumer; // the last of this handle

    private SpscRing(Block block, MappedBuffer buffer, int capacity, boolean isPart) {
        this.block = block;
        this.buffer = buffer;
        this.capacity = capacity;
        this.isPart = isPart;
        this.end = new SpscEnd(buffer, capacity);
        this.producerRole = new Role(buffer, SpscLayout.PRODUCER, block.region().liveness());
        this.consumerRole = new Role(buffer, SpscLayout.CONSUMER, block.region().liveness());
    }

    /**
     * Opens a ring, or creates it empty.
     *
     * @param capacity of the data in bytes, a power of two from 64 to 2<sup>30</sup>.
     * @return a handle.
     * @throws IllegalArgumentException for another capacity, if the ring has another, or if the
     *     name belongs to something else.
     */
    public static SpscRing of(SharedRegion region, String name, int capacity) {
        return attach(region, name, capacity, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a ring, empty.
     *
     * @param capacity of the data in bytes, a power of two from 64 to 2<sup>30</sup>.
     * @return a handle.
     * @throws IllegalArgumentException for another capacity.
     * @throws IllegalStateException if the name is taken.
     */
    public static SpscRing create(SharedRegion region, String name, int capacity) {
        return attach(region, name, capacity, AttachMode.CREATE);
    }

    /**
     * Opens a ring that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SpscRing open(SharedRegion region, String name) {
        return region.attach(name, SpscRingType.INSTANCE).handle(SpscRing::opened);
    }

    private static SpscRing attach(
            SharedRegion region, String name, int capacity, AttachMode mode) {
        check(capacity);
        ObjectSpec spec =
                new ObjectSpec(
                        SpscRingType.INSTANCE,
                        capacity,
                        0,
                        SpscLayout.bytes(capacity),
                        "capacity " + capacity,
                        memory -> {});
        return region.attach(name, spec, mode).handle(SpscRing::opened);
    }

    private static void check(int capacity) {
        if (!SpscLayout.isCapacity(capacity)) {
            throw new IllegalArgumentException(
                    "capacity="
                            + capacity
                            + ", allowed: a power of two from "
                            + SpscLayout.MIN_CAPACITY
                            + " to "
                            + SpscLayout.MAX_CAPACITY);
        }
    }

    private static SpscRing opened(Block block) {
        return new SpscRing(block, block.buffer(), SpscRingType.capacity(block), false);
    }

    /**
     * A ring that is a part of another object, whose memory is zero there at birth. For the other
     * modules of shm only.
     *
     * @param block of that object; stays its owner's to close.
     * @param offset of the ring in it, a multiple of 128.
     * @param capacity of the data in bytes, a power of two from 64 to 2<sup>30</sup>.
     * @return a handle that ends with the block.
     */
    public static SpscRing within(Block block, int offset, int capacity) {
        MappedBuffer part = block.buffer().part(offset, bytes(capacity));
        return new SpscRing(block, part, capacity, true);
    }

    /**
     * How much memory a ring takes.
     *
     * @param capacity of the data in bytes, a power of two from 64 to 2<sup>30</sup>.
     * @return bytes, a multiple of 64.
     */
    public static int bytes(int capacity) {
        check(capacity);
        return SpscLayout.bytes(capacity);
    }

    /**
     * Takes the producer's role.
     *
     * @return the producer; it has the role until it is closed, or this handle, or the region, or
     *     until this process dies.
     * @throws IllegalStateException if a living participant has the role; the message says which.
     * @throws dev.shm.region.RegionFormatException if the ring's memory is damaged.
     */
    public synchronized SpscProducer producer() {
        take(producerRole, "producer");
        try {
            SpscWriter writer = new SpscWriter(buffer, capacity); // may refuse the memory
            producer = new SpscProducer(name(), buffer, producerRole, writer, guard("producer"));
            return producer;
        } catch (RuntimeException e) {
            producerRole.release();
            throw e;
        }
    }

    /**
     * Takes the consumer's role.
     *
     * @return the consumer; it has the role until it is closed, or this handle, or the region, or
     *     until this process dies.
     * @throws IllegalStateException if a living participant has the role; the message says which.
     * @throws dev.shm.region.RegionFormatException if the ring's memory is damaged.
     */
    public synchronized SpscConsumer consumer() {
        take(consumerRole, "consumer");
        try {
            SpscReader reader = new SpscReader(buffer, capacity); // may refuse the memory
            consumer = new SpscConsumer(name(), consumerRole, reader, guard("consumer"));
            return consumer;
        } catch (RuntimeException e) {
            consumerRole.release();
            throw e;
        }
    }

    private void take(Role role, String what) {
        role.take(block, "ring=" + name(), what);
    }

    private RoleGuard guard(String what) {
        return RoleGuard.of(block, "ring=" + name() + ": this " + what);
    }

    /**
     * Whether somebody is known to live who has the producer's role. Costs two loads; a death is
     * noticed within about 100 ms.
     *
     * @return false also when nobody ever was producer.
     */
    public boolean hasProducer() {
        return producerRole.isHeld();
    }

    /**
     * Whether somebody is known to live who has the consumer's role. Costs two loads; a death is
     * noticed within about 100 ms.
     *
     * @return false also when nobody ever was consumer.
     */
    public boolean hasConsumer() {
        return consumerRole.isHeld();
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
     * Returns the size of the longest payload: one of it has room in an empty ring, whatever the
     * position.
     *
     * @return half the capacity, less 16 bytes.
     */
    public int maxLength() {
        return SpscLayout.maxLength(capacity);
    }

    /**
     * Returns the position in the stream after the last record published. Costs more than a load:
     * it looks at the records of the last kilobyte, or of the last flush.
     *
     * @return a multiple of 8, which only grows.
     * @throws dev.shm.region.RegionFormatException if the ring's memory is damaged.
     */
    public long producerPosition() {
        return end.find();
    }

    /**
     * Returns the position in the stream up to which records are committed.
     *
     * @return a multiple of 8, which only grows.
     */
    public long consumerPosition() {
        return end.commit();
    }

    /**
     * Returns how much is published and not committed, at some time during the call; where the ring
     * moves on and on, an estimate.
     *
     * @return bytes with headers and padding, 0 to the capacity.
     */
    public int size() {
        return end.size();
    }

    AtomicBuffer buffer() {
        return buffer;
    }

    /**
     * Closes the producer and the consumer of this handle, and lets go of the ring, which stays in
     * the region. Later calls throw IllegalStateException.
     *
     * @throws IllegalStateException if a handler calls it.
     */
    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close();
        }
        if (consumer != null) {
            consumer.close();
        }
        if (!isPart) {
            block.close();
        }
    }

    @Override
    public String toString() {
        return block.describe(
                "SpscRing",
                () ->
                        "capacity="
                                + capacity
                                + ", producer="
                                + producerPosition()
                                + (hasProducer() ? "" : " (nobody)")
                                + ", consumer="
                                + consumerPosition()
                                + (hasConsumer() ? "" : " (nobody)"));
    }
}
