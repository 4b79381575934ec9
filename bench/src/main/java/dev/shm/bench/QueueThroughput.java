package dev.shm.bench;

import dev.shm.queue.SharedLongQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * How many numbers go from one process to another through a queue that both may block on? {@code
 * take} takes them one by one, {@code drain} takes one and then what else is there.
 *
 * <pre>
 * java -cp bench/target/benchmarks.jar dev.shm.bench.QueueThroughput [ROUNDS [NUMBERS]]
 * </pre>
 *
 * <p>It has no peer: no other queue blocks between two JVMs.
 */
public final class QueueThroughput {
    private static final int CAPACITY = 1 << 14;
    private static final int REGION_BYTES = 1 << 21;
    private static final int WARM_UPS = 3;
    private static final int DRAINED = 1024;

    private QueueThroughput() {}

    /** Runs the rounds and prints two rows, or serves as the process that takes. */
    public static void main(String... arguments) throws Exception {
        if (arguments.length == 2 && arguments[0].equals("child")) {
            serve(arguments[1]);
            return;
        }
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        long numbers = arguments.length > 1 ? Long.parseLong(arguments[1]) : 10_000_000;
        String name = "bench-" + ProcessHandle.current().pid();
        try (SharedRegion region =
                        SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES));
                SharedLongQueue queue = SharedLongQueue.create(region, "numbers", CAPACITY);
                ChildProcess child = new ChildProcess(QueueThroughput.class, "child", name)) {
            child.hear();
            for (String how : new String[] {"take", "drain"}) {
                double[] millions = new double[rounds];
                for (int i = -WARM_UPS; i < rounds; i++) {
                    double rate = round(queue, child, how, numbers);
                    millions[Math.max(0, i)] = rate;
                }
                Arrays.sort(millions);
                System.out.printf(
                        Locale.ROOT,
                        "put and %s, two processes | median %.1f M/s (%.1f to %.1f)%n",
                        how,
                        Rounds.median(millions),
                        millions[0],
                        millions[rounds - 1]);
            }
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static double round(SharedLongQueue queue, ChildProcess child, String how, long numbers)
            throws IOException, InterruptedException {
        child.say(how + " " + numbers);
        long start = System.nanoTime();
        for (long i = 0; i < numbers; i++) {
            queue.put(i);
        }
        child.hear();
        return numbers * 1000.0 / (System.nanoTime() - start);
    }

    private static void serve(String name) throws IOException, InterruptedException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (SharedRegion region = SharedRegion.open(name);
                SharedLongQueue queue = SharedLongQueue.open(region, "numbers")) {
            System.out.println("ready");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                Taker taker = new Taker();
                long numbers = Long.parseLong(words[1]);
                if (words[0].equals("drain")) {
                    taker.drain(queue, numbers);
                } else {
                    taker.take(queue, numbers);
                }
                System.out.println("done");
            }
        }
    }

    /** Takes, and checks the order. */
    private static final class Taker {
        private long next;

        void take(SharedLongQueue queue, long numbers) throws InterruptedException {
            while (next < numbers) {
                check(queue.take());
            }
        }

        void drain(SharedLongQueue queue, long numbers) throws InterruptedException {
            while (next < numbers) {
                check(queue.take());
                queue.drain(this::check, DRAINED);
            }
        }

        private void check(long number) {
            if (number != next++) {
                throw new IllegalStateException("number=" + number + ", expected: " + (next - 1));
            }
        }
    }
}
