package dev.shm.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.memory.MappedBuffer;
import dev.shm.region.ObjectType;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peers;
import dev.shm.sync.Sleeper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The stack and the priority queue in one JVM. */
class SlotQueueTest {
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

    /** BEHAVIOURS 10.16: LIFO and priority order of 111, 333, 222. */
    @Test
    void elements_comeInOrder() throws Exception {
        SharedStack<String> stack = SharedStack.of(region, "stack", 3, Codecs.utf8(8));
        SharedPriorityQueue<String> queue =
                SharedPriorityQueue.of(region, "queue", 3, Codecs.utf8(8), Long::parseLong);
        for (String element : List.of("111", "333", "222")) {
            stack.put(element);
            queue.put(element);
        }
        assertEquals("222", stack.take());
        assertEquals("333", stack.take());
        assertEquals("111", stack.take());
        assertEquals("111", queue.take());
        assertEquals("222", queue.take());
        assertEquals("333", queue.take());
    }

    /** Of equal priorities the oldest comes first, also after others came and went. */
    @Test
    void equalPriorities_comeFirstInFirstOut() {
        SlotQueue<Long> queue = Kind.PRIORITY.create(region, 16);
        for (long number : new long[] {205, 101, 203, 102, 1, 204, 100}) {
            assertTrue(queue.offer(number));
        }
        assertEquals(1, queue.poll());
        assertTrue(queue.offer(103L));
        for (long expected : new long[] {101, 102, 100, 103, 205, 203, 204}) {
            assertEquals(expected, queue.poll());
        }
        SlotQueue<Long> extremes =
                SharedPriorityQueue.of(region, "extremes", 4, Codecs.longs(), number -> number);
        extremes.addAll(List.of(0L, Long.MAX_VALUE, -1L, Long.MIN_VALUE));
        assertEquals(List.of(Long.MIN_VALUE, -1L, 0L, Long.MAX_VALUE), new ArrayList<>(extremes));
    }

    /** Whatever is done, it behaves as the JDK's own. */
    @ParameterizedTest
    @EnumSource
    void randomOperations_areThoseOfAModel(Kind kind) {
        int capacity = 13;
        SlotQueue<Long> queue = kind.create(region, capacity);
        Random random = new Random(16);
        List<Long> model = new ArrayList<>(); // in the order in which they were put
        for (long i = 0; i < 30_000; i++) {
            switch (random.nextInt(20)) {
                case 0 -> {
                    List<Long> all = kind.taken(model);
                    assertEquals(all, new ArrayList<>(queue));
                    assertEquals(all.isEmpty() ? null : all.get(0), queue.peek());
                }
                case 1 -> {
                    Long one = model.isEmpty() ? i : model.get(random.nextInt(model.size()));
                    assertEquals(model.contains(one), queue.contains(one));
                    assertEquals(model.remove(one), queue.remove(one));
                }
                case 2, 3, 4, 5, 6, 7, 8, 9 -> {
                    Long taken = queue.poll();
                    List<Long> all = kind.taken(model);
                    assertEquals(all.isEmpty() ? null : all.get(0), taken);
                    model.remove(taken);
                }
                default -> {
                    Long number = 10_000L * random.nextInt(5) * 100 + i; // no two the same
                    boolean space = model.size() < capacity;
                    assertEquals(space, queue.offer(number));
                    if (space) {
                        model.add(number);
                    }
                }
            }
            assertEquals(model.size(), queue.size());
            assertEquals(capacity - model.size(), queue.remainingCapacity());
        }
    }

    /** BEHAVIOURS 10.1, 10.2, 10.5: every way to put into a full one, and to take from an empty. */
    @ParameterizedTest
    @EnumSource
    void emptyAndFull_areReturnValues(Kind kind) throws Exception {
        SlotQueue<Long> queue = kind.create(region, 6);
        assertTrue(queue.isEmpty());
        assertEquals(6, queue.capacity());
        queue.put(1L);
        assertTrue(queue.offer(2L));
        assertTrue(queue.offer(3L, 1, MINUTES));
        assertTrue(queue.offer(4L, 0, MINUTES));
        assertTrue(queue.add(5L));
        assertTrue(queue.addAll(List.of(6L)));
        assertEquals(0, queue.remainingCapacity());
        assertFalse(queue.offer(7L));
        assertFalse(queue.offer(7L, 0, MINUTES));
        assertFalse(queue.offer(7L, -1, MINUTES));
        assertThrows(IllegalStateException.class, () -> queue.add(7L));
        assertLasts(50, () -> assertFalse(queue.offer(7L, 50, MILLISECONDS)));
        assertEquals(6, queue.size());

        List<Long> drained = new ArrayList<>();
        assertEquals(2, queue.drainTo(drained, 2));
        assertEquals(0, queue.drainTo(drained, 0));
        assertEquals(4, queue.drainTo(drained));
        assertEquals(kind.taken(LongStream.rangeClosed(1, 6).boxed().toList()), drained);
        assertNull(queue.poll());
        assertNull(queue.peek());
        assertNull(queue.poll(0, MINUTES));
        assertNull(queue.poll(Long.MIN_VALUE, MINUTES));
        assertThrows(NoSuchElementException.class, queue::remove);
        assertThrows(NoSuchElementException.class, queue::element);
        assertLasts(200, () -> assertNull(queue.poll(200, MILLISECONDS))); // 10.8
        assertTrue(queue.isEmpty());
    }

