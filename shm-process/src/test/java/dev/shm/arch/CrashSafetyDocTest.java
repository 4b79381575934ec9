package dev.shm.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/crash-safety.md} has every kill point of every module and no other, names tests that
 * exist, and has no empty cell.
 */
class CrashSafetyDocTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
    private static final String MARK = "<!-- crash-safety -->";
    private static final Pattern KILL_POINT = Pattern.compile("KillPoint\\.at\\(\\s*\"([^\"]+)\"");
    private static final Pattern NAMED_POINT = Pattern.compile("`([a-z]+(?:\\.[a-z]+)+)`");
    private static final Pattern TEST_METHOD = Pattern.compile("\\bvoid (\\w+)\\(");
    private static final int CELLS = 4;

    private static List<List<String>> rows;

    @BeforeAll
    static void readThePage() throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("docs").resolve("crash-safety.md"));
        int at = lines.indexOf(MARK);
        assertTrue(at >= 0, MARK);
        rows =
                lines.subList(at + 3, lines.size()).stream()
                        .takeWhile(line -> line.startsWith("|"))
                        .map(line -> line.substring(1, line.lastIndexOf('|')))
                        .map(line -> Stream.of(line.split("\\|", -1)).map(String::trim).toList())
                        .toList();
        assertFalse(rows.isEmpty());
    }

    @Test
    void noCell_isEmpty() {
        for (List<String> row : rows) {
            assertEquals(CELLS, row.size(), row::toString);
            assertFalse(row.contains(""), row::toString);
        }
    }

    @Test
    void everyKillPoint_isInARow_andNoOther() throws IOException {
        Set<String> inCode = new TreeSet<>();
        for (Path file : javaFiles("main")) {
            Matcher matcher = KILL_POINT.matcher(Files.readString(file));
            while (matcher.find()) {
                inCode.add(matcher.group(1));
            }
        }
        Set<String> inRows = new TreeSet<>();
        for (List<String> row : rows) {
            Matcher matcher = NAMED_POINT.matcher(row.get(1));
            while (matcher.find()) {
                inRows.add(matcher.group(1));
            }
        }
        assertEquals(inCode, inRows);
    }

    @Test
    void everyTestThatIsNamed_exists() throws IOException {
        Map<String, Set<String>> methods = testMethods();
        List<String> missing = new ArrayList<>();
        for (List<String> row : rows) {
            for (String test : row.get(CELLS - 1).split(", ", -1)) {
                String[] parts = test.split("#", -1);
                Set<String> there = methods.getOrDefault(parts[0], Set.of());
                if (parts.length != 2 || !there.contains(parts[1])) {
                    missing.add(test);
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    /** A test that does not name a point does not kill there. */
    @Test
    void everyKillPoint_standsInATestOfItsRow() throws IOException {
        Map<String, String> tests = new HashMap<>();
        for (Path file : javaFiles("test")) {
            String name = file.getFileName().toString().replace(".java", "");
            tests.merge(name, Files.readString(file), String::concat);
        }
        List<String> missing = new ArrayList<>();
        for (List<String> row : rows) {
            String classes =
                    Stream.of(row.get(CELLS - 1).split(", ", -1))
                            .map(test -> tests.getOrDefault(test.split("#", -1)[0], ""))
                            .collect(Collectors.joining());
            Matcher point = NAMED_POINT.matcher(row.get(1));
            while (point.find()) {
                String word = "(?<![\\w.])" + Pattern.quote(point.group(1)) + "(?![\\w.])";
                if (!Pattern.compile(word).matcher(classes).find()) {
                    missing.add(point.group(1) + ": " + row.get(CELLS - 1));
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    /** The names of the methods of each test class of every module, by its simple name. */
    private static Map<String, Set<String>> testMethods() throws IOException {
        Map<String, Set<String>> methods = new HashMap<>();
        for (Path file : javaFiles("test")) {
            String name = file.getFileName().toString().replace(".java", "");
            Set<String> found = methods.computeIfAbsent(name, none -> new TreeSet<>());
            Matcher matcher = TEST_METHOD.matcher(Files.readString(file));
            while (matcher.find()) {
                found.add(matcher.group(1));
            }
        }
        return methods;
    }

    private static List<Path> javaFiles(String side) throws IOException {
        List<Path> all = new ArrayList<>();
        for (String module : List.of("shm-core", "shm-sync", "shm-process")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/" + side))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
            }
        }
        return all;
    }
}
