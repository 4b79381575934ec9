package dev.shm.codec;

import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesIn;
import net.openhft.chronicle.bytes.BytesMarshallable;
import net.openhft.chronicle.bytes.BytesOut;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Codecs that speak the encodings of Chronicle Bytes: {@link BytesMarshallable} objects, stop-bit
 * numbers and Chronicle's text.
 *
 * <pre>{@code
 * Codec<Order> orders = ChronicleCodec.marshallable(Order::new, 256); // Order implements BytesMarshallable
 * Codec<Long> ids = ChronicleCodec.stopBit();                         // small numbers take one byte
 * }</pre>
 *
 * <p>Everything happens in {@code Bytes} on the Java heap, which need no JVM flag on JDK 17 to 25;
 * the region itself is only reached through Agrona's buffers. A {@code BytesMarshallable} must
 * write and read its fields itself: the reflective default of Chronicle is refused by the JVM for
 * fields that are not public.
 *
 * <p><b>What Chronicle prints.</b> This is the only class of the library that loads Chronicle. On
 * first use that takes a few hundred milliseconds, and these lines on standard error, none of which
 * matters here: from Chronicle, that it is unable to determine the direct memory limit; from SLF4J,
 * that no provider was found, where none is; from JDK 24 on, the JVM's warnings about {@code
 * sun.misc.Unsafe} and, where {@code net.openhft:posix} is on the class path, about native access,
 * which {@code --enable-native-access=ALL-UNNAMED} silences.
 *
 * <p><b>Threads and processes.</b> Instances may be used by any number of threads at once.
 *
 * <p><b>Memory effects.</b> As {@link Codec}.
 *
 * <p><b>If a process dies.</b> As {@link Codec}.
 *
 * @param <E> the type of the values
 */
public final class ChronicleCodec<E> implements Codec<E> {

    /** A sign bit and 63 bits in groups of seven. */
    private static final int LONGEST_STOP_BIT = 10;

    private static final int FIRST_CAPACITY = 256;
    private static final int HEX_DUMP_LIMIT = 1 << 20;

    private final String name;
    private final int maxBytes;
    private final BiConsumer<E, BytesOut<?>> writer;
    private final Function<BytesIn<?>, E> reader;

    private ChronicleCodec(
            String name,
            int maxBytes,
            BiConsumer<E, BytesOut<?>> writer,
            Function<BytesIn<?>, E> reader) {
        this.name = name;
        this.maxBytes = Checks.requireMaxBytes(maxBytes);
        this.writer = writer;
        this.reader = reader;
    }

    /**
     * Objects that write and read themselves.
     *
     * @param factory makes the empty object that {@code readMarshallable} fills
     * @param maxBytes the longest encoded form, from 1 to 2<sup>30</sup>
     * @param <E> the type of the objects
     * @return the codec
     * @throws IllegalArgumentException if {@code maxBytes} is out of range
     */
    public static <E extends BytesMarshallable> ChronicleCodec<E> marshallable(
            Supplier<? extends E> factory, int maxBytes) {
        Objects.requireNonNull(factory, "factory");
        return new ChronicleCodec<>(
                "marshallable",
                maxBytes,
                BytesMarshallable::writeMarshallable,
                in -> {
                    E value = factory.get();
                    value.readMarshallable(in);
                    return value;
                });
    }

    /**
     * Longs in 1 to 10 bytes, fewer for numbers near zero: 1 byte from 0 to 127, 2 from -128 to
     * 16,383, and so on.
     *
     * @return the codec
     */
    public static ChronicleCodec<Long> stopBit() {
        return new ChronicleCodec<>(
                "stopBit",
                LONGEST_STOP_BIT,
                (value, out) -> out.writeStopBit(value),
                BytesIn::readStopBit);
    }

    /**
     * Strings as Chronicle's {@code writeUtf8} has them: a stop-bit length, then each {@code char}
     * for itself in 1 to 3 bytes.
     *
     * <p>This is for peers that read with Chronicle. It is not UTF-8 outside the Basic Multilingual
     * Plane, and unpaired surrogates pass; {@link Codecs#utf8} is the strict one.
     *
     * @param maxBytes the longest encoded form with its length, from 1 to 2<sup>30</sup>
     * @return the codec
     * @throws IllegalArgumentException if {@code maxBytes} is out of range
     */
    public static ChronicleCodec<String> text(int maxBytes) {
        return new ChronicleCodec<>(
                "text",
                maxBytes,
                (value, out) -> out.writeUtf8(Objects.requireNonNull(value, "value")),
                in -> Objects.requireNonNull(in.readUtf8(), "text=null"));
    }

    /**
     * A hex dump for people, sixteen bytes a line with their ASCII beside them.
     *
     * @param source the bytes
     * @param index the first one
     * @param length how many, at most 2<sup>20</sup>
     * @return the dump
     * @throws IllegalArgumentException if {@code length} is out of range
     */
    public static String hexDump(DirectBuffer source, int index, int length) {
        byte[] bytes = Checks.copy(source, index, length, HEX_DUMP_LIMIT);
        return Bytes.wrapForRead(bytes).toHexString(0, length);
    }

    @Override
    public int maxBytes() {
        return maxBytes;
    }

    @Override
    public int encode(E value, MutableDirectBuffer target, int index) {
        // Elastic, so that a value which does not fit still tells how much it would take.
        Bytes<byte[]> bytes = Bytes.allocateElasticOnHeap(Math.min(maxBytes, FIRST_CAPACITY));
        writer.accept(value, bytes);
        int length = Math.toIntExact(bytes.readRemaining());
        Checks.requireFits(length, maxBytes);
        target.putBytes(index, bytes.toByteArray());
        return length;
    }

    @Override
    public E decode(DirectBuffer source, int index, int length) {
        Bytes<byte[]> bytes = Bytes.wrapForRead(Checks.copy(source, index, length, maxBytes));
        E value;
        try {
            value = reader.apply(bytes);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "length=" + length + ": not an encoding of " + this + ": " + e, e);
        }
        if (bytes.readRemaining() != 0) {
            throw new IllegalArgumentException(
                    "length="
                            + length
                            + ": "
                            + this
                            + " left bytes="
                            + bytes.readRemaining()
                            + " unread, allowed: 0");
        }
        return value;
    }

    @Override
    public String toString() {
        return "chronicle " + name + "(" + maxBytes + ")";
    }
}
