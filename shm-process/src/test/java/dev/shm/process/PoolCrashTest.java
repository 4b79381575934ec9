package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    private static final int KILLS = 6; // in a round

    /** So few that not even all workers' first tasks besides make up for those after the last. */
    private static final int BETWEEN_KILLS = TASKS / (KILLS + 1);

    private static final int MAX_CHUNK = 5;

    private static boolean hasFinishedOne; // in a worker

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
    void maxTasksPerChild_changesTheWorkersAndKeepsTheirNumber() throws Exception {
        List<Long> pids;
        try (ProcessPool pool = builder(3).maxTasksPerChild(10).start()) {
            List<Map.Entry<Integer, Long>> results = pool.map(PoolCrashTest::done, numbers(100), 1);
            assertEquals(numbers(100), results.stream().map(Map.Entry::getKey).toList());
            pids = results.stream().map(Map.Entry::getValue).toList();
            ChildJvm.awaitThat("there are three", () -> workersOf(pool) == 3);
        }
        assertTrue( // so they are ten at least
                pids.stream()
                        .collect(Collectors.groupingBy(pid -> pid, Collectors.counting()))
                        .values()
                        .stream()
                        .allMatch(tasks -> tasks <= 10),
                pids::toString);
    }

    private static Map.Entry<Integer, Long> done(int number) {
        return new AbstractMap.SimpleEntry<>(number, ProcessHandle.current().pid());
    }

    private static long workersOf(ProcessPool pool) {
        return SharedProcess.activeChildren().stream()
                .filter(child -> pool.toString().contains("name=" + prefix(child) + ","))
                .count();
    }

    private static String prefix(SharedProcess worker) {
        return worker.name().replaceFirst("-worker-.*", "");
    }

    /** 17.13; one of the workers is stopped. */
    @Test
    void terminate_endsAll() throws Exception {
        SharedLatch running = SharedLatch.create(region, "running", 2);
        SharedEvent.create(region, "never");
        SharedValue pid = SharedValue.create(region, "pid", 'q');
        ProcessPool pool = builder(2).start();
        List<Future<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            tasks.add(
                    pool.submit(
                            () -> {
                                long self = ProcessHandle.current().pid();
                                SharedValue.open(shared(), "pid").setLong(self);
                                SharedLatch.open(shared(), "running").countDown();
                                SharedEvent.open(shared(), "never").await();
                                return 1;
                            }));
        }
        running.await();
        PoolBehaviourTest.stop(pid.getLong());
        assertEquals(Set.of("running", "never", "pid"), Set.copyOf(region.names()), "ours only");
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
     * Workers are killed in the middle of a task that have finished at least one, and all results
     * are right: 250 tasks and six kills a round, each of which takes effect. {@code
     * -Dshm.test.pool.rounds=20} makes them 5,000.
     */
    @Test
    void randomKills_loseNothing() throws Exception {
        SharedArray holders = SharedArray.create(region, "holders", 'q', 2 * TASKS);
        SharedValue tickets = SharedValue.create(region, "tickets", 'i');
        List<SharedEvent> afterKills = new ArrayList<>();
        for (int kill = 1; kill <= KILLS; kill++) {
            afterKills.add(SharedEvent.create(region, "kill-" + kill));
        }
        Random random = new Random(7);
        for (int round = 0; round < ROUNDS; round++) {
            holders.fill(0L);
            tickets.setInt(0);
            afterKills.forEach(SharedEvent::clear);
            try (ProcessPool pool = builder(4).retries(100).start()) {
                int chunk = 1 + random.nextInt(MAX_CHUNK);
                Future<List<Integer>> squares =
                        pool.<Integer, Integer>mapAsync(
                                PoolCrashTest::square, numbers(TASKS), chunk);
                Set<Long> killed = new HashSet<>();
                for (int kill = 0; kill < KILLS; kill++) {
                    int ticket = kill * BETWEEN_KILLS + random.nextInt(BETWEEN_KILLS);
                    ChildJvm.awaitThat("so much is done", () -> tickets.getInt() > ticket);
                    kill(holderOfATicket(holders, random, killed));
                    assertFalse(squares.isDone());
                    afterKills.get(kill).set();
                }
                assertEquals(KILLS, killed.size());
                assertEquals(
                        numbers(TASKS).stream().map(x -> x * x).toList(),
                        squares.get(1, TimeUnit.MINUTES)); // a watchdog
            }
        }
    }

    /** One that was not killed, which it will be now. */
    private static long holderOfATicket(SharedArray holders, Random random, Set<Long> killed) {
        List<Long> alive = new ArrayList<>();
        ChildJvm.awaitThat(
                "a living worker is in its second task",
                () -> {
                    for (int ticket = 0; ticket < holders.length(); ticket++) {
                        long pid = holders.getLong(ticket);
                        if (pid != 0 && !killed.contains(pid)) {
                            alive.add(pid);
                        }
                    }
                    return !alive.isEmpty();
                });
        long victim = alive.get(random.nextInt(alive.size()));
        killed.add(victim);
        return victim;
    }

    private static void kill(long pid) throws Exception {
        ProcessHandle worker = ProcessHandle.of(pid).orElseThrow();
        assertTrue(worker.isAlive() && worker.destroyForcibly(), worker::toString);
        worker.onExit().get(1, TimeUnit.MINUTES); // a watchdog
    }

    /** In a worker. */
    private static int square(int number) throws InterruptedException {
        if (hasFinishedOne) {
            takeATicket();
        }
        hasFinishedOne = true;
        return number * number;
    }

    /**
     * Between two kills so many tasks are begun and no more; so none comes too late to hit
     * anything, and however work is handed on, those who still have some are those who can be
     * killed.
     */
    private static void takeATicket() throws InterruptedException {
        int ticket = (int) SharedValue.open(shared(), "tickets").getAndAdd(1);
        SharedArray.open(shared(), "holders").setLong(ticket, ProcessHandle.current().pid());
        int kills = Math.min(KILLS, ticket / BETWEEN_KILLS);
        if (kills > 0) {
            SharedEvent.open(shared(), "kill-" + kills).await();
        }
    }
}