    private interface Body {
        void run() throws Exception;
    }

    private static void assertLasts(long millis, Body body) throws Exception {
        long begin = System.nanoTime();
        body.run();
        long took = System.nanoTime() - begin;
        assertTrue(took >= MILLISECONDS.toNanos(millis), "took=" + NANOSECONDS.toMillis(took));
    }

    /** BEHAVIOURS 10.9: it throws where it is put, and leaves nothing behind. */
    @ParameterizedTest
    @EnumSource
    void whatCannotBeEncoded_isNotPut(Kind kind) throws Exception {
        SlotQueue<String> queue = kind.create(region, 1, Codecs.utf8(4), text -> 0);
        assertThrows(IllegalArgumentException.class, () -> queue.put("12345"));
        assertThrows(IllegalArgumentException.class, () -> queue.offer("\ud800"));
        assertThrows(IllegalArgumentException.class, () -> queue.offer("12345", 1, MINUTES));
        assertThrows(NullPointerException.class, () -> queue.put(null));
        assertThrows(NullPointerException.class, () -> queue.offer(null));
        assertEquals(0, queue.size());
        queue.put("1234");
        assertEquals(1, queue.size());
        assertEquals("1234", queue.take());
        queue.put("");
        assertEquals("", queue.take());
    }

    /** Codecs run outside the lock: one may use the queue itself, and one may throw. */
    @ParameterizedTest
    @EnumSource
    void codecs_holdNobodyUp(Kind kind) {
        List<SlotQueue<Long>> itself = new ArrayList<>();
        Codec<Long> codec =
                new Codec<>() {
                    @Override
                    public int maxBytes() {
                        return 8;
                    }

                    @Override
                    public int encode(Long value, MutableDirectBuffer target, int index) {
                        if (value > 0) {
                            itself.get(0).offer(value - 1);
                        }
                        target.putLong(index, value);
                        return value == 13 ? 9 : 8;
                    }

                    @Override
                    public Long decode(DirectBuffer source, int index, int length) {
                        long value = source.getLong(index);
                        if (value == 2) {
                            throw new IllegalArgumentException("two");
                        }
                        return value + 10L * itself.get(0).size();
                    }
                };
        SlotQueue<Long> queue = kind.create(region, 4, codec, value -> -value);
        itself.add(queue);
        assertTrue(queue.offer(3L)); // 0, 1, 2, 3
        assertEquals(3 + 30, queue.poll());
        assertThrows(IllegalArgumentException.class, queue::peek);
        assertThrows(IllegalArgumentException.class, queue::poll);
        assertEquals(1 + 10, queue.poll());
        assertThrows(IllegalArgumentException.class, () -> queue.offer(13L));
        assertEquals(4, queue.size(), "what it put before it was refused");
    }

    /** BEHAVIOURS 10.21: what was taken is not kept. */
    @ParameterizedTest
    @EnumSource
    void theBytesOfWhatWasTaken_areCleared(Kind kind) {
        SlotQueue<String> queue = kind.create(region, 2, Codecs.utf8(16), text -> 0);
        queue.offer("secret");
        assertTrue(contains("secret"));
        queue.poll();
        assertFalse(contains("secret"));
        queue.offer("secret");
        queue.clear();
        assertFalse(contains("secret"));
    }

    private boolean contains(String text) {
        MappedBuffer memory = region.attach(Kind.NAME, type()).buffer();
        byte[] all = new byte[memory.capacity()];
        memory.getBytes(0, all);
        return new String(all, StandardCharsets.ISO_8859_1).contains(text);
    }

