package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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
 * Counting semaphores, while a process dies, or only stops, at each step of one. Its peers are
 * idle, blocked, and racing. BEHAVIOURS 20.6.
 */
class CountingSemaphoreProcessTest {
    @TempDir private Path directory;
    private Peers peers;
    private CountingSemaphore semaphore;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, CountingCommands.class);
        semaphore = CountingSemaphore.create(peers.region(), "it", 0);
    }

    @AfterEach
    void close() {
        peers.close();
    }

    /** What was released is there; sleepers find it by their tick. */
    @ParameterizedTest
    @CsvSource({
        "counting.freed, IDLE",
        "counting.freed, BLOCKED",
        "counting.freed, RACING",
        "semaphore.signalled, IDLE",
        "semaphore.signalled, BLOCKED",
        "semaphore.signalled, RACING",
        "semaphore.waking, IDLE",
        "semaphore.waking, BLOCKED",
        "semaphore.waking, RACING",
        "counting.released, IDLE",
        "counting.released, BLOCKED",
        "counting.released, RACING"
    })
    void killedBeforeItWakes(String point, Bystander kind) {
        Peer blocked = peers.add();
        Peer survivor = peers.add();
        try (Victim victim = victim()) {
            boolean stopped;
            do { // who wakes by a tick just then, and passes the wake on, leaves it none to make
                blocked.say("acquire 2").awaitAsleep();
                kind.begin(survivor, "acquire", "race");
                stopped = !victim.stopAt(point).ask("release 3").equals("released");
                if (stopped) {
                    victim.kill();
                }
                blocked.expect("acquired");
                kind.expect(survivor, "acquire", "acquired");
            } while (!stopped);
        }
        assertEquals(0, semaphore.availablePermits());
    }

    /** Nobody owns what it had acquired. */
    @ParameterizedTest
    @EnumSource
    void killedWithAPermit_takesItAlong(Bystander kind) {
        semaphore.release(2);
        try (Victim victim = victim()) {
            victim.stopAt("counting.acquired").say("acquire").awaitStopped("counting.acquired");
            assertEquals("acquired", peers.add().ask("acquire"));
            Peer survivor = kind.begin(peers, "acquire");
            victim.kill();
            assertEquals(0, semaphore.availablePermits());
            semaphore.release();
            kind.expect(survivor, "acquire", "acquired");
        }
        assertEquals(0, semaphore.availablePermits());
    }

    /** The wake that it took with it was another's: that one finds the permit by its tick. */
    @Test
    void killedAsWaiter_strandsNobody() {
        Peer blocked = peers.add();
        try (Victim victim = victim()) {
            new Rivals(victim, "wait.woken", blocked, "acquire")
                    .giveUntilTheVictimIsWoken(semaphore::release);
            victim.kill();
        }
        assertFalse(semaphore.tryAcquire());
    }

    /** Whoever comes finds the permit as well. */
    @ParameterizedTest
    @EnumSource(names = {"IDLE", "RACING"})
    void killedAsWaiter_woken_othersComing(Bystander kind) {
        try (Victim victim = victim()) {
            victim.stopWhenWoken("wait.woken", "acquire", semaphore::release);
            Peer survivor = kind.begin(peers, "acquire");
            victim.kill();
            kind.expect(survivor, "acquire", "acquired");
        }
        assertFalse(semaphore.tryAcquire());
    }

    /** Nobody waits for one that waits and is stopped, nor when it is dead. */
    @ParameterizedTest
    @EnumSource
    void stoppedAsWaiter_andKilled_holdsNobodyUp(Bystander kind) {
        try (Victim victim = victim()) {
            victim.stopAt("semaphore.announced").say("acquire").awaitStopped("semaphore.announced");
            for (boolean killed : new boolean[] {false, true}) {
                Peer survivor = kind.begin(peers, "acquire");
                if (killed) {
                    victim.kill();
                }
                semaphore.release();
                kind.expect(survivor, "acquire", "acquired");
            }
        }
        assertEquals(0, semaphore.availablePermits());
    }

    /** BEHAVIOURS 20.17: nor for one that has released, and does not wake. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "counting.freed",
                "semaphore.signalled",
                "semaphore.waking",
                "counting.released"
            })
    void stoppedBeforeItWakes_holdsNobodyUp(String point) {
        Peer blocked = peers.add();
        try (Victim victim = victim()) {
            boolean stopped;
            do { // as above
                blocked.say("acquire 2").awaitAsleep();
                stopped = !victim.stopAt(point).ask("release 2").equals("released");
                blocked.expect("acquired");
            } while (!stopped);
            victim.goOn();
            victim.expect("released");
        }
        assertEquals(0, semaphore.availablePermits());
    }

    /** What it has acquired it keeps; and if it waits it has its turn later. */
    @ParameterizedTest
    @ValueSource(strings = {"counting.acquired", "semaphore.announced", "wait.woken"})
    void stopped_goesOn(String point) {
        boolean acquired = point.equals("counting.acquired");
        try (Victim victim = victim()) {
            if (point.equals("wait.woken")) {
                victim.stopWhenWoken(point, "acquire", semaphore::release);
            } else {
                if (acquired) {
                    semaphore.release();
                }
                victim.stopAt(point).say("acquire").awaitStopped(point);
                semaphore.release();
            }
            assertEquals("acquired", peers.add().ask("acquire"));
            victim.goOn();
            if (!acquired) {
                semaphore.release();
            }
            victim.expect("acquired");
        }
        assertEquals(0, semaphore.availablePermits());
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), CountingCommands.class);
    }
}
