package dev.shm.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs an example as a user would. */
public final class ExampleRun {
    private static final int NATIVE_ACCESS_SINCE = 24;

    private ExampleRun() {}

    /**
     * Runs a program that ends well, says nothing on its standard error, and leaves no region
     * behind.
     *
     * @param regions an empty folder, for its regions.
     * @return the lines that it prints.
     */
    public static List<String> of(Class<?> program, Path regions)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add("--enable-native-access=ALL-UNNAMED"); // or the JVM warns
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        Path errors = regions.resolveSibling(regions.getFileName() + ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("SHM_DIR", regions.toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
        int exit = process.waitFor();
        String err = Files.readString(errors);
        Files.delete(errors);
        assertEquals("", err);
        assertEquals(0, exit);
        try (Stream<Path> left = Files.list(regions)) {
            assertEquals(List.of(), left.toList());
        }
        return out.lines().toList();
    }
}
