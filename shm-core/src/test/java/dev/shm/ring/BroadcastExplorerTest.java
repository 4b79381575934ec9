package dev.shm.ring;

import static dev.shm.explore.Explorer.samples;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The broadcast under thousands of schedules, with a death at every access. */
class BroadcastExplorerTest {
    private static final long SEED = 66;

    @Test
    void interleavings() {
        explorer(Rules.PLAIN, BroadcastFault.NONE).depthFirst(1).assertClean();
        explorer(Rules.PLAIN, BroadcastFault.NONE).sample(SEED, samples(2_000)).assertClean();
    }

    @Test
    void aDeathAtEveryAccess_tearsNothing() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        Exploration exploration = explorer(rules, BroadcastFault.NONE).depthFirst(1);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 300, "schedules=" + exploration.schedules());
    }

    @Test
    void severalDeaths_tearNothing() {
        Rules rules = Rules.PLAIN.withDeaths(3).withJanitor();
        explorer(rules, BroadcastFault.NONE).sample(SEED, samples(4_000)).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(BroadcastFault fault) {
        Rules rules = Rules.PLAIN.withDeaths(fault.showsWithoutADeath() ? 0 : 2);
        explorer(rules, fault).assertFinds(SEED, 40_000);
    }

    private static Explorer explorer(Rules rules, BroadcastFault fault) {
        return new Explorer(() -> new BroadcastScenario(fault), rules);
    }
}
