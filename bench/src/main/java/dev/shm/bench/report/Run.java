package dev.shm.bench.report;

import dev.shm.bench.harness.Latencies;
import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

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
        List<Latencies> latencies) {}
