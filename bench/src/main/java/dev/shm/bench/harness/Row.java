package dev.shm.bench.harness;

import dev.shm.bench.harness.Contest.Statistic;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What came out for ours and one peer.
 *
 * @param id stable: it means the same in every run.
 * @param what was measured, in words.
 * @param peer the peer's name.
 * @param unit of the values.
 * @param statistic what stands for all of them.
 * @param target of the ratio; null for none.
 * @param ours values of our rounds; none if our side failed at once.
 * @param theirs values of the peer's.
 * @param distances of the processors in each round: what a cache line takes there and back, in
 *     nanoseconds; NaN where it changed meanwhile, or could not be measured.
 * @param failure why there is no ratio; empty if there is one.
 * @param isOurFailure whether it is our side that failed.
 * @param notes what else was seen.
 */
public record Row(
        String id,
        String what,
        String peer,
        Unit unit,
        Statistic statistic,
        @Nullable Target target,
        Sample ours,
        Sample theirs,
        Sample distances,
        String failure,
        boolean isOurFailure,
        List<String> notes) {

    /** Whether both sides were measured to the end. */
    public boolean isMeasured() {
        return failure.isEmpty();
    }

    /** What stands for all rounds of ours. */
    public double ourValue() {
        return statistic == Statistic.P99 ? ours.percentile(99) : ours.median();
    }

    /** What stands for all rounds of the peer. */
    public double theirValue() {
        return theirs.median();
    }

    /** Round by round, ours to theirs. */
    public Sample ratios() {
        return ours.over(theirs);
    }

    /** The two values that the ratio keeps to, if it does. */
    public Optional<Modes> modes() {
        return hasRatios() ? Modes.of(ratios()) : Optional.empty();
    }

    /**
     * The ratios of rounds apart, where the processors were near each other in some and far apart
     * in others; empty where they were not.
     */
    public Optional<String> byDistance() {
        return hasRatios() ? Modes.of(known(distances)).map(this::byDistance) : Optional.empty();
    }

    private static Sample known(Sample distances) {
        return Sample.of(distances.values().filter(nanos -> !Double.isNaN(nanos)).toArray());
    }

    private boolean hasRatios() {
        return isMeasured() && statistic == Statistic.MEDIAN;
    }

    private String byDistance(Modes modes) {
        double between = Math.sqrt(modes.low() * modes.high());
        return String.format(
                Locale.ROOT,
                "%.3g where the processors are %.0f ns apart, %.3g where they are %.0f",
                ratios(distance -> distance < between).median(),
                modes.low(),
                ratios(distance -> distance >= between).median(),
                modes.high());
    }

    private Sample ratios(DoublePredicate distance) {
        double[] all = ratios().values().toArray();
        double[] apart = distances.values().toArray();
        return Sample.of(
                IntStream.range(0, Math.min(all.length, apart.length))
                        .filter(i -> distance.test(apart[i]))
                        .mapToDouble(i -> all[i])
                        .toArray());
    }

    /** Ours to theirs. */
    public double ratio() {
        return statistic == Statistic.P99 ? ourValue() / theirValue() : ratios().median();
    }

    /** Whether the target is met; empty where there is none, or nothing was measured. */
    public Optional<Boolean> ok() {
        return target == null || !isMeasured()
                ? Optional.empty()
                : Optional.of(target.isMetBy(ratio()));
    }
}
