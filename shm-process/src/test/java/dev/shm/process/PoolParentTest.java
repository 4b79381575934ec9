package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.RegionInfo;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLatch;
import dev.shm.testing.ChildCommands;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a pool whose process is killed.
 *
 * <p>How long workers outlived it is printed; {@code -Dshm.test.pool.maxOutlivedMillis} makes more
 * than that a failure.
 */
class PoolParentTest {
    private static final long MAX_OUTLIVED_MILLIS =
            Long.getLong("shm.test.pool.maxOutlivedMillis", Long.MAX_VALUE);
    private static final int WORKERS = 3; // one in a task, one idle, one whose exit hook never ends

    @TempDir Path directory;
    private Path regions;
    private Path temporary;
    private SharedRegion region;
    private SharedLatch running;
    private SharedArray beats;

    @BeforeEach
    void open() throws IOException {
        regions = Files.createDirectory(directory.resolve("regions"));
        temporary = Files.createDirectory(directory.resolve("temporary"));
        System.setProperty("shm.dir", regions.toString());
        region = SharedProcessTest.open(directory.resolve("test.shm"));
        running = SharedLatch.create(region, "running", WORKERS + 1);
        SharedValue.create(region, "workers", 'i');
        beats = SharedArray.create(region, "beats", 'q', WORKERS);
    }

    @AfterEach
    void close() {
        region.close();
        System.clearProperty("shm.dir");
    }

    /** A parent that the test can kill. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws IOException {
            ProcessPool pool =
                    Quick.pool(WORKERS)
                            .region(SharedProcessTest.open(Path.of(arguments[0])))
                            .initializer(Parent::begin)
                            .start();
            var unused = pool.submit(Parent::neverEnd);
            ChildCommands.serve(words -> "none");
        }

        private static void begin() {
            SharedRegion shared = SharedProcess.current().region();
            int number = (int) SharedValue.open(shared, "workers").getAndAdd(1);
            Thread heart = new Thread(() -> beat(SharedArray.open(shared, "beats"), number));
            heart.setDaemon(true);
            heart.start();
            if (number == 0) {
                Runtime.getRuntime().addShutdownHook(new Thread(Parent::park));
            }
            SharedLatch.open(shared, "running").countDown();
        }

        /** Notes when it was alive, by a clock that all processes of the machine have. */
        private static void beat(SharedArray beats, int number) {
            while (true) {
                beats.setLong(number, System.nanoTime());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }

        private static void neverEnd() {
            SharedLatch.open(SharedProcess.current().region(), "running").countDown();
            park();
        }

        private static void park() {
            while (true) {
                LockSupport.park();
            }
        }
    }

    /** 16.6: nor anything else but the region, which is shown as what it is. */
    @Test
    void aParentThatIsKilled_leavesNoWorker() throws Exception {
        long pid;
        long killed;
        List<ProcessHandle> workers;
        try (ChildJvm parent =
                ChildJvm.of(Parent.class)
                        .shortLived()
                        .property("shm.dir", regions)
                        .property("java.io.tmpdir", temporary)
                        .start(region.path())) {
            running.await();
            pid = parent.pid();
            workers = ProcessHandle.of(pid).orElseThrow().children().toList();
            assertEquals(WORKERS, workers.size());
            killed = System.nanoTime();
            parent.kill();
            for (ProcessHandle worker : workers) {
                worker.onExit().get(1, TimeUnit.MINUTES); // a watchdog
            }
        }
        checkOutlived(killed);
        List<RegionInfo> left = SharedRegion.list();
        assertEquals(1, left.size(), left::toString);
        assertTrue(left.get(0).reclaimable(), left::toString);
        assertTrue(left.get(0).name().startsWith("pool-" + pid + "-"), left::toString);
        SharedRegion.reclaim(left.get(0).name());
        assertEquals(List.of(), files(regions));
        assertEquals(List.of(), files(temporary));
    }

    private void checkOutlived(long killed) {
        long last = Long.MIN_VALUE;
        for (int number = 0; number < WORKERS; number++) {
            last = Math.max(last, beats.getLong(number) - killed);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(last);
        System.out.println("workers outlived a pool's process that was killed by ms: " + millis);
        assertTrue(millis <= MAX_OUTLIVED_MILLIS, () -> "ms: " + millis);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
