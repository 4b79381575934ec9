package dev.shm.wait;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Another JVM that runs a main class of the tests. */
final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final Background<String> output;
    private final Background<String> errors;

    private ChildJvm(List<String> command) throws IOException {
        process = new ProcessBuilder(command).start();
        output = Background.start(() -> new String(process.getInputStream().readAllBytes(), UTF_8));
        errors = Background.start(() -> new String(process.getErrorStream().readAllBytes(), UTF_8));
    }

    /** Without any flag. */
    static ChildJvm start(Class<?> main, Object... arguments) throws IOException {
        return start(List.of(), System.getProperty("java.class.path"), main, arguments);
    }

    static ChildJvm start(List<String> flags, String classPath, Class<?> main, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main.getName()));
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        return new ChildJvm(command);
    }

    /** What it printed; fails unless it ended well and in time. */
    String join() throws Exception {
        int exit = Background.start(process::waitFor).join();
        assertEquals(0, exit, () -> failure());
        return output.join();
    }

    /** What it printed on standard error; after {@link #join}. */
    String errors() throws Exception {
        return errors.join();
    }

    private String failure() {
        try {
            return output.join() + errors.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