    private ObjectType type() {
        String kind =
                region.entries().stream()
                        .filter(entry -> entry.name().equals(Kind.NAME))
                        .findAny()
                        .orElseThrow()
                        .kind();
        return kind.equals("SharedStack")
                ? SharedStackType.INSTANCE
                : SharedPriorityQueueType.INSTANCE;
    }

    @ParameterizedTest
    @EnumSource
    void iterator_isASnapshot_andRemovesWhatIsStillThere(Kind kind) {
        SlotQueue<Long> queue = kind.create(region, 8);
        queue.addAll(List.of(1L, 2L, 3L, 4L));
        Iterator<Long> all = queue.iterator();
        assertThrows(IllegalStateException.class, all::remove);
        Long first = all.next();
        assertEquals(first, queue.poll());
        all.remove(); // was taken: nothing happens
        assertThrows(IllegalStateException.class, all::remove);
        queue.offer(5L);
        Long second = all.next();
        all.remove();
        assertFalse(queue.contains(second));
        assertEquals(3, queue.size());
        all.next();
        all.next();
        assertFalse(all.hasNext());
        assertThrows(NoSuchElementException.class, all::next);
        assertTrue(queue.removeIf(number -> number != 5));
        assertArrayEquals(new Object[] {5L}, queue.toArray());
        assertFalse(queue.remove((Object) 6));
        queue.clear();
        assertTrue(queue.isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void interrupts_endWaits(Kind kind) throws Exception {
        SlotQueue<Long> queue = kind.create(region, 1);
        for (Sleeper.Blocking wait :
                List.<Sleeper.Blocking>of(queue::take, () -> queue.poll(1, MINUTES))) {
            assertInterrupted(wait);
        }
        queue.put(1L);
        for (Sleeper.Blocking wait :
                List.<Sleeper.Blocking>of(() -> queue.put(2L), () -> queue.offer(2L, 1, MINUTES))) {
            assertInterrupted(wait);
        }
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> queue.poll(0, MINUTES));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> queue.offer(2L, 0, MINUTES));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, queue::take);
        Thread.currentThread().interrupt();
        assertFalse(queue.offer(2L), "does not look at interrupts");
        assertEquals(1, queue.poll());
        assertTrue(Thread.interrupted());
    }

    private static void assertInterrupted(Sleeper.Blocking wait) throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = Sleeper.start(wait, thrown);
        thread.interrupt();
        thread.join();
        assertInstanceOf(InterruptedException.class, thrown.get());
    }

    /** BEHAVIOURS 10.11, 10.12; the elements stay. */
    @ParameterizedTest
    @EnumSource
    void close_endsTheHandle_andItsWaits(Kind kind) throws Exception {
        SlotQueue<Long> queue = kind.create(region, 2);
        SlotQueue<Long> other = kind.open(region);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread taker = Sleeper.start(queue::take, thrown);
        queue.close();
        queue.close();
        taker.join();
        assertInstanceOf(IllegalStateException.class, thrown.get());
        for (Callable<?> call :
                List.<Callable<?>>of(
                        () -> queue.offer(1L),
                        () -> queue.offer(1L, 1, MINUTES),
                        queue::poll,
                        queue::take,
                        queue::peek,
                        queue::size,
                        queue::isEmpty,
                        queue::iterator,
                        queue::isShutdown)) {
            String message = assertThrows(IllegalStateException.class, call::call).getMessage();
            assertEquals("region=" + region.name() + " name=it: handle closed", message);
        }
        assertEquals(kind.typeName() + "[name=it, closed]", queue.toString());
        assertTrue(other.offer(7L));
        other.close();
        assertEquals(List.of(7L), new ArrayList<>(kind.open(region)));
    }

    /** Closing the region ends the waits in it too. */
    @ParameterizedTest
    @EnumSource
    void closingTheRegion_endsWaits(Kind kind) throws Exception {
        SlotQueue<Long> queue = kind.create(region, 1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread taker = Sleeper.start(queue::take, thrown);
        region.close();
        taker.join();
        assertInstanceOf(IllegalStateException.class, thrown.get());
        assertEquals(kind.typeName() + "[name=it, closed]", queue.toString());
    }

    /** BEHAVIOURS 10.30, 10.31, 10.34. */
    @ParameterizedTest
    @EnumSource
    void shutdown_letsNothingIn_andTheRestOut(Kind kind) throws Exception {
        SlotQueue<Long> queue = kind.create(region, 4);
        SlotQueue<Long> other = kind.open(region);
        queue.addAll(List.of(1L, 2L));
        assertFalse(other.isShutdown());
        queue.shutdown();
        queue.shutdown();
        assertTrue(other.isShutdown());
        assertNothingComesIn(other);
        assertEquals(2, other.size());
        assertNotNull(other.take());
        assertNotNull(other.poll(1, MINUTES));
        assertNothingComesOut(other);
        queue.shutdownNow();
        assertNothingComesOut(other);
        assertTrue(queue.toString().contains("size=0 of"), queue::toString);
        assertTrue(queue.toString().contains(", shut down, "), queue::toString);
    }

    /** BEHAVIOURS 10.30, 10.32, 10.34. */
    @ParameterizedTest
    @EnumSource
    void shutdownNow_removesTheRest(Kind kind) {
        SlotQueue<Long> queue = kind.create(region, 4);
        queue.addAll(List.of(1L, 2L));
        queue.shutdownNow();
        queue.shutdownNow();
        queue.shutdown();
        assertEquals(0, queue.size());
        assertTrue(queue.isShutdown());
        assertNothingComesIn(queue);
        assertNothingComesOut(queue);
    }

    private static void assertNothingComesIn(SlotQueue<Long> queue) {
        assertThrows(QueueShutDownException.class, () -> queue.put(3L));
        assertThrows(QueueShutDownException.class, () -> queue.offer(3L));
        assertThrows(QueueShutDownException.class, () -> queue.offer(3L, 1, MINUTES));
    }

    private static void assertNothingComesOut(SlotQueue<Long> queue) {
        assertThrows(QueueShutDownException.class, queue::take);
        assertThrows(QueueShutDownException.class, queue::poll);
        assertThrows(QueueShutDownException.class, () -> queue.poll(1, MINUTES));
        assertNull(queue.peek());
        assertEquals(0, queue.remainingCapacity());
        List<Long> rest = new ArrayList<>();
        assertEquals(0, queue.drainTo(rest));
    }

    @Test
    void otherNumbersOrTypes_areRefused() {
        SharedStack<Long> stack = SharedStack.create(region, "it", 4, Codecs.longs());
        SharedPriorityQueue.create(region, "queue", 4, Codecs.longs(), number -> number);
        for (Runnable wrong :
                List.<Runnable>of(
                        () -> SharedStack.of(region, "it", 5, Codecs.longs()),
                        () -> SharedStack.of(region, "it", 4, Codecs.utf8(7)),
                        () -> SharedStack.open(region, "it", Codecs.utf8(7)),
                        () -> SharedStack.open(region, "queue", Codecs.longs()),
                        () -> SharedStack.of(region, "new", 0, Codecs.longs()),
                        () -> SharedStack.of(region, "new", (1 << 24) + 1, Codecs.longs()),
                        () -> SharedStack.of(region, "new", 1 << 24, Codecs.bytes(1 << 10)),
                        () -> SharedPriorityQueue.open(region, "it", Codecs.longs(), n -> n),
                        () -> SharedPriorityQueue.of(region, "queue", 3, Codecs.longs(), n -> n),
                        () -> stack.drainTo(stack))) {
            assertThrows(IllegalArgumentException.class, wrong::run);
        }
        assertThrows(
                IllegalStateException.class,
                () -> SharedStack.create(region, "it", 4, Codecs.longs()));
        assertThrows(
                IllegalStateException.class,
                () -> SharedPriorityQueue.create(region, "it", 4, Codecs.longs(), n -> n));
        assertThrows(
                NoSuchElementException.class,
                () -> SharedStack.open(region, "new", Codecs.longs()));
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> SharedStack.open(region, "it", Codecs.utf8(7)))
                        .getMessage();
        assertEquals(
                "name=it: has 4 entries of at most 8 bytes, asked for was codec=utf8(7) with"
                        + " maxBytes=7",
                message);
    }

    @ParameterizedTest
    @EnumSource
    void toString_saysWhatThereIs(Kind kind) {
        SlotQueue<Long> queue = kind.create(region, 4);
        queue.offer(1L);
        assertEquals(
                kind.typeName()
                        + "[name=it, size=1 of 4 entries of at most 8 bytes, lock free,"
                        + " waiters=no]",
                queue.toString());
        assertEquals(
                "4 entries of at most 8 bytes",
                type().describe(4, 8, region.attach("it", type()).buffer()));
        assertEquals("unreadable configuration", type().describe(0, 8, null));
    }
}
