package dev.shm.bench.harness;

/** What a contest is measured in. */
public enum Unit {
    /** Nanoseconds for each operation: less is better. */
    NANOS("ns"),
    /** Millions of operations a second: more is better. */
    MILLIONS("M/s"),
    /** Milliseconds: less is better. */
    MILLIS("ms");

    private static final double NANOS_IN_MICRO = 1e3;
    private static final double NANOS_IN_MILLI = 1e6;

    private final String words;

    Unit(String words) {
        this.words = words;
    }

    /** Whether more is better. */
    public boolean moreIsBetter() {
        return this == MILLIONS;
    }

    /** The value of so many operations in so much time. */
    double of(long count, long nanos) {
        return switch (this) {
            case NANOS -> (double) nanos / count;
            case MILLIONS -> count * NANOS_IN_MICRO / nanos;
            case MILLIS -> nanos / NANOS_IN_MILLI / count;
        };
    }

    @Override
    public String toString() {
        return words;
    }
}
