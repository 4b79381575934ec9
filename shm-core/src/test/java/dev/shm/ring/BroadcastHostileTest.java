package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A broadcast whose memory another program wrote over: exceptions, and nothing worse. */
class BroadcastHostileTest {
    private static final int CAPACITY = 256;
    private static final int RUNS = 3_000;

    @TempDir private Path directory;
    private SharedRegion region;
    private Broadcast broadcast;
    private MappedBuffer memory;

    @BeforeEach
    void open() {
        region = TestRings.region(directory);
        broadcast = Broadcast.create(region, TestRings.NAME, CAPACITY);
        memory = region.attach(TestRings.NAME, BroadcastType.INSTANCE).buffer();
    }

    @AfterEach
    void close() {
        region.close();
    }

    private void words(long intent, long tail, long latest) {
        memory.putLong(CAPACITY + BroadcastLayout.INTENT, intent);
        memory.putLong(CAPACITY + BroadcastLayout.TAIL, tail);
        memory.putLong(CAPACITY + BroadcastLayout.LATEST, latest);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0",
        "1, 7",
        "1, -1",
        "1, 41",
        "1, 2147483647",
        "1, -2147483648",
        "0, 16",
        "0, 0",
        "-1, 256",
        "-1, 0",
        "-2, 16"
    })
    void headers_thatNoTransmitterWrites(int type, int length) {
        BroadcastReceiver receiver = broadcast.receiver();
        words(64, 64, 0);
        memory.putLong(0, (long) type << 32 | length & 0xFFFF_FFFFL);
        for (int i = 0; i < 2; i++) { // and it stays so
            RegionFormatException e =
                    assertThrows(
                            RegionFormatException.class,
                            () -> receiver.poll((t, b, x, l) -> {}, 9));
            assertTrue(
                    e.getMessage().contains("index=0 type=" + type + " length=" + length),
                    e.getMessage());
        }
        assertEquals(0, receiver.position());
    }

    @Test
    void records_beyondTheEnd() {
        words(CAPACITY, CAPACITY, 240);
        memory.putLong(240, BroadcastLayout.header(1, 9));
        BroadcastReceiver receiver = broadcast.receiver();
        assertThrows(RegionFormatException.class, () -> receiver.poll((t, b, x, l) -> {}, 9));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1024, 4, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE})
    void positions_thatNobodyWrites(long position) {
        words(position, 0, 0);
        assertThrows(RegionFormatException.class, broadcast::transmitter);
        words(8, position, 0);
        assertThrows(RegionFormatException.class, broadcast::transmitter);
        if (position % 8 != 0 || position < 0) {
            assertThrows(
                    RegionFormatException.class,
                    () -> broadcast.receiver().poll((t, b, x, l) -> {}, 1));
            words(0, 0, position);
            assertThrows(RegionFormatException.class, broadcast::receiver);
        }
        words(0, 0, 0);
        broadcast.transmitter(); // nobody is left with the role
    }

    /** A receiver that is lapped, and told to go on where it is. */
    @Test
    void latest_thatIsNotAhead() {
        BroadcastReceiver receiver = broadcast.receiver();
        words(1 << 20, 1 << 20, 0);
        RegionFormatException e =
                assertThrows(
                        RegionFormatException.class, () -> receiver.poll((t, b, x, l) -> {}, 9));
        assertEquals("broadcast latest=0, expected: more than 0", e.getMessage());
        assertEquals(0, receiver.lossCount());
    }

    /** A role word that names nobody is nobody's. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0x3FFF_FFFF, Integer.MIN_VALUE})
    void theRole_ofNobody_isTaken(int tag) {
        memory.putInt(CAPACITY + BroadcastLayout.TRANSMITTER, tag);
        broadcast.transmitter();
        assertTrue(broadcast.hasTransmitter());
    }

    /** Random words anywhere, at any time: everything ends, with a result or an exception. */
    @Test
    void randomWords_neverHang_norLeaveTheData() {
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> scribble(new Random(66)));
    }

    private void scribble(Random random) {
        int damaged = 0;
        for (int run = 0; run < RUNS; run++) {
            memory.setMemory(0, memory.capacity(), (byte) 0);
            for (int step = 0; step < 20; step++) {
                long value =
                        switch (random.nextInt(4)) {
                            case 0 -> random.nextLong();
                            case 1 -> 8L * random.nextInt(CAPACITY / 4);
                            case 2 -> BroadcastLayout.padding(8 * random.nextInt(CAPACITY / 8 + 1));
                            default ->
                                    BroadcastLayout.header(
                                            1 + random.nextInt(3), random.nextInt(40));
                        };
                int word = random.nextBoolean() ? random.nextInt(3) : random.nextInt(35) - 32;
                memory.putLong(CAPACITY + 8 * word, value);
                try {
                    use(random);
                } catch (RegionFormatException e) {
                    damaged++;
                }
            }
        }
        assertTrue(damaged > RUNS, "damaged=" + damaged);
    }

    private void use(Random random) {
        if (random.nextBoolean()) {
            BroadcastWriter writer = new BroadcastWriter(memory, CAPACITY);
            DirectBuffer text = TestRings.bytes("some text");
            for (int i = 0; i < 9; i++) {
                writer.transmit(1, text, 0, random.nextInt(9));
            }
        } else {
            BroadcastReader reader = new BroadcastReader(memory, CAPACITY);
            reader.poll(
                    (type, buffer, index, length) -> {
                        assertTrue(length <= CAPACITY / 8, "length=" + length);
                        buffer.boundsCheck(index, length);
                    },
                    99);
        }
    }
}
