package dev.shm.sync;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.sync.EventScenario.Fault;
import dev.shm.wait.TickPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events under thousands of schedules, with deaths at every access. */
class EventExplorerTest {
    private static final long SEED = 7;
    private static final int IDLES = 2;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutADeath_noTickIsNeeded(boolean automatic) {
        explorer(automatic, Rules.PLAIN, TickPolicy.OFF, Fault.NONE).depthFirst(2).assertClean();
        Rules rules = Rules.PLAIN.withInterrupts(2).withExpiries(1);
        explorer(automatic, rules, TickPolicy.OFF, Fault.NONE)
                .sample(SEED, samples(2_000))
                .assertClean();
    }

    /** Who idles has not announced itself: it must see by itself what comes meanwhile. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIdlesFirst_isNotStrandedEither(boolean automatic) {
        Rules rules = Rules.PLAIN.withInterrupts(1);
        explorer(automatic, rules, TickPolicy.OFF, Fault.NONE, IDLES).depthFirst(1).assertClean();
        rules = rules.withDeaths(1);
        explorer(automatic, rules, TickPolicy.STANDARD, Fault.NONE, IDLES)
                .sample(SEED, samples(2_000))
                .assertClean();
        assertFound(explorer(automatic, Rules.PLAIN, TickPolicy.STANDARD, Fault.NO_WAKE, IDLES));
    }

    /** BEHAVIOURS 20.8. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoDeaths_strandNobody(boolean automatic) {
        Rules rules = Rules.PLAIN.withDeaths(2).withInterrupts(1).withExpiries(1);
        explorer(automatic, rules, TickPolicy.STANDARD, Fault.NONE).depthFirst(1).assertClean();
        explorer(automatic, rules.withEarlyTicks(2), TickPolicy.STANDARD, Fault.NONE)
                .sample(SEED, samples(3_000))
                .assertClean();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutTicks_aDeathStrandsSleepers(boolean automatic) {
        Rules rules = Rules.PLAIN.withDeaths(1);
        assertFound(explorer(automatic, rules, TickPolicy.OFF, Fault.NONE));
    }

    @ParameterizedTest
    @EnumSource(
            names = {"NO_WAKE", "WAKE_BEFORE_SET", "NO_ANNOUNCEMENT", "NO_GENERATION", "IMPATIENT"})
    void manualReset_everyFaultIsFound(Fault fault) {
        assertFound(explorer(false, Rules.PLAIN, TickPolicy.STANDARD, fault));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "NO_GENERATION"})
    void automaticReset_everyFaultIsFound(Fault fault) {
        Rules rules = Rules.PLAIN.withInterrupts(1);
        assertFound(explorer(true, rules, TickPolicy.STANDARD, fault));
    }

    /** Whose time runs out may have had the wake of another. */
    @Test
    void automaticReset_aWakeThatIsLostWithADeadline_isFound() {
        Rules rules = Rules.PLAIN.withExpiries(1);
        assertFound(explorer(true, rules, TickPolicy.OFF, Fault.NO_BATON));
    }

    private static void assertFound(Explorer explorer) {
        explorer.assertFinds(SEED, 10_000);
    }

    private static Explorer explorer(
            boolean automatic, Rules rules, TickPolicy ticks, Fault fault) {
        return explorer(automatic, rules, ticks, fault, 0);
    }

    private static Explorer explorer(
            boolean automatic, Rules rules, TickPolicy ticks, Fault fault, int idles) {
        return new Explorer(() -> new EventScenario(automatic, ticks, fault, idles), rules);
    }
}
