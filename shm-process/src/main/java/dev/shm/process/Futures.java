package dev.shm.process;

import dev.shm.wait.Deadline;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waiting for futures, and hearing of them. */
final class Futures {
    private Futures() {}

    /** Tells one of two, once. */
    static <T> void tell(
            CompletableFuture<T> future,
            Consumer<? super T> callback,
            Consumer<Throwable> errorCallback) {
        var unused =
                future.whenComplete(
                        (result, thrown) -> {
                            try {
                                if (thrown == null) {
                                    callback.accept(result);
                                } else {
                                    errorCallback.accept(thrown);
                                }
                            } catch (Throwable e) { // nobody else hears of it
                                Logs.warn(ProcessPool.class, "a callback has failed", e);
                            }
                        });
    }

    /** Waits for a result, and cancels who is to bring it when it is interrupted. */
    static <T> T get(CompletableFuture<T> future) throws InterruptedException, ExecutionException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        }
    }

    /** Cancels those that are not done. */
    static void cancel(List<? extends Future<?>> futures) {
        futures.forEach(future -> future.cancel(true));
    }

    /** Waits for all; cancels those that are not done in time, or when it is interrupted. */
    static <T> void awaitAll(List<? extends Future<T>> futures, Deadline deadline)
            throws InterruptedException {
        try {
            for (Future<T> future : futures) {
                if (!await(future, deadline)) {
                    return;
                }
            }
        } finally {
            cancel(futures);
        }
    }

    /** Waits until a future is done, however; false if the time ran out. */
    private static boolean await(Future<?> future, Deadline deadline) throws InterruptedException {
        try {
            future.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CancellationException e) {
            return true; // whoever has the future hears of it
        } catch (TimeoutException e) {
            return false;
        }
        return true;
    }

    /**
     * Waits for the first that has a result, and cancels the others, however it ends.
     *
     * @throws IllegalArgumentException if there are none.
     * @throws ExecutionException of the last, if all have failed.
     * @throws TimeoutException if the time ran out.
     */
    static <T> T awaitAny(List<CompletableFuture<T>> futures, Deadline deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
        LinkedBlockingQueue<CompletableFuture<T>> done = new LinkedBlockingQueue<>();
        for (CompletableFuture<T> future : futures) {
            var unused = future.whenComplete((result, thrown) -> done.add(future));
        }
        @Nullable ExecutionException last = null;
        try {
            for (int i = 0; i < futures.size(); i++) {
                CompletableFuture<T> next =
                        done.poll(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    throw new TimeoutException();
                }
                try {
                    return next.get();
                } catch (ExecutionException e) {
                    last = e;
                } catch (CancellationException e) { // as by a shutdown
                    last = new ExecutionException(e);
                }
            }
        } finally {
            cancel(futures);
        }
        if (last == null) {
            throw new IllegalArgumentException("tasks: none, must be at least one");
        }
        throw last;
    }
}
