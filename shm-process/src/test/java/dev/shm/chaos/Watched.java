package dev.shm.chaos;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs what might never end, in a thread of its own, and says so if it does not. */
final class Watched implements AutoCloseable {
    private final Patience patience;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    body -> {
                        Thread made = new Thread(body, "watched");
                        made.setDaemon(true);
                        return made;
                    });

    Watched(Patience patience) {
        this.patience = patience;
    }

    void run(String what, Ledger.Doing doing) throws InterruptedException {
        Future<?> end =
                thread.submit(
                        () -> {
                            doing.run();
                            return null;
                        });
        try {
            end.get(patience.actNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(what + ": does not end", e);
        } catch (ExecutionException e) {
            throw new AssertionError(what + ": " + e.getCause(), e.getCause());
        }
    }

    /** Whatever runs is left behind. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
