package dev.shm.ring;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An {@link SpscRing} for code that was written for Agrona's ring buffers.
 *
 * <pre>{@code
 * RingBuffer ring = new OneToOneRingBuffer(buffer);                 // before
 * RingBuffer ring = new AgronaRing(SpscRing.open(region, "trades")); // after
 * }</pre>
 *
 * <p>It differs from {@code OneToOneRingBuffer} in what follows. The first write or claim takes the
 * producer's role and the first read the consumer's, which fails if another living participant has
 * it. One claim may be open at a time. A claim that is not committed is seen by nobody, and not
 * waited for: there is never anything to unblock. Indexes count from the beginning of the ring's
 * memory, which is larger than the capacity. A read does not end at the end of the buffer. The
 * longest message is nearly half the capacity, not an eighth.
 *
 * <p><b>Threads and processes.</b> As in Agrona: one thread writes and one reads, in any processes;
 * correlation ids, heartbeat and positions are for anybody.
 *
 * <p><b>Memory effects.</b> Those of the ring.
 *
 * <p><b>If a process dies.</b> As the ring says; the roles go to whoever writes or reads first.
 */
public final class AgronaRing implements RingBuffer, AutoCloseable {
    private final SpscRing ring;
    private @Nullable SpscProducer producer; // the writing thread's, set under the lock
    private @Nullable SpscConsumer consumer; // the reading thread's, set under the lock

    /**
     * A view of a ring.
     *
     * @param ring stays the caller's to close.
     */
    public AgronaRing(SpscRing ring) {
        this.ring = ring;
    }

    private SpscProducer producer() {
        SpscProducer mine = producer;
        return mine != null ? mine : takeProducer();
    }

    private synchronized SpscProducer takeProducer() {
        SpscProducer mine = ring.producer();
        producer = mine;
        return mine;
    }

    private SpscConsumer consumer() {
        SpscConsumer mine = consumer;
        return mine != null ? mine : takeConsumer();
    }

    private synchronized SpscConsumer takeConsumer() {
        SpscConsumer mine = ring.consumer();
        consumer = mine;
        return mine;
    }

    @Override
    public int capacity() {
        return ring.capacity();
    }

    @Override
    public boolean write(int msgTypeId, DirectBuffer srcBuffer, int offset, int length) {
        return producer().offer(msgTypeId, srcBuffer, offset, length);
    }

    @Override
    public int tryClaim(int msgTypeId, int length) {
        return producer().tryClaim(msgTypeId, length);
    }

    @Override
    public void commit(int index) {
        producer().commit(index);
    }

    @Override
    public void abort(int index) {
        producer().abort(index);
    }

    @Override
    public int read(MessageHandler handler) {
        return read(handler, Integer.MAX_VALUE);
    }

    @Override
    public int read(MessageHandler handler, int messageCountLimit) {
        return consumer().poll(handler, messageCountLimit);
    }

    @Override
    public int controlledRead(ControlledMessageHandler handler) {
        return controlledRead(handler, Integer.MAX_VALUE);
    }

    @Override
    public int controlledRead(ControlledMessageHandler handler, int messageCountLimit) {
        return consumer().controlledPoll(handler, messageCountLimit);
    }

    @Override
    public int maxMsgLength() {
        return ring.maxLength();
    }

    @Override
    public long nextCorrelationId() {
        return buffer().getAndAddLong(SpscLayout.CORRELATION, 1);
    }

    /** The whole of the ring's memory. */
    @Override
    public AtomicBuffer buffer() {
        return ring.buffer();
    }

    @Override
    public void consumerHeartbeatTime(long time) {
        buffer().putLongRelease(SpscLayout.HEARTBEAT, time);
    }

    @Override
    public long consumerHeartbeatTime() {
        return buffer().getLongVolatile(SpscLayout.HEARTBEAT);
    }

    @Override
    public long producerPosition() {
        return ring.producerPosition();
    }

    @Override
    public long consumerPosition() {
        return ring.consumerPosition();
    }

    @Override
    public int size() {
        return ring.size();
    }

    /** There is never anything to unblock: who claimed and died is seen by nobody. */
    @Override
    public boolean unblock() {
        return false;
    }

    /** Gives up the roles that were taken. */
    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close();
        }
        if (consumer != null) {
            consumer.close();
        }
    }

    @Override
    public String toString() {
        return "AgronaRing[" + ring + "]";
    }
}
