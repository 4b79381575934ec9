package dev.shm.process;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.process.MapScenario.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A map under thousands of schedules, with deaths at every access. */
class MapExplorerTest {
    private static final long SEED = 42;

    @Test
    void twoParticipants_surviveADeathAtEveryAccess() {
        explorer(Size.of(2), 1, MapFault.NONE).depthFirst(1).assertClean();
    }

    @Test
    void threeParticipants_surviveTwoDeaths() {
        explorer(Size.of(3), 2, MapFault.NONE).sample(SEED, samples(4_000)).assertClean();
    }

    @Test
    void threeParticipants_withoutADeath() {
        explorer(Size.of(3), 0, MapFault.NONE).sample(SEED, samples(1_000)).assertClean();
    }

    /** All is taken out at once, or what is left is whole. */
    @Test
    void clearing_takesOutWhatWasThere() {
        Size size = Size.of(3).cleared();
        explorer(size, 0, MapFault.NONE).sample(SEED, samples(300)).assertClean();
        explorer(size, 2, MapFault.NONE).sample(SEED, samples(800)).assertClean();
    }

    /** Two stripes exclude each other from nothing but the cells that each has taken. */
    @Test
    void twoStripes_shareTheCellsOfOneHeap() {
        Size size = Size.of(3).striped();
        explorer(size, 0, MapFault.NONE).sample(SEED, samples(400)).assertClean();
        explorer(size, 2, MapFault.NONE).sample(SEED, samples(800)).assertClean();
    }

    /** Who finds no room has changed nothing, and takes none along. */
    @Test
    void whereThereIsNoRoom_nothingIsChanged() {
        for (Size size : new Size[] {Size.of(3).withRoomFor(3, 3), Size.of(3).withRoomFor(1, 5)}) {
            explorer(size, 0, MapFault.NONE).sample(SEED, samples(200)).assertClean();
            explorer(size, 2, MapFault.NONE).sample(SEED, samples(400)).assertClean();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(MapFault fault) {
        explorer(Size.of(3), 2, fault).assertFinds(SEED, 20_000);
    }

    private static Explorer explorer(Size size, int deaths, MapFault fault) {
        Rules rules = new Rules(deaths, 0, 0, true, false, 0, 20_000);
        return new Explorer(() -> new MapScenario(size, fault), rules);
    }
}
