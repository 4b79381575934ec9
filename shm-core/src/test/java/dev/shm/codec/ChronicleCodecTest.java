package dev.shm.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import net.openhft.chronicle.bytes.BytesIn;
import net.openhft.chronicle.bytes.BytesMarshallable;
import net.openhft.chronicle.bytes.BytesOut;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChronicleCodecTest {

    private static final int INDEX = 16;
    private static final byte GUARD = 0x5A;

    private final MappedBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(1 << 13));

    /** What a user would write. */
    static final class Order implements BytesMarshallable {
        long id;
        String item = "";
        double price;

        static Order of(long id, String item, double price) {
            Order order = new Order();
            order.id = id;
            order.item = item;
            order.price = price;
            return order;
        }

        @Override
        public void writeMarshallable(BytesOut<?> out) {
            out.writeStopBit(id);
            out.writeUtf8(item);
            out.writeDouble(price);
        }

        @Override
        public void readMarshallable(BytesIn<?> in) {
            id = in.readStopBit();
            item = in.readUtf8();
            price = in.readDouble();
        }
    }

    @Test
    void marshallable_roundTrips() {
        Codec<Order> codec = ChronicleCodec.marshallable(Order::new, 64);
        int length = codec.encode(Order.of(-5, "h\u00e9\ud83d\ude00", 2.5), buffer, INDEX);
        Order back = codec.decode(buffer, INDEX, length);
        assertEquals(-5, back.id);
        assertEquals("h\u00e9\ud83d\ude00", back.item);
        assertEquals(2.5, back.price);
    }

    @Test
    void marshallable_thatDoesNotFit_saysHowMuchWouldDo() {
        Order order = Order.of(1, "x".repeat(1000), 0);
        int needed = ChronicleCodec.marshallable(Order::new, 4096).encode(order, buffer, INDEX);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                ChronicleCodec.marshallable(Order::new, 64)
                                        .encode(order, buffer, INDEX));
        assertTrue(e.getMessage().contains("maxBytes=64"), e.getMessage());
        assertTrue(e.getMessage().contains("maxBytes=" + needed), e.getMessage());
        assertEquals(
                needed,
                ChronicleCodec.marshallable(Order::new, needed).encode(order, buffer, INDEX));
    }

    @ParameterizedTest
    @CsvSource({
        "0,1",
        "1,1",
        "127,1",
        "128,2",
        "16383,2",
        "16384,3",
        "-1,2",
        "-128,2",
        "-129,3",
        "9223372036854775807,9",
        "-9223372036854775808,10"
    })
    void stopBit_takesFewBytesNearZero(long value, int bytes) {
        Codec<Long> codec = ChronicleCodec.stopBit();
        assertEquals(bytes, codec.encode(value, buffer, INDEX));
        assertEquals(value, codec.decode(buffer, INDEX, bytes));
    }

    @Test
    void stopBit_roundTripsRandomLongs() {
        Random random = new Random(3);
        Codec<Long> codec = ChronicleCodec.stopBit();
        for (int round = 0; round < 50_000; round++) {
            long value = random.nextLong() >> random.nextInt(64);
            assertEquals(value, codec.decode(buffer, INDEX, codec.encode(value, buffer, INDEX)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "h\u00e9llo", "\u20ac", "\ud83d\ude00"})
    void text_roundTrips(String text) {
        Codec<String> codec = ChronicleCodec.text(64);
        assertEquals(text, codec.decode(buffer, INDEX, codec.encode(text, buffer, INDEX)));
    }

    @Test
    void text_refusesNull() {
        assertThrows(
                NullPointerException.class,
                () -> ChronicleCodec.text(64).encode(null, buffer, INDEX));
        // 0x80 0x00 is Chronicle's null.
        buffer.putByte(INDEX, (byte) 0x80);
        buffer.putByte(INDEX + 1, (byte) 0);
        assertThrows(
                IllegalArgumentException.class,
                () -> ChronicleCodec.text(64).decode(buffer, INDEX, 2));
    }

    @Test
    void decode_refusesBytesThatAreLeftOver() {
        Codec<Long> codec = ChronicleCodec.stopBit();
        codec.encode(5L, buffer, INDEX);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, 3));
        assertTrue(e.getMessage().contains("bytes=2"), e.getMessage());
    }

    @Test
    void decode_checksLength() {
        Codec<Order> codec = ChronicleCodec.marshallable(Order::new, 64);
        assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, 65));
        assertThrows(IllegalArgumentException.class, () -> codec.decode(buffer, INDEX, -1));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> codec.decode(buffer, buffer.capacity() - 8, 64));
    }

    /** Whatever bytes are there, there is a value or an IllegalArgumentException. */
    @Test
    void decode_survivesRandomBytes() {
        Random random = new Random(4);
        List<Codec<?>> codecs =
                List.of(
                        ChronicleCodec.marshallable(Order::new, 64),
                        ChronicleCodec.stopBit(),
                        ChronicleCodec.text(64));
        for (Codec<?> codec : codecs) {
            int values = 0;
            for (int round = 0; round < 20_000; round++) {
                byte[] bytes = new byte[random.nextInt(codec.maxBytes() + 1)];
                random.nextBytes(bytes);
                if (bytes.length > 0) {
                    bytes[0] = (byte) (bytes[0] >> random.nextInt(8));
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
        buffer.setMemory(0, 256, GUARD);
        int length = ChronicleCodec.text(64).encode("text", buffer, INDEX);
        for (int i = 0; i < 256; i++) {
            if (i < INDEX || i >= INDEX + length) {
                assertEquals(GUARD, buffer.getByte(i), "at " + i);
            }
        }
    }

    @Test
    void hexDump_showsBytesAndText() {
        buffer.putStringWithoutLengthAscii(INDEX, "hello world, hello");
        String dump = ChronicleCodec.hexDump(buffer, INDEX, 18);
        assertTrue(dump.startsWith("00000000 68 65 6c 6c 6f"), dump);
        assertTrue(dump.contains("hello wo rld, hel"), dump);
        assertTrue(dump.contains("00000010 6c 6f"), dump);
        assertThrows(IllegalArgumentException.class, () -> ChronicleCodec.hexDump(buffer, 0, -1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, (1 << 30) + 1})
    void maxBytes_isChecked(int maxBytes) {
        assertThrows(
                IllegalArgumentException.class,
                () -> ChronicleCodec.marshallable(Order::new, maxBytes));
        assertThrows(IllegalArgumentException.class, () -> ChronicleCodec.text(maxBytes));
    }
}
