package dev.shm.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Takes each processor away, on and off. */
final class Hogs implements AutoCloseable {
    private static final int LONGEST_ON_NANOS = 50_000_000;
    private static final int LONGEST_OFF_NANOS = 200_000_000;

    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    Hogs(Random seeds) {
        for (int i = Runtime.getRuntime().availableProcessors(); i > 0; i--) {
            Random random = new Random(seeds.nextLong());
            Thread thread = new Thread(() -> hog(random), "hog");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void hog(Random random) {
        while (!stopping) {
            long end = System.nanoTime() + random.nextInt(LONGEST_ON_NANOS);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            LockSupport.parkNanos(random.nextInt(LONGEST_OFF_NANOS));
        }
    }

    /** They end soon. */
    @Override
    public void close() {
        stopping = true;
        threads.forEach(LockSupport::unpark);
    }
}
