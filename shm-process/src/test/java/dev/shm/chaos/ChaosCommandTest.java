package dev.shm.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./shm chaos} says, and its exit code. */
class ChaosCommandTest {
    @TempDir Path directory;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private String said() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--kills 0",
                "--kills -1",
                "--kills many",
                "--kills",
                "--minutes 0",
                "--minutes x",
                "--minutes NaN",
                "--seed 1.5",
                "--max-wait -1",
                "--what 1",
                "10"
            })
    void wrongArguments_areToldAndExit2(String arguments) {
        assertEquals(2, ChaosCommand.run(out, out, arguments.split(" ", -1)), this::said);
        String wrong = arguments.split(" ", -1)[0];
        assertTrue(said().lines().findFirst().orElseThrow().contains(wrong), this::said);
        assertTrue(said().contains("Usage: shm chaos"), this::said);
    }

    @Test
    void help_isShown() {
        assertEquals(0, ChaosCommand.run(out, out, "--help"));
        assertTrue(said().startsWith("Usage: shm chaos"), this::said);
    }

    /** Nobody can keep to a millisecond. */
    @Test
    void aFailure_exits1_withTheSeed_andKeepsTheRegion() throws Exception {
        Path json = directory.resolve("chaos.json");
        String[] arguments = {
            "--kills", "100", "--seed", "7", "--max-wait", "1", "--json", json.toString()
        };
        assertEquals(1, ChaosCommand.run(out, out, arguments), this::said);
        Matcher line = Pattern.compile("(?m)^FAILED: seed=7 region=(\\S+)$").matcher(said());
        assertTrue(line.find(), this::said);
        assertTrue(Files.readString(json).contains("\"clean\": false, \"seed\": 7"));
        Path region = Path.of(line.group(1));
        assertTrue(Files.exists(region), region::toString);
        SharedRegion.delete(RegionOptions.at(region));
    }

    /** Tasks that nobody has submitted seem to be run. */
    @Test
    void aFailureOfThePool_keepsItsRegion_andNoOther() throws InterruptedException {
        String name = "chaos-" + ProcessHandle.current().pid();
        Path ofPool = RegionOptions.named(name + "-pool").path();
        Thread spoiler = new Thread(() -> spoil(ofPool), "spoiler");
        spoiler.start();
        assertEquals(1, ChaosCommand.run(out, out, "--kills", "100", "--seed", "7"), this::said);
        spoiler.join();
        assertTrue(said().contains("AssertionError: pool: "), this::said);
        assertTrue(said().contains("FAILED: seed=7 region=" + ofPool), this::said);
        assertTrue(Files.exists(ofPool), this::said);
        assertFalse(Files.exists(RegionOptions.named(name + "-0").path()), this::said);
        SharedRegion.delete(RegionOptions.at(ofPool));
    }

    private static void spoil(Path ofPool) {
        ChildJvm.awaitThat("the region is there", () -> Files.exists(ofPool));
        try (SharedRegion region = SharedRegion.open(RegionOptions.at(ofPool))) {
            for (int number = 0; number < Runs.PLACES; number++) {
                Runs.ran(region, number);
            }
        }
    }
}
