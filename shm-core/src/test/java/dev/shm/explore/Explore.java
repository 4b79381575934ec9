package dev.shm.explore;

import dev.shm.explore.Explorer.Exploration;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code ./shm explore}: many schedules of the worlds of every primitive. */
public final class Explore {
    private static final int SCHEDULES = 100_000;
    private static final int CHUNK = 10_000;
    private static final int DEEPEST = -1; // that there is room for
    private static final String DELAYED = "-delayed";
    private static final String USAGE =
            """
            Usage: ./shm explore [--schedules N] [--depth D] [--seed S] [--delayed] [PRIMITIVE]...
                   ./shm explore --replay SCHEDULE PRIMITIVE/WORLD

            Tries N schedules (100000) of each primitive, or of those that are named: first every
            schedule with up to D deviations from the ordinary one in each of its worlds, then
            others by chance. Without --depth every schedule with one deviation, and with more of
            them where that takes half of the N at most. With --delayed it does so in WORLD-delayed
            instead of each WORLD: there others may see stores late. A line for each primitive says
            what came out. 0 schedules: without an end, until something is wrong. What is wrong
            comes with the line that replays it. Exit code 0: clean, 1: something was wrong,
            2: wrong arguments.
            """;

    private final Map<String, Map<String, Explorer>> worlds = new LinkedHashMap<>();
    private final PrintStream out;
    private volatile boolean delayed; // which worlds are explored

    /**
     * Everything that the catalogues on the class path have.
     *
     * @param out where the lines go to
     */
    public Explore(PrintStream out) {
        this(out, ServiceLoader.load(Catalogue.class));
    }

    /**
     * Everything that some catalogues have.
     *
     * @param out where the lines go to
     * @param catalogues that name the worlds
     */
    Explore(PrintStream out, Iterable<Catalogue> catalogues) {
        this.out = out;
        for (Catalogue catalogue : catalogues) {
            catalogue.addTo(this::add);
        }
    }

    private void add(String primitive, String world, Explorer explorer) {
        Map<String, Explorer> its =
                worlds.computeIfAbsent(primitive, none -> new LinkedHashMap<>());
        its.put(world, explorer);
        its.put(world + DELAYED, explorer.withDelayedStores());
    }

    /**
     * The names of all primitives.
     *
     * @return in the order in which they are explored
     */
    public List<String> primitives() {
        return List.copyOf(worlds.keySet());
    }

