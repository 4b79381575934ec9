package dev.shm.chaos;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.Random;
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

    /** What was asked for. */
    record Order(long nanos, int kills, long seed, long maxWaitMillis) {}

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
}
