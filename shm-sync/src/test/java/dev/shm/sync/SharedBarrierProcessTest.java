package dev.shm.sync;

import static dev.shm.sync.BarrierCommands.BROKEN;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, at each step of a barrier's protocol (ALGORITHMS 4.3),
 * while others are idle, blocked or racing. BEHAVIOURS 6.15, 20.9, 20.17.
 */
class SharedBarrierProcessTest {
    @TempDir private Path directory;
    private Peers peers;
    private SharedBarrier barrier;
    private Victim victim;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, BarrierCommands.class);
    }

    @AfterEach
    void close() {
        victim.close();
        peers.close();
    }

    private void barrierOf(int parties) {
        barrier = SharedBarrier.create(peers.region(), "it", parties);
        victim = victim();
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), BarrierCommands.class);
    }

    /** On its way, or waiting: as long as it lives it is waited for, also when it is stopped. */
    @ParameterizedTest
    @CsvSource({
        "barrier.joined, IDLE",
        "barrier.joined, BLOCKED",
        "barrier.joined, RACING",
        "barrier.arrived, IDLE",
        "barrier.arrived, BLOCKED",
        "barrier.arrived, RACING",
        "barrier.announced, IDLE",
        "barrier.announced, BLOCKED",
        "barrier.announced, RACING"
    })
    void killedAsAParty(String point, Bystander kind) throws Exception {
        barrierOf(4);
        victim.stopAt(point).say("await").awaitStopped(point);
        Peer survivor = kind.begin(peers, "await");
        victim.jvm().stop();
        Peer blocked = peers.add().say("await");
        assertStaysWhole();
        victim.kill();
        blocked.expect(BROKEN);
        kind.expect(survivor, "await", BROKEN);
        assertTrue(barrier.isBroken());
        assertAllPassAfterReset();
    }

    @ParameterizedTest
    @EnumSource
    void killedInItsAction(Bystander kind) throws Exception {
        barrierOf(kind == Bystander.BLOCKED ? 3 : 2);
        Peer waiting = peers.add().say("await");
        waiting.awaitAsleep();
        Peer survivor = kind.begin(peers, "await");
        victim.stopAt("barrier.leading").say("await").awaitStopped("barrier.leading");
        victim.jvm().stop();
        assertStaysWhole();
        victim.kill();
        waiting.expect(BROKEN);
        kind.expect(survivor, "await", BROKEN);
    }

    /** All parties had come: they go on, and the barrier is broken for what comes next. */
    @ParameterizedTest
    @EnumSource
    void killedAfterItTripped_beforeItWakes(Bystander kind) {
        barrierOf(2);
        Peer survivor = peers.add().say("await");
        survivor.awaitAsleep();
        victim.stopAt("barrier.tripped").say("await").awaitStopped("barrier.tripped");
        survivor.expect("1"); // by its tick, though the other is only stopped
        kind.begin(survivor, "await", "race");
        assertFalse(barrier.isBroken());
        victim.kill();
        kind.expect(survivor, "await", BROKEN);
        assertAllPassAfterReset();
    }

    /** Who gives up has broken the barrier before it dies; sleepers see it by their tick. */
    @ParameterizedTest
    @CsvSource({
        "abort, IDLE",
        "abort, BLOCKED",
        "abort, RACING",
        "interrupted, BLOCKED",
        "await 1, BLOCKED"
    })
    void killedAfterItBroke_beforeItWakes(String breaking, Bystander kind) {
        barrierOf(3);
        Peer survivor = kind.begin(peers, "await");
        victim.stopAt("barrier.broken").say(breaking).awaitStopped("barrier.broken");
        kind.expect(survivor, "await", BROKEN);
        victim.kill();
        assertAllPassAfterReset();
    }

    /** Who waited is told, and whoever comes finds a new generation. */
    @Test
    void killedAfterItReset_beforeItWakes() {
        barrierOf(2);
        Peer blocked = peers.add().say("await");
        blocked.awaitAsleep();
        victim.stopAt("barrier.reset").say("reset").awaitStopped("barrier.reset");
        blocked.expect(BROKEN);
        victim.kill();
        List<Peer> two = peers.add(2);
        two.get(0).say("await").awaitAsleep(); // the dead one never was a party
        assertEquals("0", two.get(1).ask("await"));
        two.get(0).expect("1");
    }

    /** BEHAVIOURS 20.17: it is waited for, and the round is whole. */
    @ParameterizedTest
    @CsvSource({
        "barrier.joined, false",
        "barrier.arrived, false",
        "barrier.announced, false",
        "barrier.leading, true"
    })
    void stoppedAsAParty_isWaitedFor(String point, boolean comesLast) throws Exception {
        barrierOf(2);
        Peer other = peers.add();
        if (comesLast) {
            other.say("await").awaitAsleep();
        }
        victim.stopAt(point).say("await").awaitStopped(point);
        assertStaysWhole();
        if (!comesLast) {
            other.say("await");
        }
        victim.goOn();
        assertEquals(Set.of("0", "1"), Set.of(victim.jvm().hear(), other.hear()));
        assertFalse(barrier.isBroken());
    }

    /** One that has ended the round, and does not wake, holds nobody up. */
    @ParameterizedTest
    @CsvSource({
        "await, barrier.tripped, 1, 0",
        "abort, barrier.broken, broken, done",
        "reset, barrier.reset, broken, done"
    })
    void stoppedBeforeItWakes_holdsNobodyUp(
            String command, String point, String told, String answer) {
        barrierOf(2);
        Peer blocked = peers.add().say("await");
        blocked.awaitAsleep();
        victim.stopAt(point).say(command).awaitStopped(point);
        blocked.expect(told);
        victim.goOn();
        victim.expect(answer);
    }

    /** Its wake is lost with it, and the next round is broken. */
    @ParameterizedTest
    @EnumSource
    void killedAsItWakes(Bystander kind) throws Exception {
        stopAsItWakes();
        Peer survivor = kind.begin(peers, "await");
        victim.kill();
        kind.expect(survivor, "await", BROKEN);
    }

    @Test
    void stoppedAsItWakes_goesOn() throws Exception {
        stopAsItWakes();
        victim.goOn();
        victim.expect("1");
        assertFalse(barrier.isBroken());
    }

    private void stopAsItWakes() throws Exception {
        barrierOf(2);
        String heard;
        victim.stopAt("wait.woken");
        do {
            victim.say("await").awaitAsleep();
            assertEquals(0, barrier.await());
            heard = victim.jvm().hear();
        } while (heard.equals("1")); // it had just looked by itself
        assertEquals("stopped at wait.woken", heard);
    }

    /** Whoever sweeps the dead may die itself: the next one goes on. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedWhileItSweeps_orStopped(boolean killed) {
        barrierOf(3);
        try (Victim second = victim()) {
            victim.say("await").awaitAsleep();
            second.stopAt("barrier.swept");
            second.ask(PeerJvm.STATE); // it has joined: else it might take the dead one's place
            peers.close(); // so that nobody else sweeps
            victim.kill();
            second.awaitStopped("barrier.swept");
            if (killed) {
                second.kill();
            } else {
                second.goOn();
                second.say("await").expect(BROKEN);
            }
        }
        try (SharedRegion region = Peers.open(directory.resolve("peers.shm"))) {
            SharedBarrier again = SharedBarrier.open(region, "it");
            assertTrue(again.isBroken());
            awaitAlone(region); // what is not known to be dead yet may break the next round
            again.reset();
            assertThrows(TimeoutException.class, () -> again.await(20, MILLISECONDS));
        }
    }

    /** For as long as it takes to look after the others a few times. */
    private void assertStaysWhole() throws InterruptedException {
        SharedEvent never = SharedEvent.of(peers.region(), "never");
        assertFalse(never.await(50, MILLISECONDS));
        assertFalse(barrier.isBroken());
    }

    /** Waits until everybody is known to be dead that is, and has been swept. */
    private static void awaitAlone(SharedRegion region) {
        ChildJvm.awaitThat("the deaths are known", () -> region.participants().size() == 1);
    }

    private void assertAllPassAfterReset() {
        long dead = victim.jvm().pid();
        ChildJvm.awaitThat(
                "the death is known",
                () -> peers.region().participants().stream().noneMatch(p -> p.pid() == dead));
        barrier.reset();
        List<Peer> all = peers.add(barrier.getParties());
        all.forEach(peer -> peer.say("await"));
        int sum = all.stream().mapToInt(peer -> Integer.parseInt(peer.hear())).sum();
        assertEquals(all.size() * (all.size() - 1) / 2, sum);
    }
}
