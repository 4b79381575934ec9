package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.queue.Pipes;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a parent sees of its children. BEHAVIOURS 16. */
class SharedProcessTest {
    @TempDir Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = open(directory.resolve("parent.shm"));
    }

    @AfterEach
    void close() {
        SharedProcess.activeChildren().forEach(SharedProcess::kill);
        region.close();
    }

    static SharedRegion open(Path file) {
        return SharedRegion.openOrCreate(
                RegionOptions.at(file).bytes(1 << 17).maxParticipants(32).maxObjects(64));
    }

    private SharedProcess.Builder quiet() {
        return Quick.process(region)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.to(errors().toFile()));
    }

    private Path errors() {
        return directory.resolve("errors");
    }

    /** A child that runs until the event of this name is set. */
    private static RegionTask until(String event) {
        return r -> {
            SharedLatch.open(r, "running").countDown();
            SharedEvent.open(r, event).await();
        };
    }

    private SharedEvent event(String name) {
        return SharedEvent.of(region, name);
    }

    private SharedLatch running() {
        return SharedLatch.of(region, "running", 1);
    }

    /** 16.1 */
    @Test
    void theRoot_isNobodysChild() {
        assertEquals("main", SharedProcess.current().name());
        assertEquals(ProcessHandle.current().pid(), SharedProcess.current().pid());
        assertFalse(SharedProcess.current().isDaemon());
        assertEquals(List.of(), SharedProcess.current().regions());
        assertTrue(SharedProcess.parent().isEmpty());
        assertThrows(IllegalStateException.class, () -> SharedProcess.current().region());
    }

    /** 14.4, 16.2, 16.9, 16.12, 16.14 */
    @Test
    void aChild_isActiveUntilItEnds() throws Exception {
        SharedEvent end = event("end");
        SharedLatch running = running();
        List<String> before = region.names();
        SharedProcess child = Quick.start(region, until("end"));
        running.await();
        assertTrue(child.isAlive());
        assertEquals(OptionalInt.empty(), child.exitCode());
        assertEquals(List.of(child), SharedProcess.activeChildren());
        assertFalse(child.join(0, TimeUnit.SECONDS));
        assertFalse(child.join(-1, TimeUnit.SECONDS));
        assertFalse(child.onExit().isDone());
        List<ProcessHandle> handle = List.of(child.toHandle());
        assertTrue(Pipes.await(List.of(), handle, 0, TimeUnit.SECONDS).isEmpty());
        end.set();
        assertEquals(handle, Pipes.await(List.of(), handle, 1, TimeUnit.MINUTES).processes());
        assertEquals(0, child.join());
        assertEquals(0, child.join());
        assertTrue(child.join(0, TimeUnit.SECONDS));
        assertFalse(child.isAlive());
        assertEquals(OptionalInt.of(0), child.exitCode());
        assertEquals(0, child.onExit().get());
        assertEquals(List.of(), SharedProcess.activeChildren());
        assertEquals(before, region.names());
        child.kill(); // nobody any more
        child.terminate();
        assertEquals(
                "SharedProcess[name=" + child.name() + ", pid=" + child.pid() + ", exitCode=0]",
                child.toString());
    }

    /** Those who wait for children may have all threads of the common pool. */
    @Test
    void join_needsNoThreadOfTheCommonPool() throws Exception {
        Semaphore ended = new Semaphore(0);
        int all = ForkJoinPool.getCommonPoolParallelism();
        for (int i = 0; i < all; i++) {
            ForkJoinPool.commonPool().execute(ended::acquireUninterruptibly);
        }
        try {
            assertEquals(0, Quick.start(region, r -> {}).join());
        } finally {
            ended.release(all);
        }
    }

    /** 16.3, 16.5, 16.7 */
    @Test
    void aChild_knowsWhoItIs() throws Exception {
        SharedArray seen = SharedArray.create(region, "seen", 'q', 4);
        SharedArray name = SharedArray.create(region, "name", 'c', 64);
        int captured = 42;
        SharedProcess child =
                Quick.process(region)
                        .name("a worker")
                        .daemon(true)
                        .start(
                                r -> {
                                    SharedArray array = SharedArray.open(r, "seen");
                                    array.setLong(0, SharedProcess.current().pid());
                                    array.setLong(1, SharedProcess.parent().orElseThrow().pid());
                                    array.setLong(2, SharedProcess.current().isDaemon() ? 1 : 0);
                                    array.setLong(3, captured);
                                    SharedArray.open(r, "name")
                                            .setText(
                                                    SharedProcess.current().name()
                                                            + ", child of "
                                                            + SharedProcess.parent()
                                                                    .orElseThrow()
                                                                    .name()
                                                            + " in "
                                                            + Thread.currentThread().getName());
                                });
        assertEquals("a worker", child.name());
        assertTrue(child.isDaemon());
        assertEquals(0, child.join());
        assertEquals(child.pid(), seen.getLong(0));
        assertEquals(ProcessHandle.current().pid(), seen.getLong(1));
        assertEquals(1, seen.getLong(2));
        assertEquals(42, seen.getLong(3));
        assertEquals("a worker, child of main in a worker", name.getText());
    }

    /** 16.10, 16.22, 16.23 */
    @ParameterizedTest
    @CsvSource({
        "return, 0",
        "exit 0, 0",
        "exit 8, 8",
        "exit 137, 137",
        "throw, 1",
        "halt 5, 5",
        "error, 1"
    })
    void anEnding_hasItsExitCode(String ending, int code) throws Exception {
        SharedProcess child = quiet().start(r -> end(ending));
        assertEquals(code, child.join());
    }

    private static void end(String ending) {
        String[] words = ending.split(" ", -1);
        switch (words[0]) {
            case "exit" -> System.exit(Integer.parseInt(words[1]));
            case "halt" -> Runtime.getRuntime().halt(Integer.parseInt(words[1]));
            case "throw" -> throw new IllegalStateException("outer", new IOException("inner"));
            case "error" -> throw new StackOverflowError("as if");
            default -> {
                // returns
            }
        }
    }

    /** 16.22 */
    @Test
    void anUncaughtException_isPrintedWhole() throws Exception {
        SharedProcess child = quiet().name("unlucky").start(r -> end("throw"));
        assertEquals(1, child.join());
        String errors = Files.readString(errors());
        assertTrue(errors.contains("java.lang.IllegalStateException: outer"), errors);
        assertTrue(errors.contains("at dev.shm.process.SharedProcessTest.end("), errors);
        assertTrue(errors.contains("Caused by: java.io.IOException: inner"), errors);
        assertTrue(errors.contains("\"unlucky\""), errors);
    }

    /** 16.10 */
    @ParameterizedTest
    @CsvSource({"terminate, -15", "kill, -9"})
    void aSignal_isANegativeExitCode(String how, int code) throws Exception {
        event("never");
        SharedLatch running = running();
        SharedProcess child = Quick.start(region, until("never"));
        running.await();
        if (how.equals("kill")) {
            child.kill();
        } else {
            child.terminate();
        }
        assertEquals(code, child.join());
        assertEquals(List.of("never", "running"), region.names().stream().sorted().toList());
    }

    /** 16.10: where it ends of neither its own exit nor the hooks that it runs. */
    @Test
    void aKillWhileExitHooksRun_isASignalToo() throws Exception {
        SharedLatch running = running();
        SharedProcess child = Quick.start(region, SharedProcessTest::exitForEver);
        running.await();
        child.kill();
        assertEquals(-9, child.join());
    }

    private static void exitForEver(SharedRegion r) {
        SharedLatch running = SharedLatch.open(r, "running");
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    running.countDown();
                                    while (true) {
                                        LockSupport.park();
                                    }
                                }));
        System.exit(0);
    }

    /** 16.16 */
    @Test
    void manyQuickOnes_allEndWell() throws Exception {
        SharedValue count = SharedValue.create(region, "count", 'q');
        List<SharedProcess> children = new ArrayList<>();
        AtomicBoolean started = new AtomicBoolean();
        FutureTask<Boolean> looking = new FutureTask<>(() -> look(started), true);
        new Thread(looking).start();
        for (int i = 0; i < 8; i++) {
            children.add(Quick.start(region, r -> SharedValue.open(r, "count").getAndAdd(1)));
        }
        started.set(true);
        assertTrue(looking.get(), "none was seen before it was whole");
        for (SharedProcess child : children) {
            assertEquals(0, child.join(), child::toString);
        }
        assertEquals(8, count.getLong());
        assertEquals(8, children.stream().map(SharedProcess::name).distinct().count());
    }

    private static void look(AtomicBoolean enough) {
        while (!enough.get()) {
            SharedProcess.activeChildren().forEach(SharedProcess::isAlive);
        }
    }

    /** Whoever joins is told how the process ended, though its record cannot be read any more. */
    @Test
    void aRegionThatIsCutShort_hangsNobody() throws Exception {
        Path file = directory.resolve("cut.shm");
        SharedRegion cut = open(file);
        SharedLatch running = SharedLatch.create(region, "running", 1);
        String path = file.toString();
        SharedProcess child =
                Quick.process(cut)
                        .region(region)
                        .start(
                                r -> {
                                    List<SharedRegion> all = SharedProcess.current().regions();
                                    SharedLatch.open(all.get(1), "running").countDown();
                                    while (Files.size(Path.of(path)) > 0) {
                                        Thread.onSpinWait();
                                    }
                                    Runtime.getRuntime().halt(200);
                                });
        assertTrue(running.await(1, TimeUnit.MINUTES));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        assertTrue(child.join(1, TimeUnit.MINUTES));
        assertFalse(SharedProcess.activeChildren().contains(child));
        // Its region stays open: nothing in it can be reached any more, to close it neither.
    }

    /** Also of a child that has not begun: should it do so, it does without. */
    @ParameterizedTest
    @ValueSource(ints = {0, ProcessLayout.RUNNING})
    void aRecordThatTheDeadHaveLeft_isTakenAway(int stage) throws Exception {
        String name = "process-" + Integer.MAX_VALUE + "-of-nobody";
        ObjectSpec spec =
                new ObjectSpec(
                        SharedProcessType.INSTANCE, 0, 0, ProcessLayout.BYTES, "", memory -> {});
        try (Block record = region.attach(name, spec, AttachMode.CREATE)) {
            record.buffer().putIntRelease(ProcessLayout.STAGE, stage);
            assertEquals(0, Quick.process(region).start(r -> {}).join());
            assertEquals(List.of(), region.names());
        }
    }

    /** 17.26: nothing is left of it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aChildThatNobodyCouldWaitFor_isKilled(boolean begins) {
        List<ProcessHandle> started = new ArrayList<>();
        SharedProcess.Builder builder =
                Quick.process(region).threads(task -> failing(begins, started));
        assertThrows(OutOfMemoryError.class, () -> builder.start(r -> {}));
        assertEquals(1, started.size());
        ChildJvm.awaitThat("it has ended", () -> !started.get(0).isAlive());
        assertEquals(List.of(), SharedProcess.activeChildren());
        assertEquals(List.of(), region.names());
    }

    /** A thread that cannot be started, or not even be made; notes the youngest child. */
    private static Thread failing(boolean begins, List<ProcessHandle> started) {
        ProcessHandle.current()
                .children()
                .max(Comparator.comparing(child -> child.info().startInstant().orElseThrow()))
                .ifPresent(started::add);
        if (!begins) {
            throw new OutOfMemoryError("as if");
        }
        return new Thread() {
            @Override
            public synchronized void start() {
                throw new OutOfMemoryError("as if");
            }
        };
    }

    /** 16.13, 16.31 */
    @Test
    void children_haveChildren() throws Exception {
        SharedArray order = SharedArray.create(region, "order", 'i', 8);
        assertEquals(0, Quick.start(region, r -> visit(r, 1, 2)).join());
        assertEquals("[7, 1, 2, 3, 4, 5, 6, 7]", new TreeOrder(order).toString());
    }

    /** The first number says how many follow. */
    private record TreeOrder(SharedArray array) {
        @Override
        public String toString() {
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < array.length(); i++) {
                numbers.add((long) array.getInt(i));
            }
            return numbers.toString();
        }
    }

    /** Notes itself, then what is below it: the nodes are numbered in that order. */
    private static void visit(SharedRegion r, int node, int depth) throws Exception {
        SharedArray order = SharedArray.open(r, "order");
        order.setInt(order.getAndAdd(0, 1) == node - 1 ? node : 0, node);
        if (depth > 0) {
            int below = (1 << depth) - 1; // nodes of the subtree of each child
            assertEquals(0, Quick.start(r, s -> visit(s, node + 1, depth - 1)).join());
            int second = node + 1 + below;
            assertEquals(0, Quick.start(r, s -> visit(s, second, depth - 1)).join());
        }
    }

    @Test
    void aMainClass_hasArgumentsAndRegions() throws Exception {
        try (SharedRegion other = open(directory.resolve("other.shm"))) {
            SharedArray said = SharedArray.create(other, "said", 'c', 64);
            SharedProcess child =
                    Quick.process(region)
                            .region(other)
                            .start(MainWithArguments.class, "two words", "");
            assertEquals(0, child.join());
            assertEquals("[two words, ] in parent and other", said.getText());
        }
    }

    /** The program of a child. */
    public static final class MainWithArguments {
        private MainWithArguments() {}

        /** Says what it was given. */
        public static void main(String[] arguments) {
            List<SharedRegion> regions = SharedProcess.current().regions();
            SharedArray.open(regions.get(1), "said")
                    .setText(
                            List.of(arguments)
                                    + " in "
                                    + regions.get(0).name()
                                    + " and "
                                    + regions.get(1).name());
        }
    }

    @Test
    void badArguments_areRefused() {
        SharedProcess.Builder builder = Quick.process(region);
        List<String> before = region.names();
        Object notSerializable = new Object();
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> builder.start(r -> notSerializable.notify()));
        assertTrue(refused.getMessage().contains("java.lang.Object"), refused.getMessage());
        refused =
                assertThrows(
                        IllegalArgumentException.class, () -> builder.start(r -> region.close()));
        assertTrue(refused.getMessage().contains("SharedProcessTest"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> builder.start(String.class));
        assertThrows(IllegalArgumentException.class, () -> builder.name(""));
        assertThrows(IllegalArgumentException.class, () -> builder.name("x".repeat(1001)));
        assertThrows(IllegalArgumentException.class, () -> builder.redirectOutput(Redirect.PIPE));
        assertThrows(IllegalArgumentException.class, () -> builder.redirectError(Redirect.PIPE));
        assertEquals(before, region.names());
        assertEquals(List.of(), SharedProcess.activeChildren());
    }

    @Test
    void optionsAndEnvironment_reachTheChild() throws Exception {
        SharedArray said = SharedArray.create(region, "said", 'c', 64);
        String classPath = System.getProperty("java.class.path") + ":" + directory;
        SharedProcess child =
                Quick.process(region)
                        .classPath(classPath)
                        .jvmOption("-Dshm.test.said=an option")
                        .environment("SHM_TEST_SAID", "a variable")
                        .start(
                                r ->
                                        SharedArray.open(r, "said")
                                                .setText(
                                                        System.getProperty("shm.test.said")
                                                                + " and "
                                                                + System.getenv("SHM_TEST_SAID")
                                                                + ", "
                                                                + System.getProperty(
                                                                                "java.class.path")
                                                                        .equals(classPath)));
        assertEquals(0, child.join());
        assertEquals("an option and a variable, true", said.getText());
    }

    /** Such as the one without which these tests run. */
    @Test
    void options_needNotBeInherited() throws Exception {
        SharedArray said = SharedArray.create(region, "said", 'c', 64);
        SharedProcess child =
                SharedProcess.builder(region)
                        .inheritJvmOptions(false)
                        .jvmOption("-Dshm.test.said=mine")
                        .environment("JAVA_TOOL_OPTIONS", "-Dshm.test.tool=set")
                        .redirectError(Redirect.DISCARD) // where a JVM says that it picks those up
                        .start(
                                r ->
                                        SharedArray.open(r, "said")
                                                .setText(
                                                        System.getProperty("shm.test.said")
                                                                + ", "
                                                                + System.getProperty(
                                                                        "shm.test.tool")
                                                                + ", "
                                                                + options().contains("Tiered")));
        assertEquals(0, child.join());
        assertEquals("mine, set, false", said.getText());
        assertTrue(options().contains("Tiered"), "these tests have an option to inherit");
    }

    private static String options() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().toString();
    }

    @Test
    void aJvmThatDoesNotStart_hasAnExitCode() throws Exception {
        assertEquals(1, quiet().jvmOption("-XX:NoSuchOption").start(r -> {}).join());
        assertEquals(1, quiet().classPath("nowhere").start(r -> {}).join());
        assertEquals(List.of(), SharedProcess.activeChildren());
        assertEquals(List.of(), region.names());
    }

    @Test
    void aClosedRegion_isRefused() {
        region.close();
        assertThrows(IllegalStateException.class, () -> Quick.start(region, r -> {}));
        assertEquals(List.of(), SharedProcess.activeChildren());
    }

    /** Its children can open it no more, whatever has its name now. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDeletedRegion_isNotTakenForAnother(boolean madeAnew) throws Exception {
        SharedRegion.delete(RegionOptions.at(region.path()));
        SharedRegion other = madeAnew ? open(region.path()) : null;
        try {
            assertEquals(1, quiet().start(r -> {}).join());
        } finally {
            if (other != null) {
                other.close();
            }
        }
    }

    /** 16.20, 16.25 */
    @Test
    void aChild_endsWithItsLastThread() throws Exception {
        SharedArray steps = SharedArray.create(region, "steps", 'i', 3);
        SharedEvent go = event("go");
        SharedLatch running = running();
        SharedProcess child = Quick.start(region, SharedProcessTest::leaveThreads);
        running.await();
        assertTrue(child.isAlive());
        go.set();
        assertEquals(0, child.join());
        assertEquals(1, steps.getInt(0));
        assertEquals(1, steps.getInt(1));
        assertEquals(0, steps.getInt(2));
    }

    private static void leaveThreads(SharedRegion r) {
        SharedArray steps = SharedArray.open(r, "steps");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> steps.setInt(1, 1)));
        Thread main = Thread.currentThread();
        new Thread(
                        () -> {
                            try {
                                main.join();
                                SharedLatch.open(r, "running").countDown();
                                SharedEvent.open(r, "go").await();
                                steps.setInt(0, 1);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        })
                .start();
        Thread daemon =
                new Thread(
                        () -> {
                            try {
                                SharedEvent.of(r, "never").await();
                                steps.setInt(2, 1);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        daemon.setDaemon(true);
        daemon.start();
    }

    @Test
    void standardInput_isAtItsEnd() throws Exception {
        SharedValue read = SharedValue.create(region, "read", 'i');
        SharedProcess child =
                Quick.start(region, r -> SharedValue.open(r, "read").setInt(System.in.read()));
        assertEquals(0, child.join());
        assertEquals(-1, read.getInt());
    }
}
