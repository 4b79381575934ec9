package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLatch.Mode;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Latches, with peers that are threads, other region objects, and other JVMs. */
class SharedLatchTest {
    private static final String DONE = "done";

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void aCount_opensAtZero_forEver(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedLatch latch = SharedLatch.create(peers.region(), "it", 2);
            List<Peer> three = peers.add(3);
            assertEquals("2", three.get(0).ask("count"));
            three.forEach(peer -> peer.say("await"));
            three.forEach(Peer::awaitAsleep);
            latch.countDown();
            assertEquals(1, latch.getCount());
            assertFalse(latch.await(0, MILLISECONDS));
            assertTrue(three.stream().allMatch(Peer::isBusy));
            latch.countDown();
            three.forEach(peer -> peer.expect(DONE));
            latch.countDown();
            assertEquals("0", three.get(0).ask("count"));
            latch.await();
            assertEquals("true", three.get(1).ask("awaitFor 0"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void parties_countDownOnceEach(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedLatch latch = SharedLatch.create(peers.region(), "it", 2, Mode.PARTIES);
            Peer peer = peers.add();
            Peer waiter = peers.add().say("await");
            assertEquals(DONE, peer.ask("join 1"));
            assertEquals(DONE, peer.ask("countDown 1"));
            assertEquals(DONE, peer.ask("countDown 1"));
            assertEquals(1, latch.getCount());
            assertTrue(latch.isDone(1));
            assertFalse(latch.isDone(0));
            waiter.awaitAsleep();
            latch.countDown(0); // without having joined
            waiter.expect(DONE);
        }
    }

    /** A party belongs to one process at a time. */
    @ParameterizedTest
    @EnumSource(names = {"REGIONS", "JVMS"})
    void join_asSomebodyElse_isRefused(Where where) {
        try (Peers peers = peers(where)) {
            SharedLatch latch = SharedLatch.create(peers.region(), "it", 2, Mode.PARTIES);
            latch.join(0);
            latch.join(0);
            Peer peer = peers.add();
            assertEquals(
                    "java.lang.IllegalStateException: latch=it party=0: another process has joined"
                            + " as it",
                    peer.ask("join 0"));
            assertEquals(DONE, peer.ask("join 1"));
        }
    }

    /** A process that leaves in good order is missed as one that died. */
    @Test
    @SuppressWarnings("try") // closing is what it is about
    void aParty_thatLeaves_isMissed_untilAnotherTakesItsPlace() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedLatch latch = SharedLatch.of(region, "it", 2, Mode.PARTIES);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread waiting;
            try (SharedRegion other = Peers.open(directory.resolve("r.shm"))) {
                SharedLatch.of(other, "it", 2, Mode.PARTIES).join(1);
                waiting = Sleeper.start(latch::await, thrown);
            }
            waiting.join();
            assertEquals(
                    "party=1: its process died before it counted down", thrown.get().getMessage());
            assertThrows(PartyDiedException.class, () -> latch.await(0, MILLISECONDS));
            latch.join(1);
            assertFalse(latch.await(0, MILLISECONDS));
            latch.countDown(1);
            latch.countDown(0);
            assertTrue(latch.await(0, MILLISECONDS));
        }
    }

    /** BEHAVIOURS 20.23. */
    @Test
    void waits_endByInterruptAndByClose() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedLatch latch = SharedLatch.of(region, "it", 1);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread first = Sleeper.start(latch::await, thrown);
            first.interrupt();
            first.join();
            assertEquals(InterruptedException.class, thrown.get().getClass());
            Thread second = Sleeper.start(latch::await, thrown);
            assertEquals("SharedLatch[name=it, count=1 of 1, waiters=yes]", latch.toString());
            latch.close();
            second.join();
            assertEquals("region=r name=it: handle closed", thrown.get().getMessage());
            assertEquals("SharedLatch[name=it, closed]", latch.toString());
        }
    }

    @Test
    void whatDoesNotFit_isRefused() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            assertThrows(IllegalArgumentException.class, () -> SharedLatch.of(region, "x", -1));
            for (int parties : new int[] {0, 65}) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedLatch.of(region, "x", parties, Mode.PARTIES));
            }
            SharedLatch count = SharedLatch.of(region, "count", 0);
            assertEquals(0, count.getCount());
            assertThrows(IllegalStateException.class, () -> count.countDown(0));
            assertThrows(IllegalStateException.class, () -> count.join(0));
            assertThrows(IllegalStateException.class, () -> count.isDone(0));
            SharedLatch parties = SharedLatch.of(region, "parties", 64, Mode.PARTIES);
            assertEquals(64, parties.getCount());
            assertThrows(IllegalStateException.class, parties::countDown);
            assertThrows(IllegalArgumentException.class, () -> parties.countDown(64));
            assertThrows(IllegalArgumentException.class, () -> parties.join(-1));
            assertThrows(
                    IllegalArgumentException.class, () -> SharedLatch.of(region, "parties", 64));
            assertThrows(IllegalStateException.class, () -> SharedLatch.create(region, "count", 0));
            assertThrows(NoSuchElementException.class, () -> SharedLatch.open(region, "other"));
        }
    }

    @Test
    @SuppressWarnings("try") // closing is what it is about
    void toString_tellsWhoIsMissing() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedLatch latch = SharedLatch.of(region, "it", 4, Mode.PARTIES);
            try (SharedRegion other = Peers.open(directory.resolve("r.shm"))) {
                SharedLatch.open(other, "it").join(1);
            }
            latch.join(0);
            latch.countDown(2);
            assertEquals(
                    "SharedLatch[name=it, parties to come=3 of 4, missing=[0 pid="
                            + ProcessHandle.current().pid()
                            + ", 1 died, 3], waiters=no]",
                    latch.toString());
            for (int party = 0; party < 4; party++) {
                latch.countDown(party);
            }
            assertEquals(
                    "SharedLatch[name=it, parties to come=0 of 4, waiters=no]", latch.toString());
        }
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, LatchCommands.class);
    }
}
