package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher, in a checkout that is one by its looks, with a java and a Maven that only talk. */
class LauncherTest {
    private static final Path SH = Path.of("/bin/sh");

    @TempDir Path temp;

    private Path checkout;
    private Path tools;

    @BeforeEach
    void makeCheckout() throws IOException {
        assumeTrue(Files.isExecutable(SH), "no POSIX shell");
        Path root = temp.toRealPath();
        checkout = Files.createDirectories(root.resolve("a check out"));
        tools = Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("..", "shm"), checkout.resolve("shm"));
        for (String module : List.of("shm-core", "shm-examples", "bench")) {
            Files.createDirectories(checkout.resolve(module).resolve("src/main"));
            age(Files.writeString(checkout.resolve(module).resolve("pom.xml"), ""));
            age(checkout.resolve(module).resolve("src/main"));
        }
        age(Files.writeString(checkout.resolve("pom.xml"), ""));
        tool("java", java("17.0.15"));
        tool("javac", "exit 1");
        tool(
                "mvn",
                "echo \"mvn $*\"",
                "mkdir -p shm-examples/target bench/target",
                ": >shm-examples/target/shm.jar",
                ": >bench/target/benchmarks.jar");
    }

    /** The launcher builds without tests, and then there is no such jar in a fresh checkout. */
    @ParameterizedTest
    @ValueSource(strings = {"shm-core", "shm-sync", "shm-examples", "bench"})
    void noModule_needsTheTestsOfAnotherToBeBuilt(String module) throws IOException {
        String pom = Files.readString(Path.of("..", module, "pom.xml"));
        int profiles = pom.indexOf("<profiles>");
        int testJar = pom.indexOf("<type>test-jar</type>");
        assertTrue(testJar < 0 || profiles >= 0 && testJar > profiles, pom);
    }

    @Test
    void help_showsCommands() throws Exception {
        Run run = shm("help");
        assertEquals(0, run.exit());
        assertTrue(run.out().startsWith("Usage: ./shm COMMAND"), run.out());
        assertEquals("", run.err());
    }

    @Test
    void noCommand_showsUsageAndExits2() throws Exception {
        assertEquals(new Run(2, "", shm("help").out()), shm());
    }

    @Test
    void unknownCommand_isToldAndExits2() throws Exception {
        String told = "shm: no such command: what; ./shm help shows what there is\n";
        assertEquals(new Run(2, "", told), shm("what"));
    }

    @Test
    void demo_buildsThenRuns() throws Exception {
        Run run = shm("demo", "a b", "--kill", "0");
        assertEquals(
                List.of(
                        "building shm-examples; the first time takes a minute or more",
                        "mvn -q -pl shm-examples -am -Dmaven.test.skip -Dmaven.source.skip"
                                + " -Denforcer.skip package",
                        "<-Dshm.home=" + checkout + ">",
                        "<-Dshm.terminal=false>",
                        "<-cp>",
                        "<" + checkout.resolve("shm-examples/target/shm.jar") + ">",
                        "<dev.shm.examples.FileCount>",
                        "<a b>",
                        "<--kill>",
                        "<0>"),
                run.out().lines().toList());
        assertEquals("", run.err());
        assertEquals(7, run.exit(), "what java exits with");
    }

    @Test
    void bench_buildsItsModule_thenRuns_andDoesNotBuildAgain() throws Exception {
        Run run = shm("bench", "--quick");
        assertTrue(run.out().contains("mvn -q -pl bench -am "), run.out());
        String jar = checkout.resolve("bench/target/benchmarks.jar").toString();
        assertTrue(
                run.out().endsWith("<" + jar + ">\n<dev.shm.bench.Bench>\n<--quick>\n"), run.out());
        assertFalse(shm("bench").out().contains("mvn"));
    }

    @ParameterizedTest
    @CsvSource({
        "chaos, dev.shm.chaos.ChaosCommand",
        "fuzz, dev.shm.fuzz.FuzzCommand",
        "explore, dev.shm.explore.ExploreCommand"
    })
    void programsAmongTheTests_areBuiltWithThem_andDoNotBuildAgain(String command, String program)
            throws Exception {
        Path tests = Files.createDirectories(checkout.resolve("shm-core/src/test"));
        age(tests);
        tool(
                "mvn",
                "echo \"mvn $*\"",
                "mkdir -p shm-examples/target shm-core/target/test-classes",
                ": >shm-examples/target/shm.jar");
        Run run = shm(command, "--seed", "-1", "a b");
        assertTrue(run.out().contains("mvn -q -pl shm-examples -am -DskipTests "), run.out());
        String path = checkout.resolve("shm-examples/target/shm.jar").toString();
        for (String module : List.of("shm-core", "shm-sync", "shm-process")) {
            path += ":" + checkout.resolve(module).resolve("target/test-classes");
        }
        String end = "<" + path + ">\n<" + program + ">\n<--seed>\n<-1>\n<a b>\n";
        assertTrue(run.out().endsWith(end), run.out());
        assertEquals(7, run.exit(), "what java exits with");
        assertFalse(shm(command).out().contains("mvn"));
        Files.writeString(tests.resolve("New.java"), "");
        Files.setLastModifiedTime(
                tests.resolve("New.java"), FileTime.from(Instant.now().plusSeconds(60)));
        assertTrue(shm(command).out().contains("mvn"), "a test is newer");
    }

    @Test
    void demo_built_doesNotBuildAgain() throws Exception {
        shm("demo");
        assertFalse(shm("demo").out().contains("mvn"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pom.xml",
                "shm-core/pom.xml",
                "shm-core/src/main",
                "shm-core/src/main/New.java",
                "shm-examples/src/main/New.java"
            })
    void demo_sourceIsNewer_buildsAgain(String source) throws Exception {
        shm("demo");
        Path file = checkout.resolve(source);
        if (!Files.exists(file)) {
            Files.writeString(file, "");
        }
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
        assertTrue(shm("demo").out().contains("mvn"));
    }

    @Test
    void demo_jarIsGone_buildsAgain() throws Exception {
        shm("demo");
        Files.delete(checkout.resolve("shm-examples/target/shm.jar"));
        assertTrue(shm("demo").out().contains("mvn"));
    }

    @Test
    void demo_buildFails_isToldAndTriedAgain() throws Exception {
        tool(
                "mvn",
                "echo broken",
                "mkdir -p shm-examples/target",
                ": >shm-examples/target/shm.jar",
                "exit 1");
        for (int i = 0; i < 2; i++) {
            Run run = shm("demo");
            assertEquals(2, run.exit());
            assertTrue(run.out().endsWith("broken\n"), run.out());
            assertEquals("shm: the build failed\n", run.err());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.15,false",
        "21,false",
        "23.0.1,false",
        "24,true",
        "25-ea,true",
        "25.0.1,true"
    })
    void demo_nativeAccess_isEnabledWhereTheJvmWarns(String version, boolean isEnabled)
            throws Exception {
        tool("java", java(version));
        Run run = shm("demo");
        assertEquals(7, run.exit());
        assertEquals(isEnabled, run.out().contains("<--enable-native-access=ALL-UNNAMED>\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_292", "11.0.2", "16", "what"})
    void java_tooOld_isToldAndExits2(String version) throws Exception {
        tool("java", java(version));
        Run run = shm("demo");
        assertEquals(2, run.exit());
        assertTrue(run.err().endsWith(": 17 or later is needed\n"), run.err());
        assertEquals("", run.out());
    }

    @Test
    void java_missing_isToldAndExits2() throws Exception {
        Files.delete(tools.resolve("java"));
        tool("dirname", "echo ."); // all that it asks for before java
        ProcessBuilder launcher = launcher(checkout.resolve("shm"), "demo");
        launcher.environment().put("PATH", tools.toString());
        launcher.directory(checkout.toFile());
        assertEquals(
                new Run(2, "", "shm: no java: set JAVA_HOME to a JDK, 17 or later\n"),
                Run.of(launcher));
    }

    @Test
    void javaHome_isPreferred() throws Exception {
        Path home = Files.createDirectory(temp.resolve("jdk home"));
        Files.move(tools, home.resolve("bin"));
        tools = Files.createDirectory(tools);
        tool("java", java("11"));
        Files.move(home.resolve("bin/mvn"), tools.resolve("mvn"));
        ProcessBuilder launcher = launcher(checkout.resolve("shm"), "demo");
        launcher.environment().put("JAVA_HOME", home.toString());
        assertEquals(7, Run.of(launcher).exit());
    }

    @Test
    void javaHome_withoutJava_isToldAndExits2() throws Exception {
        ProcessBuilder launcher = launcher(checkout.resolve("shm"), "demo");
        launcher.environment().put("JAVA_HOME", "/nowhere");
        assertEquals(new Run(2, "", "shm: JAVA_HOME=/nowhere has no bin/java\n"), Run.of(launcher));
    }

    @Test
    void symbolicLink_findsTheCheckout() throws Exception {
        Path link = temp.resolve("link");
        Files.createSymbolicLink(link, Path.of("a check out", "shm"));
        ProcessBuilder launcher = launcher(link, "demo");
        launcher.directory(tools.toFile());
        assertTrue(Run.of(launcher).out().contains("<-Dshm.home=" + checkout + ">"));
    }

    private Run shm(String... words) throws IOException, InterruptedException {
        return Run.of(launcher(checkout.resolve("shm"), words));
    }

    private ProcessBuilder launcher(Path script, String... words) {
        List<String> command = new ArrayList<>(List.of(SH.toString(), script.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("JAVA_HOME");
        builder.environment().merge("PATH", tools + ":", (path, ours) -> ours + path);
        return builder;
    }

    private static String[] java(String version) {
        return new String[] {
            "if [ \"$1\" = -version ]; then",
            "    echo 'openjdk version \"" + version + "\" 2025-04-15' >&2",
            "    echo 'OpenJDK Runtime Environment (build 1)' >&2",
            "    exit 0",
            "fi",
            "for word; do echo \"<$word>\"; done",
            "exit 7"
        };
    }

    private void tool(String name, String... lines) throws IOException {
        Path file = tools.resolve(name);
        Files.write(file, Stream.concat(Stream.of("#!/bin/sh"), Stream.of(lines)).toList());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Older than a build that begins now. */
    private static void age(Path path) throws IOException {
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
    }
}
