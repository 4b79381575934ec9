package dev.shm.bench.child;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Owns a lock until it is killed, or waits for those who are: {@code RecoveryChild own|succeed
 * FOLDER}. A successor answers each line when it waits, with the state of the thread that does, and
 * then by when it had the lock.
 */
public final class RecoveryChild {
    private static final int REGION_BYTES = 1 << 16;

    private RecoveryChild() {}

    /** Serves until its standard input ends. */
    public static void main(String[] args) throws Exception {
        RegionOptions options =
                RegionOptions.at(Path.of(args[1]).resolve("recovery.shm")).bytes(REGION_BYTES);
        SharedLock lock = SharedLock.of(SharedRegion.openOrCreate(options), "lock");
        InputStreamReader bytes = new InputStreamReader(System.in, StandardCharsets.US_ASCII);
        try (BufferedReader in = new BufferedReader(bytes)) {
            boolean owns = args[0].equals("own");
            if (owns) {
                lock.lock();
            }
            System.out.println("ready");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!owns) {
                    succeed(lock);
                }
            }
        }
    }

    private static void succeed(SharedLock lock) throws InterruptedException {
        Thread waiting = new Thread(() -> acquire(lock), "successor");
        waiting.start();
        while (waiting.isAlive() && !sleeps(lock)) {
            Thread.onSpinWait();
        }
        System.out.println("waiting");
        waiting.join();
    }

    /** Whether somebody has announced that it waits for the owner. */
    private static boolean sleeps(SharedLock lock) {
        return lock.toString().contains("waiters=yes");
    }

    private static void acquire(SharedLock lock) {
        SharedLock.Acquisition acquisition = lock.acquire();
        long now = System.nanoTime();
        lock.markConsistent();
        lock.unlock();
        System.out.println(acquisition + " " + now);
    }
}
