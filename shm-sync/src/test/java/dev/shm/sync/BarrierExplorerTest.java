package dev.shm.sync;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.sync.BarrierScenario.Fault;
import dev.shm.sync.BarrierScenario.Kind;
import dev.shm.wait.TickPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Barriers under thousands of schedules, with deaths at every access. */
class BarrierExplorerTest {
    private static final long SEED = 13;

    @ParameterizedTest
    @EnumSource
    void withoutADeath_noTickIsNeeded(Kind kind) {
        explorer(kind, Rules.PLAIN, TickPolicy.OFF, Fault.NONE).depthFirst(2).assertClean();
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        explorer(kind, rules, TickPolicy.OFF, Fault.NONE)
                .sample(SEED, samples(1_500))
                .assertClean();
    }

    /** BEHAVIOURS 6.15, 20.9. */
    @ParameterizedTest
    @EnumSource
    void deaths_areTold_andStrandNobody(Kind kind) {
        Rules rules = Rules.PLAIN.withDeaths(2);
        explorer(kind, rules, TickPolicy.STANDARD, Fault.NONE).depthFirst(2).assertClean();
        rules = rules.withJanitor().withInterrupts(1).withEarlyTicks(2).withExpiries(1);
        explorer(kind, rules, TickPolicy.STANDARD, Fault.NONE)
                .sample(SEED, samples(2_000))
                .assertClean();
    }

    /** Where nobody dies no tick comes, but early ones. */
    @Test
    void aTickThatBreaksWhatIsWhole_isFound() {
        Rules rules = Rules.PLAIN;
        explorer(Kind.PLAIN, rules, TickPolicy.STANDARD, Fault.RASH_TICK)
                .depthFirst(1)
                .assertClean();
        rules = rules.withEarlyTicks(1);
        assertFound(explorer(Kind.PLAIN, rules, TickPolicy.STANDARD, Fault.RASH_TICK));
    }

    @Test
    void withoutTicks_aDeathStrandsSleepers() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        assertFound(explorer(Kind.PLAIN, rules, TickPolicy.OFF, Fault.NONE));
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "NO_WAKE",
                "WAKE_BEFORE_TRIP",
                "NO_ANNOUNCEMENT",
                "NO_ATOMICITY",
                "NO_GENERATION"
            })
    void everyFault_isFound(Fault fault) {
        assertFound(explorer(Kind.PLAIN, Rules.PLAIN, TickPolicy.STANDARD, fault));
    }

    @Test
    void aMemberWithoutATag_isFound() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        assertFound(explorer(Kind.PLAIN, rules, TickPolicy.STANDARD, Fault.NO_MEMBER));
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_HISTORY", "SWEEP_LATE", "ANY_DEATH"})
    void everyFaultOfRepair_isFound(Fault fault) {
        Rules rules = Rules.PLAIN.withDeaths(1);
        assertFound(explorer(Kind.REPAIRED, rules, TickPolicy.STANDARD, fault));
    }

    private static void assertFound(Explorer explorer) {
        explorer.assertFinds(SEED, 20_000);
    }

    private static Explorer explorer(Kind kind, Rules rules, TickPolicy ticks, Fault fault) {
        return new Explorer(() -> new BarrierScenario(kind, ticks, fault), rules);
    }
}
