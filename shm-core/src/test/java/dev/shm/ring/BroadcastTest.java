package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.SharedRegion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.broadcast.CopyBroadcastReceiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a broadcast promises while everybody lives. */
@Tag("optimised")
class BroadcastTest {
    private static final int CAPACITY = 256;
    private static final List<String> NOTHING = List.of();

    @TempDir private Path directory;
    private SharedRegion region;
    private Broadcast broadcast;

    @BeforeEach
    void open() {
        region = TestRings.region(directory);
        broadcast = Broadcast.create(region, TestRings.NAME, CAPACITY);
    }

    @AfterEach
    void close() {
        region.close();
    }

    private static void send(BroadcastTransmitter transmitter, int type, String text) {
        transmitter.transmit(type, TestRings.bytes(text), 0, text.length());
    }

    private static List<String> poll(BroadcastReceiver receiver, int limit) {
        List<String> records = new ArrayList<>();
        receiver.poll(
                (type, buffer, index, length) ->
                        records.add(type + ":" + TestRings.text(buffer, index, length)),
                limit);
        return records;
    }

    @Test
    void everyReceiver_getsEveryRecord() {
        BroadcastReceiver one = broadcast.receiver();
        BroadcastReceiver two = broadcast.receiver();
        assertEquals(NOTHING, poll(one, 9));
        BroadcastTransmitter transmitter = broadcast.transmitter();
        send(transmitter, 1, "");
        send(transmitter, 7, "a");
        send(transmitter, Integer.MAX_VALUE, "0123456789abcdef!");
        assertEquals(List.of("1:", "7:a"), poll(one, 2));
        assertEquals(List.of("2147483647:0123456789abcdef!"), poll(one, 9));
        assertEquals(List.of("1:", "7:a", "2147483647:0123456789abcdef!"), poll(two, 9));
        assertEquals(NOTHING, poll(two, 9));
        assertEquals(0, two.lossCount());
        assertEquals(56, two.position());
        assertEquals(56, transmitter.position());
        assertEquals(56, broadcast.position());
    }

    @Test
    void aLateReceiver_beginsWithTheLatest() {
        BroadcastTransmitter transmitter = broadcast.transmitter();
        send(transmitter, 1, "a");
        send(transmitter, 1, "b");
        BroadcastReceiver late = broadcast.receiver();
        assertEquals(List.of("1:b"), poll(late, 9));
        send(transmitter, 1, "c");
        assertEquals(List.of("1:c"), poll(late, 9));
        assertEquals(0, late.lossCount());
    }

    @Test
    void aSlowReceiver_losesWhatIsWrittenOver_andThatIsCounted() {
        BroadcastTransmitter transmitter = broadcast.transmitter();
        BroadcastReceiver slow = broadcast.receiver();
        for (int i = 0; i < 16; i++) {
            send(transmitter, 1, "x" + i); // 16 bytes each: just full
        }
        assertEquals(List.of("1:x0"), poll(slow, 1));
        send(transmitter, 1, "x16");
        assertEquals(List.of("1:x1"), poll(slow, 1));
        assertEquals(0, slow.lossCount());
        for (int i = 17; i < 40; i++) {
            send(transmitter, 1, "x" + i);
        }
        assertEquals(List.of("1:x39"), poll(slow, 9));
        assertEquals(1, slow.lossCount());
        assertEquals((39 - 2) * 16, slow.lostBytes());
        assertEquals(40 * 16, slow.position());
        assertTrue(slow.toString().contains("losses=1"), slow.toString());
    }

    /** A lap and one record: the first is gone, though its words may look whole. */
    @Test
    void whatWasWrittenOver_isNotBelieved() {
        BroadcastTransmitter transmitter = broadcast.transmitter();
        BroadcastReceiver receiver = broadcast.receiver();
        for (int i = 0; i < 17; i++) {
            send(transmitter, 1, "x" + i);
        }
        assertEquals(List.of("1:x16"), poll(receiver, 9));
        assertEquals(1, receiver.lossCount());
    }

