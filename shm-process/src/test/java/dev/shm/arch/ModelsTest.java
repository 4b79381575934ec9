package dev.shm.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The models of {@code docs/models} hold, and spin finds the fault of each; skipped where there is
 * no spin. All their states are searched by {@code docs/models/check}, which takes minutes.
 */
class ModelsTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

    @Test
    void smallModels_hold_andTheirFaultsAreFound() throws IOException, InterruptedException {
        Path check = ROOT.resolve("docs").resolve("models").resolve("check").toAbsolutePath();
        Process process =
                new ProcessBuilder(
                                check.toString(),
                                "--quick",
                                "mutex.pml",
                                "participants.pml",
                                "directory.pml")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        assumeFalse(said.startsWith("skipped"), said);
        assertEquals(0, exit, said);
        assertEquals(3, said.lines().filter(l -> l.endsWith("with the fault: 1")).count(), said);
    }
}
