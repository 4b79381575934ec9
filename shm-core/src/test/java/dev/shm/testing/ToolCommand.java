package dev.shm.testing;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/**
 * A command of {@code ./shm} that lives among the tests. Its {@code call} throws {@link
 * IllegalArgumentException} for arguments that picocli does not refuse by itself.
 */
@Command(
        sortOptions = false,
        usageHelpAutoWidth = true,
        footer = {"", "Exit codes: 0 when clean; 1 when not; 2 for wrong arguments."})
public abstract class ToolCommand implements Callable<Integer> {

    @SuppressWarnings("UnusedVariable") // by us: picocli knows what it means
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this")
    private boolean help;

    /** Where it says what it does. */
    protected final PrintStream out;

    /**
     * A command.
     *
     * @param out where it says what it does
     */
    protected ToolCommand(PrintStream out) {
        this.out = out;
    }

    /**
     * Obeys a command line.
     *
     * @param err where it is told what is wrong with the arguments
     * @return the exit code
     */
    public final int execute(PrintStream err, String... arguments) {
        return new CommandLine(this)
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
    protected static void checkAtLeast(long least, String option, long value) {
        if (value < least) {
            throw new IllegalArgumentException(option + "=" + value + ": must be from " + least);
        }
    }
}
