package dev.shm.sync;

import static dev.shm.sync.BarrierCommands.BROKEN;
import static dev.shm.sync.BarrierCommands.INTERRUPTED;
import static dev.shm.sync.BarrierCommands.LATE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Barriers, with peers that are threads, other region objects, and other JVMs. */
class SharedBarrierTest {
    private static final String DONE = "done";
    private static final int STEPS = 1000;

    @TempDir private Path directory;

    /** BEHAVIOURS 6.1, 6.3, 6.12: nobody is a step ahead, and the action ran before. */
    @ParameterizedTest
    @EnumSource
    void fiveParties_passInLockStep(Where where) {
        try (Peers peers = peers(where)) {
            SharedBarrier barrier = SharedBarrier.create(peers.region(), "it", 5);
            List<Peer> five = peers.add(5);
            five.forEach(peer -> peer.say("steps " + STEPS));
            int last = five.stream().mapToInt(peer -> Integer.parseInt(peer.hear())).sum();
            assertEquals(STEPS, last);
            assertEquals(STEPS, SharedValue.open(peers.region(), "actions").getLong());
            assertEquals(0, barrier.getNumberWaiting());
            assertFalse(barrier.isBroken());
        }
    }

    /** BEHAVIOURS 6.2, 6.11, 6.13: the index says how many came later. */
    @ParameterizedTest
    @EnumSource
    void await_returnsHowManyCameLater(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedBarrier barrier = SharedBarrier.create(peers.region(), "it", 3);
            Peer first = peers.add().say("await");
            first.awaitAsleep();
            assertEquals(1, barrier.getNumberWaiting());
            Peer second = peers.add().say("await");
            second.awaitAsleep();
            assertEquals(2, barrier.getNumberWaiting());
            String state = barrier.toString();
            assertTrue(
                    state.startsWith(
                            "SharedBarrier[name=it, waiting=2 of 3, broken=no, members=[pid="),
                    state);
            Peer third = peers.add();
            assertEquals(barrier.toString(), third.ask("show"));
            assertEquals("0", third.ask("await"));
            second.expect("1");
            first.expect("2");
            assertEquals(0, barrier.getNumberWaiting());
        }
    }

    /** BEHAVIOURS 6.4, 6.6: whoever waits is told, whoever comes is told, until a reset. */
    @ParameterizedTest
    @EnumSource
    void abort_breaks_untilReset(Where where) {
        try (Peers peers = peers(where)) {
            SharedBarrier barrier = SharedBarrier.create(peers.region(), "it", 3);
            List<Peer> three = peers.add(3);
            three.subList(0, 2).forEach(peer -> peer.say("await"));
            three.subList(0, 2).forEach(Peer::awaitAsleep);
            assertEquals(DONE, three.get(2).ask("abort"));
            three.subList(0, 2).forEach(peer -> peer.expect(BROKEN));
            assertTrue(barrier.isBroken());
            assertEquals(0, barrier.getNumberWaiting());
            assertThrows(BrokenBarrierException.class, barrier::await);
            assertEquals(BROKEN, three.get(2).ask("await"));
            assertEquals(DONE, three.get(2).ask("reset"));
            assertFalse(barrier.isBroken());
            assertAllPass(three);
        }
    }

    /** BEHAVIOURS 6.5. */
    @ParameterizedTest
    @EnumSource
    void reset_breaksTheWaitsInProgress(Where where) {
        try (Peers peers = peers(where)) {
            SharedBarrier barrier = SharedBarrier.create(peers.region(), "it", 3);
            List<Peer> three = peers.add(3);
            three.subList(0, 2).forEach(peer -> peer.say("await"));
            three.subList(0, 2).forEach(Peer::awaitAsleep);
            barrier.reset();
            three.subList(0, 2).forEach(peer -> peer.expect(BROKEN));
            assertFalse(barrier.isBroken());
            assertAllPass(three);
        }
    }

    /**
     * BEHAVIOURS 6.7: the one whose time runs out hears of it, all the others that it is broken.
     */
    @ParameterizedTest
    @EnumSource
    void aTimeout_breaksForAll(Where where) {
        try (Peers peers = peers(where)) {
            SharedBarrier barrier = SharedBarrier.create(peers.region(), "it", 3);
            List<Peer> three = peers.add(3);
            three.get(0).say("await").awaitAsleep();
            long start = System.nanoTime();
            assertEquals(LATE, three.get(1).ask("await 30"));
            assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(30));
            three.get(0).expect(BROKEN);
            assertEquals(BROKEN, three.get(2).ask("await 30"));
            assertTrue(barrier.isBroken());
        }
    }

    /** BEHAVIOURS 6.8. */
    @Test
    void aTimeoutOfTheBarrier_isThatOfEveryWait() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedBarrier barrier = SharedBarrier.create(region, "it", 2, 20, MILLISECONDS, null);
            BrokenBarrierException e = assertThrows(BrokenBarrierException.class, barrier::await);
            assertEquals(TimeoutException.class, e.getCause().getClass());
            assertEquals(
                    "SharedBarrier[name=it, arrived=1 of 2, generation=0, broken=yes]:"
                            + " it was broken before",
                    assertThrows(BrokenBarrierException.class, barrier::await).getMessage());
            assertTrue(barrier.isBroken());
            SharedBarrier again = SharedBarrier.of(region, "it", 2, 20, MILLISECONDS, () -> {});
            assertThrows(BrokenBarrierException.class, again::await);
            again.reset();
            assertThrows(TimeoutException.class, () -> again.await(0, MILLISECONDS));
            IllegalArgumentException other =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> SharedBarrier.of(region, "it", 2));
            assertTrue(other.getMessage().contains("2 parties, timeout 20 ms"), other::getMessage);
        }
    }

    /** BEHAVIOURS 6.9. */
    @Test
    void oneParty_neverWaits() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedBarrier barrier = SharedBarrier.create(region, "it", 1);
            for (int i = 0; i < 100_000; i++) { // its generations wrap
                assertEquals(0, barrier.await(0, MILLISECONDS));
            }
        }
    }

    /** BEHAVIOURS 6.14: its party hears of it, the others that the barrier is broken. */
    @ParameterizedTest
    @EnumSource
    void anAction_thatThrows_breaks(Where where) {
        try (Peers peers = peers(where)) {
            SharedBarrier barrier = SharedBarrier.create(peers.region(), "it", 2);
            Peer waiter = peers.add().say("await");
            waiter.awaitAsleep();
            Peer leader = peers.add();
            assertEquals(DONE, leader.ask("fail"));
            assertEquals(
                    "java.lang.UnsupportedOperationException: the action fails",
                    leader.ask("await"));
            waiter.expect(BROKEN);
            assertTrue(barrier.isBroken());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterrupt_breaks(Where where) {
        try (Peers peers = peers(where)) {
            SharedBarrier barrier = SharedBarrier.create(peers.region(), "it", 3);
            Peer waiter = peers.add().say("await");
            waiter.awaitAsleep();
            assertEquals(INTERRUPTED, peers.add().ask("interrupted"));
            waiter.expect(BROKEN);
            assertTrue(barrier.isBroken());
        }
    }

    @Test
    void anInterrupt_endsAWait() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedBarrier barrier = SharedBarrier.create(region, "it", 2);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread waiting = Sleeper.start(barrier::await, thrown);
            waiting.interrupt();
            waiting.join();
            assertEquals(InterruptedException.class, thrown.get().getClass());
            assertTrue(barrier.isBroken());
        }
    }

    /**
     * BEHAVIOURS 20.23: closing takes the parties along that wait through the handle, and nobody is
     * left alone.
     */
    @Test
    void close_breaksTheWaitsThroughIt() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedBarrier barrier = SharedBarrier.create(region, "it", 3);
            SharedBarrier other = SharedBarrier.open(region, "it");
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Throwable> thrownThere = new AtomicReference<>();
            Thread waiting = Sleeper.start(barrier::await, thrown);
            Thread waitingThere = Sleeper.start(other::await, thrownThere);
            barrier.close();
            waiting.join();
            waitingThere.join();
            Class<?> heard = thrown.get().getClass(); // what it sees first
            assertTrue(
                    heard == IllegalStateException.class || heard == BrokenBarrierException.class);
            assertEquals(BrokenBarrierException.class, thrownThere.get().getClass());
            assertTrue(other.isBroken());
            assertEquals("SharedBarrier[name=it, closed]", barrier.toString());
            assertThrows(IllegalStateException.class, barrier::await);
            barrier.close();
        }
    }

    /** The action may close its handle: that breaks the barrier, and ends well. */
    @Test
    void close_byTheAction() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            AtomicReference<SharedBarrier> itself = new AtomicReference<>();
            SharedBarrier barrier =
                    SharedBarrier.create(region, "it", 2, () -> itself.get().close());
            itself.set(barrier);
            SharedBarrier other = SharedBarrier.open(region, "it");
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread waiting = Sleeper.start(other::await, thrown);
            assertThrows(IllegalStateException.class, barrier::await);
            waiting.join();
            assertEquals(BrokenBarrierException.class, thrown.get().getClass());
        }
    }

    /** Who has closed its handles in good order is not missed. */
    @Test
    void aProcess_thatHasClosedTheBarrier_mayLeave() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedBarrier barrier = SharedBarrier.create(region, "it", 1);
            try (SharedRegion other = Peers.open(directory.resolve("r.shm"));
                    SharedBarrier first = SharedBarrier.open(other, "it");
                    SharedBarrier second = SharedBarrier.open(other, "it")) {
                assertEquals(0, first.await());
                assertEquals(0, second.await());
            }
            assertEquals(0, barrier.await());
        }
    }

    @Test
    void aProcess_thatLeavesTheRegionAsAParty_isMissed() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedBarrier barrier = SharedBarrier.create(region, "it", 2);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread waiting = Sleeper.start(barrier::await, thrown);
            try (SharedRegion other = Peers.open(directory.resolve("r.shm"))) {
                SharedBarrier theirs = SharedBarrier.open(other, "it");
                assertEquals(0, theirs.await());
                waiting.join();
                waiting = Sleeper.start(barrier::await, thrown);
            }
            waiting.join();
            assertEquals(BrokenBarrierException.class, thrown.get().getClass());
            barrier.reset();
            assertThrows(TimeoutException.class, () -> barrier.await(0, MILLISECONDS));
        }
    }

    /** One more than there are parties waits for the next round, without spoiling this one. */
    @Test
    void whoComesDuringTheAction_isOfTheNextRound() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Throwable> late = new AtomicReference<>();
            AtomicReference<Thread> third = new AtomicReference<>();
            SharedBarrier barrier = SharedBarrier.create(region, "it", 2);
            SharedBarrier leading =
                    SharedBarrier.open(
                            region,
                            "it",
                            () -> {
                                assertThrows(
                                        TimeoutException.class,
                                        () -> barrier.await(1, MILLISECONDS));
                                third.set(Sleeper.start(barrier::await, late));
                            });
            Thread first = Sleeper.start(barrier::await, thrown);
            assertEquals(0, leading.await());
            first.join();
            ChildJvm.awaitThat("it has arrived", () -> barrier.getNumberWaiting() == 1);
            assertEquals(0, barrier.await(1, MINUTES));
            third.get().join();
            assertEquals(null, thrown.get());
            assertEquals(null, late.get());
        }
    }

    /** As with CyclicBarrier: who is one too many breaks nothing, be it interrupted. */
    @Test
    void whoComesInterruptedDuringTheAction_breaksNothing() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            SharedBarrier barrier = SharedBarrier.create(region, "it", 2);
            SharedBarrier leading =
                    SharedBarrier.open(
                            region,
                            "it",
                            () -> {
                                Thread.currentThread().interrupt(); // stands for a third thread
                                assertThrows(InterruptedException.class, barrier::await);
                            });
            Thread first = Sleeper.start(barrier::await, thrown);
            assertEquals(0, leading.await());
            first.join();
            assertEquals(null, thrown.get());
            assertFalse(barrier.isBroken());
        }
    }

    /** BEHAVIOURS 6.10. */
    @ParameterizedTest
    @ValueSource(ints = {0, -1, 16_384})
    void badNumbersOfParties_areRefused(int parties) {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            assertThrows(
                    IllegalArgumentException.class, () -> SharedBarrier.of(region, "it", parties));
        }
    }

    @Test
    void whatDoesNotFit_isRefused() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            assertThrows(NoSuchElementException.class, () -> SharedBarrier.open(region, "it"));
            assertEquals(7, SharedBarrier.create(region, "it", 7).getParties());
            assertEquals("it", SharedBarrier.of(region, "it", 7, () -> {}).name());
            assertThrows(IllegalArgumentException.class, () -> SharedBarrier.of(region, "it", 8));
            assertThrows(IllegalArgumentException.class, () -> SharedLatch.of(region, "it", 7));
            assertThrows(IllegalStateException.class, () -> SharedBarrier.create(region, "it", 7));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> SharedBarrier.create(region, "x", 7, 0, MILLISECONDS, null));
        }
    }

    private static void assertAllPass(List<Peer> all) {
        all.forEach(peer -> peer.say("await"));
        assertEquals(
                all.size() * (all.size() - 1) / 2,
                all.stream().mapToInt(peer -> Integer.parseInt(peer.hear())).sum());
    }

    /** Members are whole attachments, and those that died until they are forgotten. */
    @Test
    void toString_showsItsMembers() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedBarrier barrier = SharedBarrier.create(region, "it", 1);
            assertEquals(
                    "SharedBarrier[name=it, waiting=0 of 1, broken=no, members=[]]",
                    barrier.toString());
            barrier.await();
            String pid = "pid=" + ProcessHandle.current().pid();
            try (SharedRegion other = Peers.open(directory.resolve("r.shm"));
                    SharedBarrier same = SharedBarrier.open(other, "it")) {
                same.await();
                assertTrue(
                        barrier.toString().endsWith("members=[" + pid + ", " + pid + "]]"),
                        barrier::toString);
            }
            assertTrue(barrier.toString().endsWith("members=[" + pid + "]]"), barrier::toString);
        }
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, BarrierCommands.class);
    }
}
