package dev.shm.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.arch.KillTests.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/crash-safety.md} has every kill point of every module and no other, names tests that
 * exist and stop there, and says where a name stands at several places and what is not tried.
 */
class CrashSafetyDocTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
    private static final Pattern KILL_POINT = Pattern.compile("KillPoint\\.at\\(\\s*\"([^\"]+)\"");
    private static final Pattern NAMED_POINT = Pattern.compile("`([a-z]+(?:\\.[a-z]+)+)`");

    /** What a row may say that has no point; the page says what each of them means. */
    private static final Pattern NO_POINT =
            Pattern.compile("(?:anywhere|idle|in its user's code)\\b.*");

    private static List<List<String>> rows;
    private static KillTests tests;

    @BeforeAll
    static void read() throws IOException {
        rows = table("crash-safety", 4);
        tests = new KillTests(javaFiles("test"));
    }

    /** The rows of a table of the page, none of whose cells is empty. */
    private static List<List<String>> table(String mark, int cells) throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("docs").resolve("crash-safety.md"));
        int at = lines.indexOf("<!-- " + mark + " -->");
        assertTrue(at >= 0, mark);
        List<List<String>> table =
                lines.subList(at + 3, lines.size()).stream()
                        .takeWhile(line -> line.startsWith("|"))
                        .map(line -> line.substring(1, line.lastIndexOf('|')))
                        .map(line -> Stream.of(line.split("\\|", -1)).map(String::trim).toList())
                        .toList();
        assertFalse(table.isEmpty());
        for (List<String> row : table) {
            assertEquals(cells, row.size(), row::toString);
            assertFalse(row.contains(""), row::toString);
        }
        return table;
    }

    private static List<String> points(String cell) {
        return found(NAMED_POINT, cell);
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
    }

    private static List<String> tests(List<String> row) {
        return List.of(row.get(3).split(", ", -1));
    }

    /** How many places have a name. */
    private static Map<String, Long> places() throws IOException {
        List<String> all = new ArrayList<>();
        for (Path file : javaFiles("main")) {
            all.addAll(found(KILL_POINT, Files.readString(file)));
        }
        return all.stream()
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }

    @Test
    void everyKillPoint_isInARow_andNoOther() throws IOException {
        Set<String> inRows = new TreeSet<>();
        rows.forEach(row -> inRows.addAll(points(row.get(1))));
        assertEquals(places().keySet(), inRows);
    }

    @Test
    void everyRow_hasAPoint_orSaysWhyThereIsNone() {
        for (List<String> row : rows) {
            String where = row.get(1);
            boolean says = NO_POINT.matcher(where).matches();
            assertTrue(says || !points(where).isEmpty(), row::toString);
        }
    }

    /** One name for two steps would hide that only one of them is tried. */
    @Test
    void everyName_standsAtOnePlace_orHasItsReason() throws IOException {
        Map<String, Long> listed = new TreeMap<>();
        for (List<String> row : table("same-name", 3)) {
            listed.put(points(row.get(0)).get(0), Long.valueOf(row.get(1)));
        }
        Map<String, Long> several = places();
        several.values().removeIf(count -> count == 1);
        assertEquals(several, listed);
    }

    @Test
    void everyTestThatIsNamed_exists() {
        List<String> named = rows.stream().flatMap(row -> tests(row).stream()).toList();
        assertEquals(List.of(), named.stream().filter(test -> !tests.has(test)).toList());
    }

    /** A test that does not name a point does not kill there. */
    @Test
    void everyKillPoint_isNamedByATestOfItsRow() {
        List<String> missing = new ArrayList<>();
        for (List<String> row : rows) {
            for (String point : points(row.get(1))) {
                if (tests(row).stream().noneMatch(test -> tests.stopsAt(test, point))) {
                    missing.add(point + ": " + row.get(3));
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    /** At every point with others that are idle, blocked and racing, and without a death. */
    @Test
    void everyWay_isTried_orSaysWhyNot() throws IOException {
        Map<String, Set<Way>> untried = new TreeMap<>();
        for (List<String> row : rows) {
            for (String point : points(row.get(1))) {
                Set<Way> left =
                        untried.computeIfAbsent(
                                row.get(0) + " " + point, none -> EnumSet.allOf(Way.class));
                for (String test : tests(row)) {
                    left.removeAll(tests.ways(test.split("#", -1)[0], point));
                }
            }
        }
        untried.values().removeIf(Set::isEmpty);
        Map<String, Set<Way>> listed = new TreeMap<>();
        for (List<String> row : table("not-tried", 4)) {
            Set<Way> ways = EnumSet.noneOf(Way.class);
            for (String way : row.get(2).split(", ", -1)) {
                ways.add(Way.valueOf(way.toUpperCase(Locale.ROOT)));
            }
            for (String point : points(row.get(1))) {
                listed.put(row.get(0) + " " + point, ways);
            }
        }
        assertEquals(lines(untried), lines(listed));
    }

    private static String lines(Map<String, Set<Way>> ways) {
        return ways.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
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
