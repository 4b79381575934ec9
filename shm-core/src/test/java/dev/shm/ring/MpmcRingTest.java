package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedArray;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a ring does, in one process. */
@Tag("optimised")
class MpmcRingTest {
    private static final MessageHandler IGNORE = (type, buffer, index, length) -> {};

    @TempDir private Path directory;
    private SharedRegion region;
    private MpmcRing ring;

    @BeforeEach
    void open() {
        region = MpmcCommands.open(directory.resolve("ring.shm"));
        ring = MpmcRing.create(region, "it", 4, 16);
    }

    @AfterEach
    void close() {
        region.close();
    }

    private boolean offer(String text) {
        return MpmcCommands.offer(ring, text);
    }

    private String poll() {
        return MpmcCommands.poll(ring, false);
    }

    /** BEHAVIOURS 10.2, 10.5, 10.7, 10.16. */
    @Test
    void aRing_isFirstInFirstOut_andSaysWhenItIsFullOrEmpty() {
        assertEquals(MpmcCommands.EMPTY, poll());
        for (int lap = 0; lap < 5; lap++) {
            for (int i = 0; i < 4; i++) {
                assertEquals(i, ring.size());
                assertTrue(offer("m" + lap + i));
            }
            assertFalse(offer("too many"));
            assertEquals(4, ring.size());
            for (int i = 0; i < 4; i++) {
                assertEquals("m" + lap + i, poll());
            }
            assertEquals(MpmcCommands.EMPTY, poll());
            assertEquals(MpmcCommands.EMPTY, MpmcCommands.poll(ring, true));
        }
    }

