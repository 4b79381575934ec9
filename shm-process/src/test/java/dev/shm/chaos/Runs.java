package dev.shm.chaos;

import dev.shm.region.SharedRegion;
import dev.shm.value.SharedArray;

/**
 * How often each of the last tasks of a pool has been run: once if it has a result, at most once if
 * its worker died, and never again afterwards. A task has the place that one long before it had.
 */
final class Runs {
    static final int PLACES = 1 << 8;

    private final SharedArray runs;
    private final long[] seen = new long[PLACES]; // when the task had its end

    Runs(SharedRegion region) {
        runs = array(region);
    }

    private static SharedArray array(SharedRegion region) {
        return SharedArray.of(region, "runs", 'q', PLACES);
    }

    private static int place(long number) {
        return (int) (number % PLACES);
    }

    /** A worker runs it. */
    static void ran(SharedRegion region, long number) {
        try (SharedArray runs = array(region)) {
            runs.getAndAdd(place(number), 1);
        }
    }

    /** It is submitted; that of its place before has had its end long ago. */
    void begins(long number) {
        checkPlace(place(number));
        seen[place(number)] = 0;
        runs.setLong(place(number), 0);
    }

    /** It has a result, or else its worker died. */
    void ended(long number, boolean done) {
        long found = runs.getLong(place(number));
        seen[place(number)] = found;
        if (found > 1 || done && found == 0) {
            throw new AssertionError("number=" + number + " done=" + done + " runs=" + found);
        }
    }

    /** None was run after its end, when all have theirs and nobody runs any. */
    void check() {
        for (int place = 0; place < PLACES; place++) {
            checkPlace(place);
        }
    }

    private void checkPlace(int place) {
        long found = runs.getLong(place);
        if (found != seen[place]) {
            throw new AssertionError(
                    "run after its end: place="
                            + place
                            + " runs="
                            + found
                            + ", at its end="
                            + seen[place]);
        }
    }
}
