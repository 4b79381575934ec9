package dev.shm.queue;

import dev.shm.codec.Codec;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message that nobody got through with, and that has been set aside.
 *
 * <pre>{@code
 * jobs.onDeadLetter(3, letter -> log.warn("given up: " + letter, letter.failure()));
 * }</pre>
 *
 * <p><b>Threads and processes.</b> A value that any thread may use; it is not in the queue any
 * more.
 *
 * <p><b>Memory effects.</b> What came before putting the message in is visible to who is given it.
 *
 * <p><b>If a process dies.</b> In its handler: the message is set aside again, by another.
 *
 * @param <E> the type of the message
 */
public final class DeadLetter<E> {
    private final byte[] bytes;
    private final @Nullable E message;
    private final @Nullable RuntimeException failure;

    private DeadLetter(byte[] bytes, @Nullable E message, @Nullable RuntimeException failure) {
        this.bytes = bytes;
        this.message = message;
        this.failure = failure;
    }

    static <E> DeadLetter<E> read(Codec<E> codec, DirectBuffer buffer, int index, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(index, bytes);
        try {
            return new DeadLetter<>(bytes, codec.decode(buffer, index, length), null);
        } catch (RuntimeException e) {
            return new DeadLetter<>(bytes, null, e);
        }
    }

    /**
     * Returns the message as it was encoded.
     *
     * @return a copy.
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Returns the message.
     *
     * @return what it was decoded to; null if it could not be.
     */
    public @Nullable E message() {
        return message;
    }

    /**
     * Tells why the message could not be decoded.
     *
     * @return what the codec threw; null if it could be.
     */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    @Override
    public String toString() {
        return failure == null
                ? "DeadLetter[message=" + message + "]"
                : "DeadLetter[bytes=" + bytes.length + ", failure=" + failure + "]";
    }
}
