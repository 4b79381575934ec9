package dev.shm.bench.child;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock;
import dev.shm.value.SharedValue;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * One of two processes that contend for a lock: {@code LockChild FOLDER}. For each line {@code
 * START END}, times of {@link System#nanoTime}, it adds to a number under the lock in between, and
 * answers how often it did and how long the longest of every 64th wait was.
 */
public final class LockChild {
    private static final int REGION_BYTES = 1 << 16;
    private static final int CHECK_EVERY = 64;

    private final SharedLock lock;
    private final SharedValue guarded;
    private long longest;

    private LockChild(SharedRegion region) {
        lock = SharedLock.of(region, "lock");
        guarded = SharedValue.of(region, "guarded", 'q');
    }

    /** Contends until its standard input ends. */
    public static void main(String[] args) throws Exception {
        RegionOptions options =
                RegionOptions.at(Path.of(args[0]).resolve("lock.shm")).bytes(REGION_BYTES);
        LockChild child = new LockChild(SharedRegion.openOrCreate(options));
        System.out.println("ready");
        InputStreamReader bytes = new InputStreamReader(System.in, StandardCharsets.US_ASCII);
        try (BufferedReader in = new BufferedReader(bytes)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] times = line.split(" ", -1);
                long done = child.count(Long.parseLong(times[0]), Long.parseLong(times[1]));
                System.out.println(done + " " + child.longest);
            }
        }
    }

    private long count(long start, long end) {
        longest = 0;
        while (System.nanoTime() - start < 0) {
            Thread.onSpinWait();
        }
        long done = 0;
        long before = System.nanoTime();
        while (before - end < 0) {
            add();
            longest = Math.max(longest, System.nanoTime() - before);
            for (int i = 1; i < CHECK_EVERY; i++) {
                add();
            }
            done += CHECK_EVERY;
            before = System.nanoTime();
        }
        return done;
    }

    private void add() {
        lock.lock();
        try {
            guarded.setLong(guarded.getLong() + 1);
        } finally {
            lock.unlock();
        }
    }
}
