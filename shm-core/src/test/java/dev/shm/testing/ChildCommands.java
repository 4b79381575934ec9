package dev.shm.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The child's side of {@link ChildJvm}: carries out one command per line of standard input.
 *
 * <p>Each command runs in a thread of its own, one after the other, and is answered by one line:
 * what it returned, or the exception that it threw. {@code go on} is understood while a command is
 * stopped at a kill point. The JVM ends, without any clean-up, when its standard input does.
 */
public final class ChildCommands {
    private ChildCommands() {}

    /** What a child can do. */
    public interface Commands {
        /** Carries out a command. */
        String run(String... words) throws Exception;
    }

    /** Carries out commands until standard input ends. */
    public static void serve(Commands commands) throws IOException {
        ExecutorService worker = Executors.newSingleThreadExecutor();
        InputStreamReader bytes = new InputStreamReader(System.in, Charset.defaultCharset());
        try (BufferedReader in = new BufferedReader(bytes)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String command = line;
                if (command.equals("go on")) {
                    StopAtKillPoint.goOn();
                } else {
                    worker.execute(() -> System.out.println(answer(commands, command)));
                }
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static String answer(Commands commands, String line) {
        try {
            return commands.run(line.split(" "));
        } catch (Exception | Error e) {
            return e.toString();
        }
    }
}
