package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged header, participant table, directory and open masks: a result or an exception, never an
 * error, a crash, a hang or a write elsewhere. A crash ends this JVM, a hang is seen by the
 * watchdog.
 *
 * <p>{@code -Dshm.fuzz.cases=N} sets how many random cases there are, {@code -Dshm.fuzz.seed=N}
 * repeats those of another run.
 */
class RegionFuzzTest {
    /** With each byte once flipped and once replaced, 4,800 cases in all. */
    private static final int RANDOM_CASES = Integer.getInteger("shm.fuzz.cases", 500);

    private static final int WORKERS = 2;
    private static final int STUCK_SECONDS = 20;

    @TempDir Path directory;

    /** Makes the damage of one case. */
    private interface Damage {
        /** Changes a copy of the whole region. */
        void apply(int number, byte[] bytes);
    }

    @Test
    void everyByteFlipped() throws Exception {
        int bytes = new FuzzedRegion(folder("size")).tableBytes();
        run(bytes, (number, copy) -> copy[number] ^= (byte) 0xFF);
    }

    @Test
    void everyByteReplaced() throws Exception {
        int bytes = new FuzzedRegion(folder("size")).tableBytes();
        long seed = seed();
        run(
                bytes,
                (number, copy) -> {
                    int other = 1 + new Random(seed + number).nextInt(255);
                    copy[number] ^= (byte) other;
                });
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // as long as it goes on: it has a watchdog of its own
    void randomBytes() throws Exception {
        int bytes = new FuzzedRegion(folder("size")).tableBytes();
        long seed = seed();
        run(RANDOM_CASES, (number, copy) -> damage(new Random(seed + number), copy, bytes));
    }

    private static long seed() {
        long seed = Long.getLong("shm.fuzz.seed", System.nanoTime());
        System.out.println("shm.fuzz.seed=" + seed);
        return seed;
    }

    /** Several bytes, words of interest, or one line copied over another. */
    private static void damage(Random random, byte[] copy, int tableBytes) {
        int changes = 1 + random.nextInt(8);
        // The header refuses nearly everything, so most damage is done behind it.
        int first = random.nextInt(8) == 0 ? 0 : RegionLayout.HEADER_BYTES;
        for (int i = 0; i < changes; i++) {
            int at = first + random.nextInt(tableBytes - first);
            switch (random.nextInt(4)) {
                case 0 -> copy[at] = (byte) random.nextInt();
                case 1 -> copy[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                case 2 -> putInt(copy, at & -4, interesting(random));
                default -> {
                    int from = first + random.nextInt(tableBytes - first);
                    System.arraycopy(copy, from & -8, copy, at & -8, 8 * (1 + random.nextInt(8)));
                }
            }
        }
    }

    private static int interesting(Random random) {
        int[] values = {0, 1, -1, 2, 127, 128, 0x1001, 0x40000000, 1 << 31, 1 << 24, 8192, 100};
        return values[random.nextInt(values.length)];
    }

    private static void putInt(byte[] bytes, int at, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (value >>> (Byte.SIZE * i));
        }
    }

    /** Runs the cases in a few threads that a watchdog looks after. */
    private void run(int cases, Damage damage) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(new Worker(new FuzzedRegion(folder("worker" + i)), next, cases, damage));
        }
        workers.forEach(Thread::start);
        for (Worker worker : workers) {
            worker.await();
        }
        assertEquals(cases, workers.stream().mapToInt(worker -> worker.done.get()).sum());
    }

    private Path folder(String name) throws Exception {
        Path folder = directory.resolve(name);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            return folder;
        }
        return Files.createDirectory(folder);
    }

    private static final class Worker extends Thread {
        private final FuzzedRegion region;
        private final AtomicInteger next;
        private final int cases;
        private final Damage damage;

        private final AtomicInteger done = new AtomicInteger();
        private volatile byte[] current = new byte[0];
        private volatile Throwable failure;

        Worker(FuzzedRegion region, AtomicInteger next, int cases, Damage damage) {
            this.region = region;
            this.next = next;
            this.cases = cases;
            this.damage = damage;
            setDaemon(true);
        }

        @Override
        @SuppressWarnings("CatchAndPrintStackTrace") // await throws it
        public void run() {
            try {
                for (int i = next.getAndIncrement(); i < cases; i = next.getAndIncrement()) {
                    byte[] damaged = region.copy();
                    damage.apply(i, damaged);
                    current = damaged;
                    region.use(damaged);
                    done.incrementAndGet();
                }
            } catch (Throwable e) {
                failure = e;
                next.set(cases);
            }
        }

        /** Counts looks, and not time: a process that is stopped does not hang. */
        void await() throws InterruptedException {
            int seen = -1;
            for (int looks = 0; isAlive(); looks++) {
                if (seen != done.get()) {
                    seen = done.get();
                    looks = 0;
                } else if (looks > STUCK_SECONDS) {
                    AssertionError stuck = new AssertionError("stuck:" + difference());
                    stuck.setStackTrace(getStackTrace());
                    throw stuck;
                }
                join(1000);
            }
            if (failure != null) {
                fail(failure + " after" + difference(), failure);
            }
        }

        private String difference() {
            return region.difference(current);
        }
    }
}
