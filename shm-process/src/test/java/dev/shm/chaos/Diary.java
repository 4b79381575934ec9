package dev.shm.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was done to whom in a round, and when: no other run does the same at the same instants. */
final class Diary {
    private static final double MILLION = 1e6;

    private final long start = System.nanoTime();
    private final List<String> lines = new ArrayList<>();

    /** Something happens to a seat's process now. */
    void note(String what, int seat, long pid) {
        double millis = (System.nanoTime() - start) / MILLION;
        lines.add(
                String.format(Locale.ROOT, "%.3f ms: seat=%d pid=%d %s", millis, seat, pid, what));
    }

    /** All of it, oldest first, a line each. */
    @Override
    public String toString() {
        return "\ndone: " + String.join("\n  ", lines);
    }
}
