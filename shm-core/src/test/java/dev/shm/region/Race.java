package dev.shm.region;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Several threads that start the same thing at the same moment. */
final class Race {
    private static final long WATCHDOG_SECONDS = 60;

    /** What one of them does. */
    interface Racer<T> {
        T run(int number) throws Exception;
    }

    private Race() {}

    /** Runs it in so many threads at once; returns what each returned, throws what any threw. */
    static <T> List<T> run(int threads, Racer<T> racer) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                futures.add(
                        executor.submit(
                                () -> {
                                    start.await();
                                    return racer.run(number);
                                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(result(future));
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }

    /** Starts one thread. */
    static <T> Future<T> start(Racer<T> racer) {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            return executor.submit(() -> racer.run(0));
        } finally {
            executor.shutdown();
        }
    }

    /** Waits for a thread that was started; throws what it threw. */
    static <T> T result(Future<T> future) throws Exception {
        try {
            return future.get(WATCHDOG_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
