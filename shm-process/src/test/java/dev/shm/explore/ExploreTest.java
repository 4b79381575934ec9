package dev.shm.explore;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
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
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./shm explore} has all there is to explore, and shows what it finds. */
class ExploreTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
    private static final int FEW = 1;
    private static final long A_MINUTE = 60_000;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    private final Explore explore = new Explore(out);

    private int obey(Explore explore, String... arguments) {
        return ExploreCommand.run(explore, out, out, arguments);
    }

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
        assertTrue(explore.run(three, new Explore.Order(FEW, false, 1, 1, false)), this::said);
        assertEquals(three.size(), said().lines().filter(line -> line.contains("clean")).count());
    }

    /** Where the protocol stores much without a fence. */
    @Test
    void storesThatAreSeenLate_areClean() {
        String few = "" + FEW;
        assertEquals(
                0,
                obey(explore, "--delayed", "--seed", "1", "--schedules", few, "one-to-one"),
                this::said);
    }

    @Test
    void aSchedule_isReplayed() {
        assertTrue(explore.replay("3:1 5:1", "mutex/deaths"), this::said);
        assertEquals("mutex/deaths: clean\n", said());
        assertThrows(IllegalArgumentException.class, () -> explore.replay("", "mutex/nowhere"));
    }

    /** Two threads that each add one to a number, in two steps. */
    private static Scenario countingWithoutALock() {
        return world -> {
            for (int i = 0; i < 2; i++) {
                world.join()
                        .thread(
                                () -> {
                                    long seen = world.buffer().getLongVolatile(0);
                                    world.buffer().putLongVolatile(0, seen + 1);
                                });
            }
            world.atEnd(() -> assertEquals(2, world.memory().getLong(0), "lost"));
        };
    }

    @Test
    void aFault_isFound_andTheLineThatIsPrintedShowsItAgain() {
        Catalogue faulty =
                entries ->
                        entries.add(
                                "faulty",
                                "world",
                                new Explorer(ExploreTest::countingWithoutALock, Rules.PLAIN));
        Explore finding = new Explore(out, List.of(faulty), A_MINUTE);
        assertEquals(1, obey(finding, "--schedules", "100", "--seed", "1", "faulty"));
        Matcher line =
                Pattern.compile("(?m)^\\./shm explore --replay '([0-9: ]+)' (\\S+)$")
                        .matcher(said());
        assertTrue(line.find(), this::said);
        assertTrue(said().contains("FAILED"), this::said);
        printed.reset();
        assertEquals(1, obey(finding, "--replay", line.group(1), line.group(2)));
        assertTrue(said().contains("lost"), this::said);
        assertEquals(0, obey(finding, "--replay", "", line.group(2)), "without deviations");
        assertEquals("faulty/world", line.group(2));
        printed.reset();
        assertEquals(1, obey(finding, "--schedules", "100", "--delayed"));
        assertTrue(said().contains("' faulty/world-delayed"), this::said);
    }

    /** Two threads that each make one access. */
    private static Catalogue small(Runnable whenBuilt) {
        Scenario scenario =
                world -> {
                    whenBuilt.run();
                    for (int i = 0; i < 2; i++) {
                        world.join().thread(() -> world.buffer().getLongVolatile(0));
                    }
                };
        return entries -> entries.add("small", "world", new Explorer(() -> scenario, Rules.PLAIN));
    }

    @Test
    void howFarItIs_isSaidMeanwhile() {
        CountDownLatch said = new CountDownLatch(1);
        PrintStream telling =
                new PrintStream(printed, true, StandardCharsets.UTF_8) {
                    @Override
                    public void println(String line) {
                        super.println(line);
                        if (line.contains("schedules so far, now of world world")) {
                            said.countDown();
                        }
                    }
                };
        Catalogue slow = small(() -> assertDoesNotThrow(() -> said.await()));
        assertEquals(0, obey(new Explore(telling, List.of(slow), 1), "--schedules", "10"));
    }

    /** In a world of so few schedules all are tried. */
    @Test
    void howDeepItWent_isSaid() {
        Explore explore = new Explore(out, List.of(small(() -> {})), A_MINUTE);
        assertEquals(0, obey(explore, "--schedules", "1000", "--depth", "0"));
        assertTrue(said().contains("depth {world=0/3}"), this::said);
        assertEquals(0, obey(explore, "--schedules", "1", "--depth", "1"));
        assertTrue(said().contains("depth {world=1/-}"), this::said);
    }

    @ParameterizedTest
    @CsvSource({
        "--schedules -1",
        "--schedules 3000000000",
        "--schedules few",
        "--schedules",
        "--depth -1",
        "--seed x",
        "nothing",
        "--replay 1:1",
        "--replay 1 mutex/deaths",
        "--replay x:1 mutex/deaths"
    })
    void wrongArguments_areToldAndExit2(String arguments) {
        String[] words = arguments.split(" ", -1);
        assertEquals(2, obey(explore, words), this::said);
        String why = said().lines().findFirst().orElseThrow();
        assertTrue(why.contains(words[0]) || why.contains(words[1]), this::said);
        assertTrue(said().contains("Usage: shm explore"), this::said);
    }
}
