package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker dies at each step from one message to the next. BEHAVIOURS 20. */
class PoolKillTest {
    private static final int TASKS = 3;
    private static final int LONG = 1 << 15; // an answer in two messages

    @TempDir Path directory;

    /** Stops for good if it is the first that comes to a point, and says who it is. */
    public static final class Hook implements Consumer<String> {
        private final String point = System.getProperty("shm.test.point");
        private final Path mark = Path.of(System.getProperty("shm.test.mark"));
        private final Path stopped = Path.of(System.getProperty("shm.test.stopped"));

        @Override
        public void accept(String reached) {
            if (reached.equals(point) && isFirst()) {
                sayStopped();
                while (true) {
                    LockSupport.park();
                }
            }
        }

        private void sayStopped() {
            try {
                Files.writeString(stopped, ProcessHandle.current().pid() + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private boolean isFirst() {
            try {
                Files.createFile(mark);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What its worker has begun fails, or is run again; all other tasks are run once. */
    @ParameterizedTest
    @CsvSource({
        "pool.received, 0, 1, true",
        "pool.begun, 0, 0, false",
        "pool.head, 1, 2, true",
        "pool.answered, 0, 1, true"
    })
    void killedAtEachStep(String point, int retries, int runs, boolean answered) throws Exception {
        try (SharedRegion region = SharedProcessTest.open(directory.resolve("test.shm"));
                SharedArray count = SharedArray.create(region, "count", 'i', TASKS);
                ProcessPool pool = start(region, point, retries)) {
            List<Future<byte[]>> tasks = new ArrayList<>();
            for (int i = 0; i < TASKS; i++) {
                int task = i;
                tasks.add(pool.submit(() -> run(task)));
            }
            killWhoStopped();
            if (answered) {
                assertEquals(LONG, tasks.get(0).get().length);
            } else {
                ExecutionException thrown =
                        assertThrows(ExecutionException.class, tasks.get(0)::get);
                assertInstanceOf(WorkerDiedException.class, thrown.getCause());
            }
            for (int i = 1; i < TASKS; i++) {
                assertEquals(LONG, tasks.get(i).get().length);
                assertEquals(1, count.getInt(i));
            }
            assertEquals(runs, count.getInt(0));
        }
    }

    private void killWhoStopped() {
        ChildJvm.awaitThat("a worker stops", () -> said().endsWith("\n"));
        ProcessHandle.of(Long.parseLong(said().strip())).orElseThrow().destroyForcibly();
    }

    private String said() {
        Path stopped = directory.resolve("stopped");
        try {
            return Files.exists(stopped) ? Files.readString(stopped) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessPool start(SharedRegion region, String point, int retries) {
        return Quick.pool(1)
                .region(region)
                .retries(retries)
                .jvmOption("-Dshm.killpoint.hook=" + Hook.class.getName())
                .jvmOption("-Dshm.test.point=" + point)
                .jvmOption("-Dshm.test.mark=" + directory.resolve("mark"))
                .jvmOption("-Dshm.test.stopped=" + directory.resolve("stopped"))
                .start();
    }

    private static byte[] run(int task) {
        SharedArray.open(SharedProcess.current().region(), "count").getAndAdd(task, 1);
        return new byte[LONG];
    }
}
