package dev.shm.chaos;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * One of many processes that use one object of each kind at once, until it is killed or its
 * standard input ends. Whatever is not as it must be ends it with exit code 1 and a stack trace.
 *
 * <p>It waits until it is told on its standard input what to do: it may have been started ahead.
 */
final class ChaosChild {
    private static final int PAUSE_NANOS = 300_000;

    private static volatile boolean stopping;

    private ChaosChild() {}

    /** What it is told: a line of seat, seed and file. */
    static String order(int seat, long seed, Path file) {
        return seat + " " + seed + " " + file;
    }

    public static void main(String... arguments) throws Exception {
        BufferedReader input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = input.readLine();
        if (order == null) {
            return; // not needed
        }
        String[] words = order.split(" ", 3);
        int seat = Integer.parseInt(words[0]);
        long seed = Long.parseLong(words[1]);
        Thread worker = new Thread(() -> work(Path.of(words[2]), seat, seed), "chaos");
        worker.setUncaughtExceptionHandler(
                (thread, e) -> {
                    e.printStackTrace();
                    Runtime.getRuntime().halt(1);
                });
        worker.start();
        awaitEnd(input);
        stopping = true;
        worker.join();
    }

    private static void awaitEnd(BufferedReader input) throws IOException {
        while (input.read() >= 0) {
            // nobody writes any more
        }
    }

    private static void work(Path file, int seat, long seed) {
        Random random = new Random(seed);
        try (SharedRegion region = SharedRegion.open(RegionOptions.at(file))) {
            Stage stage = new Stage(region, seat, seed);
            stage.ledger().ended(Act.ATTACHMENT, seat);
            while (!stopping) {
                stage.doAnything();
                LockSupport.parkNanos(random.nextInt(PAUSE_NANOS));
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
