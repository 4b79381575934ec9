package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent.Mode;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events, with peers that are threads, other region objects, and other JVMs. */
class SharedEventTest {
    private static final String PASSED = "passed";

    @TempDir private Path directory;

    /** BEHAVIOURS 5.1: clear at first; a wait for no time ends at once, another after its time. */
    @ParameterizedTest
    @EnumSource
    void anEvent_isClearAtFirst(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedEvent event = SharedEvent.create(peers.region(), "it");
            Peer peer = peers.add();
            assertEquals("false", peer.ask("isSet"));
            assertFalse(event.await(0, MILLISECONDS));
            assertFalse(event.await(-1, MILLISECONDS));
            assertEquals("false", peer.ask("await 0"));
            long start = System.nanoTime();
            assertFalse(event.await(30, MILLISECONDS));
            assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(30));
        }
    }

    /** BEHAVIOURS 5.2, 5.5: once set it lets everybody pass, as often as they like. */
    @ParameterizedTest
    @EnumSource
    void set_letsEverybodyPass_untilClear(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedEvent event = SharedEvent.create(peers.region(), "it");
            Peer peer = peers.add();
            peer.ask("set");
            peer.ask("set");
            assertTrue(event.isSet());
            event.await();
            assertTrue(event.await(0, MILLISECONDS));
            assertEquals(PASSED, peer.ask("await"));
            assertEquals("true", peer.ask("await 0"));
            event.clear();
            event.clear();
            assertEquals("false", peer.ask("isSet"));
            assertEquals("false", peer.ask("await 0"));
        }
    }

    /** BEHAVIOURS 5.3, 5.6: one set wakes five that wait, again and again. */
    @ParameterizedTest
    @EnumSource
    void set_wakesEverybody(Where where) {
        try (Peers peers = peers(where)) {
            SharedEvent event = SharedEvent.create(peers.region(), "it");
            List<Peer> five = peers.add(5);
            for (int round = 0; round < 3; round++) {
                five.forEach(peer -> peer.say("await"));
                five.forEach(Peer::awaitAsleep);
                event.set();
                five.forEach(peer -> peer.expect(PASSED));
                five.forEach(peer -> assertEquals(PASSED, peer.ask("await")));
                event.clear();
            }
        }
    }

    /** BEHAVIOURS 5.7: a pulse wakes everybody who waits already. */
    @ParameterizedTest
    @EnumSource
    void setAndClear_releasesEverybodyWhoWaits(Where where) {
        try (Peers peers = peers(where)) {
            SharedEvent event = SharedEvent.create(peers.region(), "it");
            List<Peer> three = peers.add(3);
            for (int round = 0; round < 20; round++) {
                three.forEach(peer -> peer.say("await"));
                three.forEach(Peer::awaitAsleep);
                event.set();
                event.clear();
                three.forEach(peer -> peer.expect(PASSED));
            }
        }
    }

    /** BEHAVIOURS 5.9: exactly one passes for each set; one set is remembered. */
    @ParameterizedTest
    @EnumSource
    void autoReset_letsOnePassForEachSet(Where where) {
        try (Peers peers = peers(where)) {
            SharedEvent event = SharedEvent.create(peers.region(), "it", Mode.AUTO_RESET);
            List<Peer> three = peers.add(3);
            event.set();
            event.set();
            assertTrue(event.isSet());
            assertEquals(PASSED, three.get(0).ask("await"));
            assertEquals("false", three.get(1).ask("await 0"));
            assertFalse(event.isSet());

            three.forEach(peer -> peer.say("await"));
            three.forEach(Peer::awaitAsleep);
            for (int passed = 1; passed <= 3; passed++) {
                event.set();
                int expected = passed;
                ChildJvm.awaitThat(
                        expected + " have passed",
                        () -> three.stream().filter(peer -> !peer.isBusy()).count() == expected);
                assertFalse(event.isSet());
            }
            three.forEach(peer -> peer.expect(PASSED));
        }
    }

    @ParameterizedTest
    @EnumSource
    void autoReset_clearTakesBackASet(Where where) {
        try (Peers peers = peers(where)) {
            SharedEvent event = SharedEvent.create(peers.region(), "it", Mode.AUTO_RESET);
            event.set();
            assertEquals("done", peers.add().ask("clear"));
            assertFalse(event.isSet());
        }
    }

    /** BEHAVIOURS 5.4. */
    @ParameterizedTest
    @EnumSource
    void toString_tellsTheState(Where where) {
        try (Peers peers = peers(where)) {
            SharedEvent event = SharedEvent.create(peers.region(), "it");
            assertEquals("SharedEvent[name=it, manual reset, clear, waiters=no]", event.toString());
            Peer peer = peers.add().say("await");
            peer.awaitAsleep();
            assertEquals(
                    "SharedEvent[name=it, manual reset, clear, waiters=yes]", event.toString());
            event.set();
            peer.expect(PASSED);
            assertEquals(event.toString(), peer.ask("show"));
            assertEquals("SharedEvent[name=it, manual reset, set, waiters=no]", event.toString());
            event.close();
            assertEquals("SharedEvent[name=it, closed]", event.toString());
        }
    }

    @Test
    void await_canBeInterrupted() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedEvent event = SharedEvent.create(region, "it");
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread waiting = Sleeper.start(event::await, thrown);
            waiting.interrupt();
            waiting.join();
            assertEquals(InterruptedException.class, thrown.get().getClass());

            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> event.await(0, MILLISECONDS));
            assertFalse(Thread.interrupted());
        }
    }

    /** BEHAVIOURS 20.23: closing the handle, or the region, ends the waits that go through it. */
    @Test
    @SuppressWarnings("try") // closing is what it is about
    void close_endsWaits() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedEvent event = SharedEvent.create(region, "it");
            try (SharedEvent other = SharedEvent.open(region, "it")) {
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                Thread waiting = Sleeper.start(event::await, thrown);
                event.close();
                waiting.join();
                assertEquals(
                        "region=r name=it: handle closed",
                        assertThrows(IllegalStateException.class, event::isSet).getMessage());
                assertEquals(IllegalStateException.class, thrown.get().getClass());

                Thread another = Sleeper.start(other::await, thrown);
                region.close();
                another.join();
                assertEquals("region=r: closed", thrown.get().getMessage());
            }
        }
    }

    @Test
    void anotherMode_isRefused() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedEvent.of(region, "it").close();
            assertEquals(Mode.MANUAL_RESET, SharedEvent.open(region, "it").mode());
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> SharedEvent.of(region, "it", Mode.AUTO_RESET))
                            .getMessage();
            assertTrue(message.contains("manual reset") && message.contains("automatic reset"));
            assertThrows(IllegalStateException.class, () -> SharedEvent.create(region, "it"));
            assertThrows(NoSuchElementException.class, () -> SharedEvent.open(region, "other"));
        }
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, EventCommands.class);
    }
}
