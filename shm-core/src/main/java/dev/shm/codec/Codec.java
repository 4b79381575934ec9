package dev.shm.codec;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns values into bytes and back, for queues and rings that carry objects.
 *
 * <pre>{@code
 * Codec<String> codec = Codecs.utf8(256);
 * int bytes = codec.encode("a", buffer, index);
 * String text = codec.decode(buffer, index, bytes);
 * }</pre>
 *
 * <p><b>Threads and processes.</b> A codec keeps no state between calls, or is thread-safe: one
 * instance serves any number of threads at once. Every process that reads a queue must use a codec
 * that understands what the writers' codec writes; the bytes carry no mark of the codec that made
 * them.
 *
 * <p><b>Memory effects.</b> None: a codec reads and writes plain bytes, and whoever calls it
 * publishes them.
 *
 * <p><b>If a process dies.</b> Half-encoded bytes are never published by our queues. Even so, and
 * because any process that maps the region can write to it, {@link #decode} must survive arbitrary
 * bytes.
 *
 * @param <E> the type of the values
 */
public interface Codec<E> {

    /**
     * The most bytes that one encoded value takes; queues size their slots by it.
     *
     * @return the upper bound, at least 1, the same for the life of the codec
     */
    int maxBytes();

    /**
     * Writes the encoded form of a value at {@code index}.
     *
     * <p>When this throws, what it left between {@code index} and {@code index + maxBytes()} is of
     * no use, and nothing outside that range has changed.
     *
     * @param value the value
     * @param target where to write; at least {@link #maxBytes()} bytes from {@code index} on are
     *     always enough; with fewer it throws, and may be asked again with more
     * @param index the first byte to write
     * @return the number of bytes written, from 0 to {@link #maxBytes()}
     * @throws IllegalArgumentException if the value cannot be encoded or does not fit in {@link
     *     #maxBytes()}; the message then says how many bytes would do
     */
    int encode(E value, MutableDirectBuffer target, int index);

    /**
     * Reads a value back from exactly {@code length} bytes at {@code index}.
     *
     * <p>Bytes that no {@link #encode} has written give an exception, or a value of the right type;
     * never a crash, an endless loop or an allocation out of proportion to {@link #maxBytes()}.
     *
     * @param source where to read; it may change while being read, and then counts as any other
     *     bytes
     * @param index the first byte to read
     * @param length what {@link #encode} returned
     * @return the value, which shares no memory with {@code source}
     * @throws IllegalArgumentException if the bytes are not the encoded form of a value
     */
    E decode(DirectBuffer source, int index, int length);
}
