package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What children do not inherit, and what they may have of their own. */
class ProcessResourcesTest {
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    @TempDir Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = SharedProcessTest.open(directory.resolve("parent.shm"));
    }

    @AfterEach
    void close() {
        SharedProcess.activeChildren().forEach(SharedProcess::kill);
        region.close();
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(OPEN_FILES)) {
            return files.count();
        }
    }

    private long openFilesOfAChild() throws InterruptedException {
        SharedValue count = SharedValue.of(region, "count", 'q');
        SharedProcess child =
                SharedProcess.start(region, r -> SharedValue.open(r, "count").setLong(openFiles()));
        assertEquals(0, child.join());
        return count.getLong();
    }

    /** 16.18, 16.19 */
    @Test
    void openFiles_ofSiblings_areNotInherited() throws Exception {
        assumeTrue(Files.isDirectory(OPEN_FILES), "not told here");
        long alone = openFilesOfAChild();
        int siblings = 6;
        SharedLatch running = SharedLatch.create(region, "running", siblings);
        SharedEvent end = SharedEvent.create(region, "end");
        List<SharedProcess> others = new ArrayList<>();
        for (int i = 0; i < siblings; i++) {
            others.add(
                    SharedProcess.start(
                            region,
                            r -> {
                                SharedLatch.open(r, "running").countDown();
                                SharedEvent.open(r, "end").await();
                            }));
        }
        running.await();
        long amongOthers = openFilesOfAChild();
        end.set();
        for (SharedProcess other : others) {
            assertEquals(0, other.join());
        }
        assertTrue(alone > 0 && amongOthers < alone + siblings, alone + ", " + amongOthers);
    }

    /** 17.28: it need not be closed. */
    @Test
    void aPool_inAChild() throws Exception {
        SharedValue result = SharedValue.create(region, "result", 'i');
        SharedProcess child =
                SharedProcess.builder(region)
                        .jvmOption("-Dshm.dir=" + directory)
                        .start(
                                r -> {
                                    ProcessPool pool = ProcessPool.of(1);
                                    int six = 6;
                                    SharedValue.open(r, "result").setInt(pool.apply(() -> six * 7));
                                });
        assertEquals(0, child.join());
        assertEquals(42, result.getInt());
    }
}
