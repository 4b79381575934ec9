package dev.shm.bench.harness;

import java.util.Locale;

/**
 * What the ratio, ours to the peer's, must be.
 *
 * @param ratio the bound, which is good enough itself.
 * @param atLeast whether it bounds from below.
 */
public record Target(double ratio, boolean atLeast) {
    /** What "not slower" means, with what two runs on two cores differ by. */
    private static final double NOT_SLOWER = 1 / 0.95;

    /** For what is the better the more it is. */
    public static Target atLeast(double ratio) {
        return new Target(ratio, true);
    }

    /** For what is the better the less it is. */
    public static Target atMost(double ratio) {
        return new Target(ratio, false);
    }

    /** For times: at least 0.95 times as fast. */
    public static Target notSlower() {
        return atMost(NOT_SLOWER);
    }

    /** Whether a ratio is good enough. */
    public boolean isMetBy(double measured) {
        return atLeast ? measured >= ratio : measured <= ratio;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %.2f", atLeast ? ">=" : "<=", ratio);
    }
}
