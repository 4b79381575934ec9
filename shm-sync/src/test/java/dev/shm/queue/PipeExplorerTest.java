package dev.shm.queue;

import static dev.shm.explore.Explorer.samples;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import dev.shm.wait.TickPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two sides of a pipe that wait for each other, under thousands of schedules. */
class PipeExplorerTest {
    private static final long SEED = 52;

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void withoutADeath_noTickIsNeeded(int idles) {
        explorer(Rules.PLAIN, PipeFault.NONE, TickPolicy.OFF, idles).depthFirst(2).assertClean();
        Rules rules = Rules.PLAIN.withInterrupts(2);
        explorer(rules, PipeFault.NONE, TickPolicy.OFF, idles)
                .sample(SEED, samples(2_000))
                .assertClean();
    }

    /** BEHAVIOURS 13.17, at every access. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void aDeathAtEveryAccess_isNoticed(int idles) {
        Rules rules = Rules.PLAIN.withDeaths(1);
        Exploration exploration =
                explorer(rules, PipeFault.NONE, TickPolicy.STANDARD, idles).depthFirst(2);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 300, "schedules=" + exploration.schedules());
        rules = rules.withInterrupts(1).withEarlyTicks(2).withJanitor();
        explorer(rules, PipeFault.NONE, TickPolicy.STANDARD, idles)
                .sample(SEED, samples(3_000))
                .assertClean();
    }

    @Test
    void withoutTicks_aDeathStrandsSleepers() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        explorer(rules, PipeFault.NONE, TickPolicy.OFF, 0).assertFinds(SEED, 10_000);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(PipeFault fault) {
        boolean alive = fault.showsWithoutADeath();
        Rules rules = Rules.PLAIN.withDeaths(alive ? 0 : 1);
        TickPolicy ticks = alive ? TickPolicy.OFF : TickPolicy.STANDARD;
        Explorer explorer = explorer(rules, fault, ticks, 0);
        boolean late = fault == PipeFault.SEEN_TOO_LATE;
        (late ? explorer.withDelayedStores() : explorer).assertFinds(SEED, 10_000);
    }

    private static Explorer explorer(Rules rules, PipeFault fault, TickPolicy ticks, int idles) {
        return new Explorer(() -> new PipeScenario(fault, ticks, idles), rules);
    }
}