    @Test
    void messages_haveATypeAndAnyLength() {
        List<String> seen = new ArrayList<>();
        MessageHandler handler =
                (type, buffer, index, length) ->
                        seen.add(type + ":" + buffer.getStringWithoutLengthAscii(index, length));
        MappedBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(32));
        source.putStringWithoutLengthAscii(0, "0123456789abcdefghij");
        assertTrue(ring.offer(Integer.MIN_VALUE, source, 0, 0));
        assertTrue(ring.offer(0, source, 5, 1));
        assertTrue(ring.offer(-1, source, 1, 16));
        assertEquals(3, ring.poll(handler, 10));
        assertEquals(List.of("-2147483648:", "0:5", "-1:123456789abcdefg"), seen);
        assertEquals(0, ring.poll(handler, 10));
    }

    @Test
    void poll_withALimit_leavesTheRest() {
        offer("a");
        offer("b");
        offer("c");
        assertEquals(2, ring.poll(IGNORE, 2));
        assertEquals("c", poll());
    }

    @Test
    void aMessageThatIsTooLong_isRefused_andLeavesNothing() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> offer("0123456789abcdefg"));
        assertEquals("length=17: must be 0 to 16 in ring=it", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> ring.claim(17));
        assertThrows(IllegalArgumentException.class, () -> ring.claim(-1));
        MappedBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(8));
        assertThrows(IndexOutOfBoundsException.class, () -> ring.offer(1, source, 4, 5));
        assertEquals(0, ring.size());
        MpmcRing small = MpmcRing.create(region, "small", 2, 7);
        assertThrows(IllegalArgumentException.class, () -> small.offerLong(1, 1));
    }

    @Test
    void numbers_areChecked() {
        for (int capacity : new int[] {Integer.MIN_VALUE, -4, 0, 1, 3, 1000, 1 << 25}) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> MpmcRing.of(region, "bad", capacity, 8));
            assertEquals(
                    "capacity=" + capacity + ": must be a power of two, 2 to 16777216",
                    e.getMessage());
        }
        for (int maxLength : new int[] {-1, Integer.MAX_VALUE}) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> MpmcRing.of(region, "bad", 1024, maxLength));
            assertTrue(e.getMessage().startsWith("maxLength=" + maxLength + ": must be 0 to 20"));
        }
        assertThrows(IllegalArgumentException.class, () -> ring.onDeadLetter(0, IGNORE));
    }

    @Test
    void factories_findAndRefuse() {
        assertThrows(IllegalStateException.class, () -> MpmcRing.create(region, "it", 4, 16));
        assertThrows(IllegalArgumentException.class, () -> MpmcRing.of(region, "it", 8, 16));
        assertThrows(IllegalArgumentException.class, () -> MpmcRing.of(region, "it", 4, 17));
        assertThrows(NoSuchElementException.class, () -> MpmcRing.open(region, "other"));
        offer("a");
        try (MpmcRing again = MpmcRing.open(region, "it")) {
            assertEquals("a", MpmcCommands.poll(again, false));
            assertEquals(4, again.capacity());
            assertEquals(16, again.maxLength());
            assertEquals("it", again.name());
            assertEquals("MpmcRing[name=it, size=0 of 4, maxLength=16]", again.toString());
        }
        assertTrue(
                region.entries().stream()
                        .anyMatch(e -> e.toString().contains("4 messages of at most 16 bytes")));
    }

    @Test
    void aClaim_isSeenOnceItIsCommitted() {
        MpmcClaim first = ring.claim(8);
        MpmcClaim second = ring.claim(2);
        first.buffer().putLong(first.index(), 42);
        second.buffer().putStringWithoutLengthAscii(second.index(), "ok");
        second.commit(2);
        assertEquals(MpmcCommands.EMPTY, MpmcCommands.poll(ring, true));
        RegionOptions impatient = RegionOptions.at(region.path()).maxWait(1, TimeUnit.SECONDS);
        try (SharedRegion hasty = SharedRegion.open(impatient)) {
            MpmcRing strict = MpmcRing.open(hasty, "it");
            assertThrows(IllegalStateException.class, () -> strict.poll(IGNORE));
        }
        first.commit(1);
        ring.poll((type, buffer, index, length) -> assertEquals(42, buffer.getLong(index)));
        assertEquals("ok", poll());
        assertThrows(IllegalStateException.class, () -> first.commit(1));
        assertThrows(IllegalStateException.class, second::abort);
    }

    /** Nothing was offered: the one that is at work on the oldest has none behind it. */
    @Test
    void poll_doesNotWait_whereOnlyOneIsAtWork() {
        MpmcClaim claim = ring.claim(0);
        assertEquals(MpmcCommands.EMPTY, poll());
        claim.abort();
        assertEquals(MpmcCommands.EMPTY, poll());
        offer("a");
        assertEquals("a", poll());
    }

    @Test
    void anAbortedClaim_isSkipped_alsoBetweenOthers() {
        for (int lap = 0; lap < 3; lap++) {
            offer("a");
            MpmcClaim claim = ring.claim(3);
            offer("b");
            claim.abort();
            assertEquals("a", poll());
            assertEquals("b", poll());
            assertEquals(MpmcCommands.EMPTY, poll());
        }
    }

    @Test
    void aDelivery_keepsItsPlace_untilItIsAcknowledged() {
        offer("a");
        MpmcDelivery delivery = ring.take();
        assertNotNull(delivery);
        assertEquals("a", MpmcCommands.text(delivery));
        assertEquals(1, delivery.type());
        assertEquals(0, delivery.attempts());
        assertNull(ring.take());
        for (String text : List.of("b", "c", "d")) {
            assertTrue(offer(text));
        }
        assertFalse(offer("e"));
        assertEquals("b", poll());
        assertFalse(offer("e"));
        delivery.ack();
        assertTrue(offer("e"));
        assertThrows(IllegalStateException.class, delivery::ack);
        assertThrows(IllegalStateException.class, delivery::requeue);
    }

    @Test
    void requeue_deliversAgain_beforeAllOthers() {
        offer("a");
        offer("b");
        offer("c");
        MpmcDelivery first = ring.take();
        MpmcDelivery second = ring.take();
        second.requeue();
        first.requeue();
        MpmcDelivery again = ring.take();
        assertEquals("a", MpmcCommands.text(again));
        assertEquals(1, again.attempts());
        again.requeue();
        again = ring.relaxedTake();
        assertEquals("a", MpmcCommands.text(again));
        assertEquals(2, again.attempts());
        again.ack();
        assertEquals("b", poll());
        assertEquals("c", poll());
        assertEquals(MpmcCommands.EMPTY, poll());
    }

    @Test
    void deadLetters_areSetAside() {
        List<String> dead = new ArrayList<>();
        ring.onDeadLetter(
                2,
                (type, buffer, index, length) ->
                        dead.add(buffer.getStringWithoutLengthAscii(index, length)));
        offer("poison");
        offer("good");
        ring.take().requeue();
        MpmcDelivery second = ring.take();
        assertEquals(1, second.attempts());
        second.requeue();
        assertEquals("good", MpmcCommands.text(ring.take()));
        assertEquals(List.of("poison"), dead);
        assertNull(ring.take());
    }

    @Test
    void aHandlerThatThrows_hasTakenItsMessage() {
        offer("a");
        offer("b");
        assertThrows(
                UnsupportedOperationException.class,
                () ->
                        ring.poll(
                                (type, buffer, index, length) -> {
                                    throw new UnsupportedOperationException();
                                }));
        assertEquals("b", poll());
        for (int i = 0; i < 4; i++) {
            assertTrue(offer("c"));
        }
    }

    @Test
    void aHandler_mayUseTheRing() {
        offer("a");
        ring.poll((type, buffer, index, length) -> offer("b"));
        assertEquals("b", poll());
    }

    /** BEHAVIOURS 10.12. */
    @Test
    void aClosedHandle_refuses_andAnotherGoesOn() {
        MpmcRing other = MpmcRing.open(region, "it");
        offer("a");
        offer("b");
        MpmcDelivery delivery = ring.take();
        MpmcClaim claim = ring.claim(1);
        ring.close();
        ring.close();
        assertThrows(IllegalStateException.class, () -> ring.offerLong(1, 1));
        assertThrows(IllegalStateException.class, this::poll);
        assertThrows(IllegalStateException.class, () -> ring.take());
        assertThrows(IllegalStateException.class, () -> ring.size());
        assertThrows(IllegalStateException.class, delivery::ack);
        assertThrows(IllegalStateException.class, () -> claim.commit(1));
        assertEquals("MpmcRing[name=it, closed]", ring.toString());
        assertTrue(other.offerLong(1, 7));
        MpmcDelivery again = other.take();
        assertEquals("a", MpmcCommands.text(again));
        assertEquals(1, again.attempts());
        assertEquals("b", MpmcCommands.poll(other, false));
        assertTrue(other.poll(IGNORE));
        assertEquals(MpmcCommands.EMPTY, MpmcCommands.poll(other, false));
    }

    @Test
    void aClosedRegion_givesBackWhatWasInItsHands() {
        offer("a");
        try (SharedRegion second = MpmcCommands.open(directory.resolve("ring.shm"))) {
            MpmcRing theirs = MpmcRing.open(second, "it");
            assertEquals("a", MpmcCommands.text(theirs.take()));
            assertNotNull(theirs.claim(1));
            theirs.offerLong(1, 1);
            assertNull(ring.relaxedTake());
        }
        MpmcDelivery again = ring.take();
        assertEquals("a", MpmcCommands.text(again));
        assertEquals(1, again.attempts());
        assertTrue(ring.poll(IGNORE));
        assertEquals(MpmcCommands.EMPTY, poll());
    }

    /** Closing waits for what is in progress, so no claim stays behind. */
    @Test
    void closing_whileOthersUseTheHandle_leavesTheRingSound() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        MpmcRing rest = MpmcRing.open(region, "it");
        try {
            for (int round = 0; round < 200; round++) {
                MpmcRing closed = MpmcRing.open(region, "it");
                CountDownLatch begun = new CountDownLatch(2);
                Future<?> offers = threads.submit(() -> untilClosed(begun, closed::offerLong));
                Future<?> polls =
                        threads.submit(() -> untilClosed(begun, (a, b) -> closed.poll(IGNORE)));
                begun.await();
                closed.close();
                offers.get();
                polls.get();
                while (rest.poll(IGNORE)) {
                    // until it is empty
                }
                for (int i = 0; i < 4; i++) {
                    assertTrue(rest.offerLong(1, i), "round=" + round);
                }
                assertEquals(4, rest.poll(IGNORE, 4));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** The memory of a ring that was let go is another object's, also for a region that closes. */
    @Test
    void closingTheRegion_leavesAloneWhatWasLetGo() {
        ring.close();
        assertTrue(region.remove("it"));
        try (SharedRegion other = MpmcCommands.open(directory.resolve("ring.shm"))) {
            int bytes = (int) region.bytes();
            AtomicBuffer all = other.buffer("all", bytes);
            all.setMemory(0, bytes, (byte) -1);
            region.close();
            for (int i = 0; i < bytes; i += Long.BYTES) {
                assertEquals(-1, all.getLong(i), "index=" + i);
            }
        }
    }

    /** What was taken before the handle was closed is released, however late. */
    @Test
    void anOperationThatOutlastsItsHandle_isFinished() throws Exception {
        MpmcRing closed = MpmcRing.open(region, "it");
        ring.offerLong(1, 1);
        Semaphore goOn = new Semaphore(0);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> polled = pollSlowly(thread, closed, 1, goOn);
            closed.close();
            goOn.release();
            assertTrue(polled.get());
        } finally {
            thread.shutdownNow();
        }
        for (int i = 0; i < ring.capacity(); i++) {
            assertTrue(ring.offerLong(1, i), ring::toString);
        }
    }

    /**
     * A handler that outlasts its handle has the message as it was, and its memory is not reused.
     */
    @Test
    void theMemoryOfAClosedRing_isLetGoAfterTheLastOperation() throws Exception {
        ring.offerLong(1, 7);
        Semaphore goOn = new Semaphore(0);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> polled = pollSlowly(thread, ring, 7, goOn);
            ring.close();
            assertTrue(region.remove("it"));
            int longs = new MpmcLayout(4, 16, 16).bytes() / Long.BYTES;
            try (SharedArray other = SharedArray.create(region, "other", 'q', longs)) {
                goOn.release();
                assertTrue(polled.get());
                for (int i = 0; i < other.length(); i++) {
                    assertEquals(0, other.getLong(i), "index=" + i);
                }
            }
        } finally {
            thread.shutdownNow();
        }
        region.remove("other");
        assertEquals(region.bytes(), region.buffer("all", (int) region.bytes()).capacity());
    }

    /** The same where the last operation puts a message in, or fails to. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theMemoryOfAClosedRing_isLetGoAfterTheLastOffer(boolean fails) throws Exception {
        CountDownLatch copying = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        InvocationHandler slowly =
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getBytes")) {
                        copying.countDown();
                        goOn.await();
                        if (fails) {
                            throw new UnsupportedOperationException();
                        }
                    }
                    return null;
                };
        Class<?>[] type = {DirectBuffer.class};
        Object source = Proxy.newProxyInstance(type[0].getClassLoader(), type, slowly);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Boolean> offered =
                    thread.submit(() -> ring.offer(1, (DirectBuffer) source, 0, Long.BYTES));
            copying.await();
            ring.close(); // it does not wait for longer than a second
            assertTrue(region.remove("it"));
            goOn.countDown();
            if (fails) {
                assertThrows(ExecutionException.class, offered::get);
            } else {
                assertTrue(offered.get());
            }
        } finally {
            thread.shutdownNow();
        }
        assertEquals(region.bytes(), region.buffer("all", (int) region.bytes()).capacity());
    }

    /** Begins to poll in a thread, whose handler reads its message when it is let go on. */
    private static Future<Boolean> pollSlowly(
            ExecutorService thread, MpmcRing polled, long expected, Semaphore goOn)
            throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        MessageHandler handler =
                (type, buffer, index, length) -> {
                    reading.countDown();
                    goOn.acquireUninterruptibly();
                    assertEquals(expected, buffer.getLong(index));
                };
        Future<Boolean> future = thread.submit(() -> polled.poll(handler));
        reading.await();
        return future;
    }

    private interface Operation {
        boolean run(int type, long value);
    }

    private static void untilClosed(CountDownLatch begun, Operation operation) {
        try {
            operation.run(1, 1);
            begun.countDown();
            while (true) {
                operation.run(1, 1);
            }
        } catch (IllegalStateException e) {
            assertTrue(e.getMessage().contains("closed"), e.getMessage());
        }
    }

    /** A simple specification: a queue, what is in hand, and what was given back. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 64})
    void randomOperations_areThoseOfTheModel(int capacity) {
        MpmcRing tested = MpmcRing.create(region, "random", capacity, 8);
        Model model = new Model(capacity);
        Deque<MpmcDelivery> inHand = new ArrayDeque<>();
        Random random = new Random(capacity);
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> assertEquals(model.offer(step), tested.offerLong(1, step));
                case 2 -> {
                    long[] got = {-1};
                    tested.poll((type, buffer, index, length) -> got[0] = buffer.getLong(index));
                    assertEquals(model.poll(), got[0]);
                }
                case 3 -> {
                    MpmcDelivery delivery = tested.take();
                    long got = delivery == null ? -1 : delivery.buffer().getLong(delivery.index());
                    assertEquals(model.take(), got);
                    if (delivery != null) {
                        inHand.add(delivery);
                    }
                }
                case 4 -> {
                    if (!inHand.isEmpty()) {
                        inHand.remove().ack();
                        model.ack();
                    }
                }
                default -> {
                    if (!inHand.isEmpty() && random.nextInt(4) == 0) {
                        inHand.remove().requeue();
                        model.requeue();
                    }
                }
            }
        }
    }

    /** Places are released in any order and reused in order: full while the next one is in use. */
    private static final class Model {
        private final boolean[] used;
        private final Deque<long[]> waiting = new ArrayDeque<>();
        private final List<long[]> givenBack = new ArrayList<>();
        private final Deque<long[]> inHand = new ArrayDeque<>();
        private long next;

        Model(int capacity) {
            used = new boolean[capacity];
        }

        boolean offer(long value) {
            int place = (int) (next % used.length);
            if (used[place]) {
                return false;
            }
            used[place] = true;
            waiting.add(new long[] {value, next++});
            return true;
        }

        long poll() {
            long value = take();
            if (value >= 0) {
                used[(int) (inHand.removeLast()[1] % used.length)] = false;
            }
            return value;
        }

        long take() {
            givenBack.sort((a, b) -> Long.compare(a[1], b[1]));
            long[] item = givenBack.isEmpty() ? waiting.poll() : givenBack.remove(0);
            if (item == null) {
                return -1;
            }
            inHand.add(item);
            return item[0];
        }

        void ack() {
            used[(int) (inHand.remove()[1] % used.length)] = false;
        }

        void requeue() {
            givenBack.add(inHand.remove());
        }
    }
}
