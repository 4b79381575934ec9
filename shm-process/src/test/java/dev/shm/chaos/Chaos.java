package dev.shm.chaos;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of chaos, each in a region of its own, until there were kills enough or time is over. The
 * region of a round that fails is kept, or that of the pool if it is the pool that fails.
 */
final class Chaos {
    private static final int KILLS_PER_ROUND = 100;
    private static final int MANY_KILLS = 1_000;
    private static final int SPARES = 2;
    private static final int FEW_KILLS = 200;
    private static final long FEW_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final String USAGE =
            """
            Usage: ./shm chaos [--minutes M] [--kills N] [--seed S] [--max-wait MILLIS] [--json FILE]

            Several JVMs use one object of each kind in one region; they are killed, stopped, and
            replaced at random, while others hog the processors. Everything is checked as it is done
            and audited after each round of 100 kills. It ends after M minutes or N kills, whichever
            comes first (a minute, if neither is given), or with the first thing that is not as it
            must be, and then keeps the file of the region where that was. Who waits for longer than
            MILLIS (30000) fails too, though killed meanwhile. Exit code 0: clean, 1: something was
            wrong, 2: wrong arguments.

            S decides what is tried, in which order; who is at what when it is killed is up to the
            machine, so a run with the same S is not the same. A failure tells what was done when.
            """;

    /** What was asked for. */
    record Order(long nanos, int kills, long seed, long maxWaitMillis, @Nullable Path json) {
        /** Whether it is worth while to prepare for it. */
        boolean isLong() {
            return kills > FEW_KILLS && nanos > FEW_NANOS;
        }
    }

    private final Order order;
    private final Consumer<String> progress; // is told after each round
    private final @Nullable ClassArchive archive;
    private final Random random;
    private final Figures figures;
    private @Nullable Path kept;

    Chaos(Order order, Consumer<String> progress, @Nullable ClassArchive archive) {
        this.order = order;
        this.archive = archive;
        this.progress = progress;
        this.random = new Random(order.seed);
        this.figures = new Figures(order.seed);
    }

    /** Runs all rounds; what was wrong is thrown. */
    void run() throws InterruptedException {
        long start = System.nanoTime();
        Patience patience = Patience.ofWaits(order.maxWaitMillis);
        String name = "chaos-" + ProcessHandle.current().pid();
        try (Spares spares = archive == null ? new Spares(0) : new Spares(SPARES, archive);
                PoolChaos pool = new PoolChaos(file(name + "-pool"), patience)) {
            try {
                for (int round = 0; goesOn(start); round++) {
                    run(file(name + "-" + round), start, patience, spares, pool);
                }
                end(pool);
                if (figures.kills() >= FEW_KILLS && !figures.undone().isEmpty()) {
                    throw new AssertionError("never done: " + figures.undone());
                }
                if (figures.kills() >= MANY_KILLS && !figures.untold().isEmpty()) {
                    throw new AssertionError("no death was told: " + figures.untold());
                }
            } finally {
                figures.set(pool);
            }
        }
    }

    private void run(Path file, long start, Patience patience, Spares spares, PoolChaos pool)
            throws InterruptedException {
        kept = file;
        int goal = figures.kills() + KILLS_PER_ROUND;
        try (ChaosRound round = new ChaosRound(file, random, patience, figures, spares, pool)) {
            round.run(() -> goesOn(start) && figures.kills() < goal);
            kept = null;
        } finally {
            if (kept != null && pool.hasFailed()) {
                kept = pool.file();
            }
            if (!file.equals(kept)) {
                SharedRegion.delete(RegionOptions.at(file));
            }
        }
        progress.accept(figures.progress());
    }

    private void end(PoolChaos pool) throws InterruptedException {
        kept = pool.file();
        pool.end();
        kept = null;
    }

    private static Path file(String name) {
        return RegionOptions.named(name).path();
    }

    private boolean goesOn(long start) {
        return figures.kills() < order.kills && System.nanoTime() - start < order.nanos;
    }

    Figures figures() {
        return figures;
    }

    /** The region where something was wrong; null if it was in none. */
    @Nullable Path kept() {
        return kept;
    }

    public static void main(String... arguments) throws Exception {
        System.exit(obey(System.out, System.err, arguments));
    }

    /** What the command does; returns its exit code. */
    static int obey(PrintStream out, PrintStream err, String... arguments)
            throws IOException, InterruptedException {
        Order order;
        try {
            order = parse(arguments);
        } catch (IllegalArgumentException e) {
            err.println("shm chaos: " + e.getMessage());
            err.print(USAGE);
            return 2;
        }
        if (order == null) {
            out.print(USAGE);
            return 0;
        }
        try (ClassArchive archive = order.isLong() ? ClassArchive.create() : null) {
            return report(new Chaos(order, out::println, archive), order, out);
        }
    }

    private static int report(Chaos chaos, Order order, PrintStream out)
            throws IOException, InterruptedException {
        out.println("chaos: seed=" + order.seed);
        Throwable failure = null;
        try {
            chaos.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        out.println(chaos.figures());
        if (failure == null) {
            out.println("clean: no wait of more than " + order.maxWaitMillis + " ms");
        } else {
            failure.printStackTrace(out);
            String region = chaos.kept() == null ? "" : " region=" + chaos.kept();
            out.println("FAILED: seed=" + order.seed + region);
        }
        if (order.json != null) {
            Files.writeString(order.json, chaos.figures().json(failure == null));
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
