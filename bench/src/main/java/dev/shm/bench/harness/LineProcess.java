package dev.shm.bench.harness;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Another process, which is asked line by line and ends when its input does. What it says on its
 * standard error is kept, and the line that tells most is part of the exception when it fails.
 */
public final class LineProcess implements AutoCloseable {
    private static final int NATIVE_ACCESS_SINCE = 24;
    private static final long READY_SECONDS = 60;
    private static final long GRACE_SECONDS = 2;
    private static final long PATIENCE_SECONDS = 5;
    private static final int TOLD = 200;
    private static final int KILLED = 128 + 9; // by SIGKILL

    private final String name;
    private final Path errors = Files.createTempFile("shm-bench-", ".err");
    private final Process process;
    private final BufferedWriter toChild;
    private final BufferedReader fromChild;

    private LineProcess(String name, List<String> command) throws IOException {
        this.name = name;
        errors.toFile().deleteOnExit(); // unless it is closed before
        try {
            process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        } catch (IOException e) {
            Files.delete(errors);
            throw new IOException(command.get(0) + " cannot be run here", e);
        }
        toChild = process.outputWriter();
        fromChild = process.inputReader();
    }

    /** Any program. */
    public static LineProcess of(List<String> command) throws IOException {
        return new LineProcess(command.get(0), command);
    }

    /** A JVM like this one, with the same options of ours. */
    public static LineProcess java(Class<?> main, Object... arguments) throws IOException {
        return java(List.of(), main, arguments);
    }

    /** With flags of the JVM, which peers may need and we do not. */
    public static LineProcess java(List<String> flags, Class<?> main, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add("--enable-native-access=ALL-UNNAMED"); // or it warns
        }
        System.getProperties().stringPropertyNames().stream()
                .filter(property -> property.startsWith("shm."))
                .forEach(p -> command.add("-D" + p + "=" + System.getProperty(p)));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        LineProcess jvm = new LineProcess(main.getSimpleName(), command);
        try {
            jvm.expectReady();
        } catch (IOException e) {
            jvm.close();
            throw e;
        }
        return jvm;
    }

    /** Ends it if it does not come to that: nobody else could, as long as it is not open. */
    private void expectReady() throws IOException {
        AtomicBoolean ready = new AtomicBoolean();
        CompletableFuture.delayedExecutor(READY_SECONDS, TimeUnit.SECONDS)
                .execute(
                        () -> {
                            if (!ready.get()) {
                                kill();
                            }
                        });
        expect("ready");
        ready.set(true);
    }

    /** Kills another one when this one ends, so that nobody waits for what does not come. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    void takesAlong(LineProcess other) {
        process.onExit().thenRun(other::kill);
    }

    /** Whether it has ended with an error of its own, and was not killed. */
    boolean hasFailed() {
        return !process.isAlive() && process.exitValue() != 0 && process.exitValue() != KILLED;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Writes a line. */
    public void say(String line) throws IOException {
        try {
            toChild.write(line);
            toChild.newLine();
            toChild.flush();
        } catch (IOException e) {
            throw new IOException(ended(), e);
        }
    }

    /** Waits for a line. */
    public String hear() throws IOException {
        String line = fromChild.readLine();
        if (line == null) {
            throw new IOException(ended());
        }
        return line;
    }

    /** Waits for one line, which must be this one. */
    public void expect(String line) throws IOException {
        String heard = hear();
        if (!heard.equals(line)) {
            throw new IOException(name + ": heard=" + heard + ", expected: " + line);
        }
    }

    /** By SIGKILL where there is such a thing. */
    public void kill() {
        process.destroyForcibly();
    }

    String ended() throws IOException {
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS); // it may still be saying why
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<String> lines = Files.readAllLines(errors).stream().filter(l -> !l.isBlank()).toList();
        String why =
                lines.stream()
                        .filter(line -> line.contains("Error") || line.contains("Exception"))
                        .findFirst()
                        .orElse(lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1));
        return name + " has ended: " + why.substring(0, Math.min(why.length(), TOLD));
    }

    @Override
    public void close() throws IOException {
        try {
            toChild.close();
        } catch (IOException e) {
            process.destroyForcibly(); // it has ended, or reads no more
        }
        try {
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroy(); // it is stuck in the middle of something
            }
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(errors);
    }
}
