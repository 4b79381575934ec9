package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.MpmcRing;
import dev.shm.ring.SpscConsumer;
import dev.shm.ring.SpscProducer;
import dev.shm.ring.SpscRing;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jctools.queues.MpmcArrayQueue;
import org.jctools.queues.SpscArrayQueue;

/**
 * Threads of one JVM that pass messages on: {@code ThreadsChild KIND PAIRS FOLDER}, where so many
 * threads put in and as many take out. For each number that it reads it goes on for so many
 * milliseconds. What is full or empty is tried again, and yields after many tries in vain.
 */
public final class ThreadsChild {
    private static final int CAPACITY = 8192;
    private static final int RING_BYTES = 1 << 17; // as many records of eight bytes
    private static final int REGION_BYTES = 1 << 20;
    private static final int TYPE = 1;
    private static final int BATCH = 256;
    private static final int TRIES_BEFORE_YIELD = 1000;
    private static final Long MESSAGE = Long.MAX_VALUE;

    private ThreadsChild() {}

    /** One try; false if it was in vain. */
    private interface Step {
        boolean run();
    }

    private record Ends(Step offer, Step poll) {}

    /** Passes messages on until its standard input ends. */
    public static void main(String[] args) throws Exception {
        int pairs = Integer.parseInt(args[1]);
        Path folder = Path.of(args[2]);
        Ends ends =
                switch (args[0]) {
                    case "mpmc" -> mpmc(region(folder));
                    case "spsc" -> spsc(region(folder));
                    case "agrona" -> agrona();
                    case "jctools-mpmc" -> of(new MpmcArrayQueue<>(CAPACITY));
                    case "jctools-spsc" -> of(new SpscArrayQueue<>(CAPACITY));
                    case "array" -> of(new ArrayBlockingQueue<>(CAPACITY));
                    case "transfer" -> of(new LinkedTransferQueue<>());
                    default -> throw new IllegalArgumentException("kind=" + args[0]);
                };
        Lines.serve(millis -> pass(ends, pairs, millis));
    }

    private static SharedRegion region(Path folder) {
        Path file = folder.resolve("threads.shm");
        return SharedRegion.create(RegionOptions.at(file).bytes(REGION_BYTES));
    }

    private static Ends mpmc(SharedRegion region) {
        MpmcRing ring = MpmcRing.create(region, "ring", CAPACITY, Long.BYTES);
        MessageHandler handler =
                (type, buffer, index, length) -> check(buffer.getLong(index) == MESSAGE);
        return new Ends(() -> ring.offerLong(TYPE, MESSAGE), () -> ring.poll(handler));
    }

    private static Ends spsc(SharedRegion region) {
        SpscRing ring = SpscRing.create(region, "ring", RING_BYTES);
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        MessageHandler handler =
                (type, buffer, index, length) -> check(buffer.getLong(index) == MESSAGE);
        return new Ends(
                () -> producer.offerLong(TYPE, MESSAGE), () -> consumer.poll(handler, 1) > 0);
    }

    private static Ends agrona() {
        int bytes = RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH;
        RingBuffer ring =
                new OneToOneRingBuffer(new UnsafeBuffer(ByteBuffer.allocateDirect(bytes)));
        MessageHandler handler =
                (type, buffer, index, length) -> check(buffer.getLong(index) == MESSAGE);
        return new Ends(
                () -> AgronaTransport.claim(ring, MESSAGE), () -> ring.read(handler, 1) > 0);
    }

    private static Ends of(Queue<Long> queue) {
        return new Ends(
                () -> queue.offer(MESSAGE),
                () -> {
                    Long message = queue.poll();
                    if (message == null) {
                        return false;
                    }
                    check(message.equals(MESSAGE));
                    return true;
                });
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("not what was put in");
        }
    }

    private static Answer pass(Ends ends, int pairs, long millis) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2 * pairs);
        try {
            CyclicBarrier begin = new CyclicBarrier(2 * pairs);
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            List<Future<Long>> takers = new ArrayList<>();
            List<Future<Long>> givers = new ArrayList<>();
            for (int i = 0; i < pairs; i++) {
                givers.add(threads.submit(work(ends.offer(), begin, nanos)));
                takers.add(threads.submit(work(ends.poll(), begin, nanos)));
            }
            long taken = 0;
            for (Future<Long> taker : takers) {
                taken += taker.get();
            }
            for (Future<Long> giver : givers) {
                giver.get();
            }
            while (ends.poll().run()) {
                // what is left is not counted, and is not there in the next round
            }
            return new Answer(taken, nanos);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Long> work(Step step, CyclicBarrier begin, long nanos) {
        return () -> {
            begin.await();
            long end = System.nanoTime() + nanos;
            long done = 0;
            while (System.nanoTime() - end < 0) {
                done += batch(step);
            }
            return done;
        };
    }

    private static int batch(Step step) {
        int done = 0;
        int failed = 0;
        while (done < BATCH && failed < TRIES_BEFORE_YIELD) {
            if (step.run()) {
                done++;
            } else {
                failed++;
                Thread.onSpinWait();
            }
        }
        if (failed == TRIES_BEFORE_YIELD) {
            YieldingIdleStrategy.INSTANCE.idle();
        }
        return done;
    }
}
