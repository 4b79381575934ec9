package dev.shm.bench.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A peer written in C, which needs a compiler named {@code cc} on the path. */
public final class CProgram implements Side {
    private final List<String> command;
    private volatile @Nullable Process running;

    private CProgram(List<String> command) {
        this.command = command;
    }

    /**
     * Compiles a program that lies in this package.
     *
     * @param name without {@code .c}. The program is told how many milliseconds to go on, and
     *     prints one number.
     */
    public static Side.Opener named(String name) {
        return (settings, folder) -> compile(name, settings, folder);
    }

    private static CProgram compile(String name, Settings settings, Path folder)
            throws IOException, InterruptedException {
        Path source = folder.resolve(name + ".c");
        try (InputStream text = CProgram.class.getResourceAsStream(name + ".c")) {
            Files.copy(
                    Objects.requireNonNull(text, name),
                    source,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Path program = folder.resolve(name);
        output(start("cc", "-O2", "-pthread", "-o", program.toString(), source.toString()), "cc");
        return new CProgram(List.of(program.toString(), Integer.toString(settings.millis())));
    }

    @Override
    public double round() throws IOException, InterruptedException {
        Process round = start(command.toArray(String[]::new));
        running = round;
        return Double.parseDouble(output(round, command.get(0)).strip());
    }

    @Override
    public boolean warmsUp() {
        return false;
    }

    /** Each round is a process of its own; the last one may be stuck. */
    @Override
    public void close() {
        Process last = running;
        if (last != null) {
            last.destroyForcibly();
        }
    }

    private static Process start(String... command) throws IOException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(command[0] + " cannot be run here", e);
        }
    }

    private static String output(Process process, String name)
            throws IOException, InterruptedException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(name + " failed: " + text.strip());
        }
        return text;
    }
}
