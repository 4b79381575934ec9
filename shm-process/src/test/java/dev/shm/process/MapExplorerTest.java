package dev.shm.process;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A map under thousands of schedules, with deaths at every access. */
class MapExplorerTest {
    private static final long SEED = 42;

    @Test
    void twoParticipants_surviveADeathAtEveryAccess() {
        explorer(2, 1, MapFault.NONE).depthFirst(1).assertClean();
    }

    @Test
    void threeParticipants_surviveTwoDeaths() {
        explorer(3, 2, MapFault.NONE).sample(SEED, samples(4_000)).assertClean();
    }

    @Test
    void threeParticipants_withoutADeath() {
        explorer(3, 0, MapFault.NONE).sample(SEED, samples(1_000)).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(MapFault fault) {
        explorer(3, 2, fault).assertFinds(SEED, 20_000);
    }

    private static Explorer explorer(int participants, int deaths, MapFault fault) {
        Rules rules = new Rules(deaths, 0, 0, true, false, 0, 20_000);
        return new Explorer(() -> new MapScenario(participants, fault), rules);
    }
}
