package dev.shm.fuzz;

import static java.util.concurrent.TimeUnit.MICROSECONDS;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.memory.MappedBuffer;
import dev.shm.process.SharedList;
import dev.shm.process.SharedMap;
import dev.shm.process.SharedNamespace;
import dev.shm.process.SharedProcessType;
import dev.shm.process.SharedSet;
import dev.shm.queue.Delivery;
import dev.shm.queue.JoinableQueue;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedLongQueue;
import dev.shm.queue.SharedPipe;
import dev.shm.queue.SharedPriorityQueue;
import dev.shm.queue.SharedQueue;
import dev.shm.queue.SharedStack;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.ring.Broadcast;
import dev.shm.ring.MpmcDelivery;
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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/** Everything that a region may hold, one of each kind. */
final class Kinds {
    /** For as long all waits last: long enough to fall asleep. */
    private static final long WAIT = 50;

    private static final int BLOCK_BYTES = 100;
    private static final String FIELDS = "a:q b:i";
    private static final Codec<String> SHORT = Codecs.utf8(8);
    private static final Codec<String> LONG = Codecs.utf8(32);

    private static final int PROCESS_BYTES = 128;
    private static final ObjectType PROCESS = new SharedProcessType();

    // What the javadoc of what is used names; a handle, or a region, may be closed anywhere.
    private static final Set<Class<? extends Exception>> PLAIN =
            Set.of(IllegalStateException.class);
    private static final Set<Class<? extends Exception>> NUMBERS =
            named(ArithmeticException.class, UnsupportedOperationException.class);
    private static final Set<Class<? extends Exception>> FIELDS_OF_IT =
            named(ArithmeticException.class, IllegalArgumentException.class);
    private static final Set<Class<? extends Exception>> PARTIES =
            named(
                    BrokenBarrierException.class,
                    PartyDiedException.class,
                    IllegalArgumentException.class);
    private static final Set<Class<? extends Exception>> LOCKS =
            named(
                    OwnerDiedException.class,
                    IllegalMonitorStateException.class,
                    IllegalArgumentException.class); // its condition
    private static final Set<Class<? extends Exception>> LOCKED_NUMBERS =
            named(
                    OwnerDiedException.class,
                    IllegalMonitorStateException.class,
                    ArithmeticException.class,
                    UnsupportedOperationException.class);
    private static final Set<Class<? extends Exception>> MESSAGES =
            named(IllegalArgumentException.class, RegionFormatException.class);
    private static final Set<Class<? extends Exception>> ENDS =
            named(EOFException.class, IllegalArgumentException.class, RegionFormatException.class);
    private static final Set<Class<? extends Exception>> COLLECTIONS =
            named(
                    IllegalArgumentException.class,
                    RegionFormatException.class,
                    OwnerDiedException.class);
    private static final Set<Class<? extends Exception>> NAMES =
            named(
                    IllegalArgumentException.class,
                    RegionFormatException.class,
                    OwnerDiedException.class,
                    NoSuchElementException.class);

    private Kinds() {}

