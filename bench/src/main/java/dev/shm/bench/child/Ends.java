package dev.shm.bench.child;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.MpmcRing;
import dev.shm.ring.SpscConsumer;
import dev.shm.ring.SpscProducer;
import dev.shm.ring.SpscRing;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jctools.queues.MpmcArrayQueue;
import org.jctools.queues.SpscArrayQueue;

/**
 * The two ends of something that threads of one JVM pass a message through, again and again the
 * same.
 *
 * @param offer tries to put it in.
 * @param poll tries to take it out; fails if something else comes.
 */
public record Ends(BooleanSupplier offer, BooleanSupplier poll) {
    private static final int CAPACITY = 8192;
    private static final int RING_BYTES = 1 << 17; // as many records of eight bytes
    private static final int REGION_BYTES = 1 << 20;
    private static final int TYPE = 1;
    private static final Long MESSAGE = Long.MAX_VALUE;

    /**
     * Those of an empty ring or queue.
     *
     * @param kind {@code spsc}, {@code agrona} and {@code jctools-spsc} are for one thread at each
     *     end.
     * @param folder where ours has its region.
     */
    public static Ends of(String kind, Path folder) {
        return switch (kind) {
            case "spsc" -> spsc(region(folder));
            case "mpmc" -> mpmc(region(folder));
            case "agrona" -> agrona();
            case "jctools-spsc" -> of(new SpscArrayQueue<>(CAPACITY));
            case "jctools-mpmc" -> of(new MpmcArrayQueue<>(CAPACITY));
            case "arrayblockingqueue" -> of(new ArrayBlockingQueue<>(CAPACITY));
            case "linkedtransferqueue" -> of(new LinkedTransferQueue<>());
            default -> throw new IllegalArgumentException("kind=" + kind);
        };
    }

    private static SharedRegion region(Path folder) {
        Path file = folder.resolve("threads.shm");
        return SharedRegion.create(RegionOptions.at(file).bytes(REGION_BYTES));
    }

    private static Ends spsc(SharedRegion region) {
        SpscRing ring = SpscRing.create(region, "ring", RING_BYTES);
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        MessageHandler handler = handler();
        return new Ends(
                () -> producer.offerLong(TYPE, MESSAGE), () -> consumer.poll(handler, 1) > 0);
    }

    private static Ends mpmc(SharedRegion region) {
        MpmcRing ring = MpmcRing.create(region, "ring", CAPACITY, Long.BYTES);
        MessageHandler handler = handler();
        return new Ends(() -> ring.offerLong(TYPE, MESSAGE), () -> ring.poll(handler));
    }

    private static Ends agrona() {
        int bytes = RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH;
        RingBuffer ring =
                new OneToOneRingBuffer(new UnsafeBuffer(ByteBuffer.allocateDirect(bytes)));
        MessageHandler handler = handler();
        return new Ends(
                () -> AgronaTransport.claim(ring, MESSAGE), () -> ring.read(handler, 1) > 0);
    }

    private static Ends of(Queue<Long> queue) {
        return new Ends(
                () -> queue.offer(MESSAGE),
                () -> {
                    Long message = queue.poll();
                    if (message == null) {
                        return false;
                    }
                    check(message);
                    return true;
                });
    }

    private static MessageHandler handler() {
        return (type, buffer, index, length) -> check(buffer.getLong(index));
    }

    private static void check(long message) {
        if (message != MESSAGE) {
            throw new IllegalStateException("got=" + message + " expected=" + MESSAGE);
        }
    }
}
