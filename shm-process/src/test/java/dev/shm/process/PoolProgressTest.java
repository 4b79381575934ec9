package dev.shm.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bar where somebody sees it. */
class PoolProgressTest {
    private static final int NATIVE_ACCESS_SINCE = 24;
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    @TempDir Path regions;

    /** The program. */
    public static final class Main {
        private Main() {}

        /** Squares. */
        public static void main(String[] none) throws Exception {
            try (ProcessPool pool = ProcessPool.of(1)) {
                List<Integer> numbers = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
                System.out.println(pool.mapWithProgress("squares", x -> x * x, numbers));
            }
        }
    }

    @Test
    void bar_countsItems() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PoolProgress bar = new PoolProgress.Bar("squares", 10, new PrintStream(out, true, UTF_8));
        bar.add(4);
        bar.add(6);
        bar.close();
        String shown = out.toString(UTF_8);
        assertTrue(shown.contains("squares"), shown);
        assertTrue(shown.contains("10/10"), shown);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void mapWithProgress_showsABarOnATerminalOnly(boolean onTerminal, boolean withLibrary)
            throws Exception {
        assumeTrue(!onTerminal || Files.isExecutable(SCRIPT), "nobody makes a terminal");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> words = new ArrayList<>(List.of(java));
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            words.add("--enable-native-access=ALL-UNNAMED"); // or the JVM warns
        }
        words.add("'" + Main.class.getName() + "'"); // it has a dollar
        String command = String.join(" ", words);
        ProcessBuilder builder =
                onTerminal
                        ? new ProcessBuilder(SCRIPT.toString(), "-qec", command, "/dev/null")
                        : new ProcessBuilder("/bin/sh", "-c", command);
        builder.environment().put("CLASSPATH", classPath(withLibrary));
        builder.environment().put("SHM_DIR", regions.toString());
        Process process = builder.redirectErrorStream(true).start();
        String shown = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor(), shown);
        assertTrue(shown.contains("[1, 4, 9, 16, 25, 36, 49, 64, 81]"), shown);
        if (onTerminal && withLibrary) {
            assertTrue(shown.contains("squares") && shown.contains("9/9"), shown);
        } else {
            assertEquals(1, shown.lines().count(), shown);
        }
    }

    private static String classPath(boolean withLibrary) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> withLibrary || !entry.contains("progressbar"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
