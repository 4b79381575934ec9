package dev.shm.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecsTest {

    private static final int INDEX = 24;
    private static final byte GUARD = 0x5A;

    private final MappedBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(1 << 16));

    record Order(long id, String item, double price) implements Serializable {
        @Serial private static final long serialVersionUID = 1L;
    }

    record Other(int n) implements Serializable {
        @Serial private static final long serialVersionUID = 1L;
    }

    static class Bomb implements Serializable {
        @Serial private static final long serialVersionUID = 1L;
        static int exploded;

        @Serial
        private Object readResolve() {
            exploded++;
            return this;
        }
    }

    // --- utf8

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "plain ascii",
                "h\u00e9llo",
                "\u20ac",
                "\ud83d\ude00 and \ufffd",
                "\u0000\u007f\u0080"
            })
    void utf8_roundTrips(String text) {
        Codec<String> codec = Codecs.utf8(64);
        int length = codec.encode(text, buffer, INDEX);
        assertEquals(text, codec.decode(buffer, INDEX, length));
        assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), bytesAt(INDEX, length));
    }

    @Test
    void utf8_roundTripsRandomText() {
        Random random = new Random(1);
        Codec<String> codec = Codecs.utf8(4 * 40);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                int point = random.nextInt(Character.MAX_CODE_POINT + 1) >>> random.nextInt(15);
                if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                    text.appendCodePoint(point);
                }
            }
            int length = codec.encode(text.toString(), buffer, INDEX);
            assertEquals(text.toString(), codec.decode(buffer, INDEX, length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void utf8_refusesUnpairedSurrogates(int which) {
        String text = List.of("a\ud800b", "a\udc00b", "ab\ud800").get(which);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Codecs.utf8(64).encode(text, buffer, INDEX));
        assertTrue(e.getMessage().contains(which == 1 ? "U+DC00" : "U+D800"), e.getMessage());
    }

    @Test
    void utf8_refusesMalformedBytes() {
        int[][] malformed = {
            {0x80}, // a continuation without a start
            {0xC3}, // cut short
            {'a', 0xE2, 0x82},
            {0xC0, 0x80}, // overlong
            {0xED, 0xA0, 0x80}, // a surrogate
            {0xF4, 0x90, 0x80, 0x80}, // beyond the last code point
            {0xFF}
        };
        for (int[] bytes : malformed) {
            for (int i = 0; i < bytes.length; i++) {
                buffer.putByte(INDEX + i, (byte) bytes[i]);
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Codecs.utf8(64).decode(buffer, INDEX, bytes.length),
                    Arrays.toString(bytes));
        }
    }

    @Test
    void utf8_thatDoesNotFit_saysHowMuchWouldDo() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Codecs.utf8(4).encode("\u20ac\u20ac", buffer, INDEX));
        assertTrue(e.getMessage().contains("maxBytes=4"), e.getMessage());
        assertTrue(e.getMessage().contains("maxBytes=6"), e.getMessage());
        assertEquals(6, Codecs.utf8(6).encode("\u20ac\u20ac", buffer, INDEX));
    }

    // --- bytes

    @Test
    void bytes_roundTripAndAreCopied() {
        Codec<byte[]> codec = Codecs.bytes(8);
        byte[] value = {1, 2, 3, -4};
        assertEquals(4, codec.encode(value, buffer, INDEX));
        byte[] first = codec.decode(buffer, INDEX, 4);
        assertArrayEquals(value, first);
        assertNotSame(first, codec.decode(buffer, INDEX, 4));
        assertArrayEquals(
                new byte[0], codec.decode(buffer, INDEX, codec.encode(new byte[0], buffer, INDEX)));
        assertThrows(
                IllegalArgumentException.class, () -> codec.encode(new byte[9], buffer, INDEX));
    }

    // --- longs and doubles

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x0102030405060708L})
    void longs_areLittleEndian(long value) {
        assertEquals(8, Codecs.longs().encode(value, buffer, INDEX));
        assertEquals(value, Codecs.longs().decode(buffer, INDEX, 8));
        assertEquals(value, buffer.getLong(INDEX, ByteOrder.LITTLE_ENDIAN));
    }

    @Test
    void doubles_keepEveryBit() {
        double[] values = {0.0, -0.0, 3.14, Double.MIN_VALUE, Double.NEGATIVE_INFINITY, Double.NaN};
        for (double value : values) {
            assertEquals(8, Codecs.doubles().encode(value, buffer, INDEX));
            assertEquals(value, Codecs.doubles().decode(buffer, INDEX, 8));
        }
        double oddNan = Double.longBitsToDouble(0x7FF8_0000_0000_1234L);
        Codecs.doubles().encode(oddNan, buffer, INDEX);
        assertEquals(0x7FF8_0000_0000_1234L, buffer.getLong(INDEX, ByteOrder.LITTLE_ENDIAN));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 7, 9})
    void longsAndDoubles_refuseOtherLengths(int length) {
        assertThrows(
                IllegalArgumentException.class, () -> Codecs.longs().decode(buffer, INDEX, length));
        assertThrows(
                IllegalArgumentException.class,
                () -> Codecs.doubles().decode(buffer, INDEX, length));
    }

    // --- serialized

    @Test
    void serialized_roundTripsAllowedClasses() {
        Codec<Order> codec = Codecs.serialized(Order.class, 1024, Codecs.allow(Order.class));
        Order order = new Order(7, "apple", 2.5);
        assertEquals(order, codec.decode(buffer, INDEX, codec.encode(order, buffer, INDEX)));
    }

    @Test
    void serialized_roundTripsCollectionsAndBoxes() {
        Map<String, List<Integer>> value = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            value.put("k" + i, new ArrayList<>(List.of(i, i + 1)));
        }
        @SuppressWarnings("rawtypes")
        Codec<HashMap> codec =
                Codecs.serialized(
                        HashMap.class,
                        8192,
                        Codecs.allow(HashMap.class, ArrayList.class, Integer.class));
        assertEquals(
                value,
                codec.decode(buffer, INDEX, codec.encode((HashMap<?, ?>) value, buffer, INDEX)));
    }

    @Test
    void serialized_refusesWhatTheFilterDoesNotName() throws IOException {
        Codec<Serializable> codec =
                Codecs.serialized(Serializable.class, 1024, Codecs.allow(Order.class));
        Bomb.exploded = 0;
        int length = serialize(new Bomb());
        assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, length));
        assertEquals(0, Bomb.exploded);
        // The same bytes are fine for a codec that allows the class, so it is the filter that
        // refused.
        Codecs.serialized(Serializable.class, 1024, Codecs.allow(Bomb.class))
                .decode(buffer, INDEX, length);
        assertEquals(1, Bomb.exploded);
    }

    @Test
    void serialized_refusesWhatTheFilterIsUndecidedAbout() throws IOException {
        Codec<Serializable> codec =
                Codecs.serialized(
                        Serializable.class, 1024, info -> ObjectInputFilter.Status.UNDECIDED);
        int length = serialize(new Other(1));
        assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, length));
    }

    @Test
    void serialized_takesPatterns() throws IOException {
        Codec<Other> codec =
                Codecs.serialized(
                        Other.class,
                        1024,
                        ObjectInputFilter.Config.createFilter("dev.shm.codec.*;java.base/*;!*"));
        assertEquals(
                new Other(5),
                codec.decode(buffer, INDEX, codec.encode(new Other(5), buffer, INDEX)));
    }

    @Test
    void serialized_refusesAnotherType() throws IOException {
        Codec<Order> codec =
                Codecs.serialized(Order.class, 1024, Codecs.allow(Order.class, Other.class));
        int length = serialize(new Other(1));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, length));
        assertTrue(e.getMessage().contains(Order.class.getName()), e.getMessage());
        int nothing = serialize(null);
        assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, nothing));
    }

    @Test
    void serialized_refusesTrailingBytes() throws IOException {
        Codec<Other> codec = Codecs.serialized(Other.class, 1024, Codecs.allow(Other.class));
        int length = serialize(new Other(1));
        assertEquals(new Other(1), codec.decode(buffer, INDEX, length));
        assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, length + 1));
        assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, length - 1));
    }

    @Test
    void serialized_refusesHugeArraysBeforeAllocatingThem() throws IOException {
        Codec<long[]> codec = Codecs.serialized(long[].class, 1024, Codecs.allow(long[].class));
        int length = serialize(new long[] {1});
        // The element count is the last int before the only element.
        int count = INDEX + length - 8 - 4;
        assertEquals(1, buffer.getInt(count, ByteOrder.BIG_ENDIAN));
        buffer.putInt(count, Integer.MAX_VALUE - 8, ByteOrder.BIG_ENDIAN);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, length));
        assertTrue(e.getMessage().contains("filter status: REJECTED"), e.getMessage());
    }

    /**
     * Sets nested like this take 2^n steps to rebuild; without the limit on depth this test would
     * run for years.
     */
    @Test
    void serialized_refusesExponentialGraphs() throws IOException {
        Codec<?> codec = Codecs.serialized(HashSet.class, 1 << 15, Codecs.allow(HashSet.class));
        Set<Object> root = new HashSet<>();
        Set<Object> s1 = root;
        Set<Object> s2 = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Set<Object> t1 = new HashSet<>();
            Set<Object> t2 = new HashSet<>();
            t1.add("foo");
            s1.add(t1);
            s1.add(t2);
            s2.add(t1);
            s2.add(t2);
            s1 = t1;
            s2 = t2;
        }
        int length = serialize(root);
        assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, length));
    }

    @Test
    void serialized_refusesWhatCannotBeSerialized() {
        Codec<Object> codec = Codecs.serialized(Object.class, 1024, Codecs.allow(Other.class));
        assertThrows(
                IllegalArgumentException.class, () -> codec.encode(new Object(), buffer, INDEX));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> codec.encode(new byte[2000], buffer, INDEX));
        assertTrue(e.getMessage().contains("maxBytes=1024"), e.getMessage());
    }

    @Test
    void allow_refusesClassesThatCannotAppear() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Codecs.allow(Thread.class));
        assertTrue(e.getMessage().contains("java.lang.Thread"), e.getMessage());
    }

    // --- all of them

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, (1 << 30) + 1})
    void maxBytes_isChecked(int maxBytes) {
        ObjectInputFilter filter = Codecs.allow(Order.class);
        assertThrows(IllegalArgumentException.class, () -> Codecs.utf8(maxBytes));
        assertThrows(IllegalArgumentException.class, () -> Codecs.bytes(maxBytes));
        assertThrows(
                IllegalArgumentException.class,
                () -> Codecs.serialized(Order.class, maxBytes, filter));
    }

    @Test
    void decode_checksLengthAndPlace() {
        for (Codec<?> codec : all()) {
            int tooLong = codec.maxBytes() + 1;
            assertThrows(
                    IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, tooLong));
            assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, -1));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> codec.decode(buffer, INDEX, Integer.MAX_VALUE));
            int last = buffer.capacity() - 7;
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> codec.decode(buffer, last, 8),
                    codec::toString);
        }
    }

    /** Whatever bytes are there, there is a value or an IllegalArgumentException. */
    @Test
    void decode_survivesRandomBytes() throws IOException {
        Random random = new Random(2);
        byte[] valid = bytesAt(INDEX, serialize(new Order(7, "apple", 2.5)));
        for (Codec<?> codec : all()) {
            int values = 0;
            for (int round = 0; round < 20_000; round++) {
                byte[] bytes = valid.clone();
                if (round % 2 == 0) {
                    bytes = new byte[random.nextInt(codec.maxBytes() + 1)];
                    random.nextBytes(bytes);
                } else {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                buffer.putBytes(INDEX, bytes);
                try {
                    assertTrue(codec.decode(buffer, INDEX, bytes.length) != null);
                    values++;
                } catch (IllegalArgumentException refused) {
                    assertInstanceOf(String.class, refused.getMessage());
                }
            }
            assertTrue(values > 0, codec + " refuses everything");
        }
    }

    @Test
    void encode_touchesNothingOutsideItsBytes() {
        for (Codec<?> codec : all()) {
            buffer.setMemory(0, 4096, GUARD);
            int length = encodeSample(codec);
            for (int i = 0; i < 4096; i++) {
                if (i < INDEX || i >= INDEX + length) {
                    assertEquals(GUARD, buffer.getByte(i), codec + " at " + i);
                }
            }
        }
    }

    @Test
    void encode_refusesNull() {
        for (Codec<?> codec : all()) {
            assertThrows(
                    NullPointerException.class,
                    () -> codec.encode(null, buffer, INDEX),
                    codec::toString);
        }
    }

    private static List<Codec<?>> all() {
        return List.of(
                Codecs.utf8(300),
                Codecs.bytes(300),
                Codecs.longs(),
                Codecs.doubles(),
                Codecs.serialized(Order.class, 300, Codecs.allow(Order.class)));
    }

    @SuppressWarnings("unchecked")
    private int encodeSample(Codec<?> codec) {
        Object sample =
                switch (codec.getClass().getSimpleName()) {
                    case "Utf8Codec" -> "text";
                    case "BytesCodec" -> new byte[] {1, 2, 3};
                    case "LongCodec" -> 5L;
                    case "DoubleCodec" -> 5.5;
                    default -> new Order(7, "apple", 2.5);
                };
        return ((Codec<Object>) codec).encode(sample, buffer, INDEX);
    }

    private int serialize(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        buffer.putBytes(INDEX, bytes.toByteArray());
        return bytes.size();
    }

    private byte[] bytesAt(int index, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(index, bytes);
        return bytes;
    }
}
