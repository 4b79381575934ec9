package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What ends when a pool or a worker does, though something of the user's never ends. */
@Timeout(120) // a watchdog
class PoolEndTest {
    private static final int ITEMS = 32;
    private static final int HELD = 10;
    private static final int TASKS_PER_CHILD = 16;

    @TempDir Path directory;
    private SharedRegion region;
    private SharedLatch held;
    private SharedValue pid;

    @BeforeEach
    void open() {
        region = SharedProcessTest.open(directory.resolve("test.shm"));
        held = SharedLatch.create(region, "held", 1);
        pid = SharedValue.create(region, "pid", 'q');
        SharedEvent.create(region, "never");
    }

    @AfterEach
    void close() {
        region.close();
    }

    private static void neverEnd() {
        SharedRegion shared = SharedProcess.current().region();
        SharedValue.open(shared, "pid").setLong(ProcessHandle.current().pid());
        SharedLatch.open(shared, "held").countDown();
        while (true) {
            LockSupport.park();
        }
    }

    private static void addAHookThatNeverEnds() {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    while (true) {
                                        LockSupport.park();
                                    }
                                }));
    }

    /** Where a task exits, where a worker has done its share, and where the pool is closed. */
    @Test
    void anExitHookThatNeverEnds_isGivenUp() throws Exception {
        ProcessPool pool =
                Quick.pool(1)
                        .initializer(PoolEndTest::addAHookThatNeverEnds)
                        .exitTimeout(20, TimeUnit.MILLISECONDS)
                        .maxTasksPerChild(2)
                        .start();
        Future<?> exiting = pool.submit(() -> System.exit(7));
        ExecutionException thrown = assertThrows(ExecutionException.class, exiting::get);
        WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, thrown.getCause());
        assertEquals(-9, died.exitCode());
        List<Long> pids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pids.add(pool.apply(() -> ProcessHandle.current().pid()));
        }
        assertEquals(pids.get(0), pids.get(1));
        assertNotEquals(pids.get(0), pids.get(2));
        pool.close();
        assertTrue(pool.isTerminated());
    }

    /** As the contract of an ExecutorService has it. */
    @Test
    void aTaskThatNeverEnds_isEndedByAnInterruptOfWhoCloses() throws Exception {
        ProcessPool pool = Quick.pool(1).region(region).start();
        Future<?> task = pool.submit(PoolEndTest::neverEnd);
        held.await();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread closing =
                new Thread(
                        () -> {
                            pool.close();
                            interrupted.set(Thread.interrupted());
                        });
        closing.start();
        ChildJvm.awaitThat("it waits", () -> closing.getState() == Thread.State.WAITING);
        assertFalse(pool.awaitTermination(1, TimeUnit.MILLISECONDS));
        assertFalse(task.isDone());
        closing.interrupt();
        closing.join();
        assertTrue(interrupted.get());
        assertTrue(pool.isTerminated());
        assertThrows(CancellationException.class, task::get);
    }

    private List<CompletableFuture<Integer>> sendAhead(ProcessPool pool) throws Exception {
        List<CompletableFuture<Integer>> each = Quick.each(pool, PoolEndTest::holdOne, ITEMS);
        held.await();
        int waitIfAlone = ITEMS - HELD - 1;
        ChildJvm.awaitThat("others are behind it", () -> waiting(pool) < waitIfAlone);
        return each;
    }

    private static int holdOne(int number) {
        if (number == HELD) {
            neverEnd();
        }
        return number;
    }

    private static int waiting(ProcessPool pool) {
        return Integer.parseInt(pool.toString().replaceFirst(".*waiting=(\\d+).*", "$1"));
    }

    @Test
    void chunksBehindOneWhoseWorkerIsKilled_areDoneByTheNext() throws Exception {
        try (ProcessPool pool =
                Quick.pool(1).region(region).maxTasksPerChild(TASKS_PER_CHILD).start()) {
            List<CompletableFuture<Integer>> each = sendAhead(pool);
            ProcessHandle.of(pid.getLong()).orElseThrow().destroyForcibly();
            for (int i = 0; i < ITEMS; i++) {
                if (i == HELD) {
                    ExecutionException thrown =
                            assertThrows(ExecutionException.class, each.get(i)::get);
                    assertInstanceOf(WorkerDiedException.class, thrown.getCause());
                } else {
                    assertEquals(i, each.get(i).get());
                }
            }
        }
    }

    @Test
    void chunksBehindOneThatIsTerminated_areCancelledWithIt() throws Exception {
        ProcessPool pool = Quick.pool(1).region(region).start();
        List<CompletableFuture<Integer>> each = sendAhead(pool);
        pool.terminate();
        pool.join();
        for (int i = 0; i < ITEMS; i++) {
            if (i < HELD) {
                assertEquals(i, each.get(i).get());
            } else {
                assertThrows(CancellationException.class, each.get(i)::get);
            }
        }
    }

    /** A result must not reach who waits for another one. */
    @Test
    void anAnswerToAnotherChunk_isRefused() {
        PoolSent sent = new PoolSent();
        PoolWork first = nothing("first");
        PoolWork second = nothing("second");
        sent.add(7, first);
        sent.add(9, second);
        assertThrows(IllegalStateException.class, () -> sent.answered(9));
        assertEquals(first, sent.answered(7));
        assertEquals(second, sent.answered(9));
        assertTrue(sent.isEmpty());
    }

    private static PoolWork nothing(String words) {
        PoolSingle<Integer> nobody = new PoolSingle<>(new CompletableFuture<>());
        return PoolWork.ofTask(words, new Wire.Bytes(), nobody);
    }
}
