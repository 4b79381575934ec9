package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a program said, and the code that it ended with.
 *
 * @param exit the code.
 * @param out what it printed.
 * @param err what it printed on its standard error.
 */
public record Run(int exit, String out, String err) {
    private static final int NATIVE_ACCESS_SINCE = 24;

    /** Runs {@link FileCount}: it is this JVM, its workers are JVMs of their own. */
    static Run demo(Path home, boolean isTerminal, Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = Stream.of(args).map(String::valueOf).toArray(String[]::new);
        int exit =
                FileCount.run(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        home,
                        isTerminal,
                        words);
        return new Run(exit, out.toString(), err.toString());
    }

    /** Starts a JVM like this one, without flags, whose regions are in the given directory. */
    static ProcessBuilder jvm(Path regions, Class<?> main, Object... args) {
        return jvm(List.of(), regions, main, args);
    }

    /** The same as the launcher does it: silent about native code on a JVM that else warns. */
    static ProcessBuilder launched(Path regions, Class<?> main, Object... args) {
        boolean warns = Runtime.version().feature() >= NATIVE_ACCESS_SINCE;
        List<String> flags = warns ? List.of("--enable-native-access=ALL-UNNAMED") : List.of();
        return jvm(flags, regions, main, args);
    }

    private static ProcessBuilder jvm(
            List<String> flags, Path regions, Class<?> main, Object... args) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin/java");
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Stream.of(args).map(String::valueOf).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SHM_DIR", regions.toString());
        return builder;
    }

    /**
     * Runs an example that ends well, says nothing on its standard error, and leaves no region
     * behind.
     *
     * @param regions an empty folder, for its regions.
     * @return the lines that it prints.
     */
    public static List<String> example(Class<?> program, Path regions)
            throws IOException, InterruptedException {
        Run run = of(launched(regions, program));
        assertEquals("", run.err);
        assertEquals(0, run.exit);
        assertEquals(List.of(), namesIn(regions));
        return run.out.lines().toList();
    }

    /** Waits for a program that says little. */
    static Run of(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
        String err = new String(process.getErrorStream().readAllBytes(), Charset.defaultCharset());
        return new Run(process.waitFor(), out, err);
    }

    String lastLine() {
        return out.lines().reduce("", (before, line) -> line);
    }

    static List<String> namesIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
