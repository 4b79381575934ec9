package dev.shm.fuzz;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** How far the cases of all threads came. */
final class Tally {
    private final LongAdder cases = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final Map<String, Figures> kinds = new TreeMap<>();

    /** Of one kind of object. */
    private static final class Figures {
        private final LongAdder refused = new LongAdder();
        private final LongAdder opened = new LongAdder();
        private final LongAdder used = new LongAdder();
        private final LongAdder failed = new LongAdder();
    }

    Tally(List<Kind<?>> kinds) {
        kinds.forEach(kind -> this.kinds.put(kind.name(), new Figures()));
    }

    private Figures of(String kind) {
        Figures figures = kinds.get(kind);
        if (figures == null) {
            throw new IllegalArgumentException("kind=" + kind);
        }
        return figures;
    }

    /** An object could not be opened. */
    void refused(String kind) {
        of(kind).refused.increment();
    }

    /** An object was opened; used, perhaps, which may have ended in an exception. */
    void opened(String kind, boolean isUsed, boolean isBad) {
        Figures figures = of(kind);
        figures.opened.increment();
        if (isUsed) {
            figures.used.increment();
        }
        if (isBad) {
            figures.failed.increment();
        }
    }

    /** One case is over. */
    void count(boolean isRefused, boolean isOpened) {
        cases.increment();
        if (isRefused) {
            refused.increment();
        }
        if (isOpened) {
            opened.increment();
        }
    }

    long cases() {
        return cases.sum();
    }

    long openings() {
        return opened.sum();
    }

    /** Whether objects of each kind were opened, refused, used, and used to no avail. */
    boolean isComplete() {
        return kinds.values().stream()
                .allMatch(
                        kind ->
                                kind.opened.sum() > 0
                                        && kind.refused.sum() > 0
                                        && kind.used.sum() > kind.failed.sum());
    }

    /** In one line. */
    String summary() {
        return String.format(
                Locale.ROOT,
                "%d cases: %d opened, %d refused untouched, %d refused by who joins",
                cases(),
                openings(),
                refused.sum(),
                cases() - openings() - refused.sum());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(summary());
        text.append("\nkind              opened   refused      used  with an exception\n");
        kinds.forEach(
                (name, figures) ->
                        text.append(
                                String.format(
                                        Locale.ROOT,
                                        "%-14s %9d %9d %9d %18d%n",
                                        name,
                                        figures.opened.sum(),
                                        figures.refused.sum(),
                                        figures.used.sum(),
                                        figures.failed.sum())));
        return text.toString();
    }
}
