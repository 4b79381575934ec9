package dev.shm.codec;

import java.io.ObjectInputFilter;
import java.io.Serializable;

/**
 * The codecs that need nothing but the JDK.
 *
 * <pre>{@code
 * Codec<String> text = Codecs.utf8(256);
 * Codec<byte[]> raw = Codecs.bytes(1024);
 * Codec<Long> numbers = Codecs.longs();
 * Codec<Order> orders = Codecs.serialized(Order.class, 4096, Codecs.allow(Order.class, ArrayList.class));
 * }</pre>
 *
 * <p>All of them are thread-safe, and all numbers are little-endian. For Chronicle's {@code
 * BytesMarshallable}, see {@link ChronicleCodec}.
 */
public final class Codecs {

    private Codecs() {}

    /**
     * Strings as strict UTF-8, without a length in front. An unpaired surrogate cannot be encoded
     * and malformed bytes cannot be decoded: both are errors, neither is replaced.
     *
     * @param maxBytes the longest string in UTF-8 bytes, from 1 to 2<sup>30</sup>; no character
     *     takes more than 3 bytes per {@code char}
     * @return the codec
     * @throws IllegalArgumentException if {@code maxBytes} is out of range
     */
    public static Codec<String> utf8(int maxBytes) {
        return new Utf8Codec(Checks.requireMaxBytes(maxBytes));
    }

    /**
     * Byte arrays as they are. What is decoded is always a new array.
     *
     * @param maxBytes the longest array, from 1 to 2<sup>30</sup>
     * @return the codec
     * @throws IllegalArgumentException if {@code maxBytes} is out of range
     */
    public static Codec<byte[]> bytes(int maxBytes) {
        return new BytesCodec(Checks.requireMaxBytes(maxBytes));
    }

    /**
     * Longs in 8 bytes.
     *
     * @return the codec
     */
    public static Codec<Long> longs() {
        return LongCodec.INSTANCE;
    }

    /**
     * Doubles in 8 bytes, bit for bit: every NaN keeps its payload.
     *
     * @return the codec
     */
    public static Codec<Double> doubles() {
        return DoubleCodec.INSTANCE;
    }

    /**
     * Objects by Java serialization, behind a filter.
     *
     * <p>Whoever can write to the region decides what is deserialized here, so a filter is not
     * optional: {@link #allow} makes one from a list of classes, {@link
     * ObjectInputFilter.Config#createFilter} from a pattern. A class about which the filter is
     * undecided is refused. Whatever the filter says, a message is refused when its objects nest
     * deeper than 20, or when an array or collection in it announces more elements than {@code
     * maxBytes}.
     *
     * @param type what the queue carries
     * @param maxBytes the largest serialized form, from 1 to 2<sup>30</sup>
     * @param filter decides which classes may be deserialized
     * @param <E> what the queue carries
     * @return the codec
     * @throws IllegalArgumentException if {@code maxBytes} is out of range
     */
    public static <E> Codec<E> serialized(Class<E> type, int maxBytes, ObjectInputFilter filter) {
        return new SerializedCodec<>(type, Checks.requireMaxBytes(maxBytes), filter);
    }

    /**
     * A filter that allows the named classes, arrays of them and of primitives, and nothing else.
     *
     * <p>Superclasses of a named class are allowed with it (the stream names them too), and so are
     * {@code Object[]} and {@code Map.Entry[]}, which collections check before they allocate.
     * Strings are never filtered by the JDK. Name concrete classes that you trust to survive
     * hostile field values: {@code ArrayList}, not {@code List}.
     *
     * @param classes the classes that may appear in a message
     * @return the filter
     * @throws IllegalArgumentException if a class is not {@link Serializable}, so that naming it
     *     can only be a mistake
     */
    public static ObjectInputFilter allow(Class<?>... classes) {
        return AllowList.of(classes);
    }
}