    @SafeVarargs
    @SuppressWarnings("varargs") // they are only read
    private static Set<Class<? extends Exception>> named(Class<? extends Exception>... more) {
        Set<Class<? extends Exception>> all = new HashSet<>(PLAIN);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    static List<Kind<?>> all() {
        List<Kind<?>> kinds = new ArrayList<>();
        addValues(kinds);
        addSignals(kinds);
        addLocks(kinds);
        addRings(kinds);
        addQueues(kinds);
        addCollections(kinds);
        return List.copyOf(kinds);
    }

    private static void touch(Object unused) {}

    private static MappedBuffer bytes() {
        return new MappedBuffer(ByteBuffer.allocateDirect(8));
    }

    private static void addValues(List<Kind<?>> kinds) {
        kinds.add(
                new Kind<>(
                        "block",
                        (r, name) -> r.block(name, BLOCK_BYTES),
                        (r, name) -> r.block(name, BLOCK_BYTES),
                        Kinds::block,
                        PLAIN));
        kinds.add(
                new Kind<>(
                        "process",
                        Kinds::process,
                        (r, name) -> r.attach(name, PROCESS),
                        Kinds::block,
                        PLAIN));
        kinds.add(
                new Kind<>(
                        "value",
                        (r, name) -> SharedValue.of(r, name, 'q'),
                        SharedValue::open,
                        v -> {
                            v.set(5);
                            touch(v.get());
                            v.getAndAdd(1);
                        },
                        NUMBERS));
        kinds.add(
                new Kind<>(
                        "array",
                        (r, name) -> SharedArray.of(r, name, 'i', 8),
                        SharedArray::open,
                        a -> {
                            a.forEach(Number::longValue);
                            touch(a.length());
                            a.fill(-1);
                        },
                        NUMBERS));
        kinds.add(
                new Kind<>(
                        "struct",
                        (r, name) -> SharedStruct.of(r, name, FIELDS),
                        SharedStruct::open,
                        s -> {
                            touch(s.read());
                            touch(s.fields());
                            s.update(record -> record.setInt("b", 1));
                            touch(s.version());
                        },
                        FIELDS_OF_IT));
        kinds.add(
                new Kind<>(
                        "adder",
                        SharedAdder::of,
                        SharedAdder::open,
                        a -> {
                            a.increment();
                            touch(a.sum());
                        },
                        PLAIN));
    }

    private static void block(Block block) {
        MappedBuffer memory = block.buffer();
        for (int i = 0; i < memory.capacity(); i++) {
            memory.putByte(i, (byte) (memory.getByte(i) + 1));
        }
    }

    private static void addSignals(List<Kind<?>> kinds) {
        kinds.add(
                new Kind<>(
                        "semaphore",
                        (r, name) -> SharedSemaphore.of(r, name, 3),
                        SharedSemaphore::open,
                        Kinds::semaphore,
                        PLAIN));
        kinds.add(
                new Kind<>(
                        "counting",
                        (r, name) -> CountingSemaphore.of(r, name, 1),
                        CountingSemaphore::open,
                        s -> {
                            s.release();
                            s.tryAcquire(WAIT, MICROSECONDS);
                        },
                        PLAIN));
        kinds.add(new Kind<>("event", SharedEvent::of, SharedEvent::open, Kinds::event, PLAIN));
        kinds.add(
                new Kind<>(
                        "gate",
                        (r, name) -> SharedEvent.of(r, name, SharedEvent.Mode.AUTO_RESET),
                        SharedEvent::open,
                        Kinds::event,
                        PLAIN));
        kinds.add(
                new Kind<>(
                        "barrier",
                        (r, name) -> SharedBarrier.of(r, name, 2),
                        SharedBarrier::open,
                        Kinds::barrier,
                        PARTIES));
        kinds.add(
                new Kind<>(
                        "latch",
                        (r, name) -> SharedLatch.of(r, name, 2),
                        SharedLatch::open,
                        latch -> {
                            latch.countDown();
                            latch.await(WAIT, MICROSECONDS);
                        },
                        PARTIES));
        kinds.add(
                new Kind<>(
                        "parties",
                        (r, name) -> SharedLatch.of(r, name, 2, SharedLatch.Mode.PARTIES),
                        SharedLatch::open,
                        latch -> {
                            latch.join(0);
                            latch.countDown(0);
                            touch(latch.isDone(1));
                            latch.await(WAIT, MICROSECONDS);
                        },
                        PARTIES));
    }

    private static void semaphore(SharedSemaphore semaphore) throws Exception {
        if (semaphore.tryAcquire(2, WAIT, MICROSECONDS)) {
            semaphore.release(2);
        }
        touch(semaphore.availablePermits());
        touch(semaphore.holders());
    }

    private static void barrier(SharedBarrier barrier) throws Exception {
        touch(barrier.getNumberWaiting());
        barrier.reset();
        try {
            barrier.await(WAIT, MICROSECONDS);
        } catch (TimeoutException nobodyElseComes) {
            touch(barrier.isBroken());
        }
    }

    private static void event(SharedEvent event) throws Exception {
        event.await(WAIT, MICROSECONDS);
        event.set();
        event.await(WAIT, MICROSECONDS);
        event.clear();
    }

    private static void addLocks(List<Kind<?>> kinds) {
        kinds.add(new Kind<>("lock", SharedLock::of, SharedLock::open, Kinds::lock, LOCKS));
        kinds.add(
                new Kind<>(
                        "rw",
                        SharedReadWriteLock::of,
                        SharedReadWriteLock::open,
                        Kinds::readAndWrite,
                        LOCKS));
        kinds.add(
                new Kind<>(
                        "syncvalue",
                        (r, name) -> SynchronizedValue.of(r, name, 'q', v -> {}),
                        (r, name) -> SynchronizedValue.open(r, name, v -> {}),
                        v -> {
                            if (v.lock().tryLock(WAIT, MICROSECONDS)) {
                                v.value().getAndAdd(1);
                                v.lock().unlock();
                            }
                        },
                        LOCKED_NUMBERS));
        kinds.add(
                new Kind<>(
                        "syncarray",
                        (r, name) -> SynchronizedArray.of(r, name, 'q', 4, a -> {}),
                        (r, name) -> SynchronizedArray.open(r, name, a -> {}),
                        a -> {
                            if (a.lock().tryLock(WAIT, MICROSECONDS)) {
                                a.array().fill(7);
                                a.lock().unlock();
                            }
                        },
                        LOCKED_NUMBERS));
    }

    @SuppressWarnings("WaitNotInLoop") // nobody signals
    private static void lock(SharedLock lock) throws Exception {
        lock.condition("condition").waiters();
        boolean isHeld;
        try {
            isHeld = lock.tryLock(WAIT, MICROSECONDS);
        } catch (OwnerDiedException e) {
            lock.markConsistent();
            isHeld = true;
        }
        if (isHeld) {
            lock.condition("condition").await(WAIT, MICROSECONDS);
            lock.condition("condition").signalAll();
            lock.unlock();
        }
    }

    private static void readAndWrite(SharedReadWriteLock lock) throws Exception {
        if (lock.readLock().tryLock(WAIT, MICROSECONDS)) {
            lock.readLock().unlock();
        }
        if (lock.writeLock().tryLock(WAIT, MICROSECONDS)) {
            lock.writeLock().unlock();
        }
    }

    private static void addRings(List<Kind<?>> kinds) {
        kinds.add(
                new Kind<>(
                        "ring",
                        (r, name) -> SpscRing.of(r, name, 256),
                        SpscRing::open,
                        Kinds::ring,
                        MESSAGES));
        kinds.add(
                new Kind<>(
                        "mpmc",
                        (r, name) -> MpmcRing.of(r, name, 4, 8),
                        MpmcRing::open,
                        Kinds::mpmc,
                        MESSAGES));
        kinds.add(
                new Kind<>(
                        "broadcast",
                        (r, name) -> Broadcast.of(r, name, 256),
                        Broadcast::open,
                        Kinds::broadcast,
                        MESSAGES));
        kinds.add(
                new Kind<>(
                        "pipe",
                        (r, name) -> SharedPipe.of(r, name, 256),
                        SharedPipe::open,
                        Kinds::pipe,
                        ENDS));
    }

    private static void ring(SpscRing ring) {
        touch(ring.size());
        try (SpscConsumer consumer = ring.consumer()) {
            consumer.poll((type, buffer, index, length) -> touch(buffer.getByte(index)), 3);
        }
        try (SpscProducer producer = ring.producer()) {
            producer.offer(1, bytes(), 0, 8);
            producer.offer(1, bytes(), 0, 8);
        }
    }

    private static void mpmc(MpmcRing ring) {
        ring.offerLong(1, 7);
        ring.relaxedPoll((type, buffer, index, length) -> touch(length));
        MpmcDelivery delivery = ring.take();
        if (delivery != null) {
            touch(delivery.buffer().getByte(delivery.index()));
            delivery.ack();
        }
        ring.poll((type, buffer, index, length) -> touch(length), 9);
        ring.offerLong(1, 7);
        touch(ring.size());
    }

    private static void broadcast(Broadcast broadcast) {
        broadcast.receiver().poll((type, buffer, index, length) -> touch(length), 3);
        try (var transmitter = broadcast.transmitter()) {
            transmitter.transmit(1, bytes(), 0, 8);
        }
    }

    private static void pipe(SharedPipe pipe) throws Exception {
        try (PipeEnd right = pipe.right()) {
            touch(right.poll());
            right.recv(WAIT, MICROSECONDS);
            right.send(bytes(), 0, 8, WAIT, MICROSECONDS);
        }
        try (PipeEnd left = pipe.left()) {
            left.recv(WAIT, MICROSECONDS);
        }
    }

    private static void addQueues(List<Kind<?>> kinds) {
        kinds.add(
                new Kind<>(
                        "queue",
                        (r, name) -> SharedQueue.of(r, name, 3, SHORT),
                        (r, name) -> SharedQueue.open(r, name, SHORT),
                        Kinds::queue,
                        MESSAGES));
        kinds.add(
                new Kind<>(
                        "joinable",
                        (r, name) -> JoinableQueue.of(r, name, 3, SHORT),
                        (r, name) -> JoinableQueue.open(r, name, SHORT),
                        Kinds::joinable,
                        MESSAGES));
        kinds.add(
                new Kind<>(
                        "longs",
                        (r, name) -> SharedLongQueue.of(r, name, 4),
                        SharedLongQueue::open,
                        q -> {
                            q.offer(1, WAIT, MICROSECONDS);
                            touch(q.poll(-1));
                            touch(q.drain(Kinds::touch, 9));
                            q.offer(2);
                            touch(q.size());
                        },
                        MESSAGES));
        kinds.add(
                new Kind<>(
                        "stack",
                        (r, name) -> SharedStack.of(r, name, 3, Codecs.longs()),
                        (r, name) -> SharedStack.open(r, name, Codecs.longs()),
                        stack -> {
                            stack.forEach(Kinds::touch);
                            stack.offer(1L, WAIT, MICROSECONDS);
                            stack.offer(2L);
                            stack.poll(WAIT, MICROSECONDS);
                            touch(stack.size());
                        },
                        MESSAGES));
        kinds.add(
                new Kind<>(
                        "priority",
                        (r, name) -> SharedPriorityQueue.of(r, name, 3, Codecs.longs(), l -> l),
                        (r, name) -> SharedPriorityQueue.open(r, name, Codecs.longs(), l -> l),
                        queue -> {
                            queue.offer(1L, WAIT, MICROSECONDS);
                            queue.offer(2L);
                            queue.poll(WAIT, MICROSECONDS);
                            touch(queue.peek());
                        },
                        MESSAGES));
    }

    private static void queue(SharedQueue<String> queue) throws Exception {
        queue.forEach(Kinds::touch);
        Delivery<String> delivery = queue.receive(WAIT, MICROSECONDS);
        if (delivery != null) {
            delivery.ack();
        }
        queue.offer("a", WAIT, MICROSECONDS);
        queue.offer("b");
        touch(queue.peek());
        touch(queue.size());
    }

    private static void joinable(JoinableQueue<String> queue) throws Exception {
        if (queue.poll(WAIT, MICROSECONDS) != null) {
            queue.taskDone();
        }
        queue.offer("a", WAIT, MICROSECONDS);
        queue.join(WAIT, MICROSECONDS);
    }

    private static void addCollections(List<Kind<?>> kinds) {
        kinds.add(
                new Kind<>(
                        "map",
                        (r, name) -> SharedMap.of(r, name, 8, 1024, SHORT, LONG),
                        (r, name) -> SharedMap.open(r, name, SHORT, LONG),
                        Kinds::map,
                        COLLECTIONS));
        kinds.add(
                new Kind<>(
                        "list",
                        (r, name) -> SharedList.of(r, name, 8, 1024, LONG),
                        (r, name) -> SharedList.open(r, name, LONG),
                        Kinds::list,
                        COLLECTIONS));
        kinds.add(
                new Kind<>(
                        "set",
                        (r, name) -> SharedSet.of(r, name, 8, 512, SHORT),
                        (r, name) -> SharedSet.open(r, name, SHORT),
                        set -> {
                            set.add("x");
                            touch(set.contains("y"));
                            set.forEach(Kinds::touch);
                            set.remove("x");
                            set.add("y");
                        },
                        COLLECTIONS));
        Codec<Object> objects =
                Codecs.serialized(Object.class, 64, Codecs.allow(String.class, Integer.class));
        kinds.add(
                new Kind<>(
                        "names",
                        (r, name) -> SharedNamespace.of(r, name, 4, objects),
                        (r, name) -> SharedNamespace.open(r, name, objects),
                        names -> {
                            names.set("one", "1");
                            touch(names.has("two"));
                            touch(names.get("one", String.class));
                            names.asMap().forEach((name, value) -> touch(value));
                        },
                        NAMES));
    }

    /** What a parent has of a child: only its own code, which is not here, reads it. */
    private static Block process(SharedRegion region, String name) {
        ObjectSpec spec = new ObjectSpec(PROCESS, 0, 0, PROCESS_BYTES, "", memory -> {});
        return region.attach(name, spec, AttachMode.OPEN_OR_CREATE);
    }

    private static void map(SharedMap<String, String> map) {
        map.put("a", "one");
        touch(map.get("b"));
        map.remove("a");
        map.put("b", "two");
        touch(map.size());
        map.forEach((key, value) -> touch(value.length()));
    }

    private static void list(SharedList<String> list) {
        list.forEach(Kinds::touch);
        list.add("a");
        list.set(0, "b");
        touch(list.contains("c"));
        list.add(0, "c");
        list.remove(0);
    }
}
