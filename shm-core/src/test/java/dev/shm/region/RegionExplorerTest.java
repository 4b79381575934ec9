package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import dev.shm.region.DirectoryScenario.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Joining, probing and leaving, and the directory, under thousands of schedules, with deaths at
 * every access. {@code -Dshm.test.explored=N} sets how many are tried by chance.
 */
class RegionExplorerTest {
    private static final long SEED = 42;
    private static final int SAMPLES = Explorer.samples(2_500);

    private static Explorer participants(int participants, int rounds, int deaths, boolean locks) {
        return new Explorer(
                () -> new ParticipantsScenario(participants, rounds, locks),
                Rules.PLAIN.withDeaths(deaths));
    }

    private static Explorer directory(int participants, int rounds, int deaths, Fault fault) {
        return new Explorer(
                () -> new DirectoryScenario(participants, rounds, fault),
                Rules.PLAIN.withDeaths(deaths));
    }

    @Test
    void twoParticipants_surviveADeath() {
        Exploration exploration = participants(2, 1, 1, true).depthFirst(2);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 1_000, "schedules=" + exploration.schedules());
    }

    @Test
    void threeParticipants_surviveTwoDeaths() {
        participants(3, 2, 2, true).sample(SEED, SAMPLES).assertClean();
    }

    @Test
    void participantsWhoseLocksAreLost_areFound() {
        assertFound(participants(2, 1, 0, false));
    }

    @Test
    void directoryOfTwo_survivesADeath() {
        Exploration exploration = directory(2, 1, 1, Fault.NONE).depthFirst(2);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 5_000, "schedules=" + exploration.schedules());
    }

    @Test
    void directoryOfThree_survivesTwoDeaths() {
        directory(3, 2, 2, Fault.NONE).sample(SEED, SAMPLES).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFaultOfTheDirectory_isFound(Fault fault) {
        assertFound(directory(3, 2, 0, fault));
    }

    private static void assertFound(Explorer explorer) {
        explorer.assertFinds(SEED, SAMPLES);
    }
}
