package dev.shm.examples.sync;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedBarrier;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;

/**
 * Five processes work in rounds: none begins the next one before all have ended this one. In each
 * round each adds its number, 1 to 5; who comes last prints the sum:
 *
 * <pre>
 * all are here: 15
 * all are here: 30
 * all are here: 45
 * </pre>
 */
public final class BarrierOfFive {
    private static final int PARTIES = 5;
    private static final int ROUNDS = 3;

    private BarrierOfFive() {}

    /**
     * Starts the five.
     *
     * @param args none; the name of the region and a number in those five.
     */
    public static void main(String[] args)
            throws IOException, InterruptedException, BrokenBarrierException {
        if (args.length > 0) {
            try (SharedRegion region = SharedRegion.open(args[0])) {
                takePart(region, Integer.parseInt(args[1]));
            }
            return;
        }
        String name = Processes.newRegionName("rounds");
        try (SharedRegion region = SharedRegion.openOrCreate(name, 1 << 16)) {
            List<Process> parties = new ArrayList<>();
            for (int number = 1; number <= PARTIES; number++) {
                parties.add(Processes.start(BarrierOfFive.class, region, number));
            }
            Processes.join(parties);
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void takePart(SharedRegion region, int number)
            throws InterruptedException, BrokenBarrierException {
        SharedValue sum = SharedValue.of(region, "sum", 'q');
        try (SharedBarrier barrier =
                SharedBarrier.of(
                        region,
                        "barrier",
                        PARTIES,
                        () -> System.out.println("all are here: " + sum.getLong()))) {
            for (int round = 0; round < ROUNDS; round++) {
                sum.getAndAdd(number);
                barrier.await();
            }
        }
    }
}
