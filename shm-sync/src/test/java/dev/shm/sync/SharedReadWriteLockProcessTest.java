package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.sync.SharedLock.Acquisition;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, at each step of the protocol of the read-write lock, while
 * others are blocked or come afterwards. BEHAVIOURS 20.4, 20.17.
 */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SharedReadWriteLockProcessTest {
    private static final int ROUNDS = 20_000;

    @TempDir private Path directory;
    private Peers peers;
    private SharedReadWriteLock lock;

    @BeforeEach
    void create() {
        peers = new Peers(Where.REGIONS, directory, ReadWriteCommands.class);
        lock = SharedReadWriteLock.create(peers.region(), ReadWriteCommands.LOCK);
    }

    @AfterEach
    void close() {
        peers.close();
    }

    /** A reader dies inside: whoever waits to write goes on, and is told nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedAsReader(boolean blocked) {
        try (Victim victim = victim().stopAt("rw.reading")) {
            victim.say("read").awaitStopped("rw.reading");
            Peer writer = peers.add();
            if (blocked) {
                writer.say("acquire").awaitAsleep();
            }
            victim.kill();
            if (!blocked) {
                writer.say("acquire");
            }
            writer.expect("ACQUIRED");
            assertEquals(0, lock.readers());
        }
    }

    /** A reader that is counted, and has not looked for a writer yet, dies or goes on. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedAsReader_counted(boolean killed) {
        try (Victim victim = victim().stopAt("rw.counted")) {
            victim.say("read").awaitStopped("rw.counted");
            Peer writer = peers.add().say("acquire");
            writer.awaitAsleep();
            assertEquals(1, lock.readers());
            if (killed) {
                victim.kill();
                writer.expect("ACQUIRED");
            } else {
                victim.goOn();
                writer.expect("ACQUIRED");
                assertEquals(0, lock.readers());
                writer.ask("unwrite");
                victim.expect("locked");
            }
        }
    }

    /** A reader dies that has left, before it wakes the writer that waits for it. */
    @Test
    void killedAsReader_beforeItWakesTheWriter() {
        try (Victim victim = victim()) {
            victim.ask("read");
            Peer writer = peers.add().say("acquire");
            writer.awaitAsleep();
            victim.stopAt("rw.left").say("unread").awaitStopped("rw.left");
            victim.kill();
            writer.expect("ACQUIRED");
        }
    }

    /**
     * A writer dies inside, or while it waits for readers: the next one is told, reader or writer.
     */
    @ParameterizedTest
    @CsvSource({"rw.writing, true", "rw.writing, false", "rw.draining, true", "rw.draining, false"})
    void killedAsWriter(String point, boolean blocked) {
        try (Victim victim = victim().stopAt(point)) {
            victim.say("write").awaitStopped(point);
            Peer writer = peers.add();
            Peer reader = peers.add();
            if (blocked) {
                writer.say("acquire").awaitAsleep();
                reader.say("read").awaitAsleep();
            }
            victim.kill();
            if (!blocked) {
                writer.say("acquire");
            }
            writer.expect("OWNER_DIED");
            writer.ask("unwrite");
            if (!blocked) {
                reader.say("read");
            }
            String answer = reader.hear();
            assertTrue(answer.startsWith(OwnerDiedException.class.getName()), answer);
            assertEquals("OWNER_DIED", writer.ask("acquire"));
            writer.ask("repair");
            writer.ask("unwrite");
            assertEquals("locked", reader.ask("read"));
            assertEquals(1, lock.readers());
        }
    }

    /** A writer dies that reads as well: both are gone. */
    @Test
    void killedAsWriterAndReader() {
        try (Victim victim = victim()) {
            victim.ask("write");
            victim.ask("read");
            victim.kill();
        }
        assertEquals(Acquisition.OWNER_DIED, lock.writeLock().acquire());
        assertEquals(0, lock.readers());
        lock.writeLock().markConsistent();
        lock.writeLock().unlock();
        assertTrue(lock.readLock().tryLock());
    }

    /** A writer dies that has unlocked, before it wakes the readers. */
    @Test
    void killedBeforeItWakesReaders() {
        try (Victim victim = victim()) {
            victim.ask("write");
            Peer reader = peers.add().say("read");
            reader.awaitAsleep();
            victim.stopAt("rw.unlocked").say("unwrite").awaitStopped("rw.unlocked");
            victim.kill();
            reader.expect("locked");
        }
    }

    /** A reader dies that has announced itself. */
    @Test
    void killedAsReader_announced() {
        try (Victim victim = victim().stopAt("rw.announced")) {
            lock.writeLock().lock();
            victim.say("read").awaitStopped("rw.announced");
            Peer reader = peers.add().say("read");
            reader.awaitAsleep();
            victim.kill();
            lock.writeLock().unlock();
            reader.expect("locked");
        }
    }

    /** Readers and writers that do not go on keep what they have. */
    @ParameterizedTest
    @CsvSource({"read, rw.reading", "write, rw.writing"})
    void stopped_keepsTheLock(String command, String point) throws Exception {
        try (Victim victim = victim().stopAt(point)) {
            victim.say(command).awaitStopped(point);
            assertStaysOut(command);
            victim.goOn();
            victim.expect("locked");
            victim.jvm().stop();
            assertStaysOut(command);
            victim.jvm().goOn();
            assertEquals("unlocked", victim.ask("un" + command));
            assertEquals(Acquisition.ACQUIRED, lock.writeLock().acquire());
        }
    }

    /** Who has let go, but does not wake, holds nobody up for longer than a tick. */
    @ParameterizedTest
    @CsvSource({"read, rw.left, acquire, ACQUIRED", "write, rw.unlocked, read, locked"})
    void stoppedBeforeItWakes_holdsNobodyUp(
            String command, String point, String next, String answer) {
        try (Victim victim = victim()) {
            victim.ask(command);
            Peer waiter = peers.add().say(next);
            waiter.awaitAsleep();
            victim.stopAt(point).say("un" + command).awaitStopped(point);
            waiter.expect(answer);
            victim.goOn();
            victim.expect("unlocked");
        }
    }

    /** A reader that waits and does not go on is waited for by nobody, and has its turn later. */
    @Test
    void stoppedAsReader_announced_holdsNobodyUp() {
        try (Victim victim = victim().stopAt("rw.announced")) {
            lock.writeLock().lock();
            victim.say("read").awaitStopped("rw.announced");
            Peer reader = peers.add().say("read");
            reader.awaitAsleep();
            lock.writeLock().unlock();
            reader.expect("locked");
            reader.ask("unread");
            assertTrue(lock.writeLock().tryLock());
            lock.writeLock().unlock();
            victim.goOn();
            victim.expect("locked");
            assertEquals(1, lock.readers());
        }
    }

    /** A reader dies while others read and write without a pause. */
    @ParameterizedTest
    @ValueSource(strings = {"rw.counted", "rw.reading", "rw.left"})
    void killedAsReader_amongRacers(String point) {
        try (Victim victim = victim()) {
            Peer writer = peers.add().say("increment " + ROUNDS);
            Peer reader = peers.add().say("compare " + ROUNDS);
            victim.stopAt(point).say("compare " + ROUNDS).awaitStopped(point);
            victim.kill();
            writer.expect("done");
            reader.expect("done");
            assertEquals(Acquisition.ACQUIRED, lock.writeLock().acquire());
            assertEquals(0, lock.readers());
        }
    }

    private void assertStaysOut(String command) throws InterruptedException {
        assertFalse(lock.writeLock().tryLock(150, MILLISECONDS));
        assertEquals(command.equals("read"), lock.readLock().tryLock());
        if (command.equals("read")) {
            lock.readLock().unlock();
        }
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), ReadWriteCommands.class);
    }
}
