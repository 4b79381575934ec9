package dev.shm.examples.sync;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedSemaphore;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A semaphore lets three of ten processes in at a time. Prints
 *
 * <pre>
 * 10 were inside, at most 3 at a time: true
 * </pre>
 */
public final class ThreeOfTen {
    private static final int PROCESSES = 10;
    private static final int PERMITS = 3;
    private static final int STAY_MILLIS = 20;

    private ThreeOfTen() {}

    /**
     * Starts the ten.
     *
     * @param args none; the name of the region in those ten.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0) {
            try (SharedRegion region = SharedRegion.open(args[0])) {
                goIn(region);
            }
            return;
        }
        String name = Processes.newRegionName("club");
        try (SharedRegion region = SharedRegion.openOrCreate(name, 1 << 16)) {
            List<Process> guests = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                guests.add(Processes.start(ThreeOfTen.class, region));
            }
            Processes.join(guests);
            long visits = SharedValue.of(region, "visits", 'q').getLong();
            long most = SharedValue.of(region, "most", 'q').getLong();
            System.out.println(
                    visits
                            + " were inside, at most "
                            + PERMITS
                            + " at a time: "
                            + (most <= PERMITS));
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void goIn(SharedRegion region) throws InterruptedException {
        SharedSemaphore permits = SharedSemaphore.of(region, "permits", PERMITS);
        SharedValue inside = SharedValue.of(region, "inside", 'q');
        permits.acquire();
        try {
            raise(SharedValue.of(region, "most", 'q'), inside.addAndGet(1));
            TimeUnit.MILLISECONDS.sleep(STAY_MILLIS);
            SharedValue.of(region, "visits", 'q').getAndAdd(1);
            inside.getAndAdd(-1);
        } finally {
            permits.release();
        }
    }

    private static void raise(SharedValue most, long candidate) {
        long seen = most.getLong();
        while (seen < candidate && !most.compareAndSet(seen, candidate)) {
            seen = most.getLong();
        }
    }
}
