package dev.shm.explore;

import dev.shm.testing.ToolCommand;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./shm explore}. */
@Command(
        name = "shm explore",
        description = {
            "Tries N schedules of each primitive, or of those that are named: first every schedule"
                    + " with up to D deviations from the ordinary one in each of its worlds, then"
                    + " others by chance. In half of what is left of the N, it tries in between"
                    + " every schedule with none, one, two... deviations, as far as there is room,"
                    + " in which it does not count who goes on when a thread sleeps or has ended. A"
                    + " line for each primitive says what came out, and how many deviations were"
                    + " tried in full in each world, of the first kind and of the second; until"
                    + " then, one each minute says how far it is. What is wrong comes with the line"
                    + " that replays it.",
            ""
        })
public final class ExploreCommand extends ToolCommand {
    private static final int DEFAULT_SCHEDULES = 100_000;

    @Parameters(paramLabel = "PRIMITIVE", description = "default: all; to replay: PRIMITIVE/WORLD")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--schedules",
            paramLabel = "N",
            description =
                    "default: 100000; 0: as many, and then others by chance without an end, until"
                            + " something is wrong")
    private int schedules = DEFAULT_SCHEDULES;

    @Option(
            names = "--depth",
            paramLabel = "D",
            description = "default: 1, and more where that takes half of the N at most")
    private @Nullable Integer depth;

    @Option(names = "--seed", paramLabel = "S", description = "of those by chance")
    private long seed = System.nanoTime();

    @Option(
            names = "--delayed",
            description = "WORLD-delayed instead of each WORLD: there others may see stores late")
    private boolean delayed;

    @Option(
            names = "--replay",
            paramLabel = "SCHEDULE",
            description = "executes one schedule, as a failure was reported")
    private @Nullable String replay;

    private final Explore explore;

    private ExploreCommand(Explore explore, PrintStream out) {
        super(out);
        this.explore = explore;
    }

    /** The command. */
    public static void main(String... arguments) {
        System.exit(run(new Explore(System.out), System.out, System.err, arguments));
    }

    static int run(Explore explore, PrintStream out, PrintStream err, String... arguments) {
        return new ExploreCommand(explore, out).execute(err, arguments);
    }

    @Override
    public Integer call() throws InterruptedException {
        return isClean() ? 0 : 1;
    }

    private boolean isClean() throws InterruptedException {
        if (replay != null) {
            if (names.size() != 1) {
                throw new IllegalArgumentException("--replay: needs one PRIMITIVE/WORLD");
            }
            return explore.replay(replay, names.get(0));
        }
        for (String name : names) {
            if (!explore.primitives().contains(name)) {
                throw new IllegalArgumentException(name + ", allowed: " + explore.primitives());
            }
        }
        checkAtLeast(0, "--schedules", schedules);
        if (depth != null) {
            checkAtLeast(0, "--depth", depth);
        }
        out.println(
                "explore: seed="
                        + seed
                        + " schedules="
                        + schedules
                        + " depth="
                        + (depth == null ? "1 or more" : depth));
        Explore.Order order =
                new Explore.Order(
                        schedules == 0 ? DEFAULT_SCHEDULES : schedules,
                        schedules == 0,
                        depth == null ? Explore.DEEPEST : depth,
                        seed,
                        delayed);
        return explore.run(names.isEmpty() ? explore.primitives() : names, order);
    }
}
