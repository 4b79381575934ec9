package dev.shm.testing;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** How the commands of {@code ./shm} that live among the tests take their arguments. */
public final class Tools {
    private Tools() {}

    /**
     * Obeys a command line.
     *
     * @param command with picocli's annotations; it throws {@link IllegalArgumentException} for
     *     what picocli does not refuse by itself
     * @param out where the help goes to
     * @param err where it is told what is wrong with the arguments
     * @return what the command returns, or 2 for wrong arguments
     */
    public static int execute(
            Callable<Integer> command, PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(command)
                .setOut(writer(out))
                .setErr(writer(err))
                .setExecutionExceptionHandler(
                        (e, line, parsed) -> {
                            if (!(e instanceof IllegalArgumentException)) {
                                throw e;
                            }
                            line.getErr().println(e.getMessage());
                            line.usage(line.getErr());
                            return ExitCode.USAGE;
                        })
                .execute(arguments);
    }

    private static PrintWriter writer(PrintStream to) {
        return new PrintWriter(to, true, Charset.defaultCharset());
    }

    /**
     * Refuses a number that is too small.
     *
     * @throws IllegalArgumentException if it is
     */
    public static void checkAtLeast(long least, String option, long value) {
        if (value < least) {
            throw new IllegalArgumentException(option + "=" + value + ": must be from " + least);
        }
    }
}
