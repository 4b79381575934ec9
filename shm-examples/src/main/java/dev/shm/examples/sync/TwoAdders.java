package dev.shm.examples.sync;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.util.List;

/**
 * Two processes add to one number in two steps, reading it and storing it again: first without a
 * lock, then with one. Prints
 *
 * <pre>
 * without the lock: 312847 of 400000
 * with the lock: 400000 of 400000
 * </pre>
 *
 * <p>where the first number is another one each time. For a mere sum neither is needed: {@link
 * SharedValue#getAndAdd} is one step.
 */
public final class TwoAdders {
    private static final int EACH = 200_000;

    private TwoAdders() {}

    /**
     * Starts the two.
     *
     * @param args none; the name of the region, and whether to lock, in those two.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0) {
            try (SharedRegion region = SharedRegion.open(args[0])) {
                add(region, args[1].equals("with"));
            }
            return;
        }
        String name = Processes.newRegionName("adders");
        try (SharedRegion region = SharedRegion.openOrCreate(name, 1 << 16)) {
            SharedValue sum = SharedValue.of(region, "sum", 'q');
            for (String how : List.of("without", "with")) {
                sum.setLong(0);
                Processes.join(
                        List.of(
                                Processes.start(TwoAdders.class, region, how),
                                Processes.start(TwoAdders.class, region, how)));
                System.out.println(how + " the lock: " + sum.getLong() + " of " + 2 * EACH);
            }
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void add(SharedRegion region, boolean locking) {
        SharedValue sum = SharedValue.of(region, "sum", 'q');
        SharedLock lock = SharedLock.of(region, "lock");
        for (int i = 0; i < EACH; i++) {
            if (locking) {
                lock.lock();
                try {
                    sum.setLong(sum.getLong() + 1);
                } finally {
                    lock.unlock();
                }
            } else {
                sum.setLong(sum.getLong() + 1);
            }
        }
    }
}
