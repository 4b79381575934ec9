package dev.shm.wait;

import static dev.shm.explore.Explorer.samples;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import dev.shm.wait.MutexScenario.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The mutex under thousands of schedules, with deaths at every access. A sleeper gets a tick only
 * when nobody else can move and somebody has died, unless the rules have early ones: without a
 * death no tick is needed.
 */
class RobustMutexExplorerTest {
    private static final long SEED = 42;

    private static final Size THREE = new Size(3, 1, 2, false);
    private static final Size THREE_INTERRUPTIBLE = new Size(3, 1, 2, true);
    private static final Size TWO_TIMES_TWO = new Size(2, 2, 1, true);

    @Test
    void threeParticipants_withoutADeath_needNoTick() {
        explorer(THREE, Rules.PLAIN, TickPolicy.OFF, MutexFault.NONE).depthFirst(3).assertClean();
    }

    @Test
    void threeParticipants_thatGiveUp_needNoTick() {
        Rules rules = Rules.PLAIN.withInterrupts(2).withExpiries(1);
        explorer(THREE_INTERRUPTIBLE, rules, TickPolicy.OFF, MutexFault.NONE)
                .sample(SEED, samples(5_000))
                .assertClean();
    }

    @Test
    void threeParticipants_surviveTwoDeaths() {
        Exploration exploration = explorer(THREE, Rules.PLAIN.withDeaths(2)).depthFirst(2);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 2_000, "schedules=" + exploration.schedules());
    }

    @Test
    void threeParticipants_surviveAnything() {
        Rules rules = Rules.PLAIN.withDeaths(2).withInterrupts(2).withJanitor().withEarlyTicks(2);
        rules = rules.withExpiries(1);
        explorer(THREE_INTERRUPTIBLE, rules).sample(SEED, samples(7_500)).assertClean();
    }

    @Test
    void twoThreadsEach_surviveADeath() {
        Rules rules = Rules.PLAIN.withDeaths(1).withInterrupts(1).withJanitor();
        explorer(TWO_TIMES_TWO, rules).sample(SEED, samples(5_000)).assertClean();
        explorer(TWO_TIMES_TWO, rules).depthFirst(2).assertClean();
    }

    @Test
    void withoutTicks_aDeathStrandsSleepers() {
        assertFound(explorer(THREE, Rules.PLAIN.withDeaths(1), TickPolicy.OFF, MutexFault.NONE));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(MutexFault fault) {
        int deaths = fault.showsWithoutADeath() ? 0 : 2;
        Rules rules = Rules.PLAIN.withDeaths(deaths).withInterrupts(2);
        assertFound(explorer(THREE_INTERRUPTIBLE, rules, TickPolicy.STANDARD, fault));
    }

    /** A failure comes with a schedule that shows it again. */
    private static void assertFound(Explorer explorer) {
        explorer.assertFinds(SEED, 20_000);
    }

    private static Explorer explorer(Size size, Rules rules) {
        return explorer(size, rules, TickPolicy.STANDARD, MutexFault.NONE);
    }

    private static Explorer explorer(Size size, Rules rules, TickPolicy ticks, MutexFault fault) {
        return new Explorer(() -> new MutexScenario(size, ticks, fault), rules);
    }
}
