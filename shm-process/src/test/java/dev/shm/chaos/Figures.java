package dev.shm.chaos;

import dev.shm.chaos.Ledger.Entry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was tried, what it took, and what was found whole, over all rounds. */
final class Figures {
    private static final double MILLION = 1e6;
    private static final List<Act> TOLD = List.of(Act.ROLL_CALL, Act.BARRIER);

    private final long seed;
    private final long start = System.nanoTime();
    private int rounds;
    private int audits;
    private int kills;
    private int stops;
    private int departures;
    private long tasks;
    private long tasksDied;
    private int workersKilled;
    private long longestTasks;
    private final Map<Act, long[]> acts =
            new EnumMap<>(Act.class); // done, reports, longest wait, killed
    private final List<Long> recoveries = new ArrayList<>();

    Figures(long seed) {
        this.seed = seed;
        for (Act act : Act.values()) {
            acts.put(act, new long[4]);
        }
    }

    void killed() {
        kills++;
    }

    void stopped() {
        stops++;
    }

    void departed() {
        departures++;
    }

    void audited() {
        audits++;
    }

    int kills() {
        return kills;
    }

    /** The owner of a lock was killed, and after so many nanoseconds another one had the lock. */
    void recovered(long nanos) {
        recoveries.add(nanos);
    }

    void add(Ledger ledger) {
        rounds++;
        acts.forEach(
                (act, sums) -> {
                    sums[0] += ledger.sum(act, Entry.DONE);
                    sums[1] += ledger.sum(act, Entry.REPORTS);
                    sums[2] = Math.max(sums[2], ledger.max(act, Entry.LONGEST));
                    sums[3] += ledger.deaths(act);
                });
    }

    void set(PoolChaos pool) {
        tasks = pool.done();
        tasksDied = pool.died();
        workersKilled = pool.deaths();
        longestTasks = pool.longestNanos();
    }

    private double recovery(int percent) {
        List<Long> sorted = recoveries.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get((sorted.size() - 1) * percent / 100) / MILLION;
    }

    /** How many recoveries took up to so many milliseconds, each bound twice the one before. */
    private Map<Long, Integer> histogram() {
        Map<Long, Integer> histogram = new TreeMap<>();
        for (long nanos : recoveries) {
            long bound = 1;
            while (bound * MILLION < nanos) {
                bound *= 2;
            }
            histogram.merge(bound, 1, Integer::sum);
        }
        return histogram;
    }

    /** What was never done, as it is meant to be. */
    List<Act> undone() {
        return acts.keySet().stream().filter(act -> acts.get(act)[0] == 0).toList();
    }

    /** Where no death was ever told that had to be. */
    List<Act> untold() {
        return TOLD.stream().filter(act -> acts.get(act)[1] == 0).toList();
    }

    private double longestWait() {
        return acts.values().stream().mapToLong(sums -> sums[2]).max().orElse(0) / MILLION;
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** The same in a line, while it goes on. */
    String progress() {
        return text(
                "%.0f s: kills=%d (%.1f/s) audits=%d longest wait=%.1f ms",
                seconds(), kills, kills / seconds(), audits, longestWait());
    }

    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add(
                text(
                        "tried: seed=%d seconds=%.0f rounds=%d kills=%d (%.1f/s) stops=%d"
                                + " departures=%d",
                        seed, seconds(), rounds, kills, kills / seconds(), stops, departures));
        lines.add(text("survived: %d of %d rounds were audited and whole", audits, rounds));
        acts.forEach(
                (act, sums) ->
                        lines.add(
                                text(
                                        "  %-10s done=%-9d killed=%-5d deaths reported=%-5d"
                                                + " longest wait=%.1f ms",
                                        act, sums[0], sums[3], sums[1], sums[2] / MILLION)));
        lines.add(
                text(
                        "  %-10s done=%-9d workers killed=%-6d tasks died=%d longest batch=%.1f ms",
                        "POOL", tasks, workersKilled, tasksDied, longestTasks / MILLION));
        lines.add(text("longest wait: %.1f ms", longestWait()));
        lines.add(
                text(
                        "from a kill to the next owner, %d times, ms: p50=%.1f p90=%.1f p99=%.1f"
                                + " max=%.1f",
                        recoveries.size(),
                        recovery(50),
                        recovery(90),
                        recovery(99),
                        recovery(100)));
        histogram().forEach((bound, count) -> lines.add(text("  up to %4d ms: %d", bound, count)));
        return String.join(System.lineSeparator(), lines);
    }

    String json(boolean clean) {
        String perAct =
                acts.entrySet().stream()
                        .map(
                                entry ->
                                        text(
                                                "\"%s\": {\"done\": %d, \"killed\": %d,"
                                                        + " \"reported\": %d,"
                                                        + " \"longestWaitMillis\": %.3f}",
                                                entry.getKey(),
                                                entry.getValue()[0],
                                                entry.getValue()[3],
                                                entry.getValue()[1],
                                                entry.getValue()[2] / MILLION))
                        .collect(Collectors.joining(",\n    "));
        String buckets =
                histogram().entrySet().stream()
                        .map(entry -> text("\"%d\": %d", entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", "));
        return text(
                """
                {
                  "clean": %b, "seed": %d, "seconds": %.1f, "rounds": %d, "audits": %d,
                  "kills": %d, "stops": %d, "departures": %d,
                  "longestWaitMillis": %.3f,
                  "recovery": {"count": %d, "p50Millis": %.3f, "p90Millis": %.3f,
                    "p99Millis": %.3f, "maxMillis": %.3f, "upToMillis": {%s}},
                  "pool": {"done": %d, "workersKilled": %d, "died": %d,
                    "longestBatchMillis": %.3f},
                  "acts": {
                    %s
                  }
                }
                """,
                clean,
                seed,
                seconds(),
                rounds,
                audits,
                kills,
                stops,
                departures,
                longestWait(),
                recoveries.size(),
                recovery(50),
                recovery(90),
                recovery(99),
                recovery(100),
                buckets,
                tasks,
                workersKilled,
                tasksDied,
                longestTasks / MILLION,
                perAct);
    }
}
