package dev.shm.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.RegionInfo;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes of a job are killed by somebody else. */
class FileCountProcessTest {
    /** So many workers are killed as they start, before they can hold a file. */
    private static final int AT_ONCE = 3;

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final int FILES = 200;
    private static final int LINES = 1 << 15; // of each
    private static final String LINE = "a line of 32 bytes.............\n";
    private static final String TOTAL =
            "total files=" + FILES + " lines=" + FILES * LINES + " bytes=" + 32L * FILES * LINES;

    @TempDir Path tree;
    @TempDir Path regions;

    @BeforeEach
    void useOwnRegions() {
        System.setProperty("shm.dir", regions.toString());
    }

    @AfterEach
    void nothingIsLeft() {
        System.clearProperty("shm.dir");
        assertEquals(List.of(), Run.namesIn(regions));
    }

    @Test
    void count_workersKilledAtAnyTime_staysExact() throws Exception {
        writeManyFiles();
        CompletableFuture<Run> job =
                CompletableFuture.supplyAsync(
                        () -> Run.demo(tree, false, "--workers", 3, "--kill", 2, tree));
        int killed = killSomeWorkers(job);

        Run run = job.get();

        assertEquals("", run.err());
        assertEquals(0, run.exit());
        assertTrue(run.lastLine().startsWith(TOTAL + " workers=3 killed="), run.lastLine());
        // One that we kill as it is ending, or being killed anyway, makes no difference.
        int told = Integer.parseInt(run.lastLine().replaceFirst(".*=", ""));
        assertTrue(told >= 2 && told <= 2 + killed, run.lastLine() + ", we killed " + killed);
    }

    private static int killSomeWorkers(CompletableFuture<Run> job) throws InterruptedException {
        Random random = new Random(42);
        Set<ProcessHandle> seen = new HashSet<>();
        int killed = 0;
        while (!job.isDone() && killed < 8) {
            for (ProcessHandle worker : ProcessHandle.current().children().toList()) {
                if (isWorker(worker) && seen.add(worker)) {
                    if (seen.size() > AT_ONCE) {
                        int millis = random.nextInt(500);
                        pause(TimeUnit.MILLISECONDS.toNanos(millis));
                    }
                    killed += worker.destroyForcibly() ? 1 : 0;
                }
            }
            pause(POLL_NANOS);
        }
        return killed;
    }

    /** Whoever kills it, what a worker of the pool had begun is done by another one. */
    @Test
    void pool_workersKilledAtAnyTime_staysExact() throws Exception {
        writeManyFiles();
        CompletableFuture<Run> job =
                CompletableFuture.supplyAsync(
                        () -> Run.demo(tree, false, "--pool", "--workers", 2, "--kill", 1, tree));
        killWorkersThatWork(job);

        Run run = job.get();

        assertEquals("", run.err());
        assertEquals(0, run.exit());
        assertTrue(run.lastLine().startsWith(TOTAL + " workers=2 killed="), run.lastLine());
        assertTrue(Integer.parseInt(run.lastLine().replaceFirst(".*=", "")) >= 1, run.lastLine());
    }

    /** A pool gives up when three in a row die before they can work. */
    private void killWorkersThatWork(CompletableFuture<Run> job) throws InterruptedException {
        Random random = new Random(42);
        int killed = 0;
        while (!job.isDone() && killed < 4) {
            for (RegionInfo region : SharedRegion.list()) {
                if (region.name().startsWith("filecount-") && region.pids().size() > 2) {
                    long own = ProcessHandle.current().pid();
                    long last = region.pids().stream().filter(p -> p != own).findFirst().orElse(0L);
                    pause(TimeUnit.MILLISECONDS.toNanos(50 + random.nextInt(300)));
                    killed += kill(last) ? 1 : 0;
                }
            }
            pause(POLL_NANOS);
        }
    }

    private static boolean kill(long pid) {
        return ProcessHandle.current()
                .children()
                .anyMatch(child -> child.pid() == pid && child.destroyForcibly());
    }

