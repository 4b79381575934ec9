package dev.shm.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A peer written in C, which needs a compiler named {@code cc} on the path. */
final class CProgram {
    private final Path program;

    private CProgram(Path program) {
        this.program = program;
    }

    /**
     * Compiles a program that lies beside this class.
     *
     * @throws IOException if there is no compiler, or it finds fault.
     */
    static CProgram compile(String name) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("shm-bench-");
        directory.toFile().deleteOnExit();
        Path source = directory.resolve(name + ".c");
        try (InputStream text = CProgram.class.getResourceAsStream(name + ".c")) {
            Files.copy(Objects.requireNonNull(text, name), source);
        }
        Path program = directory.resolve(name);
        output("cc", "-O2", "-pthread", "-o", program.toString(), source.toString());
        Files.delete(source);
        program.toFile().deleteOnExit();
        return new CProgram(program);
    }

    /** Runs the program, which prints one number. */
    double run(long millis) throws IOException, InterruptedException {
        return Double.parseDouble(output(program.toString(), Long.toString(millis)).strip());
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("command=" + String.join(" ", command) + " failed");
        }
        return text;
    }
}
