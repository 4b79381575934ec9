package dev.shm.bench.harness;

/**
 * How much is measured.
 *
 * @param pairs rounds of each side that count.
 * @param launches how many times each side begins anew, with processes of its own, for its part of
 *     the rounds: a JVM keeps to what its compiler happened to do.
 * @param warmUps rounds of each side before these, in each launch, if that is enough.
 * @param mostWarmUps how many they are where a side still gets faster.
 * @param millis how long a round is meant to take.
 * @param kills how many owners are killed to see how long recovery takes.
 * @param latencies whether single operations are measured too.
 */
public record Settings(
        int pairs,
        int launches,
        int warmUps,
        int mostWarmUps,
        int millis,
        int kills,
        boolean latencies) {
    private static final int WARM_UPS = 3;
    private static final int MOST_WARM_UPS = 25;
    private static final int QUICK_PAIRS = 3;
    private static final int QUICK_LAUNCHES = 1;
    private static final int MILLIS = 200;
    private static final int QUICK_KILLS = 20;
    private static final int FULL_PAIRS = 10;
    private static final int FULL_LAUNCHES = 3;
    private static final int FULL_KILLS = 200;

    /** Three pairs of rounds of processes that begin once. */
    public static Settings quick() {
        return new Settings(
                QUICK_PAIRS, QUICK_LAUNCHES, WARM_UPS, MOST_WARM_UPS, MILLIS, QUICK_KILLS, false);
    }

    /** Ten pairs of rounds of processes that begin three times, and latencies. */
    public static Settings full() {
        return new Settings(
                FULL_PAIRS, FULL_LAUNCHES, WARM_UPS, MOST_WARM_UPS, MILLIS, FULL_KILLS, true);
    }

    /** The same with another number of pairs. */
    public Settings withPairs(int other) {
        return new Settings(
                other, Math.min(launches, other), warmUps, mostWarmUps, millis, kills, latencies);
    }

    /** The same with rounds of another length. */
    public Settings withMillis(int other) {
        return new Settings(pairs, launches, warmUps, mostWarmUps, other, kills, latencies);
    }
}
