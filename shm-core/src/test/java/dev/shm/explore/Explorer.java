package dev.shm.explore;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Explores the schedules of a scenario.
 *
 * <pre>{@code
 * new Explorer(MutexScenario::new, Rules.PLAIN.withDeaths(2)).depthFirst(2).assertClean();
 * new Explorer(MutexScenario::new, Rules.PLAIN.withDeaths(2)).replay("17:4 40:1").assertClean();
 * }</pre>
 */
public final class Explorer {
    private static final int TRACE_SHOWN = 200;
    private static final long WATCHDOG = TimeUnit.MINUTES.toNanos(1);

    private final Supplier<Scenario> scenarios;
    private final Rules rules;
    private final long watchdogNanos;
    private final AtomicLong executed = new AtomicLong();

    /**
     * An explorer of one scenario.
     *
     * @param scenarios makes a new one for every execution
     * @param rules what may happen
     */
    public Explorer(Supplier<Scenario> scenarios, Rules rules) {
        this(scenarios, rules, WATCHDOG);
    }

    private Explorer(Supplier<Scenario> scenarios, Rules rules, long watchdogNanos) {
        this.scenarios = scenarios;
        this.rules = rules;
        this.watchdogNanos = watchdogNanos;
    }

    /** The same, with another time after which a thread that makes no access is stuck. */
    Explorer withWatchdog(long time, TimeUnit unit) {
        return new Explorer(scenarios, rules, unit.toNanos(time));
    }

    /**
     * An explorer of the same scenario, in which others may see stores late.
     *
     * @return another explorer
     */
    public Explorer withDelayedStores() {
        return new Explorer(scenarios, rules.withDelayedStores(), watchdogNanos);
    }

    /**
     * Tries every schedule that deviates at most so many times from the ordinary one. A deviation
     * is a preemption, another thread than the next one in turn, a death, an interrupt, a
     * certificate, a deadline that expires, a store that is kept back or let go.
     *
     * @param deviations how many
     * @return after all schedules, or the first failure
     */
    public Exploration depthFirst(int deviations) {
        Choices.DepthFirst choices = new Choices.DepthFirst(deviations, false);
        return explore(threads -> search(choices, Integer.MAX_VALUE, Known.NOTHING, threads));
    }

    /**
     * Tries every schedule with so many deviations where who goes on when a thread sleeps or has
     * ended does not count as one: of threads that are not killed, those with so many preemptions.
     *
     * @param deviations how many
     * @param most how many schedules
     * @param known those that do not count as different ones
     * @return after all schedules, or the most of them, or the first failure
     */
    Exploration inAnyTurn(int deviations, int most, Known known) {
        Choices.DepthFirst choices = new Choices.DepthFirst(deviations, true);
        return explore(threads -> search(choices, most, known, threads));
    }

    private Exploration search(
            Choices.DepthFirst choices, int most, Known known, ExecutorService threads) {
        int different = 0;
        boolean isMore = true;
        int schedules = 0;
        while (isMore && schedules < most) {
            schedules++;
            boolean fails = fails(choices, threads);
            different += known.has(choices) ? 0 : 1;
            if (fails) {
                return new Exploration(schedules, different, false, explain(choices, threads));
            }
            isMore = choices.next();
        }
        return new Exploration(schedules, different, !isMore, null);
    }

    /**
     * How many schedules a test tries by chance: {@code -Dshm.test.explored}, if that is given.
     *
     * @param ordinarily how many otherwise
     * @return how many
     */
    public static int samples(int ordinarily) {
        return Integer.getInteger("shm.test.explored", ordinarily);
    }

    /**
     * Tries schedules by chance.
     *
     * @param seed of the first; the others have the seeds that follow
     * @param most how many schedules
     * @return after all schedules, or the first failure
     */
    public Exploration sample(long seed, int most) {
        return sample(seed, most, Known.NOTHING);
    }

    /** The same after a search, whose schedules do not count as different ones. */
    Exploration sample(long seed, int most, Known known) {
        Set<Long> different = new HashSet<>();
        return explore(
                threads -> {
                    int length = most == 0 ? 0 : ordinaryLength(threads);
                    for (int i = 0; i < most; i++) {
                        Choices choices = new Choices.Sampling(seed + i, length, rules.deaths());
                        boolean fails = fails(choices, threads);
                        if (!known.has(choices)) {
                            different.add(choices.fingerprint());
                        }
                        if (fails) {
                            return new Exploration(
                                    i + 1, different.size(), false, explain(choices, threads));
                        }
                    }
                    return new Exploration(most, different.size(), false, null);
                });
    }

