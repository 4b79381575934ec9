package dev.shm.chaos;

import dev.shm.testing.ToolCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./shm chaos}. */
@Command(
        name = "shm chaos",
        description = {
            "Several JVMs use one object of each kind in one region; they are killed, stopped, and"
                    + " replaced at random, while others hog the processors. Everything is checked"
                    + " as it is done and audited after each round of 100 kills. It ends after M"
                    + " minutes or N kills, whichever comes first (a minute, if neither is given),"
                    + " or with the first thing that is not as it must be, and then keeps the file"
                    + " of the region where that was, and tells what was done when.",
            ""
        })
final class ChaosCommand extends ToolCommand {
    private static final int FEW_KILLS = 200;
    private static final double FEW_MINUTES = 2;

    @Option(names = "--minutes", paramLabel = "M", description = "how long")
    private @Nullable Double minutes;

    @Option(names = "--kills", paramLabel = "N", description = "how many")
    private @Nullable Integer kills;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description =
                    "decides what is tried, in which order; who is at what when it is killed is up"
                            + " to the machine, so a run with the same seed is not the same")
    private long seed = System.nanoTime();

    @Option(
            names = "--max-wait",
            paramLabel = "MILLIS",
            description = "who waits for longer fails, though killed meanwhile; default: 30000")
    private long maxWaitMillis = 30_000;

    @Option(names = "--json", paramLabel = "FILE", description = "where the figures go")
    private @Nullable Path json;

    private ChaosCommand(PrintStream out) {
        super(out);
    }

    public static void main(String... arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new ChaosCommand(out).execute(err, arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (minutes != null && !(minutes > 0)) { // NaN neither
            throw new IllegalArgumentException("--minutes=" + minutes + ": must be more than 0");
        }
        if (kills != null) {
            checkAtLeast(1, "--kills", kills);
        }
        checkAtLeast(1, "--max-wait", maxWaitMillis);
        double most = minutes != null ? minutes : kills != null ? Double.POSITIVE_INFINITY : 1;
        int goal = kills == null ? Integer.MAX_VALUE : kills;
        long nanos = (long) (most * TimeUnit.MINUTES.toNanos(1));
        boolean isLong = goal > FEW_KILLS && most > FEW_MINUTES;
        try (ClassArchive archive = isLong ? ClassArchive.create() : null) {
            Chaos.Order order = new Chaos.Order(nanos, goal, seed, maxWaitMillis);
            return report(new Chaos(order, out::println, archive));
        }
    }

    private int report(Chaos chaos) throws IOException, InterruptedException {
        out.println("chaos: seed=" + seed);
        Throwable failure = null;
        try {
            chaos.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        out.println(chaos.figures());
        if (failure == null) {
            out.println("clean: no wait of more than " + maxWaitMillis + " ms");
        } else {
            failure.printStackTrace(out);
            String region = chaos.kept() == null ? "" : " region=" + chaos.kept();
            out.println("FAILED: seed=" + seed + region);
        }
        if (json != null) {
            Files.writeString(json, chaos.figures().json(failure == null));
        }
        return failure == null ? 0 : 1;
    }
}
