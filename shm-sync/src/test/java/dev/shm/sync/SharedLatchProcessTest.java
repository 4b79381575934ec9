package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.sync.SharedLatch.Mode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, at each step of a latch's protocol (ALGORITHMS 4.4), while
 * others are idle, blocked or racing. BEHAVIOURS 20.17.
 */
class SharedLatchProcessTest {
    private static final String TOLD =
            "dev.shm.sync.PartyDiedException: party=1: its process died before it counted down";

    @TempDir private Path directory;
    private Peers peers;
    private SharedLatch latch;
    private Victim victim;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, LatchCommands.class);
        latch = SharedLatch.create(peers.region(), "it", 2, Mode.PARTIES);
        victim = victim();
    }

    @AfterEach
    void close() {
        victim.close();
        peers.close();
    }

    /** Whoever waits, and whoever comes, is told; a stopped party is waited for. */
    @ParameterizedTest
    @EnumSource
    void killedAfterJoining(Bystander kind) throws Exception {
        victim.stopAt("latch.joined").say("join 1").awaitStopped("latch.joined");
        victim.jvm().stop();
        latch.countDown(0);
        Peer survivor = kind.begin(peers, "await");
        assertFalse(latch.await(50, MILLISECONDS));
        assertEquals(kind != Bystander.IDLE, survivor.isBusy());
        victim.kill();
        kind.expect(survivor, "await", TOLD);
        assertThrows(PartyDiedException.class, () -> latch.await(0, MILLISECONDS));
        assertEquals("done", survivor.ask("join 1"));
        assertEquals("done", survivor.ask("countDown 1"));
        latch.await();
    }

    @Test
    void stoppedAfterJoining_isWaitedFor() throws Exception {
        victim.stopAt("latch.joined").say("join 1").awaitStopped("latch.joined");
        latch.countDown(0);
        assertFalse(latch.await(50, MILLISECONDS));
        victim.goOn();
        victim.expect("done");
        assertEquals("done", victim.ask("countDown 1"));
        latch.await();
    }

    /** It has counted down, and whoever waits sees that nothing is left. */
    @ParameterizedTest
    @CsvSource({
        "latch.counted, IDLE",
        "latch.counted, BLOCKED",
        "latch.counted, RACING",
        "latch.opened, IDLE"
    })
    void killedAfterTheLastCount(String point, Bystander kind) throws Exception {
        victim.ask("join 1");
        latch.countDown(0);
        Peer survivor = kind.begin(peers, "await");
        victim.stopAt(point).say("countDown 1").awaitStopped(point);
        victim.kill();
        kind.expect(survivor, "await", "done");
        latch.await();
        assertTrue(latch.isDone(1));
    }

    /** Who races before that may open the gate itself. */
    @Test
    void killedAfterOpening_othersRacing() throws Exception {
        victim.ask("join 1");
        latch.countDown(0);
        victim.stopAt("latch.opened").say("countDown 1").awaitStopped("latch.opened");
        Peer survivor = Bystander.RACING.begin(peers, "await");
        victim.kill();
        Bystander.RACING.expect(survivor, "await", "done");
        latch.await();
    }

    /** Who is blocked may do so as well, at its tick: here it is stopped meanwhile. */
    @Test
    void killedAfterOpening_anotherBlocked() throws Exception {
        victim.ask("join 1");
        latch.countDown(0);
        try (Victim survivor = victim()) {
            survivor.say("await").awaitAsleep();
            survivor.jvm().stop();
            victim.stopAt("latch.opened").say("countDown 1").awaitStopped("latch.opened");
            victim.kill();
            survivor.jvm().goOn();
            survivor.expect("done");
        }
        latch.await();
    }

    /** One that has counted down, but does not open or wake, holds nobody up. */
    @ParameterizedTest
    @ValueSource(strings = {"latch.counted", "latch.opened"})
    void stoppedAfterTheLastCount_holdsNobodyUp(String point) throws Exception {
        victim.ask("join 1");
        latch.countDown(0);
        victim.stopAt(point).say("countDown 1").awaitStopped(point);
        assertEquals("done", peers.add().ask("await"));
        latch.await();
        victim.goOn();
        victim.expect("done");
        assertEquals(0, latch.getCount());
    }

    @Test
    void killedAfterItCountedDown_isNotMissed() throws Exception {
        victim.ask("join 1");
        victim.stopAt("latch.counted").say("countDown 1").awaitStopped("latch.counted");
        victim.kill();
        assertFalse(latch.await(50, MILLISECONDS));
        latch.countDown(0);
        latch.await();
    }

    @ParameterizedTest
    @EnumSource
    void killedAsWaiter_strandsNobody(Bystander kind) {
        victim.stopAt("latch.announced").say("await").awaitStopped("latch.announced");
        Peer survivor = kind.begin(peers, "await");
        latch.countDown(0);
        assertEquals(kind != Bystander.IDLE, survivor.isBusy());
        victim.kill();
        latch.countDown(1);
        kind.expect(survivor, "await", "done");
    }

    @Test
    void stoppedAsWaiter_holdsNobodyUp() {
        victim.stopAt("latch.announced").say("await").awaitStopped("latch.announced");
        Peer blocked = Bystander.BLOCKED.begin(peers, "await");
        latch.countDown(0);
        latch.countDown(1);
        blocked.expect("done");
        victim.goOn();
        victim.expect("done");
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), LatchCommands.class);
    }
}
