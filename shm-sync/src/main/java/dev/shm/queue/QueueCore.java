package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.memory.MappedBuffer;
import dev.shm.ring.BlockingRing;
import dev.shm.ring.MpmcDelivery;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a type through a {@link BlockingRing} of bytes: what the queues of this package
 * share.
 *
 * <p>A message is encoded by whoever puts it in, into memory of its own and before a place is
 * claimed, so that what cannot be encoded leaves nothing behind. It is decoded where it lies.
 *
 * @param <E> the type of the messages
 */
final class QueueCore<E> {
    static final long FOR_EVER = Long.MAX_VALUE;

    private final BlockingRing ring;
    private final Codec<E> codec;
    private final BlockingRing.Reader<E> reader;
    private final Scratch scratch;

    QueueCore(BlockingRing ring, Codec<E> codec) {
        this.ring = ring;
        this.codec = codec;
        this.reader = codec::decode;
        this.scratch = new Scratch(Math.max(1, Math.max(codec.maxBytes(), ring.maxLength())));
    }

    BlockingRing ring() {
        return ring;
    }

    boolean offer(E message) {
        MappedBuffer buffer = scratch.take();
        try {
            return ring.offer(buffer, 0, encode(message, buffer));
        } finally {
            scratch.giveBack(buffer);
        }
    }

    boolean offer(E message, long timeout, TimeUnit unit) throws InterruptedException {
        MappedBuffer buffer = scratch.take();
        try {
            return ring.offer(buffer, 0, encode(message, buffer), timeout, unit);
        } finally {
            scratch.giveBack(buffer);
        }
    }

    int offerAll(Collection<? extends E> messages) {
        int offered = 0;
        try {
            for (E message : messages) {
                if (!offer(message)) {
                    break;
                }
                offered++;
            }
        } catch (QueueShutDownException e) {
            if (offered == 0) {
                throw e; // else who calls would not know how many are in
            }
        }
        return offered;
    }

    private int encode(E message, MappedBuffer buffer) {
        int length = codec.encode(Objects.requireNonNull(message, "message"), buffer, 0);
        if (length > ring.maxLength()) {
            throw new IllegalArgumentException(
                    "encoded bytes="
                            + length
                            + ", allowed: at most "
                            + ring.maxLength()
                            + " in queue="
                            + ring.name()
                            + "; one created with a codec of maxBytes="
                            + length
                            + " would take this message");
        }
        return length;
    }

    @Nullable E poll() {
        return ring.poll(reader);
    }

    @Nullable E poll(long timeout, TimeUnit unit) throws InterruptedException {
        return ring.poll(reader, timeout, unit);
    }

    E take() throws InterruptedException {
        return Objects.requireNonNull(ring.poll(reader, FOR_EVER, TimeUnit.NANOSECONDS));
    }

    @Nullable Delivery<E> receive() {
        return delivery(ring.receive());
    }

    @Nullable Delivery<E> receive(long timeout, TimeUnit unit) throws InterruptedException {
        return delivery(ring.receive(timeout, unit));
    }

    @Nullable Delivery<E> receiveLeftover() {
        return delivery(ring.receiveLeftover());
    }

    private @Nullable Delivery<E> delivery(@Nullable MpmcDelivery taken) {
        if (taken == null) {
            return null;
        }
        boolean decoded = false;
        try {
            E message = codec.decode(taken.buffer(), taken.index(), taken.length());
            decoded = true;
            return new Delivery<>(taken, message);
        } finally {
            if (!decoded) {
                taken.requeue();
            }
        }
    }

    int drain(Consumer<? super E> consumer, int limit) {
        return ring.drain(reader, consumer, drainLimit(limit));
    }

    /** Takes what is there, whether or not it can be decoded. */
    void clear() {
        ring.drain((buffer, index, length) -> length, length -> {}, ring.capacity());
    }

    /** What is there is no more than this; what comes meanwhile could be without end. */
    int drainLimit(int limit) {
        return Math.min(limit, ring.capacity());
    }

    void onDeadLetter(int limit, Consumer<? super DeadLetter<E>> handler) {
        ring.onDeadLetter(
                limit,
                (type, buffer, index, length) ->
                        handler.accept(DeadLetter.read(codec, buffer, index, length)));
    }

    @Nullable E peek() {
        MappedBuffer buffer = scratch.take();
        try {
            return ring.browse(reader).nextInTurn(buffer);
        } finally {
            scratch.giveBack(buffer);
        }
    }

    /** Goes through what nobody has taken. */
    Iterator<E> iterator() {
        BlockingRing.Browsing<E> browsing = ring.browse(reader);
        return new Iterator<>() {
            private @Nullable E next = QueueCore.this.next(browsing);

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public E next() {
                E current = next;
                if (current == null) {
                    throw new NoSuchElementException();
                }
                next = QueueCore.this.next(browsing);
                return current;
            }
        };
    }

    private @Nullable E next(BlockingRing.Browsing<E> browsing) {
        MappedBuffer buffer = scratch.take();
        try {
            return browsing.next(buffer);
        } finally {
            scratch.giveBack(buffer);
        }
    }

    /** Refuses what would take a message from anywhere but the head. */
    static UnsupportedOperationException onlyTheHead() {
        return new UnsupportedOperationException(
                "messages leave a queue at its head; use poll, take or drainTo");
    }
}
