package dev.shm.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.bench.harness.Contest;
import dev.shm.bench.report.ResultFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
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

    /** README.md has each row, with its target and whether a quick run has it, and no other. */
    @Test
    void rows_areThoseOfTheReadme() throws IOException {
        List<String> rows = new ArrayList<>();
        for (Contest contest : Suites.all()) {
            for (Contest.Peer peer : contest.peers()) {
                String target = peer.target() == null ? "" : peer.target().toString();
                String quick = peer.isQuick() ? "q" : "";
                rows.add(
                        String.join(
                                "|",
                                contest.id() + "." + peer.name(),
                                contest.unit().toString(),
                                target,
                                quick));
            }
        }
        Collections.sort(rows);
        assertEquals(String.join("\n", rows), String.join("\n", documented()));
    }

    private static List<String> documented() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int begin = readme.indexOf("## Rows");
        return readme.substring(begin, readme.indexOf("\n## ", begin))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .flatMap(BenchTest::documented)
                .sorted()
                .toList();
    }

    /** What a line of the table says, for each id that it begins with. */
    private static Stream<String> documented(String line) {
        List<String> cells = Stream.of(line.split("\\|", -1)).map(String::strip).toList();
        String[] target = cells.get(4).split(" ", 2);
        String rounded =
                target.length == 1
                        ? cells.get(4)
                        : String.format(
                                Locale.ROOT, "%s %.2f", target[0], Double.valueOf(target[1]));
        String rest = String.join("|", cells.get(3), rounded, cells.get(5));
        return Stream.of(cells.get(1).replace("`", "").split(", ")).map(id -> id + "|" + rest);
    }

    @Test
    void resultFile_isWholeAtAnyMoment() throws IOException {
        Path file = Files.writeString(folder.resolve("results.json"), "of the run before");
        try (ResultFile results = new ResultFile(file)) {
            assertEquals("of the run before", Files.readString(file));
            assertThrows(
                    IOException.class,
                    () ->
                            results.write(
                                    to -> {
                                        to.write("half");
                                        throw new IOException("full");
                                    }));
            assertEquals("of the run before", Files.readString(file));
            results.write(to -> to.write("new"));
            results.write(to -> to.write("newer"));
        }
        assertEquals("newer", Files.readString(file));
        Path like = Files.createFile(folder.resolve("like"));
        assertEquals(permissions(like), permissions(file), "others may read it, too");
        Files.delete(like);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(1, left.count(), "nothing else is left");
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
