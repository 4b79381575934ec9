package dev.shm.ring;

import static dev.shm.explore.Explorer.samples;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ring under thousands of schedules, with deaths of either side at every access. */
class SpscExplorerTest {
    private static final long SEED = 64;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void interleavings(boolean batches) {
        explorer(Rules.PLAIN, SpscFault.NONE, batches).depthFirst(1).assertClean();
        explorer(Rules.PLAIN, SpscFault.NONE, batches).sample(SEED, samples(2_000)).assertClean();
    }

    /** BEHAVIOURS 20.10 and 20.11, at every access. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDeathAtEveryAccess_losesNothing(boolean batches) {
        Rules rules = Rules.PLAIN.withDeaths(1);
        Exploration exploration = explorer(rules, SpscFault.NONE, batches).depthFirst(1);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 300, "schedules=" + exploration.schedules());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void severalDeaths_loseNothing(boolean batches) {
        Rules rules = Rules.PLAIN.withDeaths(3).withJanitor();
        explorer(rules, SpscFault.NONE, batches).sample(SEED, samples(4_000)).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(SpscFault fault) {
        Rules rules = Rules.PLAIN.withDeaths(fault.showsWithoutADeath() ? 0 : 1);
        Explorer explorer = explorer(rules, fault, false);
        explorer.assertFinds(SEED, 20_000);
    }

    private static Explorer explorer(Rules rules, SpscFault fault, boolean batches) {
        return new Explorer(() -> new SpscScenario(fault, batches), rules);
    }
}