    /**
     * Explores.
     *
     * @param names of primitives
     * @param schedules of each; 0: without an end
     * @param depth how many deviations those have that are all tried; -1: as many as there is room
     *     for
     * @param seed of those that are tried by chance
     * @return whether nothing was wrong
     */
    public boolean run(List<String> names, int schedules, int depth, long seed)
            throws InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = // without an end none of them makes way for another
                Executors.newFixedThreadPool(schedules == 0 ? names.size() : processors);
        AtomicBoolean clean = new AtomicBoolean(true);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (String name : names) {
                all.add(threads.submit(() -> exploreOrStop(name, schedules, depth, seed, clean)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            threads.shutdown();
        }
        return clean.get();
    }

    /** Stops the others as well if it cannot be explored. */
    private void exploreOrStop(
            String primitive, int schedules, int depth, long seed, AtomicBoolean clean) {
        boolean done = false;
        try {
            explore(primitive, schedules, depth, seed, clean);
            done = true;
        } finally {
            if (!done) {
                clean.set(false);
            }
        }
    }

    private void explore(
            String primitive, int schedules, int depth, long seed, AtomicBoolean clean) {
        long start = System.nanoTime();
        Map<String, Explorer> its = new LinkedHashMap<>(worlds.getOrDefault(primitive, Map.of()));
        its.keySet().removeIf(world -> world.endsWith(DELAYED) != delayed);
        int share = (schedules + its.size() - 1) / its.size();
        Count tried = new Count();
        boolean found = false;
        for (Map.Entry<String, Explorer> world : its.entrySet()) {
            found |= finds(primitive, world, share, depth, seed, tried);
        }
        for (long next = seed + CHUNK; schedules == 0 && !found && clean.get(); next += CHUNK) {
            for (Map.Entry<String, Explorer> world : its.entrySet()) {
                Exploration more = world.getValue().sample(next, CHUNK);
                tried.add(more);
                found |= reports(primitive, world.getKey(), more);
            }
        }
        if (found) {
            clean.set(false);
        }
        out.println(
                String.format(
                        Locale.ROOT,
                        "%-14s %9d schedules, %d different, of %d worlds: %-6s %7.1f s",
                        primitive,
                        tried.schedules,
                        tried.different,
                        its.size(),
                        found ? "FAILED" : "clean",
                        (System.nanoTime() - start) / 1e9));
    }

    private boolean finds(
            String primitive,
            Map.Entry<String, Explorer> world,
            int share,
            int depth,
            long seed,
            Count tried) {
        int searched = depth == DEEPEST ? 1 : depth;
        Exploration all = world.getValue().depthFirst(searched);
        long next = (long) all.schedules() * all.schedules() / 2; // as many, about, one deeper
        while (depth == DEEPEST && all.failure() == null && next <= share / 2) {
            long before = all.schedules();
            all = world.getValue().depthFirst(++searched);
            long growth = all.schedules() / before;
            next = growth == 1 ? Long.MAX_VALUE : all.schedules() * growth;
        }
        tried.add(all);
        if (reports(primitive, world.getKey(), all)) {
            return true;
        }
        int left = Math.max(0, share - all.schedules());
        Exploration some = world.getValue().sample(seed, left, searched);
        tried.add(some);
        return reports(primitive, world.getKey(), some);
    }

    /** How many schedules of a primitive were tried; without an end some may count twice. */
    private static final class Count {
        private long schedules;
        private long different;

        void add(Exploration exploration) {
            schedules += exploration.schedules();
            different += exploration.different();
        }
    }

    private boolean reports(String primitive, String world, Exploration exploration) {
        Explorer.Failure failure = exploration.failure();
        if (failure == null) {
            return false;
        }
        out.println(
                String.join(System.lineSeparator(), failure.trace())
                        + System.lineSeparator()
                        + failure.cause()
                        + System.lineSeparator()
                        + "./shm explore --replay '"
                        + failure.schedule()
                        + "' "
                        + primitive
                        + "/"
                        + world);
        return true;
    }

    /**
     * Executes one schedule.
     *
     * @param schedule as a failure was reported
     * @param where primitive and world, with a slash between them
     * @return whether nothing was wrong
     * @throws IllegalArgumentException if there is no such world
     */
    public boolean replay(String schedule, String where) {
        String[] names = where.split("/", -1);
        Explorer explorer =
                names.length == 2 ? worlds.getOrDefault(names[0], Map.of()).get(names[1]) : null;
        if (explorer == null) {
            throw new IllegalArgumentException("world=" + where + ", allowed: " + allWorlds());
        }
        boolean wrong = reports(names[0], names[1], explorer.replay(schedule));
        out.println(where + ": " + (wrong ? "FAILED" : "clean"));
        return !wrong;
    }

    private List<String> allWorlds() {
        return worlds.entrySet().stream()
                .flatMap(e -> e.getValue().keySet().stream().map(w -> e.getKey() + "/" + w))
                .toList();
    }

    /** The command. */
    public static void main(String... arguments) throws InterruptedException {
        System.exit(new Explore(System.out).obey(System.err, arguments));
    }

    /**
     * What the command does.
     *
     * @param err where it is told what is wrong with the arguments
     * @param arguments as the usage has them
     * @return its exit code
     */
    int obey(PrintStream err, String... arguments) throws InterruptedException {
        try {
            return obey(arguments) ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println("shm explore: " + e.getMessage());
            err.print(USAGE);
            return 2;
        }
    }

    private boolean obey(String... arguments) throws InterruptedException {
        List<String> names = new ArrayList<>();
        int schedules = SCHEDULES;
        int depth = DEEPEST;
        long seed = System.nanoTime();
        String schedule = null;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--schedules" -> schedules = (int) number(arguments, ++i, 0);
                case "--depth" -> depth = (int) number(arguments, ++i, 0);
                case "--seed" -> seed = number(arguments, ++i, Long.MIN_VALUE);
                case "--delayed" -> delayed = true;
                case "--replay" -> schedule = value(arguments, ++i);
                case "--help", "-h" -> {
                    out.print(USAGE);
                    return true;
                }
                default -> names.add(arguments[i]);
            }
        }
        if (schedule != null) {
            return replay(schedule, names.isEmpty() ? "" : names.get(0));
        }
        for (String name : names) {
            if (!worlds.containsKey(name)) {
                throw new IllegalArgumentException(name + ", allowed: " + primitives());
            }
        }
        out.println(
                "explore: seed="
                        + seed
                        + " schedules="
                        + schedules
                        + " depth="
                        + (depth == DEEPEST ? "1 or more" : depth));
        return run(names.isEmpty() ? primitives() : names, schedules, depth, seed);
    }

    private static long number(String[] arguments, int at, long least) {
        String value = value(arguments, at);
        try {
            long number = Long.parseLong(value);
            if (number >= least && (least < 0 || number <= Integer.MAX_VALUE)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                arguments[at - 1]
                        + "="
                        + value
                        + ", allowed: a number"
                        + (least < 0 ? "" : " from " + least + " to " + Integer.MAX_VALUE));
    }

    private static String value(String[] arguments, int at) {
        if (at == arguments.length) {
            throw new IllegalArgumentException(arguments[at - 1] + " needs a value");
        }
        return arguments[at];
    }
}
