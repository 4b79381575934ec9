package dev.shm.explore;

import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Explorer.Known;
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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Many schedules of the worlds of every primitive. */
public final class Explore {
    /** As many deviations as there is room for. */
    public static final int DEEPEST = -1;

    private static final int CHUNK = 10_000;
    private static final int FAILED = -2;
    private static final long MILLIS_PER_LINE = 60_000;
    private static final String DELAYED = "-delayed";

    /**
     * What was asked for.
     *
     * @param schedules of each primitive
     * @param endless whether others follow by chance until something is wrong
     * @param depth how many deviations those have that are all tried, or {@link #DEEPEST}
     * @param seed of those that are tried by chance
     * @param delayed whether stores may be seen late
     */
    public record Order(int schedules, boolean endless, int depth, long seed, boolean delayed) {}

    private final Map<String, Map<String, Explorer>> worlds = new LinkedHashMap<>();
    private final PrintStream out;
    private final long millisPerLine;

    /**
     * Everything that the catalogues on the class path have.
     *
     * @param out where the lines go to
     */
    public Explore(PrintStream out) {
        this(out, ServiceLoader.load(Catalogue.class), MILLIS_PER_LINE);
    }

    /**
     * Everything that some catalogues have.
     *
     * @param out where the lines go to
     * @param catalogues that name the worlds
     * @param millisPerLine between two lines that say how far it is
     */
    Explore(PrintStream out, Iterable<Catalogue> catalogues, long millisPerLine) {
        this.out = out;
        this.millisPerLine = millisPerLine;
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
     * @return whether nothing was wrong
     */
    public boolean run(List<String> names, Order order) throws InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = // without an end none of them makes way for another
                Executors.newFixedThreadPool(order.endless ? names.size() : processors);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        AtomicBoolean clean = new AtomicBoolean(true);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (String name : names) {
                Run one = new Run(name, order, clean);
                all.add(threads.submit(() -> exploreOrStop(one, clock)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            threads.shutdown();
            clock.shutdownNow();
        }
        return clean.get();
    }

    /** Stops the others as well if it cannot be explored. */
    private void exploreOrStop(Run one, ScheduledExecutorService clock) {
        Future<?> lines =
                clock.scheduleAtFixedRate(
                        () -> out.println(one.progress()),
                        millisPerLine,
                        millisPerLine,
                        TimeUnit.MILLISECONDS);
        boolean done = false;
        try {
            one.explore();
            done = true;
        } finally {
            lines.cancel(false);
            if (!done) {
                one.clean.set(false);
            }
        }
    }

    /** One primitive. */
    private final class Run {
        private final String primitive;
        private final Order order;
        private final AtomicBoolean clean;
        private final Map<String, Explorer> its;
        private final Map<String, String> depths = new LinkedHashMap<>();
        private final long executedBefore;
        private volatile String current = "";
        private long tried; // without an end some may count twice as different ones
        private long different;

        Run(String primitive, Order order, AtomicBoolean clean) {
            this.primitive = primitive;
            this.order = order;
            this.clean = clean;
            this.its = new LinkedHashMap<>(worlds.getOrDefault(primitive, Map.of()));
            this.its.keySet().removeIf(world -> world.endsWith(DELAYED) != order.delayed);
            this.executedBefore = executed();
        }

        private long executed() {
            return its.values().stream().mapToLong(Explorer::executed).sum();
        }

        /** How far it is, in a line. */
        String progress() {
            return String.format(
                    Locale.ROOT,
                    "%-14s %9d schedules so far, now of world %s",
                    primitive,
                    executed() - executedBefore,
                    current);
        }

        void explore() {
            long start = System.nanoTime();
            int share = (order.schedules + its.size() - 1) / its.size();
            boolean found = false;
            for (String world : its.keySet()) {
                found |= finds(world, share);
            }
            long next = order.seed + share;
            for (; order.endless && !found && clean.get(); next += CHUNK) {
                for (Map.Entry<String, Explorer> world : its.entrySet()) {
                    current = world.getKey();
                    found |= isBad(world.getValue().sample(next, CHUNK));
                }
            }
            if (found) {
                clean.set(false);
            }
            out.println(
                    String.format(
                            Locale.ROOT,
                            "%-14s %9d schedules, %d different, of %d worlds: %-6s %7.1f s,"
                                    + " depth %s",
                            primitive,
                            tried,
                            different,
                            its.size(),
                            found ? "FAILED" : "clean",
                            (System.nanoTime() - start) / 1e9,
                            depths));
        }

        private boolean finds(String world, int share) {
            current = world;
            Explorer explorer = its.get(world);
            int searched = order.depth == DEEPEST ? 1 : order.depth;
            Exploration all = explorer.depthFirst(searched);
            long next = (long) all.schedules() * all.schedules() / 2; // as many, about, one deeper
            while (order.depth == DEEPEST && all.failure() == null && next <= share / 2) {
                long before = all.schedules();
                all = explorer.depthFirst(++searched);
                long growth = all.schedules() / before;
                next = growth == 1 ? Long.MAX_VALUE : all.schedules() * growth;
            }
            long triedBefore = tried;
            depths.put(world, searched + "/-");
            if (isBad(all)) {
                return true;
            }
            int inAnyTurn = searchInAnyTurn(explorer, searched, (share - all.schedules()) / 2);
            if (inAnyTurn == FAILED) {
                return true;
            }
            depths.put(world, searched + "/" + (inAnyTurn < 0 ? "-" : inAnyTurn));
            int left = (int) Math.max(0, share - (tried - triedBefore));
            return isBad(explorer.sample(order.seed, left, new Known(searched, inAnyTurn)));
        }

        /** Returns how many deviations have all schedules that were tried; -1: not even none. */
        private int searchInAnyTurn(Explorer explorer, int searched, int most) {
            int done = -1;
            int room = most;
            while (room > 0) {
                Exploration some = explorer.inAnyTurn(done + 1, room, new Known(searched, done));
                room -= some.schedules();
                if (isBad(some)) {
                    return FAILED;
                }
                if (!some.whole()) {
                    return done;
                }
                done++;
                if (some.different() == 0 && done > searched) {
                    return done; // nor are there any that deviate more
                }
            }
            return done;
        }

        /** Counts them, and says what was wrong. */
        private boolean isBad(Exploration exploration) {
            tried += exploration.schedules();
            different += exploration.different();
            return reports(primitive, current, exploration);
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
}
