package dev.shm.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code ./shm explore} has all there is to explore, and shows what it finds. */
class ExploreTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
    private static final int FEW = 1;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Explore explore =
            new Explore(new PrintStream(printed, true, StandardCharsets.UTF_8));

    private String said() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    /** A scenario that is in no catalogue would be explored by its own test only. */
    @Test
    void everyScenario_isInACatalogue() throws IOException {
        TreeSet<String> scenarios = new TreeSet<>();
        StringBuilder catalogues = new StringBuilder();
        for (String module : List.of("shm-core", "shm-sync", "shm-process")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test"))) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    if (name.endsWith("Scenario.java") && !name.equals("Scenario.java")) {
                        scenarios.add("new " + name.replace(".java", "("));
                    } else if (name.endsWith("Catalogue.java")) {
                        catalogues.append(Files.readString(file));
                    }
                }
            }
        }
        assertFalse(scenarios.isEmpty());
        scenarios.removeIf(scenario -> catalogues.indexOf(scenario) >= 0);
        assertEquals(new TreeSet<>(), scenarios);
    }

    @Test
    void aFewSchedules_areClean_andALineEach() throws InterruptedException {
        List<String> three = List.of("mutex", "pipe", "list");
        assertTrue(explore.primitives().containsAll(three), explore.primitives()::toString);
        assertTrue(explore.run(three, FEW, 1), this::said);
        assertEquals(three.size(), said().lines().filter(line -> line.contains("clean")).count());
    }

    @Test
    void aSchedule_isReplayed() {
        assertTrue(explore.replay("3:1 5:1", "mutex/deaths"), this::said);
        assertEquals("mutex/deaths: clean\n", said());
        assertThrows(IllegalArgumentException.class, () -> explore.replay("", "mutex/nowhere"));
    }
}
