package dev.shm.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The models of {@code docs/models} hold where they are small, and spin finds each of their faults;
 * skipped where there is no spin. What their heads say is searched by {@code docs/models/check},
 * which takes minutes.
 */
class ModelsTest {
    private static final Path MODELS =
            Path.of(System.getProperty("basedir", "."), "..", "docs", "models").toAbsolutePath();

    @Test
    void smallModels_hold_andTheirFaultsAreFound() throws IOException, InterruptedException {
        Path check = MODELS.resolve("check");
        Process process =
                new ProcessBuilder(check.toString(), "--quick").redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        assumeFalse(said.startsWith("skipped"), said);
        assertEquals(0, exit, said);
        assertEquals(documented(" \\*   (quick|fault) .*"), said.lines().count(), said);
        assertEquals(
                documented(" \\*   fault .*"),
                said.lines().filter(l -> l.endsWith("with the fault: 1")).count(),
                said);
    }

    /** How many lines of the models' heads say what is to be searched. */
    private static long documented(String line) throws IOException {
        long count = 0;
        try (Stream<Path> files = Files.list(MODELS)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".pml")).toList()) {
                count += Files.readAllLines(file).stream().filter(l -> l.matches(line)).count();
            }
        }
        return count;
    }
}
