package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import dev.shm.value.StructScenario.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The two copies of a struct under thousands of schedules, with deaths at every access. */
class StructCopiesExplorerTest {
    private static final long SEED = 42;
    private static final int SAMPLES = Explorer.samples(2_500);

    @Test
    void writersAndAReader_withoutADeath() {
        Exploration exploration = explorer(2, 1, 0, Fault.NONE).depthFirst(2);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 1_000, "schedules=" + exploration.schedules());
    }

    @Test
    void writersAndAReader_surviveADeath() {
        explorer(2, 1, 1, Fault.NONE).depthFirst(2).assertClean();
    }

    @Test
    void writersAndReaders_surviveAnything() {
        explorer(3, 2, 2, Fault.NONE).sample(SEED, SAMPLES).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(Fault fault) {
        Explorer explorer = explorer(2, 1, 0, fault);
        Explorer.Failure failure = explorer.sample(SEED, SAMPLES).failure();
        assertNotNull(failure);
        assertNotNull(explorer.replay(failure.schedule()).failure());
    }

    private static Explorer explorer(int writers, int readers, int deaths, Fault fault) {
        Rules rules = Rules.PLAIN.withDeaths(deaths);
        return new Explorer(
                () -> new StructScenario(writers, readers, fault),
                deaths > 0 ? rules.withJanitor() : rules);
    }
}