    @Test
    void transmit_checksItsArguments() {
        BroadcastTransmitter transmitter = broadcast.transmitter();
        AtomicBuffer source = TestRings.bytes("x".repeat(64));
        assertEquals(32, broadcast.maxLength());
        transmitter.transmit(1, source, 32, 32);
        long position = broadcast.position();
        for (int type : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThrows(
                    IllegalArgumentException.class, () -> transmitter.transmit(type, source, 0, 1));
        }
        for (int length : new int[] {-1, 33, Integer.MAX_VALUE}) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> transmitter.transmit(1, source, 0, length));
            assertEquals(
                    "length=" + length + ", allowed: 0 to 32 in a broadcast of 256",
                    e.getMessage());
        }
        assertThrows(IndexOutOfBoundsException.class, () -> transmitter.transmit(1, source, 60, 8));
        assertEquals(position, broadcast.position());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -128, 64, 129, 192, Integer.MIN_VALUE})
    void otherCapacities_areRefused(int capacity) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Broadcast.of(region, "other", capacity));
        assertEquals(
                "capacity=" + capacity + ", allowed: a power of two from 128 to 1073741824",
                e.getMessage());
    }

    @Test
    void factories() {
        assertThrows(
                IllegalStateException.class,
                () -> Broadcast.create(region, TestRings.NAME, CAPACITY));
        assertThrows(
                IllegalArgumentException.class, () -> Broadcast.of(region, TestRings.NAME, 512));
        assertThrows(NoSuchElementException.class, () -> Broadcast.open(region, "none"));
        SpscRing.create(region, "spsc", 64);
        assertThrows(IllegalArgumentException.class, () -> Broadcast.open(region, "spsc"));
        Broadcast same = Broadcast.open(region, TestRings.NAME);
        assertEquals(CAPACITY, same.capacity());
        assertEquals(TestRings.NAME, same.name());
        send(broadcast.transmitter(), 3, "x");
        assertEquals(List.of("3:x"), poll(same.receiver(), 1));
        assertTrue(region.entries().stream().anyMatch(e -> e.toString().contains("Broadcast")));
    }

    @Test
    void transmitter_isOneAtATime() {
        assertFalse(broadcast.hasTransmitter());
        BroadcastTransmitter first = broadcast.transmitter();
        assertTrue(broadcast.hasTransmitter());
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> broadcast.transmitter());
        assertTrue(e.getMessage().contains("is its transmitter"), e.getMessage());
        send(first, 1, "a");
        first.close();
        first.close();
        assertFalse(broadcast.hasTransmitter());
        assertThrows(IllegalStateException.class, () -> send(first, 1, "b"));
        BroadcastTransmitter second = broadcast.transmitter();
        assertEquals(16, second.position());
        assertEquals("BroadcastTransmitter[broadcast=ring]", second.toString());
        assertEquals("BroadcastTransmitter[broadcast=ring, closed]", first.toString());
    }

    @Test
    void closing_endsWhatItMade() {
        BroadcastTransmitter transmitter = broadcast.transmitter();
        BroadcastReceiver receiver = broadcast.receiver();
        BroadcastReceiver other = broadcast.receiver();
        assertEquals("Broadcast[name=ring, capacity=256, position=0]", broadcast.toString());
        other.close();
        assertThrows(IllegalStateException.class, () -> poll(other, 1));
        assertTrue(other.toString().contains("closed"), other.toString());
        broadcast.close();
        broadcast.close();
        assertThrows(IllegalStateException.class, () -> send(transmitter, 1, "a"));
        assertThrows(IllegalStateException.class, () -> poll(receiver, 1));
        assertEquals("Broadcast[name=ring, closed]", broadcast.toString());
        Broadcast again = Broadcast.open(region, TestRings.NAME);
        assertEquals(
                "Broadcast[name=ring, capacity=256, position=0 (nobody transmits)]",
                again.toString());
        again.transmitter();
    }

    @Test
    void handlers_mustNotUseTheirReceiver_andMayThrow() {
        BroadcastTransmitter transmitter = broadcast.transmitter();
        BroadcastReceiver receiver = broadcast.receiver();
        send(transmitter, 1, "a");
        send(transmitter, 1, "b");
        assertThrows(
                IllegalStateException.class,
                () -> receiver.poll((t, b, i, l) -> receiver.poll((u, c, j, m) -> {}, 1), 1));
        RuntimeException mine = new RuntimeException("mine");
        send(transmitter, 1, "c");
        assertSame(
                mine,
                assertThrows(
                        RuntimeException.class,
                        () ->
                                receiver.poll(
                                        (t, b, i, l) -> {
                                            throw mine;
                                        },
                                        9)));
        assertEquals(List.of("1:c"), poll(receiver, 9));
    }

    /** Random lengths through many laps, also in a handler's growing copy. */
    @Test
    void records_areWhole_afterManyLaps() {
        Random random = new Random(66);
        try (Broadcast large = Broadcast.create(region, "large", 1 << 14)) {
            BroadcastTransmitter transmitter = large.transmitter();
            BroadcastReceiver receiver = large.receiver();
            AtomicBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(2048 + 8));
            for (int i = 0; i < 5_000; i++) {
                int length = random.nextInt(2049);
                source.setMemory(0, source.capacity(), (byte) ~i);
                source.setMemory(3, length, (byte) i);
                transmitter.transmit(1 + i, source, 3, length);
                int value = i;
                assertEquals(
                        1,
                        receiver.poll(
                                (type, buffer, index, size) -> {
                                    assertEquals(1 + value, type);
                                    assertEquals(length, size);
                                    for (int j = 0; j < size; j++) {
                                        assertEquals((byte) value, buffer.getByte(index + j));
                                    }
                                },
                                9));
            }
            assertEquals(0, receiver.lossCount());
        }
    }

    /** Agrona's receiver reads what we transmit, and ours what Agrona transmits. */
    @Test
    void agrona_isUnderstood() {
        AtomicBuffer memory = region.attach(TestRings.NAME, BroadcastType.INSTANCE).buffer();
        CopyBroadcastReceiver agronas =
                new CopyBroadcastReceiver(
                        new org.agrona.concurrent.broadcast.BroadcastReceiver(memory),
                        new MappedBuffer(ByteBuffer.allocateDirect(64)));
        BroadcastReceiver ours = broadcast.receiver();
        BroadcastTransmitter transmitter = broadcast.transmitter();
        List<String> heard = new ArrayList<>();
        for (int i = 1; i < 50; i++) {
            send(transmitter, i, "x".repeat(i % 33));
            agronas.receive((type, buffer, index, length) -> heard.add(type + ":" + length));
        }
        transmitter.close();
        assertEquals(49, heard.size());
        assertEquals("49:16", heard.get(48));
        poll(ours, 99);
        org.agrona.concurrent.broadcast.BroadcastTransmitter theirs =
                new org.agrona.concurrent.broadcast.BroadcastTransmitter(memory);
        for (int i = 1; i < 50; i++) {
            theirs.transmit(i, TestRings.bytes("x".repeat(i % 33)), 0, i % 33);
            assertEquals(List.of(i + ":" + "x".repeat(i % 33)), poll(ours, 9));
        }
    }

    /**
     * A transmitter that never waits, and receivers that look now and then: whole, and in order.
     */
    @Test
    void threads_getWholeRecordsInOrder() throws Exception {
        BroadcastReceiver receiver = broadcast.receiver();
        BroadcastTransmitter transmitter = broadcast.transmitter();
        int last = 200_000;
        Thread sender =
                new Thread(
                        () -> {
                            AtomicBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(32));
                            for (int i = 1; i <= last; i++) {
                                source.setMemory(0, 32, (byte) i);
                                transmitter.transmit(i, source, 0, i % 33);
                            }
                        },
                        "transmitter");
        sender.start();
        int[] before = {0};
        long[] bytes = {0};
        while (before[0] < last) {
            receiver.poll(
                    (type, buffer, index, length) -> {
                        assertTrue(type > before[0], type + " after " + before[0]);
                        before[0] = type;
                        bytes[0] += length;
                        assertEquals(type % 33, length);
                        for (int j = 0; j < length; j++) {
                            assertEquals((byte) type, buffer.getByte(index + j));
                        }
                    },
                    3);
        }
        sender.join();
        assertEquals(broadcast.position(), receiver.position());
        assertTrue(receiver.lostBytes() >= receiver.lossCount());
    }
}
