package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged bytes give an exception or a wrong answer, never an endless loop or a crash. */
class MpmcHostileTest {
    private static final int ROUNDS = Integer.getInteger("shm.fuzz.cases", 20_000);
    private static final MpmcLayout LAYOUT = new MpmcLayout(4, 8, 4);

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(LAYOUT.bytes()));

    private MpmcCore ring() {
        memory.setMemory(0, memory.capacity(), (byte) 0);
        MpmcCore.initialize(memory, LAYOUT, 0);
        return new MpmcCore(memory, memory, LAYOUT, new EverybodyLives(1), Waiter.system());
    }

    @Test
    void aSequenceOfAnotherLap_isReported() {
        MpmcCore ring = ring();
        memory.putLong(LAYOUT.sequences(), 400L << 13);
        RegionFormatException e = assertThrows(RegionFormatException.class, ring::claim);
        assertEquals(
                "tail=0 sequence=320000: the words of the ring contradict each other",
                e.getMessage());
        assertThrows(RegionFormatException.class, ring::take);
    }

    @Test
    void aTailBelowTheHead_isReported() {
        MpmcCore ring = ring();
        memory.putLong(MpmcLayout.HEAD, 2L << 13);
        assertThrows(RegionFormatException.class, ring::take);
        assertTrue(ring.size() <= 4);
    }

    @Test
    void aClaimThatNobodyMade_isReported() {
        MpmcCore ring = ring();
        memory.putLong(MpmcLayout.TAIL, 3L << 13 | 1);
        assertThrows(RegionFormatException.class, ring::take);
    }

    @Test
    void aLengthThatIsNone_isReported() {
        MpmcCore ring = ring();
        for (int length : new int[] {-1, 9, Integer.MIN_VALUE}) {
            memory.putInt(ring.message(0), length);
            RegionFormatException e =
                    assertThrows(RegionFormatException.class, () -> ring.length(ring.message(0)));
            assertEquals("message length=" + length + ", expected: 0 to 8", e.getMessage());
        }
    }

    /** Its place is given back, and who waits for one is woken. */
    @Test
    void aDeliveryThatIsNone_isReleased(@TempDir Path directory) {
        try (SharedRegion region = MpmcCommands.open(directory.resolve("ring.shm"))) {
            MpmcRing ring = MpmcRing.create(region, "it", 2, 8);
            ring.offerLong(1, 1);
            MappedBuffer words = ring.memory();
            words.putInt(ring.core().message(0), -1);
            long head = words.getLongVolatile(MpmcLayout.HEAD);
            words.putLongVolatile(MpmcLayout.HEAD, head | MpmcLayout.WAITING);
            assertThrows(RegionFormatException.class, ring::take);
            assertEquals(1, words.getIntVolatile(MpmcLayout.SPACE_EPOCH));
            assertEquals(2, ring.core().remaining());
        }
    }

    /** Who looks through a queue passes a lap at most, however far apart head and tail are. */
    @ParameterizedTest
    @ValueSource(longs = {1L << 20, 1L << 62, -1L << 62})
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // a watchdog
    void browsing_ends(long apart, @TempDir Path directory) {
        BlockingRing.Kind kind =
                new BlockingRing.Kind(MpmcRingType.INSTANCE, IllegalStateException::new);
        MappedBuffer scratch = new MappedBuffer(ByteBuffer.allocateDirect(8));
        try (SharedRegion region = MpmcCommands.open(directory.resolve("ring.shm"))) {
            BlockingRing ring = BlockingRing.attach(region, "it", kind, 4, 8, AttachMode.CREATE);
            MappedBuffer words = region.attach("it", MpmcRingType.INSTANCE).buffer();
            words.putLongVolatile(MpmcLayout.HEAD, -apart);
            words.putLongVolatile(MpmcLayout.TAIL, 0);
            AtomicInteger read = new AtomicInteger();
            BlockingRing.Browsing<Integer> browsing =
                    ring.browse((buffer, index, length) -> read.incrementAndGet());
            while (browsing.next(scratch) != null) {
                assertTrue(read.get() <= 4);
            }
            assertNull(ring.browse((buffer, index, length) -> length).nextInTurn(scratch));
        }
    }

    @Test
    void randomDamage_endsSomehow() {
        Random random = new Random(5);
        for (int round = 0; round < ROUNDS; round++) {
            MpmcCore ring = ring();
            for (int i = random.nextInt(4); i > 0; i--) {
                ring.publish(ring.claim());
            }
            for (int i = random.nextInt(4); i >= 0; i--) {
                damage(random);
            }
            for (int i = 0; i < 6; i++) {
                attempt(ring::claim);
                attempt(ring::take);
                attempt(ring::size);
            }
            attempt(() -> MpmcCore.sweep(memory, LAYOUT, 1, Waiter.system()));
        }
    }

    private void damage(Random random) {
        int at =
                switch (random.nextInt(4)) {
                    case 0 -> Long.BYTES * random.nextInt(memory.capacity() / Long.BYTES);
                    case 1 -> MpmcLayout.HEAD * random.nextInt(2);
                    case 2 -> MpmcLayout.REDELIVERY;
                    default -> LAYOUT.sequences() + Long.BYTES * random.nextInt(4);
                };
        long near = (long) random.nextInt(9) << 13 | random.nextInt(3);
        memory.putLong(at, random.nextBoolean() ? random.nextLong() : near);
    }

    private static void attempt(Runnable operation) {
        try {
            operation.run();
        } catch (RegionFormatException reported) {
            assertNotNull(reported.getMessage());
        }
    }
}
