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
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A ring whose memory another program wrote over: exceptions, and nothing worse. */
class SpscRingHostileTest {
    private static final int CAPACITY = 256;
    private static final int RUNS = 3_000;

    @TempDir private Path directory;
    private SharedRegion region;
    private SpscRing ring;
    private MappedBuffer memory;

    @BeforeEach
    void open() {
        region = TestRings.region(directory);
        ring = SpscRing.create(region, TestRings.NAME, CAPACITY);
        memory = region.attach(TestRings.NAME, SpscRingType.INSTANCE).buffer();
    }

    @AfterEach
    void close() {
        region.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0",
        "1, 7",
        "1, -1",
        "1, 257",
        "1, 2147483647",
        "1, -2147483648",
        "0, 16",
        "-1, 256",
        "-1, 0",
        "-1, -8",
        "-2, 16",
        "-2147483648, 16",
        "0, 1"
    })
    void headers_thatNoProducerWrites(int type, int length) {
        SpscConsumer consumer = ring.consumer();
        memory.putLong(SpscLayout.DATA, (long) type << 32 | length & 0xFFFF_FFFFL);
        for (int i = 0; i < 2; i++) { // and it stays so
            RegionFormatException e =
                    assertThrows(RegionFormatException.class, () -> TestRings.poll(consumer, 9));
            assertTrue(
                    e.getMessage().contains("index=0 type=" + type + " length=" + length),
                    e.getMessage());
            assertThrows(
                    RegionFormatException.class,
                    () -> consumer.controlledPoll((t, b, x, l) -> Action.CONTINUE, 9));
            assertThrows(RegionFormatException.class, ring::producer);
            assertThrows(RegionFormatException.class, ring::size);
        }
        assertEquals(0, ring.consumerPosition());
    }

    /** Also where it is the same header as that of the record before. */
    @Test
    void records_beyondTheEnd() {
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        String text = "x".repeat(88);
        TestRings.offer(producer, 1, text); // 96 bytes
        TestRings.offer(producer, 1, text); // to 192, 64 left
        memory.putLong(SpscLayout.DATA + 192, 1L << 32 | 96);
        assertThrows(RegionFormatException.class, () -> TestRings.poll(consumer, 9));
        assertEquals(192, ring.consumerPosition());
    }

    /** As a consumer leaves it that is closed while it stores them. */
    @Test
    void aHeadThatIsAhead_isWhereToGoOn() {
        SpscProducer producer = ring.producer();
        TestRings.offer(producer, 1, "12345678");
        TestRings.offer(producer, 1, "12345678");
        try (SpscConsumer consumer = ring.consumer()) {
            assertEquals(2, TestRings.poll(consumer, 9).size());
        }
        memory.putLong(SpscLayout.COMMIT, 16);
        assertEquals(32, ring.consumer().position());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1024, 4, 264, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE})
    void positions_thatNobodyWrites(long position) {
        memory.putLong(SpscLayout.COMMIT, position);
        if (position > 0) { // a smaller one than head counts as head
            assertThrows(RegionFormatException.class, ring::consumer);
        }
        memory.putLong(SpscLayout.COMMIT, 0);
        memory.putLong(SpscLayout.TAIL, position);
        if (position > 0) {
            assertThrows(RegionFormatException.class, ring::producer);
        }
        memory.putLong(SpscLayout.TAIL, 0);
        SpscProducer producer = ring.producer();
        memory.putLong(SpscLayout.HEAD, position);
        assertThrows(RegionFormatException.class, () -> fill(producer));
        assertThrows(RegionFormatException.class, () -> fill(producer));
    }

    private static void fill(SpscProducer producer) {
        for (int i = 0; i < CAPACITY; i++) {
            TestRings.offer(producer, 1, "x");
        }
    }

    /** Neither is left with the role when taking it fails. */
    @Test
    void roles_areGivenUp_whenTheRingIsDamaged() {
        memory.putLong(SpscLayout.HEAD, 4);
        assertThrows(RegionFormatException.class, ring::producer);
        assertThrows(RegionFormatException.class, ring::consumer);
        memory.putLong(SpscLayout.HEAD, 0);
        ring.producer();
        ring.consumer();
    }

    /** A role word that names nobody is nobody's. */
    @Test
    void roles_ofNobody_areTaken() {
        memory.putInt(SpscLayout.PRODUCER, -1);
        memory.putInt(SpscLayout.CONSUMER, 0x3FFF_FFFF);
        SpscConsumer consumer = ring.consumer();
        assertTrue(TestRings.offer(ring.producer(), 1, "a"));
        assertEquals(1, TestRings.poll(consumer, 9).size());
    }

    /** Random bytes anywhere, at any time: everything ends, with a result or an exception. */
    @Test
    void randomBytes_neverHang_norLeaveTheRing() {
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> scribble(new Random(11)));
    }

    private void scribble(Random random) {
        int damaged = 0;
        for (int run = 0; run < RUNS; run++) {
            memory.setMemory(0, memory.capacity(), (byte) 0);
            for (int step = 0; step < 20; step++) {
                int words = memory.capacity() / 8;
                long value =
                        switch (random.nextInt(4)) {
                            case 0 -> random.nextLong();
                            case 1 -> 8L * random.nextInt(CAPACITY / 4);
                            case 2 -> SpscLayout.padding(8 * random.nextInt(CAPACITY / 8 + 1));
                            default -> SpscLayout.header(1 + random.nextInt(3), random.nextInt(64));
                        };
                int word = random.nextInt(3) == 0 ? 16 * random.nextInt(5) : random.nextInt(words);
                memory.putLong(8 * word, value);
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
            SpscWriter writer = new SpscWriter(memory, CAPACITY);
            DirectBuffer text = TestRings.bytes("some text");
            for (int i = 0; i < 9 && writer.offer(1, text, 0, random.nextInt(9)); i++) {}
        } else {
            SpscReader reader = new SpscReader(memory, CAPACITY);
            reader.poll((type, buffer, index, length) -> check(index, length), 99);
        }
        assertTrue(ring.size() <= CAPACITY);
    }

    private static void check(int index, int length) {
        boolean inside =
                index >= SpscLayout.DATA + 8
                        && length >= 0
                        && index + length <= SpscLayout.DATA + CAPACITY;
        assertTrue(inside, "index=" + index + " length=" + length);
    }
}
