package dev.shm.bench;

import java.util.Arrays;

/**
 * Two ways of doing the same thing, measured in turn, so that whatever drifts drifts for both.
 *
 * <p>Medians and ranges are printed: what runs in two processes at once has two speeds, depending
 * on who runs where, and a mean of the two says nothing.
 */
final class Rounds {
    private static final int WARM_UPS = 2;

    /** Does it for a while. */
    interface Round {
        /** Returns nanoseconds per operation. */
        double run() throws Exception;
    }

    private Rounds() {}

    /** Prints one row of a table; the ratio is ours to the peer's, in nanoseconds. */
    static void compare(String what, int rounds, Round ours, String peer, Round theirs)
            throws Exception {
        for (int i = 0; i < WARM_UPS; i++) {
            ours.run();
            theirs.run();
        }
        double[] ourNanos = new double[rounds];
        double[] theirNanos = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            ourNanos[i] = ours.run();
            theirNanos[i] = theirs.run();
        }
        System.out.printf(
                "%s | shm %s | %s %s | ratio %.2f%n",
                what,
                describe(ourNanos),
                peer,
                describe(theirNanos),
                median(ourNanos) / median(theirNanos));
    }

    private static String describe(double[] nanos) {
        Arrays.sort(nanos);
        return String.format(
                "%.1f ns (%.1f to %.1f)", median(nanos), nanos[0], nanos[nanos.length - 1]);
    }

    static double median(double[] nanos) {
        double[] sorted = nanos.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
