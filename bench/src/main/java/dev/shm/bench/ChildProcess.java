package dev.shm.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another JVM, started like this one, with the same options of ours, that is asked line by line and
 * ends when its input does.
 */
final class ChildProcess implements AutoCloseable {
    private final Process process;
    private final BufferedWriter toChild;
    private final BufferedReader fromChild;

    ChildProcess(Class<?> main, String... arguments) throws IOException {
        this(List.of(), main, arguments);
    }

    /** With flags of the JVM, which peers may need and we do not. */
    ChildProcess(List<String> flags, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("shm."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        toChild = process.outputWriter();
        fromChild = process.inputReader();
    }

    void say(String line) throws IOException {
        toChild.write(line);
        toChild.newLine();
        toChild.flush();
    }

    String hear() throws IOException {
        String line = fromChild.readLine();
        if (line == null) {
            throw new IOException("pid=" + process.pid() + " has ended");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        toChild.close();
        process.destroy(); // also if it is stuck in the middle of something
        process.onExit().join();
    }
}