    @Test
    void pool_parentIsTerminated_leavesNeitherWorkersNorRegions() throws Exception {
        writeEndlessFile();
        Process parent =
                Run.launched(regions, FileCount.class, "--pool", "--workers", 2, tree).start();
        await(() -> participants() >= 6); // of both regions
        List<ProcessHandle> workers = parent.children().toList();
        parent.toHandle().destroy();
        parent.waitFor();
        assertTrue(workers.stream().allMatch(FileCountProcessTest::isGone));
        assertEquals("", new String(parent.getErrorStream().readAllBytes(), UTF_8));
    }

    /** Before it is one, it is a helper of the JDK that starts it. */
    private static boolean isWorker(ProcessHandle process) {
        String[] arguments = process.info().arguments().orElse(new String[0]);
        return List.of(arguments).contains(FileCountWorker.class.getName());
    }

    /** Whoever takes the place of one that was killed has its share of the work, too. */
    @Test
    void crew_beginsWhenAllAreThere() throws Exception {
        writeEndlessFile();
        List<String> files = FileTree.walk(tree, Set.of()).files();
        RegionOptions options = FileTable.sized(RegionOptions.named("crew"), 2, files);
        CompletableFuture<Void> job;
        try (TemporaryRegion temporary = new TemporaryRegion(options);
                Crew crew = new Crew(temporary.region(), 2, files.size(), 1)) {
            FileTable table = FileTable.create(temporary.region(), files);
            job = CompletableFuture.runAsync(() -> workUntilClosed(crew));
            await(() -> table.progress().sum() > 0 || job.isDone());
            assertEquals(3, temporary.region().participants().size());
        }
        job.get();
    }

    private static void workUntilClosed(Crew crew) {
        try {
            crew.work(() -> {});
        } catch (CancellationException e) {
            return;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException("done");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void parent_ends_leavesNeitherWorkersNorRegion(boolean isKilled) throws Exception {
        writeEndlessFile();
        Process parent = Run.launched(regions, FileCount.class, "--workers", 2, tree).start();
        await(() -> participants() == 3);
        List<ProcessHandle> workers = parent.children().toList();

        if (isKilled) {
            parent.toHandle().destroyForcibly();
        } else {
            parent.toHandle().destroy();
        }
        parent.waitFor();

        if (isKilled) { // the workers do what the parent cannot
            await(() -> Run.namesIn(regions).isEmpty());
            await(() -> workers.stream().allMatch(FileCountProcessTest::isGone));
        }
        assertTrue(workers.stream().allMatch(FileCountProcessTest::isGone));
        assertEquals("", new String(parent.getErrorStream().readAllBytes(), UTF_8));
    }

    @Test
    void main_tellsOnlyWhatItShould() throws Exception {
        Files.writeString(tree.resolve("f"), "a\n");
        Run run = Run.of(Run.launched(regions, FileCount.class, "--workers", 1, tree));
        assertEquals(0, run.exit());
        assertEquals("total files=1 lines=1 bytes=2 workers=1 killed=1", run.lastLine());
        assertEquals("", run.err());
    }

    @Test
    void main_exitsWithTheCode() throws Exception {
        assertEquals(
                2, Run.of(Run.launched(regions, FileCount.class, tree.resolve("none"))).exit());
    }

    private void writeManyFiles() throws IOException {
        Path first = Files.writeString(tree.resolve("f0"), LINE.repeat(LINES));
        for (int i = 1; i < FILES; i++) {
            Files.createLink(tree.resolve("f" + i), first);
        }
    }

    /** Larger than anybody can read in the time that a test has. */
    private void writeEndlessFile() throws IOException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(
                        tree.resolve("endless"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE)) {
            channel.position(1L << 40);
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
    }

    private static int participants() {
        return SharedRegion.list().stream().mapToInt(region -> region.pids().size()).sum();
    }

    /** Also when it is a zombie, because nobody reaps orphans here. */
    private static boolean isGone(ProcessHandle process) {
        return !process.isAlive() || process.info().command().isEmpty();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            pause(POLL_NANOS);
        }
    }

    private static void pause(long nanos) throws InterruptedException {
        LockSupport.parkNanos(nanos);
        if (Thread.interrupted()) {
            throw new InterruptedException("by the watchdog");
        }
    }
}
