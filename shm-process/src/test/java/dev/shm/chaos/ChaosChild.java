package dev.shm.chaos;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * One of many processes that use one object of each kind at once, until it is killed or its
 * standard input ends. Whatever is not as it must be ends it with exit code 1 and a stack trace.
 */
final class ChaosChild {
    private static final int PAUSE_NANOS = 100_000;

    private static volatile boolean stopping;

    private ChaosChild() {}

    /** The arguments are the file, the seat and the seed. */
    public static void main(String... arguments) throws Exception {
        int seat = Integer.parseInt(arguments[1]);
        long seed = Long.parseLong(arguments[2]);
        Thread worker = new Thread(() -> work(Path.of(arguments[0]), seat, seed), "chaos");
        worker.setUncaughtExceptionHandler(
                (thread, e) -> {
                    e.printStackTrace();
                    Runtime.getRuntime().halt(1);
                });
        worker.start();
        awaitEndOfInput();
        stopping = true;
        worker.join();
    }

    private static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            // nobody writes
        }
    }

    private static void work(Path file, int seat, long seed) {
        Random random = new Random(seed);
        try (SharedRegion region = SharedRegion.open(RegionOptions.at(file))) {
            Stage stage = new Stage(region, seat, seed);
            while (!stopping) {
                stage.doAnything();
                LockSupport.parkNanos(random.nextInt(PAUSE_NANOS));
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
