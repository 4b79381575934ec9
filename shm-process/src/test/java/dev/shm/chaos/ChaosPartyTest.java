package dev.shm.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.chaos.Ledger.Entry;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedBarrier;
import dev.shm.sync.SharedLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Chaos demands to be told of parties that died; one that leaves is told of as one that dies. */
class ChaosPartyTest extends StageTest {
    private static final int PARTY = 3;
    private static final String FIRST = "roll-call-0";
    private static final long JOINED_THE_FIRST = 3;

    private static SharedLatch rollCall(SharedRegion region, String name) {
        return SharedLatch.of(region, name, Ledger.SEATS, SharedLatch.Mode.PARTIES);
    }

    private void asOneThatLeaves(Consumer<SharedRegion> deed) {
        try (SharedRegion other = SharedRegion.open(RegionOptions.at(region.path()))) {
            deed.accept(other);
        }
    }

    private void leaveAsParty(int party) {
        asOneThatLeaves(other -> rollCall(other, FIRST).join(party));
        ledger.set(Act.ROLL_CALL, Entry.HOLDS, party, JOINED_THE_FIRST);
    }

    private static String failureOf(Ledger.Doing demand) {
        return failureOf(demand, TimeUnit.MILLISECONDS.toNanos(200)); // it never ends
    }

    private static String failureOf(Ledger.Doing demand, long patience) {
        try (Watched watched = new Watched(new Patience(1, patience))) {
            return assertThrows(AssertionError.class, () -> watched.run("it", demand)).getMessage();
        }
    }

    @Test
    void aPartyThatDied_isHeardOf_thoughReliefCame() throws Exception {
        leaveAsParty(PARTY - 1); // who is told of first
        leaveAsParty(PARTY);
        assertTrue(stage.parties().hasJoined(PARTY));
        stage.relieve();
        stage.parties().hearOfAParty(PARTY);
        assertFalse(stage.parties().hasJoined(PARTY));
        assertFalse(stage.parties().hasJoined(PARTY - 1));
        assertEquals(2, ledger.sum(Act.ROLL_CALL, Entry.REPORTS));
        assertTrue(region.names().contains(FIRST));
        stage.relieve();
        assertFalse(region.names().contains(FIRST));
    }

    /** As if joining did nothing. */
    @Test
    void aPartyThatDied_andIsNotTold_isFound() {
        ledger.set(Act.ROLL_CALL, Entry.HOLDS, PARTY, JOINED_THE_FIRST);
        assertEquals("it: does not end", failureOf(() -> stage.parties().hearOfAParty(PARTY)));
    }

    @Test
    void aPartyThatDied_andIsTakenForDone_isFound() {
        ledger.set(Act.ROLL_CALL, Entry.HOLDS, PARTY, JOINED_THE_FIRST);
        try (SharedLatch latch = rollCall(region, FIRST)) {
            latch.countDown(PARTY);
        }
        long minute = TimeUnit.MINUTES.toNanos(1);
        String told = failureOf(() -> stage.parties().hearOfAParty(PARTY), minute);
        assertTrue(told.contains("it opened, though one died"), told);
    }

    @Test
    void aMemberThatDied_isHeardOf() throws Exception {
        asOneThatLeaves(ChaosPartyTest::arriveInVain);
        stage.parties().hearOfABreak();
        assertEquals(1, ledger.sum(Act.BARRIER, Entry.REPORTS));
    }

    /** Gives up, and so breaks it, which is mended; and is a member from then on. */
    private static void arriveInVain(SharedRegion other) {
        SharedBarrier barrier = SharedBarrier.open(other, "barrier");
        assertThrows(TimeoutException.class, () -> barrier.await(0, TimeUnit.MILLISECONDS));
        barrier.reset();
    }

    @Test
    void aBarrierThatDoesNotBreak_isFound() {
        assertEquals("it: does not end", failureOf(() -> stage.parties().hearOfABreak()));
    }
}
