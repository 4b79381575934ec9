package dev.shm.examples;

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

/** What a program said, and the code that it ended with. */
record Run(int exit, String out, String err) {

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
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin/java");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Stream.of(args).map(String::valueOf).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SHM_DIR", regions.toString());
        return builder;
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
