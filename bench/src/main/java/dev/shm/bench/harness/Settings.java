package dev.shm.bench.harness;

import java.nio.file.Path;

/**
 * How much is measured.
 *
 * @param pairs rounds of each side that count.
 * @param warmUps rounds of each side before these, if that is enough.
 * @param mostWarmUps how many they are where a side still gets faster.
 * @param millis how long a round is meant to take.
 * @param kills how many owners are killed to see how long recovery takes.
 * @param latencies whether single operations are measured too.
 * @param scratch a folder for the files of a contest, in memory where there is such a place.
 */
public record Settings(
        int pairs,
        int warmUps,
        int mostWarmUps,
        int millis,
        int kills,
        boolean latencies,
        Path scratch) {
    private static final int WARM_UPS = 3;
    private static final int MOST_WARM_UPS = 25;
    private static final int QUICK_PAIRS = 3;
    private static final int QUICK_MILLIS = 200;
    private static final int QUICK_KILLS = 20;
    private static final int FULL_PAIRS = 10;
    private static final int FULL_MILLIS = 400;
    private static final int FULL_KILLS = 200;

    /** Three pairs of short rounds. */
    public static Settings quick(Path scratch) {
        return new Settings(
                QUICK_PAIRS, WARM_UPS, MOST_WARM_UPS, QUICK_MILLIS, QUICK_KILLS, false, scratch);
    }

    /** Ten pairs of longer ones, and latencies. */
    public static Settings full(Path scratch) {
        return new Settings(
                FULL_PAIRS, WARM_UPS, MOST_WARM_UPS, FULL_MILLIS, FULL_KILLS, true, scratch);
    }

    /** The same with another number of pairs. */
    public Settings withPairs(int other) {
        return new Settings(other, warmUps, mostWarmUps, millis, kills, latencies, scratch);
    }

    /** The same with rounds of another length. */
    public Settings withMillis(int other) {
        return new Settings(pairs, warmUps, mostWarmUps, other, kills, latencies, scratch);
    }

    /** The same in another folder. */
    public Settings in(Path other) {
        return new Settings(pairs, warmUps, mostWarmUps, millis, kills, latencies, other);
    }
}
