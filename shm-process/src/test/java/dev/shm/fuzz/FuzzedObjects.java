package dev.shm.fuzz;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.shm.codec.Codecs;
import dev.shm.memory.MappedBuffer;
import dev.shm.process.SharedList;
import dev.shm.process.SharedMap;
import dev.shm.queue.Delivery;
import dev.shm.queue.JoinableQueue;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedPipe;
import dev.shm.queue.SharedPriorityQueue;
import dev.shm.queue.SharedQueue;
import dev.shm.queue.SharedStack;
import dev.shm.region.RegionFormatException;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.Broadcast;
import dev.shm.ring.MpmcRing;
import dev.shm.ring.SpscConsumer;
import dev.shm.ring.SpscProducer;
import dev.shm.ring.SpscRing;
import dev.shm.sync.CountingSemaphore;
import dev.shm.sync.OwnerDiedException;
import dev.shm.sync.PartyDiedException;
import dev.shm.sync.SharedBarrier;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.sync.SharedLock;
import dev.shm.sync.SharedReadWriteLock;
import dev.shm.sync.SharedSemaphore;
import dev.shm.sync.SynchronizedArray;
import dev.shm.sync.SynchronizedValue;
import dev.shm.value.SharedAdder;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedStruct;
import dev.shm.value.SharedValue;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/**
 * A region with one object of each kind, damaged before each use. Whatever is done with an object
 * gives a result or an exception of those that its method names.
 */
final class FuzzedObjects {
    private static final int MILLIS = 1;
    private static final int ENTRY_BYTES = 128;
    private static final int USED = 4; // of all, in one case

    private final Path file;
    private final RegionOptions options;
    private final byte[] whole;
    private final int directory;
    private final Map<String, Use> uses = new LinkedHashMap<>();

    /** Something to be done with an object. */
    private interface Use {
        void make(SharedRegion region) throws Exception;
    }

    /** Makes the region once; each damage starts from here. */
    FuzzedObjects(Path folder) throws IOException {
        file = folder.resolve("objects.shm");
        options =
                RegionOptions.at(file)
                        .bytes(1 << 15)
                        .maxParticipants(3)
                        .maxObjects(32)
                        .maxWait(2, MILLISECONDS);
        describeUses();
        List<String> names;
        try (SharedRegion region = SharedRegion.create(options);
                SharedRegion other = SharedRegion.open(options)) {
            make(other);
            make(region);
            names = region.names();
        }
        // Everybody has left: whoever is named in the memory of a lock is dead, or waits would be
        // for ever, as they should.
        whole = Files.readAllBytes(file);
        int first = indexOf(whole, names.get(0));
        directory = first - first % ENTRY_BYTES;
    }

    private void make(SharedRegion region) {
        uses.forEach((name, use) -> attempt(use, region));
    }

    private static int indexOf(byte[] bytes, String text) {
        int at = 0;
        while (!new String(bytes, at, text.length(), StandardCharsets.US_ASCII).equals(text)) {
            at++;
        }
        return at;
    }

    /** Where the directory begins; what is before it is damaged elsewhere. */
    int firstByte() {
        return directory;
    }

    /** A copy to be damaged. */
    byte[] copy() {
        return whole.clone();
    }

    /** The names of all objects. */
    List<String> names() {
        return new ArrayList<>(uses.keySet());
    }

