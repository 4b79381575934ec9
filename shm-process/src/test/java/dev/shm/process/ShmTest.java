package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shm tells of itself, in a process of its own. */
class ShmTest {
    @TempDir Path directory;

    private List<String> printedBy(RegionTask task) throws Exception {
        Path errors = directory.resolve("errors");
        try (SharedRegion region = SharedProcessTest.open(directory.resolve("shm.shm"))) {
            SharedProcess child =
                    Quick.process(region)
                            .name("top")
                            .redirectError(Redirect.to(errors.toFile()))
                            .start(task);
            assertEquals(0, child.join());
        }
        return Files.readAllLines(errors);
    }

    private static void startTwoBelow(SharedRegion region) throws Exception {
        Quick.process(region).name("middle").start(ShmTest::startOneBelow).join();
    }

    private static void startOneBelow(SharedRegion region) throws Exception {
        Quick.process(region).name("bottom").start(r -> {}).join();
    }

    private static List<String> kinds(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("\\[name=|,.*| \\(pid.*", " ").strip())
                .collect(Collectors.toList());
    }

    @Test
    void nothing_isPrintedByDefault() throws Exception {
        assertEquals(List.of(), printedBy(ShmTest::startTwoBelow));
    }

    @Test
    void logToStderr_isForChildrenToo() throws Exception {
        List<String> lines =
                printedBy(
                        r -> {
                            Shm.logToStderr(Level.FINE);
                            Shm.logToStderr();
                            startTwoBelow(r);
                        });
        assertEquals(
                List.of(
                        "[FINE/top] started SharedProcess middle",
                        "[FINE/middle] started SharedProcess bottom",
                        "[FINE/middle] exit code 0 of bottom",
                        "[FINE/top] exit code 0 of middle"),
                kinds(lines));
    }

    /** What children tell comes once, through their parent. */
    @Test
    void logToStderr_ofAProcessThatCollects_printsWhatChildrenSend() throws Exception {
        List<String> lines =
                printedBy(
                        r -> {
                            Shm.logToStderr(Level.FINE);
                            try (ProcessLog log = ProcessLog.collect(r, 1 << 13)) {
                                startTwoBelow(r);
                                assertTrue(log.toString().startsWith("ProcessLog[region=shm"));
                            }
                        });
        assertEquals(4, lines.size(), lines::toString);
        assertTrue(kinds(lines).contains("[FINE/middle] started SharedProcess bottom"));
        assertTrue(kinds(lines).contains("[FINE/middle] exit code 0 of bottom"));
    }

    @Test
    void logToStderr_withoutALevel_printsWhatIsImportant() throws Exception {
        List<String> lines =
                printedBy(
                        r -> {
                            Shm.logToStderr().warning("look");
                            startTwoBelow(r);
                        });
        assertEquals(List.of("[WARNING/top] look"), lines);
    }
}
