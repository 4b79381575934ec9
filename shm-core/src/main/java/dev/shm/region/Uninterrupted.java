package dev.shm.region;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * File access that an interrupt cannot reach. An interrupted thread that touches a channel closes
 * it, and closing a lock file's channel drops the locks that say we are alive; so channels are
 * read, written and mapped by a thread of their own, which nobody can interrupt.
 */
final class Uninterrupted {
    private Uninterrupted() {}

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