    /** Opens some of the objects and does with each what can be done at once. */
    void use(byte[] damaged, Random random) throws IOException {
        List<Use> some = new ArrayList<>(uses.values());
        Collections.shuffle(some, random);
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.write(damaged);
        }
        try (SharedRegion region = SharedRegion.open(options)) {
            some.subList(0, USED).forEach(use -> attempt(use, region));
        } catch (IllegalStateException | RegionFormatException | UncheckedIOException refused) {
            return;
        }
        if (Files.size(file) != whole.length) {
            throw new AssertionError("bytes=" + Files.size(file) + " of " + whole.length);
        }
    }

    /** Lets pass what damaged memory may lead to; anything else ends the test. */
    private static void attempt(Use use, SharedRegion region) {
        try {
            use.make(region);
        } catch (IllegalStateException
                | IllegalArgumentException
                | NoSuchElementException
                | ArithmeticException
                | RegionFormatException
                | IllegalMonitorStateException
                | OwnerDiedException
                | PartyDiedException
                | UncheckedIOException
                | EOFException
                | BrokenBarrierException
                | TimeoutException allowed) {
            return;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void describeUses() {
        uses.put("value", r -> SharedValue.of(r, "value", 'q').getAndAdd(1));
        uses.put("array", r -> SharedArray.of(r, "array", 'i', 8).fill(-1));
        uses.put(
                "struct",
                r -> SharedStruct.of(r, "struct", "a:q b:i").update(s -> s.setInt("b", 1)));
        uses.put("adder", r -> SharedAdder.of(r, "adder").increment());
        uses.put("lock", FuzzedObjects::lock);
        uses.put("rw", FuzzedObjects::readAndWrite);
        uses.put("semaphore", FuzzedObjects::semaphore);
        uses.put("counting", FuzzedObjects::counting);
        uses.put("event", r -> event(SharedEvent.of(r, "event")));
        uses.put("gate", r -> event(SharedEvent.of(r, "gate", SharedEvent.Mode.AUTO_RESET)));
        uses.put("barrier", FuzzedObjects::barrier);
        uses.put("latch", FuzzedObjects::latch);
        uses.put("parties", FuzzedObjects::parties);
        uses.put(
                "syncvalue",
                r ->
                        SynchronizedValue.of(r, "syncvalue", 'q', v -> {})
                                .lock()
                                .tryLock(MILLIS, MILLISECONDS));
        uses.put(
                "syncarray",
                r ->
                        SynchronizedArray.of(r, "syncarray", 'q', 4, a -> {})
                                .lock()
                                .tryLock(MILLIS, MILLISECONDS));
        uses.put("ring", FuzzedObjects::ring);
        uses.put("mpmc", FuzzedObjects::mpmc);
        uses.put("broadcast", FuzzedObjects::broadcast);
        uses.put("queue", FuzzedObjects::queue);
        uses.put("joinable", FuzzedObjects::joinable);
        uses.put("stack", FuzzedObjects::stack);
        uses.put("priority", FuzzedObjects::priority);
        uses.put("pipe", FuzzedObjects::pipe);
        uses.put("map", FuzzedObjects::map);
        uses.put("list", FuzzedObjects::list);
    }

    @SuppressWarnings("WaitNotInLoop") // nobody signals
    private static void lock(SharedRegion region) throws Exception {
        SharedLock lock = SharedLock.of(region, "lock");
        lock.condition("condition").waiters();
        if (lock.tryLock(MILLIS, MILLISECONDS)) {
            lock.condition("condition").await(MILLIS, MILLISECONDS);
            lock.condition("condition").signalAll();
            lock.unlock();
        }
        touch(lock.toString());
    }

    private static void readAndWrite(SharedRegion region) throws Exception {
        SharedReadWriteLock lock = SharedReadWriteLock.of(region, "rw");
        if (lock.readLock().tryLock(MILLIS, MILLISECONDS)) {
            lock.readLock().unlock();
        }
        if (lock.writeLock().tryLock(MILLIS, MILLISECONDS)) {
            lock.writeLock().unlock();
        }
    }

    private static void semaphore(SharedRegion region) throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.of(region, "semaphore", 3);
        if (semaphore.tryAcquire(2, MILLIS, MILLISECONDS)) {
            semaphore.release(2);
        }
        touch(semaphore.availablePermits());
    }

    private static void counting(SharedRegion region) throws Exception {
        CountingSemaphore semaphore = CountingSemaphore.of(region, "counting", 1);
        semaphore.release();
        semaphore.tryAcquire(MILLIS, MILLISECONDS);
    }

    private static void event(SharedEvent event) throws Exception {
        event.await(MILLIS, MILLISECONDS);
        event.set();
        event.await(MILLIS, MILLISECONDS);
        event.clear();
    }

    private static void barrier(SharedRegion region) throws Exception {
        SharedBarrier barrier = SharedBarrier.of(region, "barrier", 2);
        barrier.reset();
        barrier.await(MILLIS, MILLISECONDS);
    }

    private static void latch(SharedRegion region) throws Exception {
        SharedLatch latch = SharedLatch.of(region, "latch", 2);
        latch.countDown();
        latch.await(MILLIS, MILLISECONDS);
    }

    private static void parties(SharedRegion region) throws Exception {
        SharedLatch latch = SharedLatch.of(region, "parties", 2, SharedLatch.Mode.PARTIES);
        latch.join(0);
        latch.countDown(0);
        latch.await(MILLIS, MILLISECONDS);
    }

    private static void ring(SharedRegion region) {
        SpscRing ring = SpscRing.of(region, "ring", 256);
        touch(ring.size());
        try (SpscConsumer consumer = ring.consumer()) {
            consumer.poll((type, buffer, index, length) -> touch(buffer.getByte(index)), 3);
        }
        try (SpscProducer producer = ring.producer()) {
            producer.offer(1, bytes(), 0, 8);
            producer.offer(1, bytes(), 0, 8);
        }
    }

    private static void touch(Object unused) {}

    private static MappedBuffer bytes() {
        return new MappedBuffer(ByteBuffer.allocateDirect(8));
    }

    private static void mpmc(SharedRegion region) {
        MpmcRing ring = MpmcRing.of(region, "mpmc", 4, 8);
        ring.offerLong(1, 7);
        ring.relaxedPoll((type, buffer, index, length) -> touch(length));
        ring.offerLong(1, 7);
        touch(ring.size());
    }

    private static void broadcast(SharedRegion region) {
        Broadcast broadcast = Broadcast.of(region, "broadcast", 256);
        broadcast.receiver().poll((type, buffer, index, length) -> touch(length), 3);
        try (var transmitter = broadcast.transmitter()) {
            transmitter.transmit(1, bytes(), 0, 8);
        }
    }

    private static void queue(SharedRegion region) throws Exception {
        SharedQueue<String> queue = SharedQueue.of(region, "queue", 3, Codecs.utf8(8));
        Delivery<String> delivery = queue.receive(MILLIS, MILLISECONDS);
        if (delivery != null) {
            delivery.ack();
        }
        queue.offer("a", MILLIS, MILLISECONDS);
        queue.offer("b");
        touch(queue.peek());
        touch(queue.size());
    }

    private static void joinable(SharedRegion region) throws Exception {
        JoinableQueue<String> queue = JoinableQueue.of(region, "joinable", 3, Codecs.utf8(8));
        if (queue.poll(MILLIS, MILLISECONDS) != null) {
            queue.taskDone();
        }
        queue.offer("a", MILLIS, MILLISECONDS);
        queue.join(MILLIS, MILLISECONDS);
    }

    private static void stack(SharedRegion region) throws Exception {
        SharedStack<Long> stack = SharedStack.of(region, "stack", 3, Codecs.longs());
        stack.offer(1L, MILLIS, MILLISECONDS);
        stack.offer(2L);
        stack.poll(MILLIS, MILLISECONDS);
        touch(stack.size());
    }

    private static void priority(SharedRegion region) throws Exception {
        SharedPriorityQueue<Long> queue =
                SharedPriorityQueue.of(region, "priority", 3, Codecs.longs(), Long::longValue);
        queue.offer(1L, MILLIS, MILLISECONDS);
        queue.offer(2L);
        queue.poll(MILLIS, MILLISECONDS);
        touch(queue.peek());
    }

    private static void pipe(SharedRegion region) throws Exception {
        SharedPipe pipe = SharedPipe.of(region, "pipe", 256);
        touch(pipe.toString());
        try (PipeEnd left = pipe.left();
                PipeEnd right = pipe.right()) {
            left.send(bytes(), 0, 8, MILLIS, MILLISECONDS);
            right.recv(MILLIS, MILLISECONDS);
            touch(right.poll());
        }
    }

    private static void map(SharedRegion region) {
        SharedMap<String, String> map =
                SharedMap.of(region, "map", 8, 1024, Codecs.utf8(8), Codecs.utf8(32));
        map.put("a", "one");
        touch(map.get("b"));
        map.remove("a");
        map.put("b", "two");
        touch(map.size());
        map.forEach((key, value) -> touch(value.length()));
    }

    private static void list(SharedRegion region) {
        SharedList<String> list = SharedList.of(region, "list", 8, 1024, Codecs.utf8(32));
        list.add("a");
        list.set(0, "b");
        touch(list.contains("c"));
        list.add(0, "c");
        list.remove(0);
    }
}
