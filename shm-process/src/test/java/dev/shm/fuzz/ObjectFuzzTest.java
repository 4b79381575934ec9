package dev.shm.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged memory and directory entries of every kind of object: a result or an exception, never an
 * error, a crash or a hang. A crash ends this JVM, a hang is seen by the watchdog.
 *
 * <p>{@code -Dshm.fuzz.cases=N} sets how many cases there are, {@code -Dshm.fuzz.seed=N} repeats
 * those of another run.
 */
class ObjectFuzzTest {
    private static final int CASES = Integer.getInteger("shm.fuzz.cases", 1_000);
    private static final long SEED = Long.getLong("shm.fuzz.seed", System.nanoTime());
    private static final int STUCK_SECONDS = 30;

    /** Where a word that counts, points or measures is likely to matter. */
    private static final int[] INTERESTING = {
        0, 1, -1, 2, 63, 64, 127, 128, 4095, 0x40000000, 1 << 31, Integer.MAX_VALUE, 1 << 24
    };

    @TempDir private Path directory;

    private final AtomicInteger done = new AtomicInteger();
    private volatile Throwable failure;

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // as long as it goes on: it has a watchdog of its own
    void damagedObjects_areRefusedOrUsed() throws Exception {
        FuzzedObjects objects = new FuzzedObjects(Files.createDirectory(directory.resolve("f")));
        assertTrue(objects.names().size() >= 25, () -> objects.names().toString());
        Thread worker = new Thread(() -> run(objects), "fuzz");
        worker.setDaemon(true);
        worker.start();
        int seen = -1;
        while (worker.isAlive()) {
            if (seen == done.get()) {
                AssertionError stuck = new AssertionError("stuck: case=" + seen + " seed=" + SEED);
                stuck.setStackTrace(worker.getStackTrace());
                throw stuck;
            }
            seen = done.get();
            worker.join(TimeUnit.SECONDS.toMillis(STUCK_SECONDS));
        }
        if (failure != null) {
            throw new AssertionError("case=" + done + " seed=" + SEED, failure);
        }
        assertEquals(CASES, done.get());
    }

    private void run(FuzzedObjects objects) {
        try {
            for (int number = 0; number < CASES; number++) {
                byte[] copy = objects.copy();
                Random random = new Random(SEED + number);
                damage(random, copy, objects.firstByte());
                objects.use(copy, random);
                done.incrementAndGet();
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** A few words and bytes, or one line copied over another. */
    private static void damage(Random random, byte[] copy, int first) {
        for (int i = 1 + random.nextInt(24); i > 0; i--) {
            int at = first + random.nextInt(copy.length - first);
            switch (random.nextInt(4)) {
                case 0 -> copy[at] = (byte) random.nextInt();
                case 1 -> copy[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                case 2 -> putInt(copy, at & -4, INTERESTING[random.nextInt(INTERESTING.length)]);
                default -> {
                    int from = first + random.nextInt(copy.length - first) & -8;
                    int length = Math.min(8 * (1 + random.nextInt(8)), copy.length - (at & -8));
                    System.arraycopy(
                            copy, from, copy, at & -8, Math.min(length, copy.length - from));
                }
            }
        }
    }

    private static void putInt(byte[] bytes, int at, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (value >>> (Byte.SIZE * i));
        }
    }
}
