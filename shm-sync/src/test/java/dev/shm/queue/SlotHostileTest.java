package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Damaged bytes give an exception or a wrong answer, never an endless loop or a crash. */
class SlotHostileTest {
    private static final int ROUNDS = Integer.getInteger("shm.fuzz.cases", 5_000);
    private static final SlotLayout LAYOUT = new SlotLayout(4, 8);

    @TempDir private Path directory;

    private SharedRegion region;

    @BeforeEach
    void openRegion() {
        region = Peers.open(directory.resolve("peers.shm"));
    }

    @AfterEach
    void closeRegion() {
        region.close();
    }

    private MappedBuffer memory(Kind kind) {
        return region.attach(
                        Kind.NAME,
                        kind == Kind.STACK
                                ? SharedStackType.INSTANCE
                                : SharedPriorityQueueType.INSTANCE)
                .buffer();
    }

    @Test
    void aDirectoryThatLies_isRefused() {
        assertRefused("capacity=0 maxBytes=8 bytes=512", 0, 8, 512);
        assertRefused("capacity=4 maxBytes=0 bytes=512", 4, 0, 512);
        assertRefused("capacity=4 maxBytes=8 bytes=504", 4, 8, 504);
        assertRefused("capacity=16777217 maxBytes=8 bytes=512", (1 << 24) + 1, 8, 512);
    }

    private void assertRefused(String found, long configA, long configB, int bytes) {
        ObjectSpec spec =
                new ObjectSpec(SharedStackType.INSTANCE, configA, configB, bytes, "?", m -> {});
        region.attach("bad", spec, AttachMode.CREATE).close();
        RegionFormatException e =
                assertThrows(
                        RegionFormatException.class,
                        () -> SharedStack.open(region, "bad", Codecs.longs()));
        assertTrue(e.getMessage().startsWith("object=bad " + found + ", expected:"), e::getMessage);
        assertTrue(region.remove("bad"));
    }

    /** An element whose length is none is removed, and reported once. */
    @ParameterizedTest
    @EnumSource
    void aLengthThatIsNone_isReported(Kind kind) {
        SlotQueue<Long> queue = kind.create(region, 4);
        MappedBuffer memory = memory(kind);
        for (int length : new int[] {-1, 9, Integer.MIN_VALUE}) {
            queue.offer(1L);
            memory.putInt(LAYOUT.slot(0) + SlotLayout.SLOT_LENGTH, length);
            assertThrows(RegionFormatException.class, queue::peek);
            assertThrows(RegionFormatException.class, queue::poll);
            assertNull(queue.poll());
        }
        memory.putInt(LAYOUT.slot(0) + SlotLayout.SLOT_LENGTH, 7);
        queue.offer(1L);
        memory.putInt(LAYOUT.slot(0) + SlotLayout.SLOT_LENGTH, 7);
        assertThrows(IllegalArgumentException.class, queue::poll); // the codec's
        assertNull(queue.poll());
    }

    /** An order that cannot be is reported once, and made anew from the slots. */
    @ParameterizedTest
    @EnumSource
    void anOrderThatCannotBe_isReported_andRepaired(Kind kind) {
        SlotQueue<Long> queue = kind.create(region, 4);
        MappedBuffer memory = memory(kind);
        for (int wrong : new int[] {-1, 4, Integer.MAX_VALUE, 3}) {
            queue.offer(300L);
            queue.offer(100L);
            memory.putInt(SlotLayout.ORDER, wrong); // 3: a free slot
            memory.putInt(SlotLayout.ORDER + 4, wrong);
            assertThrows(RegionFormatException.class, queue::poll);
            List<Long> drained = new ArrayList<>();
            queue.drainTo(drained);
            assertEquals(kind.taken(List.of(300L, 100L)), drained);
        }
        memory.putInt(SlotLayout.SIZE, -5);
        assertEquals(0, queue.size());
        memory.putInt(SlotLayout.SIZE, 5);
        assertEquals(4, queue.size());
        assertThrows(RegionFormatException.class, queue::poll);
        assertNull(queue.poll());
        assertEquals(0, queue.size());
    }

    /** What an error in the middle of a change leaves behind: all but the tickets may be wrong. */
    @ParameterizedTest
    @EnumSource
    void aChangeThatWasNotEnded_isMadeGood(Kind kind) {
        SlotQueue<Long> queue = kind.create(region, 4);
        MappedBuffer memory = memory(kind);
        List<Long> all = List.of(300L, 100L, 200L);
        queue.addAll(all);
        memory.putInt(SlotLayout.CHANGING, 1);
        memory.putInt(SlotLayout.SIZE, 1);
        for (int place = 0; place < 4; place++) {
            memory.putInt(LAYOUT.place(place), 3);
        }
        List<Long> drained = new ArrayList<>();
        queue.drainTo(drained);
        assertEquals(kind.taken(all), drained);
        assertEquals(0, memory.getInt(SlotLayout.CHANGING));
    }

    @ParameterizedTest
    @EnumSource
    void randomDamage_endsSomehow(Kind kind) {
        Random random = new Random(5);
        SlotQueue<Long> queue = kind.create(region, 4);
        MappedBuffer memory = memory(kind);
        assertEquals(LAYOUT.bytes(), memory.capacity());
        for (int round = 0; round < ROUNDS; round++) {
            memory.setMemory(0, memory.capacity(), (byte) 0);
            LAYOUT.initialize(memory);
            for (long i = random.nextInt(4); i > 0; i--) {
                queue.offer(100 * i);
            }
            for (int i = random.nextInt(4); i >= 0; i--) {
                int words = (memory.capacity() - SlotLayout.CHANGING) / Integer.BYTES;
                int at = SlotLayout.CHANGING + Integer.BYTES * random.nextInt(words);
                memory.putInt(at, random.nextBoolean() ? random.nextInt() : random.nextInt(6));
            }
            for (int i = 0; i < 6; i++) {
                attempt(() -> queue.offer(7L));
                attempt(() -> queue.poll());
                attempt(() -> queue.peek());
                attempt(() -> queue.remove(100L));
                attempt(() -> assertTrue(queue.size() <= 4));
            }
            attempt(queue::clear);
            attempt(queue::shutdownNow);
        }
    }

    private static void attempt(Runnable operation) {
        try {
            operation.run();
        } catch (IllegalArgumentException
                | IllegalStateException
                | RegionFormatException reported) {
            assertNotNull(reported.getMessage());
        }
    }
}
