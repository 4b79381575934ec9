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

/** The messages of a pipe, from end to end, under thousands of schedules. */
class PipeMessageExplorerTest {
    private static final long SEED = 13;
    private static final int ALL = PipeMessageScenario.ALL;

    @ParameterizedTest
    @ValueSource(ints = {ALL, 1})
    void withoutADeath_noTickIsNeeded(int wanted) {
        Rules rules = Rules.PLAIN;
        Explorer explorer = explorer(rules, PipeMessageFault.NONE, TickPolicy.OFF, wanted);
        explorer.depthFirst(1).assertClean();
        rules = rules.withInterrupts(2);
        explorer = explorer(rules, PipeMessageFault.NONE, TickPolicy.OFF, wanted);
        explorer.sample(SEED, samples(1_000)).assertClean();
        explorer.withDelayedStores().sample(SEED, samples(500)).assertClean();
    }

    /** BEHAVIOURS 13.17, at every access. */
    @Test
    void aDeathAtEveryAccess_cutsNoMessageShort() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        Exploration exploration =
                explorer(rules, PipeMessageFault.NONE, TickPolicy.STANDARD, ALL).depthFirst(1);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 300, "schedules=" + exploration.schedules());
        rules = rules.withInterrupts(1).withEarlyTicks(2).withJanitor();
        explorer(rules, PipeMessageFault.NONE, TickPolicy.STANDARD, ALL)
                .sample(SEED, samples(1_000))
                .assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(PipeMessageFault fault) {
        boolean alive = fault.showsWithoutADeath();
        Rules rules = Rules.PLAIN.withDeaths(alive ? 0 : 1);
        TickPolicy ticks = alive ? TickPolicy.OFF : TickPolicy.STANDARD;
        Explorer explorer = explorer(rules, fault, ticks, ALL);
        boolean late = fault.needsDelayedStores();
        (late ? explorer.withDelayedStores() : explorer).assertFinds(SEED, 10_000);
    }

    private static Explorer explorer(
            Rules rules, PipeMessageFault fault, TickPolicy ticks, int wanted) {
        return new Explorer(() -> new PipeMessageScenario(fault, ticks, wanted), rules);
    }
}
