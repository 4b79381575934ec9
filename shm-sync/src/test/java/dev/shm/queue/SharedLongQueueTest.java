package dev.shm.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.shm.codec.Codecs;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Sleeper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers through a queue. BEHAVIOURS 10.1, 10.2, 10.4, 10.5, 10.30, 10.32. */
class SharedLongQueueTest {
    private static final long NONE = Long.MIN_VALUE;

    @TempDir private Path directory;
    private SharedRegion region;
    private SharedLongQueue queue;

    @BeforeEach
    void open() {
        region =
                SharedRegion.create(
                        RegionOptions.at(directory.resolve("longs.shm"))
                                .bytes(1 << 18)
                                .maxParticipants(16));
        queue = SharedLongQueue.create(region, "it", 6);
    }

    @AfterEach
    void close() {
        region.close();
    }

    @Test
    void numbers_comeInTheirOrder() throws Exception {
        queue.put(1);
        assertTrue(queue.offer(2));
        assertTrue(queue.offer(3, 1, MILLISECONDS));
        assertEquals(2, queue.offerAll(new long[] {0, 4, Long.MIN_VALUE, 6}, 1, 3));
        assertEquals(1, queue.offerAll(new long[] {6, 7}, 0, 2));
        assertFalse(queue.offer(7));
        assertFalse(queue.offer(7, 1, MILLISECONDS));
        assertEquals(6, queue.size());
        assertEquals(0, queue.remainingCapacity());
        assertEquals(6, queue.capacity());
        assertEquals(1, queue.take());
        assertEquals(2, queue.poll(NONE));
        assertEquals(3, queue.poll(NONE, 1, MILLISECONDS));
        List<Long> rest = new ArrayList<>();
        assertEquals(2, queue.drain(rest::add, 2));
        assertEquals(1, queue.drain(rest::add, 9));
        assertEquals(List.of(4L, Long.MIN_VALUE, 6L), rest);
        assertEquals(NONE, queue.poll(NONE));
        assertEquals(NONE, queue.poll(NONE, 1, MILLISECONDS));
        assertThrows(IndexOutOfBoundsException.class, () -> queue.offerAll(new long[2], 1, 3));
    }

    @Test
    void boxedNumbers_areTheSame() throws Exception {
        try (SharedQueue<Long> boxed = SharedQueue.of(region, "it", 6, Codecs.longs())) {
            boxed.put(7L);
            assertEquals(7, queue.take());
            queue.put(8);
            assertEquals(8L, boxed.take());
            assertEquals("it", queue.name());
            assertEquals(boxed.toString(), queue.toString());
        }
    }

    @Test
    void open_ofOtherMessages_isRefused_andWritesNothing() throws IOException {
        SharedQueue.create(region, "text", 6, Codecs.utf8(9)).close();
        try (SharedRegion guest = SharedRegion.open(RegionOptions.at(region.path()))) {
            byte[] before = Files.readAllBytes(region.path());
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> SharedLongQueue.open(guest, "text"));
            assertEquals(
                    "name=text: its messages are of up to 9 bytes, asked for were numbers of 8",
                    e.getMessage());
            assertArrayEquals(before, Files.readAllBytes(region.path()));
        }
    }

    @Test
    void whatIsNoNumber_isRefused_andGone() throws Exception {
        try (SharedQueue<String> text = SharedQueue.open(region, "it", Codecs.utf8(8))) {
            text.put("a");
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> queue.poll(NONE));
            assertEquals(
                    "name=it message length=1: taken as a number, which has 8", e.getMessage());
            text.put("12345678");
            assertEquals(0x3837363534333231L, queue.take());
            text.put("");
            assertThrows(IllegalArgumentException.class, () -> queue.drain(value -> {}, 1));
            assertEquals(6, queue.remainingCapacity());
        }
    }

    /** Each one taken makes room for another: it ends all the same. */
    @Test
    void drain_endsBesideAProducer() {
        queue.offer(0);
        assertEquals(6, queue.drain(value -> queue.offer(value + 1), Integer.MAX_VALUE));
        assertEquals(6, queue.poll(NONE));
    }

    @Test
    void waits_areReleased_andEnd() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread taker = Sleeper.start(() -> assertEquals(5, queue.take()), thrown);
        queue.put(5);
        taker.join();
        taker = Sleeper.start(queue::take, thrown);
        queue.shutdown();
        taker.join();
        assertEquals(QueueShutDownException.class, thrown.get().getClass());
        assertTrue(queue.isShutdown());
        assertThrows(QueueShutDownException.class, () -> queue.put(1));
        assertThrows(QueueShutDownException.class, () -> queue.poll(NONE));
        assertEquals(0, queue.drain(value -> {}, 1));
        queue.shutdownNow();
        queue.close();
        assertThrows(IllegalStateException.class, () -> queue.size());
    }

    /** What is there, or there is room for, makes no garbage. */
    @Test
    void numbers_makeNoGarbage() throws Exception {
        pass(50_000); // compiled, and all classes loaded
        long before = allocated();
        pass(100_000);
        long bytes = allocated() - before;
        assertTrue(bytes < 50_000, "bytes=" + bytes);
    }

    private void pass(int numbers) throws InterruptedException {
        for (int i = 0; i < numbers; i++) {
            queue.put(i);
            queue.offer(i, 1, MILLISECONDS);
            assertEquals(i, queue.take());
            assertEquals(i, queue.poll(NONE, 1, MILLISECONDS));
        }
    }

    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
