package dev.shm.bench.harness;

import java.io.IOException;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One way of doing something, measured round by round. */
public interface Side extends AutoCloseable {
    /** How a side begins. */
    @FunctionalInterface
    interface Opener {
        /**
         * Starts what the rounds need.
         *
         * @param folder for its files, in memory where there is such a place; deleted when the side
         *     is closed.
         * @throws IOException if it cannot be had here: there is no compiler, say.
         */
        Side open(Settings settings, Path folder) throws IOException, InterruptedException;
    }

    /**
     * Measures once.
     *
     * @return a value in the unit of the contest.
     */
    double round() throws IOException, InterruptedException;

    /** Whether its first rounds are slower than later ones, and do not count. */
    default boolean warmsUp() {
        return true;
    }

    /** What else was seen in the rounds; empty if nothing. */
    default String note() {
        return "";
    }

    /**
     * Measures how long each single operation takes.
     *
     * @return nanoseconds; null if it cannot tell.
     */
    default @Nullable Histogram latencies() throws IOException, InterruptedException {
        return null;
    }

    @Override
    void close() throws IOException;
}
