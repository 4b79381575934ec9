package dev.shm.sync;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handle is closed at every access, without ticks that could put things right. */
class CloseExplorerTest {
    private static final long SEED = 13;

    @ParameterizedTest
    @EnumSource
    void close_takesNobodysWake(CloseScenario.Kind kind) {
        explorer(kind, Rules.PLAIN, true).depthFirst(2).assertClean();
        explorer(kind, Rules.PLAIN.withInterrupts(1), true)
                .sample(SEED, samples(2_000))
                .assertClean();
    }

    @ParameterizedTest
    @EnumSource
    void close_thatWakesNobody_isFound(CloseScenario.Kind kind) {
        explorer(kind, Rules.PLAIN, false).assertFinds(SEED, 10_000);
    }

    private static Explorer explorer(CloseScenario.Kind kind, Rules rules, boolean wakes) {
        return new Explorer(() -> new CloseScenario(kind, wakes), rules);
    }
}
