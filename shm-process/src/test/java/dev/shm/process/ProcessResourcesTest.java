package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedValue;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.lang.ProcessBuilder.Redirect;
import java.lang.ref.WeakReference;
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
                Quick.start(region, r -> SharedValue.open(r, "count").setLong(openFiles()));
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
                    Quick.start(
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
                Quick.process(region)
                        .jvmOption("-Dshm.dir=" + directory)
                        .start(
                                r -> {
                                    ProcessPool pool = Quick.pool(1).start();
                                    int six = 6;
                                    SharedValue.open(r, "result").setInt(pool.apply(() -> six * 7));
                                });
        assertEquals(0, child.join());
        assertEquals(42, result.getInt());
    }

    /** Something of a user's, which is his to drop. */
    private record Payload(String text) implements Serializable {
        void check(SharedRegion r) {
            assertEquals("payload", text, r::toString);
        }
    }

    /** 16.17 */
    @Test
    void aTask_isLetGoOf() throws Exception {
        List<WeakReference<Payload>> task = new ArrayList<>();
        SharedProcess child = startWithPayload(task);
        ChildJvm.awaitThat(
                "it is collected",
                () -> {
                    System.gc();
                    return task.get(0).get() == null;
                });
        assertEquals(0, child.join());
    }

    private SharedProcess startWithPayload(List<WeakReference<Payload>> task) {
        Payload payload = new Payload("payload");
        task.add(new WeakReference<>(payload));
        return Quick.start(region, payload::check);
    }

    /** 16.21: nobody takes what it prints, and it has closed where it prints. */
    @Test
    void brokenOutput_disturbsNobody() throws Exception {
        File full = new File("/dev/full");
        assumeTrue(full.exists(), "nothing refuses what is printed");
        SharedProcess child =
                Quick.process(region)
                        .redirectOutput(Redirect.to(full))
                        .redirectError(Redirect.to(full))
                        .start(
                                r -> {
                                    System.out.println("lost");
                                    System.out.flush();
                                    System.err.println("lost");
                                    System.out.close();
                                    System.err.close();
                                    int code =
                                            Quick.start(r, s -> System.out.println("too")).join();
                                    assertEquals(0, code);
                                });
        assertEquals(0, child.join());
    }
}
