package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/**
 * More virtual threads wait for each other than there are carriers: if one pinned its carrier while
 * it waits, those that it waits for could not run.
 */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {
    private static final int THREADS = 4 * Runtime.getRuntime().availableProcessors();

    @TempDir private Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = Peers.open(directory.resolve("r.shm"));
    }

    @AfterEach
    void close() {
        region.close();
    }

    @Test
    void barrier() throws Exception {
        SharedBarrier barrier = SharedBarrier.create(region, "it", THREADS);
        List<FutureTask<Integer>> threads = start(THREADS, barrier::await);
        int sum = 0;
        for (FutureTask<Integer> thread : threads) {
            sum += thread.get();
        }
        assertEquals(THREADS * (THREADS - 1) / 2, sum);
    }

    @Test
    void event() throws Exception {
        SharedEvent turn = SharedEvent.create(region, "it", SharedEvent.Mode.AUTO_RESET);
        List<FutureTask<Boolean>> threads =
                start(
                        THREADS,
                        () -> {
                            turn.await();
                            turn.set(); // the next one's
                            return turn.isSet();
                        });
        start(
                1,
                () -> {
                    turn.set();
                    return true;
                });
        for (FutureTask<Boolean> thread : threads) {
            thread.get();
        }
        assertTrue(turn.isSet());
    }

    @Test
    void semaphoreAndLatch() throws Exception {
        SharedSemaphore semaphore = SharedSemaphore.create(region, "semaphore", 1);
        SharedLatch latch = SharedLatch.create(region, "latch", THREADS);
        List<FutureTask<Long>> threads =
                start(
                        THREADS,
                        () -> {
                            semaphore.acquire();
                            LockSupport.parkNanos(1); // so that others find the permit taken
                            semaphore.release();
                            latch.countDown();
                            latch.await();
                            return latch.getCount();
                        });
        for (FutureTask<Long> thread : threads) {
            assertEquals(0, thread.get());
        }
        assertEquals(1, semaphore.availablePermits());
    }

    private static <T> List<FutureTask<T>> start(int count, Callable<T> body) throws Exception {
        List<FutureTask<T>> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FutureTask<T> task = new FutureTask<>(body);
            // younger than the sources may be
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
            tasks.add(task);
        }
        return tasks;
    }
}
