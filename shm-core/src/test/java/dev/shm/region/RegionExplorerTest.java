package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import dev.shm.region.DirectoryScenario.Fault;
import dev.shm.region.ParticipantsScenario.Size;
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

    private static Explorer participants(Size size, int deaths) {
        return new Explorer(() -> new ParticipantsScenario(size), Rules.PLAIN.withDeaths(deaths));
    }

    private static Explorer directory(int participants, int rounds, int deaths, Fault fault) {
        return new Explorer(
                () -> new DirectoryScenario(participants, rounds, fault),
                Rules.PLAIN.withDeaths(deaths));
    }

    @Test
    void twoParticipants_surviveADeath() {
        Exploration exploration = participants(Size.of(2, 1), 1).depthFirst(2);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 1_000, "schedules=" + exploration.schedules());
    }

    @Test
    void threeParticipants_surviveTwoDeaths() {
        participants(Size.of(3, 2), 2).sample(SEED, SAMPLES).assertClean();
    }

    /** Slots retire, with a dead tenant or without, and no tag comes after the last. */
    @Test
    void slotsThatWearOut_areSweptAndNeverUsedAgain() {
        Size size = Size.of(3, 2).wearingOut(2, 2);
        participants(size, 1).depthFirst(1).assertClean();
        participants(size, 2).sample(SEED, SAMPLES).assertClean();
    }

    /** A sweep, or a leave, that lacks code is finished before the slot is used again. */
    @Test
    void aSweepThatLacksCode_isFinishedByAnother() {
        Size size = Size.of(3, 2).withALameOne(2);
        participants(size, 1).depthFirst(1).assertClean();
        participants(size, 2).sample(SEED, SAMPLES).assertClean();
    }

    @Test
    void participantsWhoseLocksAreLost_areFound() {
        assertFound(participants(Size.of(2, 1).withoutLocks(), 0));
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
