package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import dev.shm.ring.MpmcScenario.Manner;
import dev.shm.ring.MpmcScenario.Size;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The ring under thousands of schedules, with deaths at every access. BEHAVIOURS 20.5, 20.10,
 * 20.11.
 */
class MpmcExplorerTest {
    private static final long SEED = 6;
    private static final int SAMPLES = Explorer.samples(500);

    private static final Size TWO_AND_TWO = new Size(2, 2, 2, false, false);
    private static final Size ONE_AND_TWO = new Size(1, 4, 2, false, false);
    private static final Size GIVING_BACK = new Size(2, 3, 2, false, true);
    private static final Size SUCCEEDED = new Size(2, 2, 2, true, false);
    private static final Size PRODUCERS_ALONE = new Size(3, 1, 0, false, false);

    @Test
    void withoutADeath() {
        Exploration exploration = explorer(TWO_AND_TWO, Rules.PLAIN, MpmcFault.NONE).depthFirst(2);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 2_000, "schedules=" + exploration.schedules());
        explorer(GIVING_BACK, Rules.PLAIN, MpmcFault.NONE).sample(SEED, SAMPLES).assertClean();
    }

    @Test
    void oneDeath_everywhere() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        explorer(TWO_AND_TWO, rules, MpmcFault.NONE).depthFirst(2).assertClean();
    }

    @Test
    void deaths_loseNothing_andStrandNobody() {
        Rules rules = Rules.PLAIN.withDeaths(3).withJanitor();
        for (Size size : new Size[] {TWO_AND_TWO, ONE_AND_TWO, GIVING_BACK, SUCCEEDED}) {
            explorer(size, rules, MpmcFault.NONE).sample(SEED, SAMPLES).assertClean();
        }
    }

    /** What the dead had claimed is given back also where nobody comes to take. */
    @Test
    void deaths_ofProducersAlone_leaveTheirPlaces() {
        Rules rules = Rules.PLAIN.withDeaths(2);
        for (int limit = 1; limit <= 2; limit++) {
            Size size = PRODUCERS_ALONE.sleeping(Manner.LOOKING, limit);
            explorer(size, rules, MpmcFault.NONE).depthFirst(1).assertClean();
            explorer(size, rules, MpmcFault.NONE).sample(SEED, SAMPLES).assertClean();
        }
    }

    /** Whoever looks and takes nothing is shown what is there, whole and in its turn. */
    @Test
    void browsers_areShownWhatIsThere() {
        Size size = TWO_AND_TWO.browsedBy(1);
        explorer(size, Rules.PLAIN, MpmcFault.NONE).depthFirst(1).assertClean();
        explorer(size, Rules.PLAIN, MpmcFault.NONE).sample(SEED, 4 * SAMPLES).assertClean();
        Rules deaths = Rules.PLAIN.withDeaths(3).withJanitor();
        for (Size with : new Size[] {size, GIVING_BACK.browsedBy(1)}) {
            explorer(with, deaths, MpmcFault.NONE).sample(SEED, SAMPLES).assertClean();
        }
    }

    /** A message whose attempts have run out goes to one, and none is lost. */
    @Test
    void deadLetters_goToOne() {
        Size size = TWO_AND_TWO.withDeadLettersAfter(2);
        explorer(size, Rules.PLAIN, MpmcFault.NONE).depthFirst(1).assertClean();
        explorer(size, Rules.PLAIN, MpmcFault.NONE).sample(SEED, SAMPLES).assertClean();
        Rules deaths = Rules.PLAIN.withDeaths(3).withJanitor();
        explorer(size, deaths, MpmcFault.NONE).sample(SEED, SAMPLES).assertClean();
    }

    /** Where nobody dies, nobody sleeps for ever, and no tick is needed. */
    @ParameterizedTest
    @MethodSource("sleeping")
    void sleepers_withoutADeath(Size size) {
        explorer(size, Rules.PLAIN, MpmcFault.NONE).depthFirst(1).assertClean();
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        explorer(size, rules, MpmcFault.NONE).sample(SEED, SAMPLES).assertClean();
    }

    @ParameterizedTest
    @MethodSource("sleeping")
    void sleepers_withDeaths(Size size) {
        Rules rules = Rules.PLAIN.withDeaths(3).withEarlyTicks(2).withJanitor();
        rules = rules.withInterrupts(1).withExpiries(1);
        explorer(size, rules, MpmcFault.NONE).sample(SEED, SAMPLES).assertClean();
    }

    /** Whoever is left gets what there is, wherever the handle of the other one is closed. */
    @ParameterizedTest
    @EnumSource
    void closing_takesNobodysWake(MpmcCloseScenario.Wait wait) {
        closing(wait, true).depthFirst(2).assertClean();
        closing(wait, true).sample(SEED, SAMPLES).assertClean();
    }

    @ParameterizedTest
    @EnumSource
    void closing_thatWakesNobody_isFound(MpmcCloseScenario.Wait wait) {
        closing(wait, false).assertFinds(SEED, 10_000);
    }

    private static Explorer closing(MpmcCloseScenario.Wait wait, boolean wakes) {
        return new Explorer(() -> new MpmcCloseScenario(wait, wakes), Rules.PLAIN);
    }

    static List<Size> sleeping() {
        return List.of(
                TWO_AND_TWO.sleeping(Manner.SLEEPING, 2),
                ONE_AND_TWO.sleeping(Manner.SLEEPING, 1),
                GIVING_BACK.sleeping(Manner.SLEEPING, 2),
                SUCCEEDED.sleeping(Manner.SLEEPING, 2),
                TWO_AND_TWO.sleeping(Manner.FOR_LONG, 2),
                GIVING_BACK.sleeping(Manner.FOR_LONG, 1),
                TWO_AND_TWO.sleeping(Manner.DROPPING, 2),
                GIVING_BACK.sleeping(Manner.DROPPING, 1));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(MpmcFault fault) {
        int deaths = fault.showsWithoutADeath() ? 0 : 2;
        Rules rules = Rules.PLAIN.withDeaths(deaths).withJanitor();
        rules = fault.needsAnInterrupt() ? rules.withInterrupts(1) : rules;
        Explorer explorer = explorer(fault.shownBy(TWO_AND_TWO), rules, fault);
        explorer.assertFinds(SEED, 60_000);
    }

    private static Explorer explorer(Size size, Rules rules, MpmcFault fault) {
        return new Explorer(() -> new MpmcScenario(size, fault), rules);
    }
}
