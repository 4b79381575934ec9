package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.MpmcRing;
import dev.shm.ring.MpmcRingType;
import dev.shm.testing.FormatDoc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/format.md} says of queues, read in one, and what is no queue is refused. */
class QueueFormatDocTest {
    private static final int TAIL = 0;
    private static final int HEAD = 128;
    private static final int REDELIVERY = 136;
    private static final long CLOSED = 4095;
    private static final long DROP = 2;
    private static final int ROUNDS = 300;

    @TempDir private Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region =
                SharedRegion.create(
                        RegionOptions.at(directory.resolve("queue.shm"))
                                .bytes(1 << 20)
                                .maxParticipants(16));
    }

    @AfterEach
    void close() {
        region.close();
    }

    @Test
    void kinds_areThoseOfTheTypes() throws IOException {
        assertEquals(
                Stream.of(new SharedQueueType(), new JoinableQueueType())
                        .map(type -> List.of(String.valueOf(type.code()), type.name()))
                        .toList(),
                FormatDoc.table("queue kinds").stream().map(row -> row.subList(0, 2)).toList());
        for (ObjectType type : List.of(new SharedQueueType(), new JoinableQueueType())) {
            assertTrue(type.needsSweep());
            assertEquals(
                    "6 messages of at most 9 bytes",
                    type.describe(6, 16L << 32 | 9, memory("any", 8)));
            assertEquals("unreadable configuration", type.describe(0, 0, memory("any", 8)));
        }
    }

    private AtomicBuffer memory(String name, int bytes) {
        return region.buffer(name, bytes);
    }

    @Test
    void bytes_areThoseOfARing() {
        SharedQueue.create(region, "six", 6, Codecs.utf8(9)).close();
        SharedQueue.create(region, "one", 1, Codecs.utf8(9)).close();
        MpmcRing.create(region, "eight", 8, 9).close();
        MpmcRing.create(region, "two", 2, 9).close();
        assertEquals(bytes("eight", new MpmcRingType()), bytes("six", new SharedQueueType()));
        assertEquals(bytes("two", new MpmcRingType()), bytes("one", new SharedQueueType()));
    }

    private int bytes(String name, ObjectType type) {
        try (Block block = region.attach(name, type)) {
            return block.buffer().capacity();
        }
    }

    @Test
    void shutdown_isWrittenInTheTail_andDropBesideTheHead() throws Exception {
        SharedQueue<Long> queue = SharedQueue.create(region, "it", 6, Codecs.longs());
        try (Block block = region.attach("it", new SharedQueueType())) {
            queue.put(0x0102030405060708L);
            assertEquals(1, block.buffer().getLong(TAIL) >>> 13);
            int messages = block.buffer().capacity() - 8 * 16;
            assertEquals(8, block.buffer().getInt(messages));
            assertEquals(0x0102030405060708L, block.buffer().getLong(messages + 8));
            queue.shutdown();
            assertEquals(1L << 13 | CLOSED, block.buffer().getLong(TAIL));
            assertEquals(0, block.buffer().getLong(REDELIVERY));
            queue.shutdownNow();
            assertEquals(DROP | 1, block.buffer().getLong(REDELIVERY) & 3);
            assertEquals(1, block.buffer().getLong(HEAD) >>> 13);
        }
    }

    @Test
    void whatIsNoQueue_isRefused() {
        try (SharedRegion other =
                SharedRegion.create(
                        RegionOptions.at(directory.resolve("large.shm"))
                                .bytes(1 << 20)
                                .maxParticipants(4095))) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> SharedLongQueue.create(other, "it", 6));
            assertEquals(
                    "maxParticipants=4095: a queue needs a region of at most 4094", e.getMessage());
        }
    }

    /** Whatever the words say, there is an exception, or an answer. */
    @Test
    void randomDamage_endsSomehow() {
        Random random = new Random(7);
        for (int round = 0; round < ROUNDS; round++) {
            String name = "it" + round;
            try (SharedLongQueue queue = SharedLongQueue.create(region, name, 3);
                    Block block = region.attach(name, new SharedQueueType())) {
                for (int i = random.nextInt(4); i > 0; i--) {
                    queue.offer(i);
                }
                for (int i = random.nextInt(4); i >= 0; i--) {
                    damage(block.buffer(), random);
                }
                List<Runnable> operations =
                        List.of(
                                () -> queue.offer(1),
                                () -> queue.poll(0),
                                queue::size,
                                queue::remainingCapacity,
                                () -> queue.drain(value -> {}, 9));
                operations.forEach(QueueFormatDocTest::attempt);
            }
            region.remove(name);
        }
    }

    private static void damage(AtomicBuffer memory, Random random) {
        int at =
                switch (random.nextInt(4)) {
                    case 0 -> Long.BYTES * random.nextInt(memory.capacity() / Long.BYTES);
                    case 1 -> HEAD * random.nextInt(2);
                    case 2 -> REDELIVERY;
                    default -> 640 + Long.BYTES * random.nextInt(4);
                };
        long near = (long) random.nextInt(9) << 13 | random.nextInt(3);
        memory.putLong(at, random.nextBoolean() ? random.nextLong() : near);
    }

    private static void attempt(Runnable operation) {
        try {
            operation.run();
        } catch (RegionFormatException
                | QueueShutDownException
                | IllegalArgumentException answered) { // that: a message is no number any more
            assertTrue(answered.getMessage().length() > 10, answered::getMessage);
        }
    }
}
