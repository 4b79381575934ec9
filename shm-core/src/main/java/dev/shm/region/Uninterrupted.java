package dev.shm.region;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * File access that an interrupt cannot reach. An interrupted thread that touches a channel closes
 * it, and closing a lock file's channel drops the locks that say we are alive: such a channel is
 * read and written by a thread of its own, which nobody can interrupt. Where the channel is opened
 * for one access, that is simply made again.
 */
final class Uninterrupted {
    /** Whoever is interrupted all the time would never come to the end. */
    private static final int ATTEMPTS = 3;

    private Uninterrupted() {}

    /**
     * Runs one piece of file access with a channel of its own, which may be made several times; the
     * caller's interrupt status is left as it was.
     */
    static <T> T retry(Callable<T> access) throws IOException {
        boolean interrupted = false;
        try {
            for (int i = 0; i < ATTEMPTS; i++) {
                interrupted |= Thread.interrupted();
                try {
                    return access.call();
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                }
            }
            return call(access);
        } catch (Exception e) {
            throw rethrown(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs one piece of file access; the caller's interrupt status is left as it was. */
    static <T> T call(Callable<T> access) throws IOException {
        FutureTask<T> task = new FutureTask<>(access);
        Thread thread = new Thread(task, "shm-file-access");
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException rethrown(@Nullable Throwable failure) {
        if (failure instanceof IOException e) {
            return e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return new IOException(failure);
    }
}
