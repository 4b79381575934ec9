package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A second JVM that runs a main class of the tests, without any JVM flag; talks line by line. */
final class ChildJvm implements AutoCloseable {
    private static final long WATCHDOG_SECONDS = 60;

    private final Process process;
    private final BufferedReader output;
    private final PrintStream input;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
        this.input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /** Arguments that begin with -D are system properties. */
    static ChildJvm start(Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        for (Object argument : arguments) {
            if (argument.toString().startsWith("-D")) {
                command.add(argument.toString());
            }
        }
        command.add(main.getName());
        for (Object argument : arguments) {
            if (!argument.toString().startsWith("-D")) {
                command.add(argument.toString());
            }
        }
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        return new ChildJvm(process);
    }

    /** Waits for the child to print a line. */
    String line() throws IOException {
        return output.readLine();
    }

    void expect(String line) throws IOException {
        assertEquals(line, line());
    }

    void send(String line) {
        input.println(line);
    }

    /** Waits for an orderly end. */
    void join() throws InterruptedException {
        assertTrue(process.waitFor(WATCHDOG_SECONDS, TimeUnit.SECONDS), "the child does not end");
        assertEquals(0, process.exitValue());
    }

    /** SIGKILL; returns at once. */
    void beginKill() {
        process.destroyForcibly();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when the child is gone. */
    void kill() throws InterruptedException {
        beginKill();
        assertTrue(process.waitFor(WATCHDOG_SECONDS, TimeUnit.SECONDS), "the child does not die");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
