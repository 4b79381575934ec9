package dev.shm.testing;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Waiting for threads that may fail before they count a latch down. */
public final class Latches {
    private static final long LOOK_MILLIS = 10;

    private Latches() {}

    /** Waits for a latch; throws what kept one of those from counting it down, if it ended. */
    public static void await(CountDownLatch latch, Future<?>... counters) throws Exception {
        await(latch, List.of(counters));
    }

    /** The same for any number of them. */
    public static void await(CountDownLatch latch, List<? extends Future<?>> counters)
            throws Exception {
        while (!latch.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            for (Future<?> counter : counters) {
                if (counter.isDone()) {
                    throwFailure(counter);
                }
            }
            if (counters.stream().allMatch(Future::isDone) && latch.getCount() > 0) {
                throw new AssertionError("ended without counting down: " + latch);
            }
        }
    }

    private static void throwFailure(Future<?> ended) throws InterruptedException {
        try {
            ended.get();
        } catch (ExecutionException e) {
            throw new AssertionError("failed before it counted down", e.getCause());
        }
    }
}
