package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.testing.ChildCommands;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pool does when workers die, or it ends itself. BEHAVIOURS 17, 17b. */
class PoolCrashTest {
    private static final int ROUNDS = Integer.getInteger("shm.test.pool.rounds", 1);
    private static final int TASKS = 250;

    /** For tests after which it is as good as new. */
    private static ProcessPool pool;

    @TempDir Path directory;
    private SharedRegion region;

    @BeforeAll
    static void start() {
        pool = Quick.pool(2).start();
    }

    @AfterAll
    static void end() {
        pool.close();
    }

    @BeforeEach
    void open() {
        region = SharedProcessTest.open(directory.resolve("test.shm"));
    }

    @AfterEach
    void close() {
        region.close();
    }

    private PoolBuilder builder(int workers) {
        return Quick.pool(workers).region(region);
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toList());
    }

    private static SharedRegion shared() {
        return SharedProcess.current().region();
    }

    /** Where a task ends its worker. */
    private static final class Deadly implements PoolTask<Object>, Serializable {
        private static final long serialVersionUID = 1;
        private final String where;

        Deadly(String where) {
            this.where = where;
        }

        @Override
        public Object call() {
            die("run");
            return this;
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            die("read");
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            if (SharedProcess.parent().isPresent()) {
                die("written");
            }
        }

        private void die(String here) {
            if (where.startsWith(here)) {
                Runtime.getRuntime().halt(where.endsWith("exit") ? 7 : 137);
            }
        }
    }

    /** 17.40, 17.41, 17.48: its task fails, and none of those that are pending. */
    @ParameterizedTest
    @CsvSource({"read, -9", "run, -9", "written, -9", "run exit, 7"})
    void aWorkerThatDies_isReplaced(String where, int code) throws Exception {
        Future<Object> deadly = pool.submit(new Deadly(where));
        List<Future<Integer>> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            others.add(pool.submit(() -> number));
        }
        ExecutionException thrown = assertThrows(ExecutionException.class, deadly::get);
        WorkerDiedException died = assertInstanceOf(WorkerDiedException.class, thrown.getCause());
        assertEquals(code, died.exitCode());
        assertTrue(died.pid() > 0);
        assertTrue(died.getMessage().contains("Deadly"), died.getMessage());
        for (int i = 0; i < 20; i++) {
            assertEquals(i, others.get(i).get());
        }
    }

    /** It is not run for ever. */
    @Test
    void aDeadlyTask_isGivenUpInTheEnd() throws Exception {
        SharedValue runs = SharedValue.create(region, "runs", 'i');
        try (ProcessPool pool = builder(1).retries(2).start()) {
            Future<Integer> deadly =
                    pool.submit(
                            () -> {
                                SharedValue.open(shared(), "runs").getAndAdd(1);
                                Runtime.getRuntime().halt(1);
                                return 1;
                            });
            ExecutionException thrown = assertThrows(ExecutionException.class, deadly::get);
            assertInstanceOf(WorkerDiedException.class, thrown.getCause());
            assertEquals(3, runs.getInt());
            assertEquals(1, pool.apply(() -> 1));
        }
    }

    /** A worker that has nothing to do is replaced too, and no task suffers. */
    @Test
    void anIdleWorkerThatDies_costsNothing() throws Exception {
        try (ProcessPool pool = builder(1).start()) {
            for (int round = 0; round < 2; round++) {
                long pid = pool.apply(() -> ProcessHandle.current().pid());
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                assertEquals(round, pool.apply(returning(round)));
            }
        }
    }

    private static PoolTask<Integer> returning(int number) {
        return () -> number;
    }

    /** 17.25, 17.50 */
    @Test
    void theInitializer_runsOnceInEachWorker() throws Exception {
        SharedValue runs = SharedValue.create(region, "runs", 'i');
        try (ProcessPool pool =
                builder(2)
                        .initializer(() -> SharedValue.open(shared(), "runs").getAndAdd(1))
                        .start()) {
            assertEquals(numbers(20), pool.map(x -> x, numbers(20), 1));
            ChildJvm.awaitThat("both have begun", () -> runs.getInt() == 2);
        }
        assertEquals(2, runs.getInt());
    }

    @Test
    void anInitializerThatThrows_breaksThePool() {
        ProcessPool pool =
                builder(1)
                        .initializer(
                                () -> {
                                    throw new IllegalStateException("not today");
                                })
                        .start();
        Future<Integer> task;
        try {
            task = pool.submit(() -> 1);
        } catch (java.util.concurrent.RejectedExecutionException alreadyBroken) {
            assertInstanceOf(BrokenPoolException.class, alreadyBroken.getCause());
            pool.close();
            return;
        }
        ExecutionException thrown = assertThrows(ExecutionException.class, task::get);
        BrokenPoolException broken = assertInstanceOf(BrokenPoolException.class, thrown.getCause());
        assertEquals("not today", broken.getCause().getMessage());
        pool.close();
    }

    /** Without a word, as where the JVM does not start. */
    @Test
    void workersThatNeverStart_breakThePool() {
        try (ProcessPool pool =
                builder(1).initializer(() -> Runtime.getRuntime().halt(3)).start()) {
            Future<Integer> task = pool.submit(() -> 1);
            ExecutionException thrown = assertThrows(ExecutionException.class, task::get);
            BrokenPoolException broken =
                    assertInstanceOf(BrokenPoolException.class, thrown.getCause());
            assertTrue(broken.getMessage().contains("exitCode=3"), broken.getMessage());
        }
    }

    /** 17.22, 17.23 */
    @Test
    void maxTasksPerChild_changesTheWorkers() throws Exception {
        Set<Long> pids = new HashSet<>();
        try (ProcessPool pool = builder(2).maxTasksPerChild(3).start()) {
            for (long pid : pool.map(x -> ProcessHandle.current().pid(), numbers(9), 1)) {
                pids.add(pid);
            }
        }
        assertTrue(pids.size() >= 3, pids::toString);
    }

    /** 17.13 */
    @Test
    void terminate_endsAll() throws Exception {
        SharedLatch running = SharedLatch.create(region, "running", 2);
        SharedEvent.create(region, "never");
        ProcessPool pool = builder(2).start();
        List<Future<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            tasks.add(
                    pool.submit(
                            () -> {
                                SharedLatch.open(shared(), "running").countDown();
                                SharedEvent.open(shared(), "never").await();
                                return 1;
                            }));
        }
        running.await();
        pool.terminate();
        pool.join();
        for (Future<Integer> task : tasks) {
            assertTrue(task.isDone());
            assertThrows(CancellationException.class, task::get);
        }
    }

    /** 17.15 */
    @Test
    void close_finishesWhatIsQueued() throws Exception {
        ProcessPool pool = builder(2).start();
        List<Future<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            tasks.add(pool.submit(returning(i)));
        }
        pool.close();
        for (int i = 0; i < 50; i++) {
            assertEquals(i, tasks.get(i).get(0, TimeUnit.SECONDS));
        }
    }

    @Test
    void shutdownNow_finishesWhatHasBegun() throws Exception {
        SharedLatch running = SharedLatch.create(region, "running", 1);
        SharedEvent go = SharedEvent.create(region, "go");
        ProcessPool pool = builder(1).start();
        Future<Integer> begun =
                pool.submit(
                        () -> {
                            SharedLatch.open(shared(), "running").countDown();
                            SharedEvent.open(shared(), "go").await();
                            return 1;
                        });
        Future<Integer> waiting = pool.submit(() -> 2);
        running.await();
        assertEquals(List.of(), pool.shutdownNow());
        assertThrows(CancellationException.class, waiting::get);
        assertFalse(begun.isDone());
        go.set();
        assertEquals(1, begun.get());
        pool.join();
        assertTrue(pool.isTerminated());
    }

    /** 17.44 */
    @Test
    void aCrashAfterShutdown_doesNotHang() throws Exception {
        ProcessPool pool = builder(1).start();
        Future<Object> deadly = pool.submit(new Deadly("run"));
        Future<Integer> last = pool.submit(() -> 2);
        pool.shutdown();
        pool.close();
        assertThrows(ExecutionException.class, deadly::get);
        assertEquals(2, last.get());
    }

    /**
     * Workers are killed while they compute, and all results are right: 250 tasks a round. {@code
     * -Dshm.test.pool.rounds=20} makes them 5,000.
     */
    @Test
    void randomKills_loseNothing() throws Exception {
        SharedArray pids = SharedArray.create(region, "pids", 'q', TASKS);
        Random random = new Random(7);
        for (int round = 0; round < ROUNDS; round++) {
            pids.fill(0L);
            try (ProcessPool pool = builder(4).retries(100).start()) {
                Future<List<Integer>> squares =
                        pool.<Integer, Integer>mapAsync(PoolCrashTest::square, numbers(TASKS));
                for (int kills = 0; kills < 6 && !squares.isDone(); kills++) {
                    int task = random.nextInt(TASKS);
                    ChildJvm.awaitThat(
                            "the task is done", () -> pids.getLong(task) != 0 || squares.isDone());
                    ProcessHandle.of(pids.getLong(task)).ifPresent(ProcessHandle::destroyForcibly);
                }
                assertEquals(
                        numbers(TASKS).stream().map(x -> x * x).toList(),
                        squares.get(1, TimeUnit.MINUTES)); // a watchdog
            }
        }
    }

    private static int square(int number) {
        SharedArray.open(shared(), "pids").setLong(number, ProcessHandle.current().pid());
        return number * number;
    }

    /** A parent that the test can kill. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] none) throws IOException {
            ProcessPool pool = Quick.pool(2).start();
            ChildCommands.serve(
                    words -> String.valueOf(pool.apply(() -> ProcessHandle.current().pid())));
        }
    }

    @Test
    void aParentThatIsKilled_leavesNoWorker() throws Exception {
        try (ChildJvm parent = ChildJvm.of(Parent.class).property("shm.dir", directory).start()) {
            ProcessHandle worker =
                    ProcessHandle.of(Long.parseLong(parent.ask("pid"))).orElseThrow();
            List<ProcessHandle> children =
                    ProcessHandle.of(parent.pid()).orElseThrow().children().toList();
            assertTrue(children.contains(worker));
            parent.kill();
            for (ProcessHandle child : children) {
                child.onExit().get(1, TimeUnit.MINUTES); // a watchdog
            }
        }
    }
}
