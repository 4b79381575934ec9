package dev.shm.sync;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.sync.SemaphoreScenario.Fault;
import dev.shm.sync.SemaphoreScenario.Kind;
import dev.shm.sync.SemaphoreScenario.Worker;
import dev.shm.wait.TickPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both semaphores under thousands of schedules, with deaths at every access. */
class SemaphoreExplorerTest {
    private static final long SEED = 11;
    private static final int IDLES = 2;

    /** Two permits for four threads, one of which wants both. */
    private static final List<Worker> MIXED =
            List.of(
                    new Worker(0, 1, 2),
                    new Worker(1, 2, 1),
                    new Worker(2, 1, 2),
                    new Worker(3, 1, 1));

    /** Two that want all there is: neither may hold what the other waits for. */
    private static final List<Worker> GREEDY =
            List.of(new Worker(0, 2, 2), new Worker(1, 2, 2), new Worker(2, 1, 1));

    /** One drains, while others want one permit or all. */
    private static final List<Worker> DRAINED =
            List.of(new Worker(0, 0, 2), new Worker(1, 1, 2), new Worker(2, 2, 1));

    /** Threads of one participant, whose permits move from cell to cell between them. */
    private static final List<Worker> SIBLINGS =
            List.of(
                    new Worker(0, 1, 2),
                    new Worker(0, 1, 2),
                    new Worker(0, 1, 1),
                    new Worker(1, 1, 2));

    @ParameterizedTest
    @EnumSource
    void withoutADeath_noTickIsNeeded(Kind kind) {
        for (List<Worker> workers : List.of(MIXED, GREEDY, SIBLINGS)) {
            explorer(kind, workers, Rules.PLAIN, TickPolicy.OFF, Fault.NONE)
                    .depthFirst(1)
                    .assertClean();
            Rules rules = Rules.PLAIN.withInterrupts(2).withExpiries(1);
            explorer(kind, workers, rules, TickPolicy.OFF, Fault.NONE)
                    .sample(SEED, samples(1_500))
                    .assertClean();
        }
    }

    /** Who idles has not announced itself: it must see by itself what comes meanwhile. */
    @ParameterizedTest
    @EnumSource
    void whoIdlesFirst_isNotStrandedEither(Kind kind) {
        for (List<Worker> workers : List.of(MIXED, GREEDY)) {
            Rules rules = Rules.PLAIN.withInterrupts(1);
            explorer(kind, workers, rules, TickPolicy.OFF, Fault.NONE, IDLES)
                    .sample(SEED, samples(1_000))
                    .assertClean();
            rules = rules.withDeaths(1).withJanitor();
            explorer(kind, workers, rules, TickPolicy.STANDARD, Fault.NONE, IDLES)
                    .sample(SEED, samples(1_000))
                    .assertClean();
        }
        Rules rules = Rules.PLAIN.withInterrupts(1);
        assertFound(explorer(kind, MIXED, rules, TickPolicy.STANDARD, Fault.NO_WAKE, IDLES));
    }

    /** Who takes all there is at once takes nobody's wake, nor that somebody waits. */
    @Test
    void countingSemaphore_thatIsDrained_strandsNobody() {
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        explorer(Kind.COUNTING, DRAINED, rules, TickPolicy.OFF, Fault.NONE)
                .sample(SEED, samples(1_000))
                .assertClean();
        assertFound(explorer(Kind.COUNTING, DRAINED, rules, TickPolicy.OFF, Fault.NO_KEEP));
    }

    /** BEHAVIOURS 20.6: the permits of the dead come back, and only those. */
    @ParameterizedTest
    @EnumSource
    void twoDeaths_loseNothing_andStrandNobody(Kind kind) {
        for (List<Worker> workers : List.of(MIXED, GREEDY, SIBLINGS)) {
            Rules rules = Rules.PLAIN.withDeaths(2).withInterrupts(1).withJanitor();
            rules = rules.withEarlyTicks(2).withExpiries(1);
            explorer(kind, workers, rules, TickPolicy.STANDARD, Fault.NONE)
                    .sample(SEED, samples(1_500))
                    .assertClean();
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutTicks_aDeathStrandsSleepers(Kind kind) {
        Rules rules = Rules.PLAIN.withDeaths(1);
        assertFound(explorer(kind, MIXED, rules, TickPolicy.OFF, Fault.NONE));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "NO_TAKEOVER", "SILENT_SWEEP", "NO_KEEP"})
    void sharedSemaphore_everyFaultIsFound(Fault fault) {
        Rules rules = Rules.PLAIN.withInterrupts(1);
        assertFound(explorer(Kind.SHARED, MIXED, rules, TickPolicy.STANDARD, fault));
    }

    @Test
    void sharedSemaphore_thatForgetsTheDead_isFound() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        assertFound(explorer(Kind.SHARED, MIXED, rules, TickPolicy.STANDARD, Fault.NO_TAKEOVER));
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "NO_WAKE",
                "WAKE_BEFORE_RELEASE",
                "NO_EPOCH",
                "NO_ANNOUNCEMENT",
                "NO_MARK",
                "NO_BATON",
                "NO_ATOMICITY"
            })
    void countingSemaphore_everyFaultIsFound(Fault fault) {
        Rules rules = Rules.PLAIN.withInterrupts(1);
        assertFound(explorer(Kind.COUNTING, MIXED, rules, TickPolicy.STANDARD, fault));
    }

    /** Where the dead are swept, those who wait for one permit need no tick. */
    @Test
    void sharedSemaphore_sweeping_wakesWhomTheDeadOwedAWake() {
        sweeping(Fault.NONE).sample(SEED, samples(1_500)).assertClean();
        assertFound(sweeping(Fault.SILENT_SWEEP));
    }

    private static Explorer sweeping(Fault fault) {
        Rules rules = Rules.PLAIN.withDeaths(2).withInterrupts(1);
        return new Explorer(
                () -> new SemaphoreScenario(Kind.SHARED, SIBLINGS, TickPolicy.OFF, fault, 0, true),
                rules);
    }

    private static void assertFound(Explorer explorer) {
        explorer.assertFinds(SEED, 10_000);
    }

    private static Explorer explorer(
            Kind kind, List<Worker> workers, Rules rules, TickPolicy ticks, Fault fault) {
        return explorer(kind, workers, rules, ticks, fault, 0);
    }

    private static Explorer explorer(
            Kind kind,
            List<Worker> workers,
            Rules rules,
            TickPolicy ticks,
            Fault fault,
            int idles) {
        return new Explorer(() -> new SemaphoreScenario(kind, workers, ticks, fault, idles), rules);
    }
}
