package dev.shm.ring;

import static dev.shm.ring.TestRings.offer;
import static dev.shm.ring.TestRings.poll;
import static dev.shm.ring.TestRings.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.ring.RingPeer.Where;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a ring does, in one process and between two. */
@Tag("optimised")
class SpscRingTest {
    private static final int CAPACITY = 256;

    @TempDir private Path directory;
    private SharedRegion region;
    private SpscRing ring;

    @BeforeEach
    void open() {
        region = TestRings.region(directory);
        ring = SpscRing.create(region, TestRings.NAME, CAPACITY);
    }

    @AfterEach
    void close() {
        region.close();
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void records_comeWhole_inTheirOrder_withTheirTypes(Where where) {
        try (RingPeer peer = RingPeer.at(where, directory, region)) {
            SpscConsumer consumer = ring.consumer();
            assertEquals(List.of(), poll(consumer, 10));
            assertEquals("true", peer.ask("offer 7 one"));
            assertEquals("true", peer.ask("offer 2147483647 two"));
            assertEquals("true", peer.ask("offer 1 "));
            assertEquals(List.of("7:one", "2147483647:two"), poll(consumer, 2));
            assertEquals(List.of("1:"), poll(consumer, 10));
            assertEquals(List.of(), poll(consumer, 10));
        }
    }

    /** Lengths of every kind, some thousand times round the ring. */
    @ParameterizedTest
    @EnumSource(Where.class)
    void streams_arriveWhole(Where where) {
        try (RingPeer producer = RingPeer.at(where, directory, region);
                RingPeer consumer = RingPeer.at(where, directory, region)) {
            consumer.say("consume 5 20000");
            producer.say("produce 5 20000");
            assertEquals("produced", producer.hear());
            assertEquals("consumed", consumer.hear());
            assertEquals(0, ring.size());
        }
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void aSecondProducer_isRefused_andToldWhoItIs(Where where) {
        try (RingPeer peer = RingPeer.at(where, directory, region)) {
            assertEquals("position=0", peer.ask("producer"));
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> ring.producer());
            long pid =
                    where == Where.JVM
                            ? ((RingPeer.InJvm) peer).jvm().pid()
                            : ProcessHandle.current().pid();
            assertTrue(e.getMessage().contains("the process with pid=" + pid), e.getMessage());
            assertTrue(e.getMessage().contains("ring=ring"), e.getMessage());
            assertTrue(ring.hasProducer());
            assertFalse(ring.hasConsumer());
            SpscConsumer consumer = ring.consumer(); // the other role is free
            e = assertThrows(IllegalStateException.class, () -> ring.consumer());
            assertTrue(e.getMessage().contains("is its consumer"), e.getMessage());
            assertEquals("true", peer.ask("offer 1 a"));
            assertEquals(List.of("1:a"), poll(consumer, 1));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Where.class, names = "THREAD", mode = EnumSource.Mode.EXCLUDE)
    void whoeverLeaves_canBeSucceeded(Where where) {
        try (RingPeer peer = RingPeer.at(where, directory, region)) {
            assertEquals("true", peer.ask("offer 1 a"));
            assertEquals("1:a", peer.ask("poll 1"));
            assertEquals("true", peer.ask("offer 1 b"));
            assertEquals("closed", peer.ask("close"));
            SpscProducer producer = ring.producer();
            SpscConsumer consumer = ring.consumer();
            assertEquals(32, producer.position());
            assertEquals(16, consumer.position());
            assertTrue(offer(producer, 1, "c"));
            assertEquals(List.of("1:b", "1:c"), poll(consumer, 9));
        }
    }

    @Test
    void roles_areGivenUp_byClosingThem() {
        SpscProducer producer = ring.producer();
        offer(producer, 1, "a");
        producer.close();
        producer.close();
        assertFalse(ring.hasProducer());
        assertThrows(IllegalStateException.class, () -> offer(producer, 1, "b"));
        SpscProducer next = ring.producer();
        SpscConsumer consumer = ring.consumer();
        assertTrue(ring.hasConsumer());
        offer(next, 2, "c");
        assertEquals(List.of("1:a", "2:c"), poll(consumer, 9));
        consumer.close();
        next.close();
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> poll(consumer, 1));
        assertEquals("ring=ring: this consumer is closed", e.getMessage());
        assertFalse(ring.hasConsumer());
        assertFalse(ring.hasProducer());
    }

    @Test
    void handles_closeTheirRoles() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        SpscRing other = SpscRing.open(region, TestRings.NAME);
        ring.close();
        ring.close();
        assertThrows(IllegalStateException.class, () -> offer(producer, 1, "a"));
        assertThrows(IllegalStateException.class, () -> poll(consumer, 1));
        assertThrows(IllegalStateException.class, () -> ring.size());
        assertEquals("SpscRing[name=ring, closed]", ring.toString());
        try (SpscProducer next = other.producer()) {
            assertTrue(offer(next, 1, "a"));
        }
        region.close();
        producer.close();
        consumer.close();
        other.close();
    }

