package dev.shm.process;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A list under thousands of schedules, with deaths at every access. */
class ListExplorerTest {
    private static final long SEED = 42;

    @Test
    void twoParticipants_surviveADeathAtEveryAccess() {
        explorer(2, 1, ListFault.NONE).depthFirst(1).assertClean();
    }

    @Test
    void threeParticipants_surviveTwoDeaths() {
        explorer(3, 2, ListFault.NONE).sample(SEED, samples(3_000)).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(ListFault fault) {
        explorer(3, 2, fault).assertFinds(SEED, 20_000);
    }

    private static Explorer explorer(int participants, int deaths, ListFault fault) {
        Rules rules = new Rules(deaths, 0, 0, true, false, 0, 20_000);
        return new Explorer(() -> new ListScenario(participants, fault), rules);
    }
}
