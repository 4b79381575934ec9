package dev.shm.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.bench.harness.Contest;
import dev.shm.bench.harness.Referee;
import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command and what it compares; nothing here measures. */
class BenchTest {
    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int bench(String... args) {
        return Bench.run(new PrintWriter(out, true), new PrintWriter(err, true), folder, args);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--suite nothing      | --suite=nothing: must be one of event, handoff, ",
                "--suite map --quick  | --suite=map has nothing with --quick",
                "--pairs 0            | --pairs=0: must be 1 to 1000",
                "--pairs many         | Invalid value for option '--pairs'",
                "--fast               | Unknown option: '--fast'",
                "--json no/such/file  | no/such/file: there is no such folder"
            })
    void badOptions_areToldAndExit2(String args, String told) {
        assertEquals(2, bench(args.split(" ")));
        assertTrue(err.toString().contains(told.strip()), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void help_showsTheOptions() {
        assertEquals(0, bench("--help"));
        for (String option : List.of("--suite", "--quick", "--json", "--html")) {
            assertTrue(out.toString().contains(option), out.toString());
        }
    }

    @Test
    void ids_areUniqueAndDocumented() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        Set<String> seen = new HashSet<>();
        for (Contest contest : Suites.all()) {
            for (Contest.Peer peer : contest.peers()) {
                String id = contest.id() + "." + peer.name();
                assertTrue(seen.add(id), id);
                assertTrue(readme.contains("`" + id + "`"), id + ": not in README.md");
            }
        }
    }

    @Test
    void quick_hasWhatIsPromised() {
        long targets =
                Suites.of(Set.of(), true).stream()
                        .flatMap(contest -> contest.peers().stream())
                        .filter(peer -> peer.target() != null)
                        .count();
        long all =
                Suites.all().stream()
                        .flatMap(contest -> contest.peers().stream())
                        .filter(peer -> peer.target() != null)
                        .count();
        assertEquals(all, targets);
    }

    /** Real processes, one round of a few milliseconds. */
    @Test
    void contest_ofProcesses_isMeasured() {
        Settings least = new Settings(1, 0, 10, 1, false, folder);
        for (Contest contest : Suites.of(Set.of("queue"), true)) {
            List<Row> rows = new Referee(least).run(contest, latencies -> {});
            for (Row row : rows) {
                assertTrue(
                        row.isMeasured() || row.failure().equals("python3 cannot be run here"),
                        row.toString());
            }
        }
    }
}
