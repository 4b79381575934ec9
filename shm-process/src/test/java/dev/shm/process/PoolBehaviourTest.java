package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pool holds on to, and what it lets go of. BEHAVIOURS 17, 17b. */
class PoolBehaviourTest {
    private static final int MANY = Integer.getInteger("shm.test.pool.workers", 4);

    @TempDir Path directory;
    private static ProcessPool pool;

    @BeforeAll
    static void open() {
        pool = Quick.pool(2).start();
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toList());
    }

    /** Something of a user's, which is his to drop. */
    private record Payload(String text) implements Serializable {
        private static final List<WeakReference<Payload>> SEEN = new ArrayList<>();

        /** In a worker. */
        int seen() {
            SEEN.add(new WeakReference<>(this));
            return text.length();
        }

        static int alive() {
            System.gc();
            return (int) SEEN.stream().filter(seen -> seen.get() != null).count();
        }
    }

    /** 17.19, in both processes. */
    @Test
    void argumentsAndResults_areLetGoOf() throws Exception {
        sendAndReceive().forEach(PoolBehaviourTest::awaitCollected);
        ChildJvm.awaitThat(
                "they are collected in the workers",
                () ->
                        pool
                                .<Integer, Integer>mapAsync(x -> Payload.alive(), numbers(8))
                                .join()
                                .stream()
                                .allMatch(x -> x == 0));
    }

    private static List<WeakReference<Payload>> sendAndReceive() throws Exception {
        Payload argument = new Payload("argument");
        Payload result = pool.map(x -> x, List.of(argument), 1).get(0);
        assertEquals(List.of(8, 8), pool.map(Payload::seen, List.of(argument, result), 1));
        Payload last = pool.map(x -> x, List.of(argument), 1).get(0); // after which nothing comes
        return List.of(
                new WeakReference<>(argument),
                new WeakReference<>(result),
                new WeakReference<>(last));
    }

    private static void awaitCollected(WeakReference<?> reference) {
        ChildJvm.awaitThat(
                "it is collected",
                () -> {
                    System.gc();
                    return reference.get() == null;
                });
    }

    /** 17.49: workers are there from the beginning, as in {@code multiprocessing.Pool}. */
    @Test
    void idleWorkers_areUsedAgain() throws Exception {
        Set<Long> pids = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            pids.add(pool.apply(PoolBehaviourTest::pid));
        }
        assertTrue(pids.size() <= 2, pids::toString);
    }

    /** 17.46: it dies while a task is being written that is longer than the pipe. */
    @Test
    void aWorkerThatDiesWhileItIsSentALongTask_blocksNobody() throws Exception {
        try (ProcessPool alone = Quick.pool(1).jvmOption("-Xmx256m").start()) {
            long pid = alone.apply(PoolBehaviourTest::pid);
            stop(pid);
            byte[] sent = new byte[1 << 24];
            Future<byte[]> received = alone.submit(() -> sent);
            ChildJvm.awaitThat("the pipe is full", () -> isSending(alone));
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            assertArrayEquals(sent, received.get(), "by the next worker: nobody had begun it");
        }
    }

    static void stop(long pid) throws Exception {
        assertEquals(0, new ProcessBuilder("kill", "-STOP", "" + pid).start().waitFor());
    }

    /** Whether a thread of the pool sleeps until there is room in a pipe. */
    private static boolean isSending(ProcessPool waiting) {
        return threads(waiting)
                .anyMatch(
                        stack ->
                                stack.contains("dev.shm.queue.PipeOutput.put")
                                        && stack.contains("dev.shm.queue.PipeWait.sleep"));
    }

    /** What the threads of a pool do, which are called as it is. */
    private static Stream<List<String>> threads(ProcessPool of) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> of.toString().contains("name=" + thread.getKey().getName() + ","))
                .map(thread -> Arrays.stream(thread.getValue()))
                .map(
                        frames ->
                                frames.map(f -> f.getClassName() + "." + f.getMethodName())
                                        .toList());
    }

    /** 17.14, 17.45, 17.49: it is over at once, and what was handed in is done. */
    @Test
    void aPoolThatIsShutDown_refusesAllAndLeavesNoThread() throws Exception {
        ProcessPool other = Quick.pool(2).maxTasksPerChild(1).start();
        List<Future<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            tasks.add(other.submit(() -> number));
        }
        Object unserialisable = new Object();
        assertThrows(IllegalArgumentException.class, () -> other.submit(unserialisable::hashCode));
        other.shutdown();
        for (int i = 0; i < 3; i++) {
            assertEquals(i, tasks.get(i).get());
        }
        other.join();
        ChildJvm.awaitThat("its threads have ended", () -> threads(other).findAny().isEmpty());
        assertThrows(RejectedExecutionException.class, () -> other.apply(() -> 1));
        assertThrows(RejectedExecutionException.class, () -> other.map(x -> x, List.of(1)));
        Iterator<Integer> none = other.imap(x -> x, List.of(1), 1);
        assertThrows(RejectedExecutionException.class, none::next);
        other.close();
    }

    /** 17.26: those that could be started end, too. */
    @Test
    void aWorkerThatCannotBeStarted_breaksThePool() throws Exception {
        String tooLong = "-Dshm.test=" + "x".repeat(1 << 20); // for the operating system
        ProcessPool broken = Quick.pool(2).jvmOption(tooLong).start();
        Exception thrown = // as a rejection where it is broken already
                assertThrows(Exception.class, () -> broken.apply(() -> 1));
        BrokenPoolException why = assertInstanceOf(BrokenPoolException.class, thrown.getCause());
        assertInstanceOf(UncheckedIOException.class, why.getCause());
        broken.join();
        assertTrue(
                SharedProcess.activeChildren().stream()
                        .noneMatch(child -> broken.toString().contains(prefix(child))));
    }

    /**
     * It is stopped before it has taken what it runs, for which there is more than a pipe holds.
     */
    @Test
    void aWorkerThatNeverBegins_isTerminated() throws Exception {
        Path paused = directory.resolve("paused");
        byte[] captured = new byte[1 << 20];
        ProcessPool stuck =
                Quick.pool(1)
                        .jvmOption("-XX:+UnlockDiagnosticVMOptions")
                        .jvmOption("-XX:+PauseAtStartup")
                        .jvmOption("-XX:PauseAtStartupFile=" + paused)
                        .initializer(() -> captured[0]++)
                        .start();
        ChildJvm.awaitThat("it has paused", () -> Files.exists(paused));
        stuck.terminate();
        stuck.join();
        assertTrue(stuck.isTerminated());
    }

    /** As where this process has the id of one that was killed, whose pool's region is there. */
    @Test
    void aRegionThatTheDeadHaveLeft_isInNobodysWay() throws Exception {
        ProcessPool first = Quick.pool(1).start();
        first.terminate();
        String name = first.toString().replaceAll(".*name=([^,]*),.*", "$1");
        int number = Integer.parseInt(name.replaceAll(".*-", ""));
        String next = name.replaceAll("[0-9]*$", "") + (number + 1);
        SharedRegion.create(RegionOptions.named(next).bytes(1 << 16)).close();
        try {
            ProcessPool second = Quick.pool(1).start();
            second.terminate();
            assertTrue(second.toString().contains("name=" + next + ","), second::toString);
            second.join();
        } finally {
            SharedRegion.delete(next);
        }
        first.join();
    }

    /** 17.26: those whose threads were started end, too. */
    @Test
    void aThreadThatCannotBeStarted_endsThePool() throws Exception {
        WorkQueue queue = new WorkQueue();
        List<Thread> started = new ArrayList<>();
        SharedProcess.Builder process = SharedProcess.Builder.withoutRegion();
        PoolStaff.Terms terms = new PoolStaff.Terms(3, 0, Long.MAX_VALUE, 0, null, process);
        Set<String> before = names();
        OutOfMemoryError thrown =
                assertThrows(
                        OutOfMemoryError.class,
                        () -> new PoolStaff("short", terms, queue, seat -> second(seat, started)));
        assertEquals("as if", thrown.getMessage());
        for (Thread seat : started) {
            seat.join();
        }
        assertEquals(1, started.size());
        assertInstanceOf(BrokenPoolException.class, queue.ended());
        assertEquals(before, names());
    }

    /** The second is one too many. */
    private static Thread second(Runnable seat, List<Thread> started) {
        if (!started.isEmpty()) {
            throw new OutOfMemoryError("as if");
        }
        Thread thread = new Thread(seat, "seat");
        started.add(thread);
        return thread;
    }

    private static Set<String> names() {
        return SharedRegion.list().stream()
                .map(Object::toString)
                .filter(region -> region.contains("short-"))
                .collect(Collectors.toSet());
    }

    private static String prefix(SharedProcess worker) {
        return "name=" + worker.name().replaceFirst("-worker-.*", "") + ",";
    }

    /** 17.27: {@code -Dshm.test.pool.workers=200} makes them as many as Python's test has. */
    @Test
    void manyWorkers_mapTogether() throws Exception {
        try (ProcessPool crowd = Quick.pool(MANY).start()) {
            List<Integer> squares = numbers(1000).stream().map(x -> x * x).toList();
            assertEquals(squares, crowd.map(x -> x * x, numbers(1000), 1));
        }
    }
}
