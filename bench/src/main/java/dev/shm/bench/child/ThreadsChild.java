package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.YieldingIdleStrategy;

/**
 * Threads of one JVM that pass messages on: {@code ThreadsChild KIND PAIRS FOLDER}, where so many
 * threads put in and as many take out. For each number that it reads it goes on for so many
 * milliseconds. What is full or empty is tried again, and yields after many tries in vain.
 */
public final class ThreadsChild {
    private static final int BATCH = 256;
    private static final int TRIES_BEFORE_YIELD = 1000;

    private ThreadsChild() {}

    /** Passes messages on until its standard input ends. */
    public static void main(String[] args) throws Exception {
        int pairs = Integer.parseInt(args[1]);
        Ends ends = Ends.of(args[0], Path.of(args[2]));
        Lines.serve(millis -> pass(ends, pairs, millis));
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
            while (ends.poll().getAsBoolean()) {
                // what is left is not counted, and is not there in the next round
            }
            return new Answer(taken, nanos);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Long> work(BooleanSupplier step, CyclicBarrier begin, long nanos) {
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

    private static int batch(BooleanSupplier step) {
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
        if (failed == TRIES_BEFORE_YIELD) {
            YieldingIdleStrategy.INSTANCE.idle();
        }
        return done;
    }
}
