package dev.shm.sync;

import static dev.shm.explore.Explorer.samples;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.sync.ConditionScenario.Size;
import dev.shm.wait.TickPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The condition under thousands of schedules, with deaths at every access. A sleeper gets a tick
 * only when nobody else can move and somebody has died: without a death no tick is needed.
 */
class ConditionExplorerTest {
    private static final long SEED = 42;

    private static final Size ONE_AND_TWO = new Size(1, 2, 0, 1, false, false);
    private static final Size TWO_AND_ONE = new Size(2, 1, 0, 1, false, false);
    private static final Size TWO_AND_TWO = new Size(2, 2, 0, 1, false, false);
    private static final Size TO_ALL = new Size(1, 2, 0, 2, false, true);
    private static final Size VISITED = new Size(1, 2, 1, 1, false, false);
    private static final Size INTERRUPTIBLE = new Size(1, 2, 0, 1, true, false);
    private static final Size TWO_AT_ONCE = new Size(1, 3, 0, 1, true, false).by(2);

    @Test
    void whileEverybodyLives_noTickIsNeeded() {
        for (Size size : List.of(ONE_AND_TWO, TWO_AND_ONE, TO_ALL)) {
            explorer(size, Rules.PLAIN, TickPolicy.OFF, ConditionFault.NONE)
                    .depthFirst(2)
                    .assertClean();
            explorer(size, Rules.PLAIN, TickPolicy.OFF, ConditionFault.NONE)
                    .sample(SEED, samples(1_000))
                    .assertClean();
        }
    }

    @Test
    void whoGivesUp_takesNoSignalAlong() {
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        explorer(INTERRUPTIBLE, rules, TickPolicy.OFF, ConditionFault.NONE)
                .sample(SEED, samples(1_000))
                .assertClean();
    }

    /** Of three who wait, two are signalled to at once. */
    @Test
    void aSignalToSeveral_reachesThem() {
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        explorer(TWO_AT_ONCE, rules, TickPolicy.OFF, ConditionFault.NONE)
                .sample(SEED, samples(500))
                .assertClean();
        explorer(TWO_AT_ONCE, rules.withDeaths(1).withJanitor())
                .sample(SEED, samples(500))
                .assertClean();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theDead_takeNoSignalAlong(int deaths) {
        Rules rules = Rules.PLAIN.withDeaths(deaths);
        for (Size size : List.of(TWO_AND_TWO, VISITED, TO_ALL)) {
            explorer(size, rules).depthFirst(1).assertClean();
            explorer(size, rules.withEarlyTicks(2).withJanitor().withExpiries(1))
                    .sample(SEED, samples(1_000))
                    .assertClean();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(ConditionFault fault) {
        boolean deaths = !fault.showsWithoutADeath();
        Rules rules = Rules.PLAIN.withDeaths(deaths ? 1 : 0).withInterrupts(deaths ? 0 : 1);
        rules = fault.needsEarlyTicks() ? rules.withEarlyTicks(2) : rules;
        TickPolicy ticks = deaths ? TickPolicy.STANDARD : TickPolicy.OFF;
        Explorer explorer = explorer(fault.shownBy(), rules, ticks, fault);
        explorer.assertFinds(SEED, 20_000);
    }

    @Test
    void withoutTicks_aDeathStrandsSleepers() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        Explorer explorer = explorer(TWO_AND_TWO, rules, TickPolicy.OFF, ConditionFault.NONE);
        assertNotNull(explorer.sample(SEED, 20_000).failure());
    }

    private static Explorer explorer(Size size, Rules rules) {
        return explorer(size, rules, TickPolicy.STANDARD, ConditionFault.NONE);
    }

    private static Explorer explorer(
            Size size, Rules rules, TickPolicy ticks, ConditionFault fault) {
        return new Explorer(() -> new ConditionScenario(size, ticks, fault), rules);
    }
}
