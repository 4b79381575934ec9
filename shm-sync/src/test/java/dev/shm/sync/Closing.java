package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/** Closes handles that are in use. */
public final class Closing {
    private static final int ROUNDS = 300;

    private Closing() {}

    /**
     * Closes a handle while another thread locks and unlocks through it without a pause.
     *
     * @param lock acquires, and returns what unlocks; that must not fail.
     */
    public static void whileUsed(AutoCloseable handle, Callable<Runnable> lock) throws Exception {
        AtomicInteger rounds = new AtomicInteger();
        FutureTask<Exception> using =
                new FutureTask<>(
                        () -> {
                            while (true) {
                                Runnable unlock;
                                try {
                                    unlock = lock.call();
                                } catch (IllegalStateException closed) {
                                    return closed;
                                }
                                unlock.run();
                                rounds.incrementAndGet();
                            }
                        });
        new Thread(using).start();
        while (rounds.get() < ROUNDS && !using.isDone()) {
            Thread.onSpinWait();
        }
        handle.close();
        assertEquals(IllegalStateException.class, using.get().getClass());
    }
}
