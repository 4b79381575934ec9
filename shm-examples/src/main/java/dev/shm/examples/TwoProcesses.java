package dev.shm.examples;

import dev.shm.region.SharedRegion;
import dev.shm.value.SharedValue;
import java.io.IOException;

/** One process counts, another one watches, and prints {@code orders: 1000000}. */
public final class TwoProcesses {
    private static final long ALL = 1_000_000;

    private TwoProcesses() {}

    /**
     * Watches, and has itself started once more to count.
     *
     * @param args none; the name of the region in the process that counts.
     * @throws IOException when that process cannot be started.
     */
    public static void main(String[] args) throws IOException {
        String name = args.length > 0 ? args[0] : "shop-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.openOrCreate(name, 1 << 20)) {
            SharedValue orders = SharedValue.of(region, "orders", 'q');
            if (args.length > 0) {
                count(orders);
            } else {
                watch(orders, startOther(name));
                SharedRegion.delete(name);
            }
        }
    }

    private static void count(SharedValue orders) {
        for (long i = 0; i < ALL; i++) {
            orders.getAndAdd(1);
        }
    }

    private static void watch(SharedValue orders, Process counter) {
        while (orders.getLong() < ALL && counter.isAlive()) {
            Thread.onSpinWait();
        }
        System.out.println("orders: " + orders.getLong());
    }

    private static Process startOther(String region) throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        String classPath = System.getProperty("java.class.path");
        return new ProcessBuilder(java, "-cp", classPath, TwoProcesses.class.getName(), region)
                .inheritIO()
                .start();
    }
}
