package dev.shm.sync;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.sync.LatchScenario.Fault;
import dev.shm.wait.TickPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Latches under thousands of schedules, with deaths at every access. */
class LatchExplorerTest {
    private static final long SEED = 5;

    @Test
    void withoutADeath_noTickIsNeeded() {
        explorer(Rules.PLAIN, TickPolicy.OFF, Fault.NONE).depthFirst(2).assertClean();
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        explorer(rules, TickPolicy.OFF, Fault.NONE).sample(SEED, samples(1_500)).assertClean();
    }

    @Test
    void deaths_areTold_andStrandNobody() {
        Rules rules = Rules.PLAIN.withDeaths(2);
        explorer(rules, TickPolicy.STANDARD, Fault.NONE).depthFirst(2).assertClean();
        explorer(rules.withEarlyTicks(2).withJanitor(), TickPolicy.STANDARD, Fault.NONE)
                .sample(SEED, samples(2_000))
                .assertClean();
    }

    /**
     * Whoever counts does so twice: with two deaths among three, one is left for a count of two.
     */
    @Test
    void counting_strandsNobody() {
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        counting(rules, TickPolicy.OFF, Fault.NONE, 2, 4).sample(SEED, samples(750)).assertClean();
        rules = Rules.PLAIN.withDeaths(2).withEarlyTicks(1).withJanitor();
        counting(rules, TickPolicy.STANDARD, Fault.NONE, 3, 2)
                .sample(SEED, samples(750))
                .assertClean();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "NO_TAG", "ANY_DEATH"})
    void counting_everyFaultIsFound(Fault fault) {
        assertFound(counting(Rules.PLAIN, TickPolicy.STANDARD, fault, 2, 4));
    }

    @Test
    void withoutTicks_aDeathStrandsSleepers() {
        assertFound(explorer(Rules.PLAIN.withDeaths(1), TickPolicy.OFF, Fault.NONE));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "NO_TAG", "ANY_DEATH"})
    void everyFault_isFound(Fault fault) {
        assertFound(explorer(Rules.PLAIN, TickPolicy.STANDARD, fault));
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_TAG", "ANY_DEATH"})
    void everyFaultOfDeaths_isFound(Fault fault) {
        assertFound(explorer(Rules.PLAIN.withDeaths(1), TickPolicy.STANDARD, fault));
    }

    private static void assertFound(Explorer explorer) {
        explorer.assertFinds(SEED, 10_000);
    }

    private static Explorer counting(
            Rules rules, TickPolicy ticks, Fault fault, int counters, int left) {
        return new Explorer(() -> new LatchScenario(ticks, fault, counters, left), rules);
    }

    private static Explorer explorer(Rules rules, TickPolicy ticks, Fault fault) {
        return new Explorer(() -> new LatchScenario(ticks, fault), rules);
    }
}
