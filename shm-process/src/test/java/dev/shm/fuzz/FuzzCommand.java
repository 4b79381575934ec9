package dev.shm.fuzz;

import dev.shm.region.RegionOptions;
import dev.shm.testing.ToolCommand;
import java.io.PrintStream;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./shm fuzz}. */
@Command(
        name = "shm fuzz",
        description = {
            "Damages the file of a region with an object of each kind: words of its header, its"
                    + " tables and its objects, its length, the file beside it. Each time it is"
                    + " listed, opened and inspected, each object is opened, and some are used,"
                    + " first of all those that were damaged: a result or an exception is right,"
                    + " anything else is not. A file that is refused must be as it was. A crash"
                    + " leaves the file that the first line names, in which the case of each thread"
                    + " is.",
            ""
        })
final class FuzzCommand extends ToolCommand {
    private static final int PATIENCE_SECONDS = 30;
    private static final int MAX_THREADS = 100;

    @Option(names = "--cases", paramLabel = "N", description = "how many; default: 10000")
    private long cases = 10_000;

    @Option(
            names = "--first",
            paramLabel = "F",
            description = "goes on where another run of the same seed was ended")
    private long first;

    @Option(names = "--seed", paramLabel = "S", description = "decides the damage of each case")
    private long seed = System.nanoTime();

    @Option(names = "--threads", paramLabel = "T", description = "default: one for each core")
    private int threads = Runtime.getRuntime().availableProcessors();

    private FuzzCommand(PrintStream out) {
        super(out);
    }

    public static void main(String... arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new FuzzCommand(out).execute(err, arguments);
    }

    @Override
    public Integer call() {
        checkAtLeast(1, "--cases", cases);
        checkAtLeast(0, "--first", first);
        checkAtLeast(1, "--threads", threads);
        Fuzz.Order order = new Fuzz.Order(cases, first, seed, Math.min(MAX_THREADS, threads));
        Path parent = RegionOptions.named("fuzz").path().resolveSibling("");
        return new Fuzz(order, parent, Kinds.all(), PATIENCE_SECONDS).report(out) ? 0 : 1;
    }
}
