package dev.shm.queue;

import static dev.shm.explore.Explorer.samples;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Explorer;
import dev.shm.explore.Explorer.Exploration;
import dev.shm.explore.Rules;
import dev.shm.queue.SlotScenario.Manner;
import dev.shm.queue.SlotScenario.Size;
import dev.shm.wait.TickPolicy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stack and the priority queue under thousands of schedules, with deaths at every access.
 * BEHAVIOURS 20.5, 20.10, 20.11.
 */
class SlotExplorerTest {
    private static final long SEED = 50;

    private static final Rules WITH_DEATHS =
            Rules.PLAIN
                    .withDeaths(3)
                    .withEarlyTicks(2)
                    .withJanitor()
                    .withInterrupts(1)
                    .withExpiries(1);

    private static Size crowded(Kind kind) {
        return new Size(kind, 1, 2, 2, 2);
    }

    private static Size roomy(Kind kind) {
        return new Size(kind, 4, 2, 3, 2);
    }

    /** Ticks are off: no wake is lost. */
    @ParameterizedTest
    @EnumSource
    void withoutADeath_noTickIsNeeded(Kind kind) {
        Exploration exploration =
                explorer(crowded(kind), Rules.PLAIN, SlotFault.NONE).depthFirst(1);
        exploration.assertClean();
        assertTrue(exploration.schedules() > 100, "schedules=" + exploration.schedules());
        for (Size size : new Size[] {crowded(kind), roomy(kind)}) {
            explorer(size, Rules.PLAIN, SlotFault.NONE).sample(SEED, samples(500)).assertClean();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoGivesUp_strandsNobody(Kind kind) {
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        for (Size size : new Size[] {new Size(kind, 4, 1, 3, 3), crowded(kind)}) {
            explorer(size, rules, SlotFault.NONE).sample(SEED, samples(400)).assertClean();
        }
    }

    /** Shut down, and tried instead of waited for. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WAITING")
    void otherManners_strandNobody(Manner manner) {
        Size size = crowded(manner == Manner.TRYING ? Kind.STACK : Kind.PRIORITY).in(manner);
        Rules rules = Rules.PLAIN.withInterrupts(1).withExpiries(1);
        explorer(size, rules, SlotFault.NONE).sample(SEED, samples(400)).assertClean();
        explorer(size, WITH_DEATHS, SlotFault.NONE).sample(SEED, samples(400)).assertClean();
    }

    /** Ticks are off, and whoever is left gets what there is. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closing_takesNobodysWake(boolean takes) {
        closing(takes, true).depthFirst(1).assertClean();
        closing(takes, true).sample(SEED, samples(500)).assertClean();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closing_thatEndsNoEpoch_isFound(boolean takes) {
        closing(takes, false).assertFinds(SEED, 10_000);
    }

    private static Explorer closing(boolean takes, boolean ends) {
        return new Explorer(() -> new SlotCloseScenario(takes, ends), Rules.PLAIN);
    }

    @ParameterizedTest
    @EnumSource
    void oneDeath_everywhere(Kind kind) {
        Rules rules = Rules.PLAIN.withDeaths(1);
        explorer(crowded(kind), rules, SlotFault.NONE).depthFirst(1).assertClean();
        explorer(roomy(kind), rules, SlotFault.NONE).depthFirst(1).assertClean();
    }

    @ParameterizedTest
    @EnumSource
    void deaths_loseNothing_andStrandNobody(Kind kind) {
        for (Size size : new Size[] {crowded(kind), roomy(kind)}) {
            explorer(size, WITH_DEATHS, SlotFault.NONE).sample(SEED, samples(500)).assertClean();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(SlotFault fault) {
        Rules rules = Rules.PLAIN.withDeaths(fault.showsWithoutADeath() ? 0 : 1);
        rules = fault.needsAnInterrupt() ? rules.withInterrupts(1) : rules;
        explorer(fault.shownBy(roomy(Kind.PRIORITY)), rules, fault).assertFinds(SEED, 20_000);
    }

    private static Explorer explorer(Size size, Rules rules, SlotFault fault) {
        TickPolicy ticks = rules.deaths() == 0 ? TickPolicy.OFF : TickPolicy.STANDARD;
        return new Explorer(() -> new SlotScenario(size, fault, ticks), rules);
    }
}