    /** How many choices there are where all of them are 0; what is wrong there is found later. */
    private int ordinaryLength(ExecutorService threads) {
        Choices ordinary = new Choices.Replay("");
        if (rules.deaths() > 0) { // or nobody asks
            fails(ordinary, threads);
        }
        return ordinary.length();
    }

    /** How many schedules it has executed so far. */
    long executed() {
        return executed.get();
    }

    /**
     * Executes one schedule.
     *
     * @param schedule as a failure reports it
     * @return its outcome
     * @throws IllegalArgumentException if it is clean, and not all of the schedule can happen: it
     *     is of another world, or of other code
     */
    public Exploration replay(String schedule) {
        Choices.Replay choices = new Choices.Replay(schedule);
        Failure failure =
                explore(threads -> new Exploration(1, 1, false, execute(choices, threads)))
                        .failure();
        if (failure == null && !choices.fits()) {
            throw new IllegalArgumentException(
                    "schedule=" + schedule + ": the schedule does not fit, nothing was replayed");
        }
        return new Exploration(1, 1, false, failure);
    }

    /**
     * Tries schedules by chance, of which one must fail, and again in the same way when it is
     * replayed from its line.
     *
     * @param seed of the first; the others have the seeds that follow
     * @param most how many schedules
     */
    public void assertFinds(long seed, int most) {
        Failure found = sample(seed, most).failure();
        if (found == null) {
            throw new AssertionError("no failure, schedules=" + most);
        }
        Failure again = replay(found.schedule()).failure();
        if (again == null
                || !Objects.equals(found.cause().getMessage(), again.cause().getMessage())) {
            throw new AssertionError("found: " + found + "\nreplayed: " + again);
        }
    }

    private boolean fails(Choices choices, ExecutorService threads) {
        executed.incrementAndGet();
        World world = new World(rules, choices, threads, false, watchdogNanos);
        return world.run(scenarios.get()) != null;
    }

    /** The failure of a schedule that has just failed, with its trace. */
    private Failure explain(Choices failed, ExecutorService threads) {
        Failure failure = execute(new Choices.Replay(failed.schedule()), threads);
        if (failure == null) {
            throw new AssertionError(
                    "schedule \"" + failed.schedule() + "\" fails, but not when it is repeated");
        }
        return failure;
    }

    private @Nullable Failure execute(Choices.Replay choices, ExecutorService threads) {
        World world = new World(rules, choices, threads, true, watchdogNanos);
        Throwable cause = world.run(scenarios.get());
        if (cause == null) {
            return null;
        }
        List<String> trace = world.trace();
        List<String> shown = trace.subList(Math.max(0, trace.size() - TRACE_SHOWN), trace.size());
        return new Failure(choices.schedule(), cause, shown);
    }

    private static Exploration explore(Search search) {
        ExecutorService threads =
                Executors.newCachedThreadPool(
                        body -> {
                            Thread thread = new Thread(body, "explored");
                            thread.setDaemon(true);
                            return thread;
                        });
        try {
            return search.run(threads);
        } finally {
            threads.shutdown();
        }
    }

    @FunctionalInterface
    private interface Search {
        Exploration run(ExecutorService threads);
    }

    /**
     * What a search has been through: nothing is, where a number is negative.
     *
     * @param deviations that all schedules have that it tried
     * @param inAnyTurn the same where who goes on when a thread sleeps or has ended is not counted
     */
    record Known(int deviations, int inAnyTurn) {
        static final Known NOTHING = new Known(-1, -1);

        boolean has(Choices choices) {
            return choices.deviations() <= deviations || choices.preemptions() <= inAnyTurn;
        }
    }

    /**
     * What was wrong.
     *
     * @param schedule to replay
     * @param cause what was thrown
     * @param trace the last accesses
     */
    public record Failure(String schedule, Throwable cause, List<String> trace) {}

    /**
     * What came out.
     *
     * @param schedules how many were executed
     * @param different how many of them were not the same as another
     * @param whole whether it was a search, and there are no more of its schedules
     * @param failure the first, if any
     */
    public record Exploration(
            int schedules, int different, boolean whole, @Nullable Failure failure) {

        /** Throws, with the schedule to replay, if there was a failure. */
        public void assertClean() {
            if (failure != null) {
                throw new AssertionError(
                        "schedule \""
                                + failure.schedule
                                + "\" (number "
                                + schedules
                                + "): "
                                + failure.cause
                                + "\n  "
                                + String.join("\n  ", failure.trace),
                        failure.cause);
            }
        }
    }
}
