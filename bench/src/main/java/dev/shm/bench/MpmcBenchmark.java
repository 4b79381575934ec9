package dev.shm.bench;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.MpmcRing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.jctools.queues.MpmcArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What does a message of 8 bytes cost from thread to thread of one JVM, compared with a reference
 * through JCTools' {@link MpmcArrayQueue} and through {@link ArrayBlockingQueue}? The time is that
 * of one message that was put in and taken out. A queue that is full or empty is tried again; how
 * often that was in vain is counted apart, and printed for each message.
 *
 * <pre>java -cp bench/target/benchmarks.jar dev.shm.bench.MpmcBenchmark [ROUNDS [MILLIS]]</pre>
 */
public final class MpmcBenchmark {
    private static final int CAPACITY = 8192;
    private static final int BATCH = 256;
    private static final int TRIES_BEFORE_YIELD = 1000;

    private MpmcBenchmark() {}

    /** Two ends of something that holds messages, and what became of them so far. */
    private record Ends(
            BooleanSupplier offer,
            BooleanSupplier poll,
            LongAdder messages,
            LongAdder fullTries,
            LongAdder emptyTries) {

        Ends(BooleanSupplier offer, BooleanSupplier poll) {
            this(offer, poll, new LongAdder(), new LongAdder(), new LongAdder());
        }

        String inVain() {
            double all = messages.sum();
            return String.format(
                    Locale.ROOT,
                    "full %.3f, empty %.3f",
                    fullTries.sum() / all,
                    emptyTries.sum() / all);
        }
    }

    /** Runs the rounds and prints a row for each peer and number of threads. */
    public static void main(String... arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        long millis = arguments.length > 1 ? Long.parseLong(arguments[1]) : 300;
        String name = "bench-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(RegionOptions.named(name).bytes(1 << 20))) {
            for (int threads = 1; threads <= 2; threads++) {
                int pairs = threads;
                MpmcRing ring = MpmcRing.create(region, "ring" + pairs, CAPACITY, Long.BYTES);
                compare(pairs, rounds, millis, ring, "JCTools", new MpmcArrayQueue<>(CAPACITY));
                compare(pairs, rounds, millis, ring, "ABQ", new ArrayBlockingQueue<>(CAPACITY));
            }
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void compare(
            int pairs, int rounds, long millis, MpmcRing ring, String peer, Queue<Long> queue)
            throws Exception {
        Long message = Long.MAX_VALUE;
        MessageHandler handler =
                (type, buffer, index, length) -> check(buffer.getLong(index) == message);
        Ends ours = new Ends(() -> ring.offerLong(1, message), () -> ring.poll(handler));
        Ends theirs = new Ends(() -> queue.offer(message), () -> taken(queue.poll()));
        Rounds.compare(
                pairs + " + " + pairs + " threads, 8 bytes",
                rounds,
                () -> pass(ours, pairs, millis),
                peer,
                () -> pass(theirs, pairs, millis));
        System.out.println(
                "    in vain for each message | shm "
                        + ours.inVain()
                        + " | "
                        + peer
                        + " "
                        + theirs.inVain());
    }

    private static boolean taken(@Nullable Long message) {
        if (message == null) {
            return false;
        }
        check(message == Long.MAX_VALUE);
        return true;
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new AssertionError("not what was put in");
        }
    }

    /** Nanoseconds for each message. */
    private static double pass(Ends ends, int pairs, long millis) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2 * pairs);
        try {
            CyclicBarrier begin = new CyclicBarrier(2 * pairs);
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            List<Future<Long>> takers = new ArrayList<>();
            List<Future<Long>> all = new ArrayList<>();
            for (int i = 0; i < pairs; i++) {
                all.add(threads.submit(work(ends.offer, ends.fullTries, begin, nanos)));
                takers.add(threads.submit(work(ends.poll, ends.emptyTries, begin, nanos)));
            }
            all.addAll(takers);
            for (Future<Long> one : all) {
                one.get();
            }
            long taken = 0;
            for (Future<Long> taker : takers) {
                taken += taker.get();
            }
            while (ends.poll().getAsBoolean()) {
                taken++;
            }
            ends.messages.add(taken);
            return (double) nanos / taken;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Long> work(
            BooleanSupplier step, LongAdder inVain, CyclicBarrier begin, long nanos) {
        return () -> {
            begin.await();
            long end = System.nanoTime() + nanos;
            long done = 0;
            while (System.nanoTime() - end < 0) {
                done += batch(step, inVain);
            }
            return done;
        };
    }

    private static int batch(BooleanSupplier step, LongAdder inVain) {
        int done = 0;
        int failed = 0;
        while (done < BATCH && failed < TRIES_BEFORE_YIELD) {
            if (step.getAsBoolean()) {
                done++;
            } else {
                failed++;
                Thread.onSpinWait();
            }
        }
        inVain.add(failed);
        if (failed == TRIES_BEFORE_YIELD) {
            YieldingIdleStrategy.INSTANCE.idle();
        }
        return done;
    }
}
