package dev.shm.sync;

import static dev.shm.explore.Explorer.samples;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.sync.ReadWriteScenario.Size;
import dev.shm.wait.TickPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The read-write lock under thousands of schedules, with deaths at every access. A sleeper gets a
 * tick only when nobody else can move and somebody has died: without a death no tick is needed.
 */
class ReadWriteExplorerTest {
    private static final long SEED = 42;

    private static final Size ONE_AND_TWO = new Size(1, 2, 1, false);
    private static final Size TWO_AND_ONE = new Size(2, 1, 1, false);
    private static final Size TWO_AND_TWO = new Size(2, 2, 2, false);
    private static final Size INTERRUPTIBLE = new Size(2, 2, 1, true);
    private static final Size SIBLINGS = new Size(2, 1, 1, true, true);

    @Test
    void whileEverybodyLives_noTickIsNeeded() {
        for (Size size : List.of(ONE_AND_TWO, TWO_AND_ONE)) {
            explorer(size, Rules.PLAIN, TickPolicy.OFF, ReadWriteFault.NONE)
                    .depthFirst(3)
                    .assertClean();
        }
        explorer(TWO_AND_TWO, Rules.PLAIN, TickPolicy.OFF, ReadWriteFault.NONE)
                .sample(SEED, samples(2_500))
                .assertClean();
    }

    @Test
    void whoGivesUp_keepsNobodyOut() {
        Rules rules = Rules.PLAIN.withInterrupts(2).withExpiries(1);
        for (Size size : List.of(INTERRUPTIBLE, SIBLINGS)) {
            explorer(size, rules, TickPolicy.OFF, ReadWriteFault.NONE)
                    .sample(SEED, samples(1_500))
                    .assertClean();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theDead_keepNobodyOut(int deaths) {
        Rules rules = Rules.PLAIN.withDeaths(deaths);
        for (Size size : List.of(ONE_AND_TWO, TWO_AND_ONE)) {
            explorer(size, rules).depthFirst(2).assertClean();
        }
        rules = rules.withEarlyTicks(2);
        explorer(TWO_AND_TWO, rules).sample(SEED, samples(1_500)).assertClean();
        rules = rules.withInterrupts(1).withJanitor().withExpiries(1);
        for (Size size : List.of(INTERRUPTIBLE, SIBLINGS)) {
            explorer(size, rules).sample(SEED, samples(1_000)).assertClean();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyFault_isFound(ReadWriteFault fault) {
        boolean deaths = !fault.showsWithoutADeath();
        Rules rules = Rules.PLAIN.withDeaths(deaths ? 1 : 0);
        TickPolicy ticks = deaths ? TickPolicy.STANDARD : TickPolicy.OFF;
        Explorer explorer = explorer(fault.shownBy(TWO_AND_TWO), rules, ticks, fault);
        explorer.assertFinds(SEED, 20_000);
    }

    @Test
    void withoutTicks_aDeathStrandsSleepers() {
        Rules rules = Rules.PLAIN.withDeaths(1);
        Explorer explorer = explorer(TWO_AND_TWO, rules, TickPolicy.OFF, ReadWriteFault.NONE);
        assertNotNull(explorer.sample(SEED, 20_000).failure());
    }

    private static Explorer explorer(Size size, Rules rules) {
        return explorer(size, rules, TickPolicy.STANDARD, ReadWriteFault.NONE);
    }

    private static Explorer explorer(
            Size size, Rules rules, TickPolicy ticks, ReadWriteFault fault) {
        return new Explorer(() -> new ReadWriteScenario(size, ticks, fault), rules);
    }
}
