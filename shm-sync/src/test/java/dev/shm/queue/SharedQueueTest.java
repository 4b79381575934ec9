package dev.shm.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Sleeper;
import dev.shm.sync.Where;
import dev.shm.testing.ChildJvm;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process's view of a queue. BEHAVIOURS 10.1, 10.2, 10.4, 10.5, 10.7-10.12, 10.18, 12.2. */
class SharedQueueTest {
    private static final Codec<String> CODEC = Codecs.utf8(16);

    @TempDir private Path directory;
    private Peers peers;
    private SharedQueue<String> queue;

    @BeforeEach
    void open() {
        peers = new Peers(Where.THREADS, directory, QueueCommands.class);
        queue = SharedQueue.create(peers.region(), "it", 6, CODEC);
    }

    @AfterEach
    void close() {
        peers.close();
    }

    private static long millisOf(Sleeper.Blocking action) throws Exception {
        long start = System.nanoTime();
        action.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** BEHAVIOURS 10.1, 10.2, 10.7; 10.18: a negative time is none. */
    @Test
    void put_fillsToTheCapacity_whateverItIs() throws Exception {
        assertTrue(queue.isEmpty());
        assertEquals(6, queue.remainingCapacity());
        queue.put("1");
        assertTrue(queue.offer("2"));
        assertTrue(queue.offer("3", 1, TimeUnit.DAYS));
        assertTrue(queue.offer("4", 0, MILLISECONDS));
        assertTrue(queue.add("5"));
        assertEquals(5, queue.size());
        assertEquals(1, queue.remainingCapacity());
        queue.put("6");
        assertEquals(0, queue.remainingCapacity());
        assertFalse(queue.offer("7"));
        assertFalse(queue.offer("7", 0, MILLISECONDS));
        assertFalse(queue.offer("7", -1, MILLISECONDS));
        assertTrue(millisOf(() -> assertFalse(queue.offer("7", 50, MILLISECONDS))) >= 50);
        assertThrows(IllegalStateException.class, () -> queue.add("7"));
        for (int i = 1; i <= 6; i++) {
            assertEquals(String.valueOf(i), queue.poll());
        }
        assertEquals(0, queue.size());
    }

    /** BEHAVIOURS 10.4, 10.5, 10.8, 10.18. */
    @Test
    void take_keepsTheOrder_andPollFindsNothing() throws Exception {
        queue.addAll(List.of("2", "3", "4", "5"));
        assertEquals("2", queue.take());
        assertEquals("3", queue.poll(1, TimeUnit.SECONDS));
        assertEquals("4", queue.poll(0, MILLISECONDS));
        assertEquals("5", queue.remove());
        assertNull(queue.poll());
        assertNull(queue.poll(0, MILLISECONDS));
        assertNull(queue.poll(-1, MILLISECONDS));
        assertTrue(millisOf(() -> assertNull(queue.poll(50, MILLISECONDS))) >= 50);
        assertTrue(millisOf(() -> assertNull(queue.receive(50, MILLISECONDS))) >= 50);
        assertThrows(NoSuchElementException.class, () -> queue.remove());
    }

    @Test
    void capacities_areExact() {
        for (int capacity : new int[] {1, 2, 3, 5, 8, 9}) {
            String name = "of" + capacity;
            try (SharedQueue<Long> numbers =
                    SharedQueue.create(peers.region(), name, capacity, Codecs.longs())) {
                for (int round = 0; round < 3; round++) {
                    for (long i = 0; i < capacity; i++) {
                        assertEquals(capacity - i, numbers.remainingCapacity());
                        assertTrue(numbers.offer(i));
                    }
                    assertFalse(numbers.offer(99L));
                    for (long i = 0; i < capacity; i++) {
                        assertEquals(i, numbers.poll());
                        assertTrue(numbers.offer(i + 100));
                        assertFalse(numbers.offer(99L));
                    }
                    for (long i = 0; i < capacity; i++) {
                        assertEquals(i + 100, numbers.poll());
                    }
                    assertNull(numbers.poll());
                }
            }
            peers.region().remove(name);
        }
    }

    @Test
    void numbers_areChecked() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedQueue.create(peers.region(), "bad", 0, CODEC));
        assertEquals("capacity=0: must be 1 to 16777216", e.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> SharedQueue.create(peers.region(), "bad", 1 << 25, CODEC));
        assertThrows(
                IllegalStateException.class,
                () -> SharedQueue.create(peers.region(), "it", 6, CODEC));
        e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedQueue.of(peers.region(), "it", 7, CODEC));
        assertTrue(e.getMessage().contains("6 messages of at most 16 bytes"), e.getMessage());
        assertTrue(e.getMessage().contains("7 messages of at most 16 bytes"), e.getMessage());
        assertThrows(
                NoSuchElementException.class,
                () -> SharedQueue.open(peers.region(), "none", CODEC));
        assertThrows(
                IllegalArgumentException.class,
                () -> JoinableQueue.of(peers.region(), "it", 6, CODEC));
        assertThrows(
                IllegalArgumentException.class, () -> SharedLongQueue.open(peers.region(), "it"));
        assertEquals(6, SharedQueue.of(peers.region(), "it", 6, CODEC).capacity());
    }

    /** BEHAVIOURS 10.9: what cannot be encoded leaves no slot behind. */
    @Test
    void put_ofWhatCannotBeEncoded_leavesNothing() throws Exception {
        try (SharedQueue<String> one = SharedQueue.create(peers.region(), "one", 1, CODEC)) {
            for (int i = 0; i < 3; i++) {
                assertThrows(IllegalArgumentException.class, () -> one.put("\ud800"));
                assertThrows(IllegalArgumentException.class, () -> one.offer("12345678901234567"));
                assertThrows(NullPointerException.class, () -> one.put(null));
                assertThrows(NullPointerException.class, () -> one.offer(null));
                assertThrows(NullPointerException.class, () -> one.offer(null, 1, MILLISECONDS));
            }
            assertEquals(1, one.remainingCapacity());
            one.put("a");
            assertEquals(1, one.size());
            assertEquals("a", one.take());
            assertTrue(one.isEmpty());
        }
    }

    @Test
    void put_ofALargeMessage_saysWhichSizeWouldDo() {
        try (SharedQueue<String> wide = SharedQueue.open(peers.region(), "it", Codecs.utf8(100))) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class, () -> wide.put("12345678901234567"));
            assertEquals(
                    "encoded bytes=17, allowed: at most 16 in queue=it; one created with a codec of"
                            + " maxBytes=17 would take this message",
                    e.getMessage());
            assertTrue(wide.isEmpty());
            assertTrue(wide.offer("1234567890123456"));
        }
    }

    @Test
    void delivery_isAcknowledgedOrComesAgain() throws Exception {
        queue.addAll(List.of("a", "b"));
        Delivery<String> first = queue.receive();
        assertEquals("a", first.message());
        assertEquals(0, first.attempts());
        assertEquals(1, queue.size());
        first.requeue();
        assertEquals(2, queue.size());
        assertThrows(IllegalStateException.class, first::ack);
        Delivery<String> again = queue.receive(0, MILLISECONDS);
        assertNotNull(again);
        assertEquals("a", again.message());
        assertEquals(1, again.attempts());
        assertEquals("Delivery[message=a, attempts=1]", again.toString());
        again.ack();
        assertThrows(IllegalStateException.class, again::requeue);
        assertEquals("b", queue.take());
        assertEquals(6, queue.remainingCapacity());
    }

    /** A message that is held keeps its place, and later on those behind it. */
    @Test
    void delivery_keepsItsPlace() throws Exception {
        queue.put("held");
        Delivery<String> held = queue.receive();
        for (int i = 0; i < 5; i++) {
            assertTrue(queue.offer("m" + i));
        }
        assertFalse(queue.offer("too many"));
        for (int i = 0; i < 5; i++) {
            assertEquals("m" + i, queue.poll());
        }
        assertEquals(0, queue.remainingCapacity());
        assertFalse(queue.offer("one round later"));
        held.ack();
        assertEquals(6, queue.remainingCapacity());
    }

    @Test
    void deadLetters_areSetAside() throws Exception {
        List<String> dead = new ArrayList<>();
        queue.onDeadLetter(2, letter -> dead.add(letter.message()));
        queue.addAll(List.of("poison", "b"));
        queue.receive().requeue();
        queue.receive().requeue();
        assertEquals(List.of(), dead);
        assertEquals("b", queue.receive().message());
        assertEquals(List.of("poison"), dead);
        assertThrows(IllegalArgumentException.class, () -> queue.onDeadLetter(0, letter -> {}));
    }

    @Test
    void whatCannotBeDecoded_isADeadLetterInTheEnd() throws Exception {
        List<DeadLetter<String>> dead = new ArrayList<>();
        putUnreadable();
        queue.onDeadLetter(2, dead::add);
        assertThrows(IllegalArgumentException.class, () -> queue.receive());
        assertThrows(IllegalArgumentException.class, () -> queue.receive());
        assertEquals("b", queue.receive().message());
        assertEquals(1, dead.size());
        assertArrayEquals(new byte[] {(byte) 0xff}, dead.get(0).bytes());
        assertNull(dead.get(0).message());
        assertEquals(IllegalArgumentException.class, dead.get(0).failure().getClass());
        assertEquals(0, queue.size());
    }

    @Test
    void whatCannotBeDecoded_isCleared() throws Exception {
        putUnreadable();
        queue.clear();
        assertEquals(0, queue.size());
        assertEquals(6, queue.remainingCapacity());
    }

    /** Looking allocates no buffer each time. */
    @Test
    void contains_givesItsBufferBack() throws Exception {
        Codec<String> wide = Codecs.utf8(1 << 20);
        try (SharedQueue<String> looking = SharedQueue.open(peers.region(), "it", wide)) {
            looking.put("a");
            long before = directBytes();
            for (int i = 0; i < 50; i++) {
                assertTrue(looking.contains("a"));
            }
            assertTrue(directBytes() - before < 10 << 20, "bytes=" + (directBytes() - before));
        }
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** One that is no text, then "b". */
    private void putUnreadable() throws InterruptedException {
        try (SharedQueue<byte[]> raw = SharedQueue.open(peers.region(), "it", Codecs.bytes(16))) {
            raw.put(new byte[] {(byte) 0xff});
            raw.put(new byte[] {'b'});
        }
    }

    @Test
    void whatCannotBeDecoded_isTakenOrGivenBack() throws Exception {
        putUnreadable();
        assertThrows(IllegalArgumentException.class, () -> queue.receive());
        assertThrows(IllegalArgumentException.class, () -> queue.drainTo(new ArrayList<>()));
        assertEquals(2, queue.size());
        assertThrows(IllegalArgumentException.class, () -> queue.take());
        assertEquals("b", queue.take());
        assertEquals(6, queue.remainingCapacity());
    }

    @Test
    void drainTo_takesWhatIsThere() throws Exception {
        queue.addAll(List.of("a", "b", "c", "d"));
        List<String> drained = new ArrayList<>();
        assertEquals(0, queue.drainTo(drained, 0));
        assertEquals(3, queue.drainTo(drained, 3));
        assertEquals(List.of("a", "b", "c"), drained);
        assertEquals(1, queue.drainTo(drained));
        assertEquals(0, queue.drainTo(drained));
        assertThrows(IllegalArgumentException.class, () -> queue.drainTo(queue));
        queue.put("kept");
        assertThrows(UnsupportedOperationException.class, () -> queue.drainTo(List.of()));
        assertEquals("kept", queue.take());
        queue.put("gone");
        queue.clear();
        assertEquals(0, queue.size());
        assertEquals(6, queue.remainingCapacity());
    }

    /** Each one taken makes room for another: it ends all the same. */
    @Test
    void drainTo_endsBesideAProducer() {
        queue.add("a");
        Collection<String> endless =
                new AbstractList<>() {
                    @Override
                    public boolean add(String message) {
                        return queue.offer(message);
                    }

                    @Override
                    public String get(int index) {
                        throw new IndexOutOfBoundsException(index);
                    }

                    @Override
                    public int size() {
                        return 0;
                    }
                };
        assertEquals(6, queue.drainTo(endless));
        assertEquals("a", queue.poll());
        assertThrows(NullPointerException.class, () -> queue.drainTo(null));
    }

    /** Who offers is told how many are in. */
    @Test
    void offerAll_endsWhenTheQueueIsShutDown() {
        List<String> messages =
                new AbstractList<>() {
                    @Override
                    public String get(int index) {
                        if (index == 1) {
                            queue.shutdown();
                        }
                        return "m" + index;
                    }

                    @Override
                    public int size() {
                        return 3;
                    }
                };
        assertEquals(1, queue.offerAll(messages));
        assertThrows(QueueShutDownException.class, () -> queue.offerAll(messages));
        assertEquals("m0", queue.poll());
    }

    @Test
    void offerAll_goesOnWhileThereIsRoom() {
        assertEquals(4, queue.offerAll(List.of("a", "b", "c", "d")));
        assertEquals(2, queue.offerAll(List.of("e", "f", "g")));
        assertEquals(List.of("a", "b", "c", "d", "e", "f"), List.copyOf(queue));
        queue.clear();
        assertThrows(
                IllegalArgumentException.class, () -> queue.offerAll(List.of("a", "\ud800", "b")));
        assertEquals(List.of("a"), List.copyOf(queue));
    }

    @Test
    void looking_takesNothing() throws Exception {
        assertNull(queue.peek());
        assertThrows(NoSuchElementException.class, () -> queue.element());
        queue.addAll(List.of("a", "b", "c"));
        assertEquals("a", queue.peek());
        Delivery<String> held = queue.receive();
        assertEquals("b", queue.peek());
        assertArrayEquals(new Object[] {"b", "c"}, queue.toArray());
        held.requeue();
        assertEquals("a", queue.peek());
        assertTrue(queue.contains("c"));
        assertFalse(queue.contains("d"));
        Iterator<String> iterator = queue.iterator();
        assertEquals("a", iterator.next());
        queue.clear();
        queue.put("d");
        assertEquals("b", iterator.next()); // was read ahead
        assertEquals("d", iterator.next());
        assertThrows(NoSuchElementException.class, iterator::next);
        assertThrows(UnsupportedOperationException.class, iterator::remove);
        assertThrows(UnsupportedOperationException.class, () -> queue.remove("d"));
        assertThrows(UnsupportedOperationException.class, () -> queue.removeAll(List.of("d")));
        assertThrows(UnsupportedOperationException.class, () -> queue.retainAll(List.of("d")));
        assertThrows(UnsupportedOperationException.class, () -> queue.removeIf(m -> true));
        assertEquals(1, queue.size());
    }

    /** A class whose initialiser waits for a message. */
    private static final class Waiting {
        static final String MESSAGE = message();

        private static String message() {
            try {
                return initialising.take();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static SharedQueue<String> initialising;

    /** BEHAVIOURS 10.10: the initialiser holds nothing that others need to put something in. */
    @Test
    void aQueue_isWaitedForInAStaticInitialiser() throws Exception {
        initialising = queue;
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread taker = Sleeper.start(() -> assertEquals("a", Waiting.MESSAGE), thrown);
        peers.add().say("put a").expect("done");
        taker.join();
        assertNull(thrown.get());
    }

    /** BEHAVIOURS 12.2: used or not. */
    @Test
    void close_isHarmlessTwice_andNothingIsAskedAfterIt() throws Exception {
        for (boolean used : new boolean[] {true, false}) {
            SharedQueue<String> closed = SharedQueue.open(peers.region(), "it", CODEC);
            if (used) {
                closed.put("a");
                assertEquals("a", closed.take());
            }
            closed.close();
            closed.close();
            IllegalStateException e = assertThrows(IllegalStateException.class, closed::isEmpty);
            assertTrue(e.getMessage().contains("closed"), e.getMessage());
        }
    }

    /** BEHAVIOURS 10.11, 10.12. */
    @Test
    void close_letsGo_andTheMessagesStay() throws Exception {
        queue.put("a");
        Delivery<String> held = queue.receive();
        queue.put("b");
        queue.close();
        queue.close();
        assertEquals("SharedQueue[name=it, closed]", queue.toString());
        for (Sleeper.Blocking use :
                List.<Sleeper.Blocking>of(
                        () -> queue.put("c"),
                        () -> queue.offer("c"),
                        queue::take,
                        queue::poll,
                        queue::receive,
                        () -> assertEquals(0, queue.size()),
                        queue::peek,
                        () -> assertTrue(queue.isEmpty()),
                        queue::shutdown,
                        queue::isShutdown,
                        queue::remainingCapacity,
                        held::ack)) {
            assertThrows(IllegalStateException.class, use::run);
        }
        try (SharedQueue<String> other = SharedQueue.open(peers.region(), "it", CODEC)) {
            assertEquals("a", other.take());
            assertEquals("b", other.take());
        }
        SharedQueue.create(peers.region(), "unused", 1, CODEC).close();
    }

    @Test
    void close_endsWaits() throws Exception {
        AtomicReference<Throwable> taking = new AtomicReference<>();
        Thread taker = Sleeper.start(queue::take, taking);
        queue.close();
        taker.join();
        assertEquals(IllegalStateException.class, taking.get().getClass());
        queue = SharedQueue.open(peers.region(), "it", CODEC);
        assertEquals(6, queue.offerAll(List.of("a", "b", "c", "d", "e", "f")));
        AtomicReference<Throwable> putting = new AtomicReference<>();
        Thread putter = Sleeper.start(() -> queue.put("g"), putting);
        queue.close();
        putter.join();
        assertEquals(IllegalStateException.class, putting.get().getClass());
    }

    @Test
    void closingTheRegion_endsWaits() throws Exception {
        AtomicReference<Throwable> taking = new AtomicReference<>();
        Thread taker = Sleeper.start(queue::take, taking);
        peers.region().close();
        taker.join();
        assertEquals(IllegalStateException.class, taking.get().getClass());
    }

    @Test
    void interrupt_endsWaits_andIsSeenAtTheDoor() throws Exception {
        AtomicReference<Throwable> taking = new AtomicReference<>();
        Thread taker = Sleeper.start(queue::take, taking);
        taker.interrupt();
        taker.join();
        assertEquals(InterruptedException.class, taking.get().getClass());
        queue.put("a");
        for (Sleeper.Blocking use :
                List.<Sleeper.Blocking>of(
                        queue::take,
                        () -> queue.poll(1, MILLISECONDS),
                        queue::receive,
                        () -> queue.put("b"),
                        () -> queue.offer("b", 1, MILLISECONDS))) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, use::run);
            assertFalse(Thread.interrupted());
        }
        Thread.currentThread().interrupt();
        assertEquals("a", queue.poll()); // does not wait
        assertTrue(Thread.interrupted());
    }

    @Test
    void text_saysHowItStands() throws Exception {
        queue.put("a");
        assertEquals(
                "SharedQueue[name=it, size=1 of 6, maxLength=16, shut down=no]", queue.toString());
        queue.shutdown();
        assertEquals(
                "SharedQueue[name=it, size=1 of 6, maxLength=16, shut down=yes]", queue.toString());
        assertEquals("it", queue.name());
    }

    /** BEHAVIOURS 10.16: first in, first out. */
    @Test
    void messages_comeInTheOrderOfTheirPuts() {
        queue.addAll(List.of("111", "333", "222"));
        assertEquals("111", queue.poll());
        assertEquals("333", queue.poll());
        assertEquals("222", queue.poll());
        assertNull(queue.poll());
    }

    /** BEHAVIOURS 10.21: a queue has bytes, and keeps neither what was put nor what was taken. */
    @Test
    void noMessage_isRetained() throws Exception {
        queue.addAll(List.of("a", "b", "c"));
        assertCollected(new WeakReference<>(put(new StringBuilder("d"))));
        assertCollected(new WeakReference<>(queue.take()));
        assertCollected(new WeakReference<>(queue.poll()));
        assertCollected(received());
        assertEquals("d", queue.poll());
    }

    private String put(StringBuilder text) {
        String message = text.toString();
        assertTrue(queue.offer(message));
        return message;
    }

    private WeakReference<String> received() throws InterruptedException {
        Delivery<String> delivery = queue.receive();
        delivery.ack();
        return new WeakReference<>(delivery.message());
    }

    private static void assertCollected(WeakReference<?> reference) {
        ChildJvm.awaitThat(
                "the message is collected",
                () -> {
                    System.gc();
                    return reference.refersTo(null);
                });
    }

    /** BEHAVIOURS 10.17. */
    @Test
    void waiters_areReleased() throws Exception {
        Peer taker = peers.add().say("take");
        taker.awaitAsleep();
        queue.put("a");
        taker.expect("a");
        taker.say("pollFor 60000").awaitAsleep();
        queue.put("b");
        taker.expect("b");
        queue.addAll(List.of("1", "2", "3", "4", "5", "6"));
        Peer putter = peers.add().say("put 7");
        putter.awaitAsleep();
        assertEquals("1", queue.take());
        putter.expect("done");
        putter.say("offerFor 60000 8").awaitAsleep();
        assertEquals("2", queue.take());
        putter.expect("true");
    }
}
