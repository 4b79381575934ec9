package dev.shm.chaos;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of chaos, each in a region of its own, until there were kills enough or time is over. The
 * region of a round that fails is kept.
 */
final class Chaos {
    private static final int KILLS_PER_ROUND = 50;
    private static final String USAGE =
            """
            Usage: ./shm chaos [--minutes M] [--kills N] [--seed S] [--max-wait MILLIS] [--json FILE]

            Several JVMs use one object of each kind in one region; they are killed, stopped, and
            replaced at random, while others hog the processors. Everything is checked as it is done
            and audited after each round of 50 kills. It ends after M minutes or N kills, whichever
            comes first (a minute, if neither is given), or with the first thing that is not as it
            must be, and then keeps the region's file. Who waits for longer than MILLIS (30000)
            fails too. Exit code 0: clean, 1: something was wrong, 2: wrong arguments.
            """;

    /** What was asked for. */
    record Order(long nanos, int kills, long seed, long maxWaitMillis, @Nullable Path json) {}

    private final Order order;
    private final Random random;
    private final Figures figures;
    private @Nullable Path kept;

    Chaos(Order order) {
        this.order = order;
        this.random = new Random(order.seed);
        this.figures = new Figures(order.seed);
    }

    /** Runs all rounds; what was wrong is thrown. */
    void run() throws InterruptedException {
        long start = System.nanoTime();
        int round = 0;
        while (goesOn(start)) {
            String name = "chaos-" + ProcessHandle.current().pid() + "-" + round++;
            Path file = RegionOptions.named(name).path();
            kept = file;
            int goal = figures.kills() + KILLS_PER_ROUND;
            long maxWait = TimeUnit.MILLISECONDS.toNanos(order.maxWaitMillis);
            try (ChaosRound chaos = new ChaosRound(file, random, maxWait, figures)) {
                chaos.run(() -> goesOn(start) && figures.kills() < goal);
            }
            SharedRegion.delete(RegionOptions.at(file));
            kept = null;
        }
    }

    private boolean goesOn(long start) {
        return figures.kills() < order.kills && System.nanoTime() - start < order.nanos;
    }

    Figures figures() {
        return figures;
    }

    /** The region of a round that failed. */
    @Nullable Path kept() {
        return kept;
    }

    public static void main(String... arguments) throws Exception {
        Order order;
        try {
            order = parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("shm chaos: " + e.getMessage());
            System.err.print(USAGE);
            System.exit(2);
            return;
        }
        if (order == null) {
            System.out.print(USAGE);
            return;
        }
        System.exit(report(new Chaos(order), order));
    }

    private static int report(Chaos chaos, Order order) throws IOException, InterruptedException {
        System.out.println("chaos: seed=" + order.seed);
        long start = System.nanoTime();
        Throwable failure = null;
        try {
            chaos.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        System.out.println(chaos.figures());
        double seconds = (System.nanoTime() - start) / 1e9;
        if (failure == null) {
            System.out.println("clean");
        } else {
            System.out.println("FAILED: seed=" + order.seed + " region=" + chaos.kept());
            failure.printStackTrace(System.out);
        }
        if (order.json != null) {
            Files.writeString(order.json, chaos.figures().json(failure == null, seconds));
        }
        return failure == null ? 0 : 1;
    }

    /** Null: help is asked for. */
    private static @Nullable Order parse(String... arguments) {
        long nanos = -1;
        int kills = -1;
        long seed = System.nanoTime();
        long maxWaitMillis = 30_000;
        Path json = null;
        for (int i = 0; i < arguments.length; i += 2) {
            if (arguments[i].equals("--help") || arguments[i].equals("-h")) {
                return null;
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " needs a value");
            }
            String value = arguments[i + 1];
            try {
                switch (arguments[i]) {
                    case "--minutes" ->
                            nanos = (long) (positive(value) * TimeUnit.MINUTES.toNanos(1));
                    case "--kills" -> kills = (int) Math.ceil(positive(value));
                    case "--seed" -> seed = Long.parseLong(value);
                    case "--max-wait" -> maxWaitMillis = (long) Math.ceil(positive(value));
                    case "--json" -> json = Path.of(value);
                    default -> throw new IllegalArgumentException("unknown: " + arguments[i]);
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        arguments[i] + "=" + value + ", allowed: a number", e);
            }
        }
        if (nanos < 0) {
            nanos = kills < 0 ? TimeUnit.MINUTES.toNanos(1) : Long.MAX_VALUE;
        }
        return new Order(nanos, kills < 0 ? Integer.MAX_VALUE : kills, seed, maxWaitMillis, json);
    }

    private static double positive(String value) {
        double number = Double.parseDouble(value);
        if (!(number > 0)) {
            throw new IllegalArgumentException(value + ", allowed: more than 0");
        }
        return number;
    }
}
