package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.SharedRegion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Agrona promises of a ring buffer, of its own and of ours behind its interface. */
class AgronaRingTest {
    private static final int CAPACITY = 1024;
    private static final int TYPE = 7;

    /** Whose ring it is. */
    enum Whose {
        OURS,
        AGRONAS
    }

    @TempDir private Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = TestRings.region(directory);
    }

    @AfterEach
    void close() {
        region.close();
    }

    private RingBuffer ring(Whose whose) {
        return whose == Whose.OURS
                ? new AgronaRing(SpscRing.of(region, TestRings.NAME, CAPACITY))
                : new OneToOneRingBuffer(
                        new MappedBuffer(
                                ByteBuffer.allocateDirect(
                                        CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    private static boolean write(RingBuffer ring, int type, String text) {
        return ring.write(type, TestRings.bytes(text), 0, text.length());
    }

    private static MessageHandler into(List<String> seen) {
        return (type, buffer, index, length) ->
                seen.add(type + ":" + TestRings.text(buffer, index, length));
    }

    @ParameterizedTest
    @EnumSource(Whose.class)
    void whatIsWritten_isRead(Whose whose) {
        RingBuffer ring = ring(whose);
        List<String> seen = new ArrayList<>();
        assertEquals(CAPACITY, ring.capacity());
        assertEquals(0, ring.read(into(seen)));
        assertTrue(write(ring, TYPE, "one"));
        assertTrue(write(ring, TYPE + 1, ""));
        assertTrue(write(ring, TYPE, "three"));
        assertEquals(1, ring.read(into(seen), 1));
        assertEquals(2, ring.read(into(seen)));
        assertEquals(List.of("7:one", "8:", "7:three"), seen);
    }

    @ParameterizedTest
    @EnumSource(Whose.class)
    void claims(Whose whose) {
        RingBuffer ring = ring(whose);
        List<String> seen = new ArrayList<>();
        int index = ring.tryClaim(TYPE, 5);
        assertTrue(index > 0);
        ring.buffer().putStringWithoutLengthAscii(index, "hello");
        assertEquals(0, ring.read(into(seen)));
        ring.commit(index);
        assertThrows(IllegalStateException.class, () -> ring.commit(index));
        assertEquals(1, ring.read(into(seen)));
        int aborted = ring.tryClaim(TYPE, 5);
        ring.abort(aborted);
        assertThrows(IllegalStateException.class, () -> ring.abort(aborted));
        assertTrue(write(ring, TYPE, "x"));
        ring.read(into(seen));
        assertEquals(List.of("7:hello", "7:x"), seen);
    }

    @ParameterizedTest
    @EnumSource(Whose.class)
    void arguments(Whose whose) {
        RingBuffer ring = ring(whose);
        String tooLong = "x".repeat(ring.maxMsgLength() + 1);
        assertTrue(ring.maxMsgLength() >= CAPACITY / 8);
        assertThrows(IllegalArgumentException.class, () -> write(ring, TYPE, tooLong));
        assertThrows(IllegalArgumentException.class, () -> write(ring, 0, "x"));
        assertThrows(IllegalArgumentException.class, () -> ring.tryClaim(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> ring.tryClaim(TYPE, -1));
        assertTrue(write(ring, TYPE, tooLong.substring(1)));
    }

    @ParameterizedTest
    @EnumSource(Whose.class)
    void aFullRing_refuses(Whose whose) {
        RingBuffer ring = ring(whose);
        int written = 0;
        while (write(ring, TYPE, "12345678")) {
            written++;
        }
        assertEquals(CAPACITY / 16 - 1, written);
        assertEquals(RingBuffer.INSUFFICIENT_CAPACITY, ring.tryClaim(TYPE, 8));
        assertEquals(written * 16, ring.size());
        List<String> seen = new ArrayList<>();
        while (ring.read(into(seen)) > 0) {}
        assertEquals(written, seen.size());
        assertTrue(write(ring, TYPE, "12345678"));
    }

    @ParameterizedTest
    @EnumSource(Whose.class)
    void positions(Whose whose) {
        RingBuffer ring = ring(whose);
        assertEquals(0, ring.producerPosition());
        assertEquals(0, ring.consumerPosition());
        write(ring, TYPE, "123");
        write(ring, TYPE, "12345678");
        assertEquals(32, ring.producerPosition());
        assertEquals(0, ring.consumerPosition());
        assertEquals(32, ring.size());
        ring.read((type, buffer, index, length) -> {}, 1);
        assertEquals(16, ring.consumerPosition());
        assertEquals(16, ring.size());
        assertEquals(0, ring.nextCorrelationId());
        assertEquals(1, ring.nextCorrelationId());
        ring.consumerHeartbeatTime(77);
        assertEquals(77, ring.consumerHeartbeatTime());
        assertFalse(ring.unblock());
    }

    @ParameterizedTest
    @EnumSource(Whose.class)
    void controlledReads(Whose whose) {
        RingBuffer ring = ring(whose);
        for (String text : new String[] {"a", "b", "c", "d"}) {
            write(ring, TYPE, text);
        }
        List<String> seen = new ArrayList<>();
        int read =
                ring.controlledRead(
                        (type, buffer, index, length) -> {
                            String text = TestRings.text(buffer, index, length);
                            seen.add(text + ring.consumerPosition());
                            return switch (text) {
                                case "a" -> Action.COMMIT;
                                case "b" -> Action.CONTINUE;
                                default -> Action.ABORT;
                            };
                        });
        assertEquals(2, read);
        assertEquals(32, ring.consumerPosition());
        assertEquals(1, ring.controlledRead((t, b, i, l) -> Action.BREAK));
        assertEquals(1, ring.controlledRead((t, b, i, l) -> Action.CONTINUE, 9));
        assertEquals(List.of("a0", "b16", "c16"), seen);
        assertEquals(64, ring.consumerPosition());
    }

    @ParameterizedTest
    @EnumSource(Whose.class)
    void aHandlerThatThrows_hasConsumedItsMessage(Whose whose) {
        RingBuffer ring = ring(whose);
        write(ring, TYPE, "bad");
        write(ring, TYPE, "good");
        assertThrows(
                ArithmeticException.class,
                () ->
                        ring.read(
                                (type, buffer, index, length) -> {
                                    throw new ArithmeticException("bad");
                                }));
        List<String> seen = new ArrayList<>();
        ring.read(into(seen));
        assertEquals(List.of("7:good"), seen);
    }

    /** Many times round, in steps of every length. */
    @ParameterizedTest
    @EnumSource(Whose.class)
    void messages_meetTheEnd_inEveryWay(Whose whose) {
        RingBuffer ring = ring(whose);
        List<String> written = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            String text = "x".repeat(i % 100) + i;
            while (!write(ring, TYPE, text)) {
                ring.read(into(seen), 3);
            }
            written.add("7:" + text);
        }
        while (ring.read(into(seen)) > 0) {}
        assertEquals(written, seen);
    }

    /** The roles are those of the ring. */
    @ParameterizedTest
    @EnumSource(value = Whose.class, names = "OURS")
    void roles_areTakenByTheFirstUse(Whose whose) {
        SpscRing ring = SpscRing.create(region, TestRings.NAME, CAPACITY);
        try (AgronaRing view = new AgronaRing(ring)) {
            assertFalse(ring.hasProducer());
            write(view, TYPE, "a");
            assertTrue(ring.hasProducer());
            assertFalse(ring.hasConsumer());
            view.read((type, buffer, index, length) -> {});
            assertTrue(ring.hasConsumer());
            RingBuffer second = ring(whose);
            assertThrows(IllegalStateException.class, () -> write(second, TYPE, "b"));
        }
        assertFalse(ring.hasProducer());
        assertFalse(ring.hasConsumer());
    }
}
