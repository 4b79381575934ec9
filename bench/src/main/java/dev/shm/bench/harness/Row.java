package dev.shm.bench.harness;

import dev.shm.bench.harness.Contest.Statistic;
import java.util.List;
import java.util.Optional;
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