    @Test
    void longestRecords_alwaysFit_anEmptyRing() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        String longest = "x".repeat(ring.maxLength());
        assertEquals(CAPACITY / 2 - 16, ring.maxLength());
        for (int start = 0; start < CAPACITY; start += 8) {
            while (producer.position() % CAPACITY != start) {
                offer(producer, 1, "");
                poll(consumer, 1);
            }
            poll(consumer, 1); // finds it empty
            assertTrue(offer(producer, 1, longest), "start=" + start);
            assertEquals(List.of("1:" + longest), poll(consumer, 9));
            poll(consumer, 1);
        }
    }

    @Test
    void arguments_areChecked() {
        SpscProducer producer = ring.producer();
        String tooLong = "x".repeat(ring.maxLength() + 1);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> offer(producer, 1, tooLong));
        assertEquals("length=113, allowed: 0 to 112 in a ring of 256", e.getMessage());
        e = assertThrows(IllegalArgumentException.class, () -> offer(producer, 0, "a"));
        assertEquals("type=0: must be at least 1", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> producer.tryClaim(1, -1));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> producer.offer(1, TestRings.bytes("abc"), 1, 3));
        assertEquals(0, ring.size());
        for (int capacity : new int[] {0, -64, 32, 65, 1 << 31}) {
            assertThrows(IllegalArgumentException.class, () -> SpscRing.of(region, "x", capacity));
        }
    }

    @Test
    void factories() {
        assertThrows(IllegalStateException.class, () -> SpscRing.create(region, "ring", CAPACITY));
        assertThrows(IllegalArgumentException.class, () -> SpscRing.of(region, "ring", 512));
        assertThrows(NoSuchElementException.class, () -> SpscRing.open(region, "none"));
        SharedValue.create(region, "value", 'q');
        assertThrows(IllegalArgumentException.class, () -> SpscRing.open(region, "value"));
        assertEquals(CAPACITY, SpscRing.of(region, "ring", CAPACITY).capacity());
        assertEquals("ring", ring.name());
    }

    @Test
    void aFullRing_refuses_andTakesMore_whenThereIsRoom() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        int taken = 0;
        while (offer(producer, 1, "12345678")) {
            taken++;
        }
        assertEquals(CAPACITY / 16 - 1, taken); // there is always room for the next header
        assertEquals(16 * taken, ring.size());
        assertFalse(offer(producer, 1, "a"));
        assertEquals(taken, poll(consumer, 100).size());
        assertTrue(offer(producer, 1, "a"));
        assertEquals(List.of("1:a"), poll(consumer, 100));
    }

    /** Room is given back by the quarter, also to who polls one record at a time. */
    @Test
    void aFullRing_thatIsReadOneByOne_hasRoomAfterAQuarter() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        for (int quarter = 0; quarter < 8; quarter++) {
            while (offer(producer, 1, "12345678")) {}
            int read = 0;
            while (!offer(producer, 1, "12345678")) {
                assertEquals(1, poll(consumer, 1).size());
                read++;
            }
            assertEquals(CAPACITY / 4 / 16, read);
        }
    }

    /** Nobody writes over it, and a successor would read it again. */
    @Test
    void aRecord_keepsItsPlace_whileItIsHandled() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        while (offer(producer, 1, "12345678")) {}
        int read =
                consumer.poll(
                        (type, buffer, index, length) -> {
                            assertEquals(0, ring.consumerPosition());
                            assertFalse(offer(producer, 2, "12345678"));
                        },
                        1);
        assertEquals(1, read);
        assertEquals(16, ring.consumerPosition());
    }

    /** Freeing gives the room of what was read at once. */
    @Test
    void aFullRing_thatIsReadOneByOne_hasRoom_whenItIsFreed() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        while (offer(producer, 1, "12345678")) {}
        for (int i = 0; i < 40; i++) {
            assertEquals(1, poll(consumer, 1).size());
            consumer.free();
            assertTrue(offer(producer, 1, "12345678"));
            assertFalse(offer(producer, 1, "12345678"));
        }
        consumer.close();
        assertThrows(IllegalStateException.class, consumer::free);
    }

    /** A ring inside another object is a ring, and closing it leaves the object open. */
    @Test
    void aRing_withinAnotherObject() {
        Block block = region.attach(TestRings.NAME, SpscRingType.INSTANCE);
        int offset = SpscLayout.DATA; // its data is another ring's block
        assertEquals(SpscLayout.DATA + 64, SpscRing.bytes(64));
        assertThrows(IndexOutOfBoundsException.class, () -> SpscRing.within(block, offset, 256));
        assertThrows(IllegalArgumentException.class, () -> SpscRing.bytes(65));
        Block larger = region.attach("larger", spec(1024), AttachMode.CREATE);
        SpscRing part = SpscRing.within(larger, 128, 128);
        SpscProducer producer = part.producer();
        SpscConsumer consumer = part.consumer();
        assertTrue(offer(producer, 7, "inside"));
        assertEquals(7L << 32 | 14, larger.buffer().getLong(128 + SpscLayout.DATA));
        assertEquals(List.of("7:inside"), poll(consumer, 9));
        part.close();
        assertThrows(IllegalStateException.class, () -> offer(producer, 1, "x"));
        assertFalse(larger.isClosed());
        SpscRing again = SpscRing.within(larger, 128, 128);
        SpscConsumer last = again.consumer();
        larger.close();
        assertThrows(IllegalStateException.class, () -> poll(last, 1));
    }

    private static ObjectSpec spec(int bytes) {
        return new ObjectSpec(SpscRingType.INSTANCE, 0, 0, bytes, "", memory -> {});
    }

    @Test
    void claims_areSeen_whenTheyAreCommitted() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        int index = producer.tryClaim(3, 5);
        producer.buffer().putStringWithoutLengthAscii(index, "hello");
        assertEquals(List.of(), poll(consumer, 9));
        assertThrows(IllegalStateException.class, () -> producer.tryClaim(3, 5));
        assertThrows(IllegalStateException.class, () -> offer(producer, 3, "a"));
        assertThrows(IllegalArgumentException.class, () -> producer.commit(index + 8));
        producer.commit(index);
        assertEquals(List.of("3:hello"), poll(consumer, 9));
        assertThrows(IllegalStateException.class, () -> producer.commit(index));
        assertThrows(IllegalStateException.class, () -> producer.abort(index));
    }

    @Test
    void claims_thatAreAborted_neverHappened() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        for (int i = 0; i < 100; i++) {
            int aborted = producer.tryClaim(3, i);
            producer.buffer().setMemory(aborted, i, (byte) -1);
            producer.abort(aborted);
            assertTrue(offer(producer, 1, "a" + i));
            assertEquals(List.of("1:a" + i), poll(consumer, 9));
        }
        while (producer.tryClaim(1, 8) >= 0) {
            producer.commit(8 + SpscLayout.DATA + (int) producer.position() % CAPACITY);
        }
        assertEquals(SpscProducer.FULL, producer.tryClaim(1, 8));
    }

    /** What was copied until then lies where headers are expected to be clear. */
    @Test
    void records_thatCannotBeCopied_neverHappened() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        DirectBuffer tooShort = TestRings.bytes("-".repeat(40));
        for (int i = 0; i < 20; i++) {
            assertTrue(offer(producer, 1, "a" + i));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> producer.offer(3, tooShort, 0, 100));
            assertTrue(offer(producer, 2, "b" + i));
            assertEquals(List.of("1:a" + i, "2:b" + i), poll(consumer, 9));
        }
    }

    @Test
    void appended_records_appearAtOnce() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        producer.append(1, TestRings.bytes("a"), 0, 1);
        producer.append(2, TestRings.bytes("bb"), 0, 2);
        assertEquals(0, producer.position());
        assertEquals(List.of(), poll(consumer, 9));
        producer.flush();
        producer.flush();
        assertEquals(32, producer.position());
        assertEquals(List.of("1:a", "2:bb"), poll(consumer, 9));
        producer.append(1, TestRings.bytes("c"), 0, 1);
        offer(producer, 2, "d");
        assertEquals(List.of("1:c", "2:d"), poll(consumer, 9));
        producer.append(1, TestRings.bytes("e"), 0, 1);
        producer.commit(producer.tryClaim(2, 0));
        assertEquals(List.of("1:e", "2:"), poll(consumer, 9));
        producer.append(1, TestRings.bytes("f"), 0, 1);
        producer.close();
        assertEquals(List.of("1:f"), poll(consumer, 9));
    }

    @Test
    void numbers_areRecordsOfEightBytes() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        assertTrue(producer.offerLong(1, 0x4847_4645_4443_4241L));
        assertEquals(List.of("1:ABCDEFGH"), poll(consumer, 9));
        assertTrue(producer.appendLong(2, 0x3837_3635_3433_3231L));
        assertTrue(producer.appendLong(3, 0x3433_3231_3837_3635L));
        assertEquals(List.of(), poll(consumer, 9));
        producer.flush();
        assertEquals(List.of("2:12345678", "3:56781234"), poll(consumer, 9));
        assertEquals(48, producer.position());
    }

    @Test
    void numbers_areRefused_asOtherRecordsAre() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        assertThrows(IllegalArgumentException.class, () -> producer.offerLong(0, 1));
        assertThrows(IllegalArgumentException.class, () -> producer.appendLong(-1, 1));
        int claim = producer.tryClaim(1, 8);
        assertThrows(IllegalStateException.class, () -> producer.offerLong(1, 1));
        assertThrows(IllegalStateException.class, () -> producer.appendLong(1, 1));
        producer.abort(claim);
        int room = 0;
        while (producer.appendLong(1, room)) {
            room++;
        }
        assertFalse(producer.offerLong(1, room));
        assertEquals(
                room, poll(consumer, Integer.MAX_VALUE).size(), "what was full was not flushed");
        assertTrue(producer.offerLong(1, room));
        producer.close();
        assertThrows(IllegalStateException.class, () -> producer.offerLong(1, 1));
        assertThrows(IllegalStateException.class, () -> producer.appendLong(1, 1));
    }

    /** Whoever appends until there is no more room need not know that he must flush. */
    @Test
    void appended_records_areFlushed_whenTheRingIsFull() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        List<String> appended = new ArrayList<>();
        List<String> polled = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String text = "x".repeat(i % 40) + i;
            while (!producer.append(1, TestRings.bytes(text), 0, text.length())) {
                polled.addAll(poll(consumer, 3));
            }
            appended.add("1:" + text);
        }
        producer.flush();
        polled.addAll(poll(consumer, 1000));
        assertEquals(appended, polled);
    }

    /** As in Agrona: otherwise one bad record would be delivered for ever. */
    @Test
    void aRecord_whoseHandlerThrows_isConsumed() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        offer(producer, 1, "bad");
        offer(producer, 1, "good");
        ArithmeticException e =
                assertThrows(
                        ArithmeticException.class,
                        () ->
                                consumer.poll(
                                        (type, buffer, index, length) -> {
                                            throw new ArithmeticException("bad");
                                        },
                                        9));
        assertEquals("bad", e.getMessage());
        assertEquals(16, ring.consumerPosition());
        assertEquals(List.of("1:good"), poll(consumer, 9));
    }

    @Test
    void handlers_mayNotUseTheConsumer() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        offer(producer, 1, "a");
        offer(producer, 1, "b");
        int read =
                consumer.poll(
                        (type, buffer, index, length) -> {
                            assertThrows(IllegalStateException.class, () -> poll(consumer, 1));
                            assertThrows(IllegalStateException.class, consumer::free);
                            assertThrows(IllegalStateException.class, consumer::close);
                            assertThrows(IllegalStateException.class, ring::close);
                        },
                        1);
        assertEquals(1, read);
    }

    @Test
    void controlledPoll_doesAsItIsTold() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        for (String text : new String[] {"a", "b", "c", "d", "e"}) {
            offer(producer, 1, text);
        }
        List<String> seen = new ArrayList<>();
        List<Long> committed = new ArrayList<>();
        int read =
                consumer.controlledPoll(
                        (type, buffer, index, length) -> {
                            String text = text(buffer, index, length);
                            seen.add(text);
                            committed.add(ring.consumerPosition());
                            return switch (text) {
                                case "a" -> Action.CONTINUE;
                                case "b" -> Action.COMMIT;
                                case "c" -> Action.CONTINUE;
                                default -> Action.ABORT;
                            };
                        },
                        9);
        assertEquals(3, read);
        assertEquals(List.of("a", "b", "c", "d"), seen);
        assertEquals(List.of(0L, 0L, 32L, 32L), committed);
        assertEquals(48, ring.consumerPosition());
        read = consumer.controlledPoll((type, buffer, index, length) -> Action.BREAK, 9);
        assertEquals(1, read);
        assertEquals(List.of("1:e"), poll(consumer, 9));
        assertEquals(0, consumer.controlledPoll((t, b, i, l) -> Action.CONTINUE, 9));
    }

    @Test
    void positions_areThoseOfTheStream() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        List<Long> positions = new ArrayList<>();
        long expected = 0;
        for (int i = 0; i < 200; i++) {
            assertEquals(expected, ring.producerPosition());
            offer(producer, 1, "12345678");
            expected += 16;
            assertEquals(expected, producer.position());
            assertEquals(expected, ring.producerPosition());
            assertEquals(16, ring.size());
            consumer.poll((t, b, index, length) -> positions.add(consumer.position()), 9);
            assertEquals(expected, consumer.position());
            assertEquals(expected, ring.consumerPosition());
            assertEquals(0, ring.size());
        }
        for (int i = 0; i < 200; i++) {
            assertEquals(16L * i, positions.get(i));
        }
    }

    @Test
    void toString_saysWhoIsThere() {
        assertEquals(
                "SpscRing[name=ring, capacity=256, producer=0 (nobody), consumer=0 (nobody)]",
                ring.toString());
        SpscProducer producer = ring.producer();
        offer(producer, 1, "a");
        assertEquals(
                "SpscRing[name=ring, capacity=256, producer=16, consumer=0 (nobody)]",
                ring.toString());
        assertEquals("SpscProducer[ring=ring]", producer.toString());
        producer.close();
        assertEquals("SpscProducer[ring=ring, closed]", producer.toString());
        assertEquals("SpscConsumer[ring=ring]", ring.consumer().toString());
        assertEquals("capacity 256", region.entries().get(0).config());
    }
}
