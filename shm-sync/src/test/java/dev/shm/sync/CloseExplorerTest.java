package dev.shm.sync;

import static dev.shm.explore.Explorer.samples;

import dev.shm.explore.Explorer;
import dev.shm.explore.Rules;
import dev.shm.wait.TickPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A handle is closed at every access, without ticks that could put things right. */
class CloseExplorerTest {
    private static final long SEED = 13;
    private static final Rules DEATHS = Rules.PLAIN.withDeaths(2).withJanitor().withEarlyTicks(1);

    @ParameterizedTest
    @EnumSource
    void close_takesNobodysWake(CloseScenario.Kind kind) {
        int depth = kind == CloseScenario.Kind.CONDITION ? 1 : 2; // or it takes too long
        explorer(kind, Rules.PLAIN, true).depthFirst(depth).assertClean();
        explorer(kind, Rules.PLAIN.withInterrupts(1), true)
                .sample(SEED, samples(2_000))
                .assertClean();
    }

    @ParameterizedTest
    @EnumSource
    void close_thatWakesNobody_isFound(CloseScenario.Kind kind) {
        explorer(kind, Rules.PLAIN, false).assertFinds(SEED, 10_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLock_isKeptUntilItsUnlock_andNoLonger(boolean two) {
        lock(two, Rules.PLAIN, LockCloseScenario.Fault.NONE).depthFirst(2).assertClean();
        Rules rules = Rules.PLAIN.withInterrupts(1);
        lock(two, rules, LockCloseScenario.Fault.NONE).sample(SEED, samples(2_000)).assertClean();
        lock(two, DEATHS, LockCloseScenario.Fault.NONE).sample(SEED, samples(2_000)).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aLock_everyFaultIsFound(LockCloseScenario.Fault fault) {
        boolean two = fault == LockCloseScenario.Fault.HOLDER_NOT_TOLD;
        boolean deaths = fault == LockCloseScenario.Fault.KEEPS_THE_NEWS;
        lock(two, deaths ? DEATHS : Rules.PLAIN, fault).assertFinds(SEED, 10_000);
    }

    @Test
    void aLock_isKeptForWhoWaitsOnItsCondition() {
        LockWaitCloseScenario.Fault none = LockWaitCloseScenario.Fault.NONE;
        lockWait(Rules.PLAIN, none).depthFirst(1).assertClean();
        lockWait(Rules.PLAIN, none).sample(SEED, samples(2_000)).assertClean();
        lockWait(DEATHS, none).sample(SEED, samples(2_000)).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aLockThatIsWaitedThrough_everyFaultIsFound(LockWaitCloseScenario.Fault fault) {
        lockWait(Rules.PLAIN, fault).assertFinds(SEED, 10_000);
    }

    @Test
    void aReadWriteLock_isKeptUntilItsUnlock() {
        readWrite(ReadWriteCloseScenario.Fault.NONE).depthFirst(2).assertClean();
        readWrite(ReadWriteCloseScenario.Fault.NONE).sample(SEED, samples(2_000)).assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aReadWriteLock_everyFaultIsFound(ReadWriteCloseScenario.Fault fault) {
        readWrite(fault).assertFinds(SEED, 10_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBarrier_isBrokenForAllOrForNone(boolean complete) {
        Rules rules = Rules.PLAIN.withInterrupts(1);
        barrier(complete, Rules.PLAIN, BarrierCloseScenario.Fault.NONE).depthFirst(2).assertClean();
        barrier(complete, rules, BarrierCloseScenario.Fault.NONE)
                .sample(SEED, samples(2_000))
                .assertClean();
        barrier(complete, DEATHS, BarrierCloseScenario.Fault.NONE)
                .sample(SEED, samples(2_000))
                .assertClean();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBarrier_everyFaultIsFound(BarrierCloseScenario.Fault fault) {
        barrier(false, Rules.PLAIN, fault).assertFinds(SEED, 10_000);
    }

    private static Explorer explorer(CloseScenario.Kind kind, Rules rules, boolean wakes) {
        return new Explorer(() -> new CloseScenario(kind, wakes), rules);
    }

    private static Explorer lock(boolean two, Rules rules, LockCloseScenario.Fault fault) {
        return new Explorer(() -> new LockCloseScenario(two, ticks(rules), fault), rules);
    }

    private static Explorer lockWait(Rules rules, LockWaitCloseScenario.Fault fault) {
        return new Explorer(() -> new LockWaitCloseScenario(ticks(rules), fault), rules);
    }

    private static Explorer readWrite(ReadWriteCloseScenario.Fault fault) {
        return new Explorer(() -> new ReadWriteCloseScenario(fault), Rules.PLAIN);
    }

    private static Explorer barrier(
            boolean complete, Rules rules, BarrierCloseScenario.Fault fault) {
        return new Explorer(() -> new BarrierCloseScenario(complete, ticks(rules), fault), rules);
    }

    private static TickPolicy ticks(Rules rules) {
        return rules.deaths() == 0 ? TickPolicy.OFF : TickPolicy.STANDARD;
    }
}
