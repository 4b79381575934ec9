package dev.shm.wait;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Work in a daemon thread, awaited with a watchdog: a thread that sleeps in the kernel for ever
 * cannot be interrupted, so the test must be able to end without it.
 */
final class Background<T> {
    private static final long WATCHDOG_SECONDS = 20;

    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private final Thread thread;

    private Background(Callable<T> work) {
        thread =
                new Thread(
                        () -> {
                            try {
                                outcome.complete(work.call());
                            } catch (Throwable e) {
                                outcome.completeExceptionally(e);
                            }
                        },
                        "background");
        thread.setDaemon(true);
        thread.start();
    }

    static <T> Background<T> start(Callable<T> work) {
        return new Background<>(work);
    }

    Thread thread() {
        return thread;
    }

    boolean isDone() {
        return outcome.isDone();
    }

    /** What the work returned; throws what it threw. */
    T join() throws Exception {
        try {
            return outcome.get(WATCHDOG_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("stuck: " + thread, e);
        }
    }
}
