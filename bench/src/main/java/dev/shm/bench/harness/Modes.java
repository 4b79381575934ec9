package dev.shm.bench.harness;

import java.util.Locale;
import java.util.Optional;

/**
 * The two speeds of something bistable: what rounds do when they settle in one of two ways, and
 * none in between.
 *
 * @param low the median of the slower or smaller ones.
 * @param high the median of the others.
 * @param shareOfHigh how many of all rounds are among the latter, from 0 to 1.
 */
public record Modes(double low, double high, double shareOfHigh) {
    private static final int ROUNDS = 8; // with fewer a gap says nothing
    private static final double GAP = 1.25;
    private static final double SHARE = 0.2;
    private static final double PERCENT = 100;

    /**
     * The two, if there are: a gap of a quarter, and a fifth of the rounds at least on each side.
     */
    public static Optional<Modes> of(Sample sample) {
        int size = sample.size();
        int gap = gap(sample);
        return size < ROUNDS || gap == 0
                ? Optional.empty()
                : Optional.of(
                        new Modes(
                                sample.part(0, gap).median(),
                                sample.part(gap, size).median(),
                                (double) (size - gap) / size));
    }

    /** Where the upper part begins in the sorted values; 0 if there is no such place. */
    private static int gap(Sample sample) {
        int fewest = (int) Math.ceil(SHARE * sample.size());
        int found = 0;
        double widest = GAP;
        for (int i = Math.max(fewest, 1); i <= sample.size() - fewest; i++) {
            double gap = sample.sorted(i) / sample.sorted(i - 1);
            if (gap >= widest) {
                widest = gap;
                found = i;
            }
        }
        return found;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "two values: %.3g in %.0f %% of the rounds, %.3g in %.0f %%",
                low,
                (1 - shareOfHigh) * PERCENT,
                high,
                shareOfHigh * PERCENT);
    }
}
