package dev.shm.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tests that {@code docs/testing.md} names exist; {@code .ci/mutants} reads every row of its
 * table there, and the line that is to be changed stands in the sources once.
 */
class TestingDocTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
    private static final Path PAGE = ROOT.resolve("docs/testing.md");
    private static final Pattern NAMED_TEST = Pattern.compile("\\b\\w+Test#\\w+\\b(?!\\*)");
    private static final String MARK = "<!-- mutants -->";
    private static final int CELLS = 5;

    /** One fault, as the script understands it. */
    private record Row(String name, Path file, String from, String to) {
        static Row of(String line) {
            String[] cells = line.split("\t", -1);
            assertEquals(CELLS, cells.length, line);
            String[] where = cells[1].split(" ", -1);
            Path file =
                    ROOT.resolve(where[0]).resolve("src/main/java/dev/shm/" + where[1] + ".java");
            return new Row(cells[0], file, code(cells[2]), code(cells[3]));
        }

        private static String code(String cell) {
            assertTrue(cell.startsWith("`") && cell.endsWith("`"), cell);
            return cell.substring(1, cell.length() - 1).replace("\\|", "|");
        }
    }

    private static List<Row> rows() throws IOException, InterruptedException {
        Process script =
                new ProcessBuilder(ROOT.resolve(".ci/mutants").toString(), "--list").start();
        String said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, script.waitFor());
        return said.lines().map(Row::of).toList();
    }

    @Test
    void everyRow_isRead_andFitsTheSources() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/env")) && hasBash(), "no bash");
        List<Row> rows = rows();
        List<String> page = Files.readAllLines(PAGE);
        long inThePage =
                page.subList(page.indexOf(MARK) + 3, page.size()).stream()
                        .takeWhile(line -> line.startsWith("|"))
                        .count();
        assertEquals(inThePage, rows.size());
        assertFalse(rows.isEmpty());
        Set<String> names = new HashSet<>();
        List<String> wrong = new ArrayList<>();
        for (Row row : rows) {
            if (!names.add(row.name) || row.from.equals(row.to)) {
                wrong.add(row.toString());
            }
            long places =
                    Files.readAllLines(row.file).stream()
                            .filter(line -> line.contains(row.from))
                            .count();
            if (places != 1) {
                wrong.add(row.name + ": stands in " + places + " lines: " + row.from);
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyTestThatIsNamed_exists() throws IOException {
        Set<String> missing = new TreeSet<>();
        Matcher named = NAMED_TEST.matcher(Files.readString(PAGE));
        int found = 0;
        for (; named.find(); found++) {
            if (!hasTest(named.group())) {
                missing.add(named.group());
            }
        }
        assertEquals(Set.of(), missing);
        assertTrue(found > 0);
    }

    private static boolean hasBash() throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v bash").start().waitFor() == 0;
    }

    private static boolean hasTest(String test) throws IOException {
        String[] names = test.split("#", -1);
        for (String module : List.of("shm-core", "shm-sync", "shm-process")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test"))) {
                List<Path> found = files.filter(file -> file.endsWith(names[0] + ".java")).toList();
                for (Path file : found) {
                    if (Files.readString(file).contains(" void " + names[1] + "(")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
