package dev.shm.bench.report;

import dev.shm.bench.harness.Latencies;
import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * One run of the command, and what came out.
 *
 * @param machine where it ran.
 * @param commit of the sources.
 * @param command as it was typed.
 * @param began when.
 * @param took how long.
 * @param settings how much was measured.
 * @param versions of the peers.
 * @param rows one for each peer.
 * @param latencies of single operations, where they were asked for.
 */
public record Run(
        Machine machine,
        String commit,
        String command,
        Instant began,
        Duration took,
        Settings settings,
        List<String> versions,
        List<Row> rows,
        List<Latencies> latencies) {

    /** One that begins now. */
    public static Run begin(
            Machine machine,
            String commit,
            String command,
            Settings settings,
            List<String> versions) {
        return new Run(
                machine,
                commit,
                command,
                Instant.now(),
                Duration.ZERO,
                settings,
                versions,
                List.of(),
                List.of());
    }

    /** The same, when more has come out. */
    public Run with(List<Row> moreRows, List<Latencies> moreLatencies) {
        return new Run(
                machine,
                commit,
                command,
                began,
                Duration.between(began, Instant.now()),
                settings,
                versions,
                joined(rows, moreRows),
                joined(latencies, moreLatencies));
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }
}
