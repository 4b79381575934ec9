package dev.shm.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.bench.harness.CProgram;
import dev.shm.bench.harness.Contest;
import dev.shm.bench.harness.Referee;
import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Scratch;
import dev.shm.bench.harness.Settings;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each kind of side begins, does something, and ends; how fast is not asked. */
class SidesTest {
    private static final Settings LEAST = new Settings(1, 1, 1, 1, 10, 1, true);
    private static final TimeValue SHORT = TimeValue.milliseconds(20);

    /** Real processes, two rounds of a few milliseconds, and latencies. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "spsc.throughput.8",
                "spsc.numberbatch.8",
                "spsc.roundtrip.8",
                "spsc.threads.8",
                "mpmc.2x2",
                "mpmc.processes",
                "queue.throughput",
                "pipe.roundtrip",
                "handoff.spinning",
                "wake.idle",
                "lock.contended",
                "recovery.sigkill",
                "pool.small",
                "process.start"
            })
    void contest_ofProcesses_isMeasured(String id) throws IOException {
        Contest contest =
                Suites.all().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
        try (Scratch scratch = new Scratch()) {
            Referee referee = new Referee(LEAST, scratch, CProgram.named("line-ping-pong"));
            for (Row row : referee.run(contest, latencies -> {})) {
                assertTrue(
                        row.isMeasured() || row.failure().endsWith("cannot be run here"),
                        row.toString());
            }
        }
    }

    /** In this JVM, which has no flag for Agrona. */
    @Test
    void rings_passOnMessages_underJmh() throws RunnerException {
        List<RunResult> results =
                List.copyOf(
                        new Runner(
                                        new OptionsBuilder()
                                                .include("RingBenchmark")
                                                .param(
                                                        "kind",
                                                        "spsc",
                                                        "jctools-spsc",
                                                        "mpmc",
                                                        "jctools-mpmc",
                                                        "arrayblockingqueue",
                                                        "linkedtransferqueue")
                                                .forks(0)
                                                .warmupIterations(0)
                                                .measurementIterations(2)
                                                .measurementTime(SHORT)
                                                .verbosity(VerboseMode.SILENT)
                                                .shouldFailOnError(true)
                                                .build())
                                .run());
        assertEquals(6, results.size());
        for (RunResult result : results) {
            assertTrue(result.getSecondaryResults().get("poll").getScore() > 0, result.toString());
        }
    }
}
