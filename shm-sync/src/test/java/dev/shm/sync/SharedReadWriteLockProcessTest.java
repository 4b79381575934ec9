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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, at each step of the protocol of the read-write lock
 * (ALGORITHMS 4.5), while others are idle, blocked or racing. BEHAVIOURS 20.4, 20.17.
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

    /** A reader dies inside: whoever comes to write goes on, and is told nothing. */
    @ParameterizedTest
    @CsvSource({
        "rw.reading, IDLE",
        "rw.reading, BLOCKED",
        "rw.reading, RACING",
        "rw.counted, IDLE",
        "rw.counted, BLOCKED",
        "rw.counted, RACING"
    })
    void killedAsReader(String point, Bystander kind) throws Exception {
        try (Victim victim = victim().stopAt(point)) {
            victim.say("read").awaitStopped(point);
            Peer writer = kind.begin(peers, "visitWrite", "raceWrite");
            assertFalse(lock.writeLock().tryLock(50, MILLISECONDS));
            assertEquals(kind != Bystander.IDLE, writer.isBusy());
            assertEquals(1, lock.readers());
            victim.kill();
            kind.expect(writer, "visitWrite", "ACQUIRED");
            assertEquals(0, lock.readers());
        }
    }

    /**
     * A reader that is counted, and has not looked for a writer yet, goes on: it takes itself back.
     */
    @Test
    void stoppedAsReader_counted() {
        try (Victim victim = victim().stopAt("rw.counted")) {
            victim.say("read").awaitStopped("rw.counted");
            Peer writer = peers.add().say("acquire");
            writer.awaitAsleep();
            victim.goOn();
            writer.expect("ACQUIRED");
            assertEquals(0, lock.readers());
            writer.ask("unwrite");
            victim.expect("locked");
        }
    }

    /** A reader dies that has left, before it wakes the writer that waits for it. */
    @ParameterizedTest
    @EnumSource
    void killedAsReader_beforeItWakesTheWriter(Bystander kind) {
        try (Victim victim = victim()) {
            victim.ask("read");
            Peer writer = peers.add().say("visitWrite");
            writer.awaitAsleep();
            Peer other = kind.begin(peers, "visitWrite", "raceWrite");
            victim.stopAt("rw.left").say("unread").awaitStopped("rw.left");
            victim.kill();
            writer.expect("ACQUIRED");
            kind.expect(other, "visitWrite", "ACQUIRED");
        }
    }

    /**
     * A writer dies inside, or while it waits for readers: the next one is told, reader or writer,
     * until one repairs.
     */
    @ParameterizedTest
    @CsvSource({
        "rw.writing, IDLE",
        "rw.writing, BLOCKED",
        "rw.writing, RACING",
        "rw.draining, IDLE",
        "rw.draining, BLOCKED",
        "rw.draining, RACING"
    })
    void killedAsWriter(String point, Bystander kind) throws Exception {
        try (Victim victim = victim()) {
            assertKilledAsWriter(victim, point, kind);
        }
    }

    /** The same, when it has just taken a reader that died out of its cell. */
    @ParameterizedTest
    @EnumSource
    void killedAsWriter_thatHasForgottenAReader(Bystander kind) throws Exception {
        try (Victim reader = victim();
                Victim victim = victim()) {
            reader.ask("read");
            victim.ask("readers"); // so that it has another cell
            reader.kill();
            assertKilledAsWriter(victim, "rw.forgotten", kind);
        }
    }

    private void assertKilledAsWriter(Victim victim, String point, Bystander kind)
            throws InterruptedException {
        victim.stopAt(point).say("write").awaitStopped(point);
        Peer writer = kind.begin(peers, "visitWrite", "raceWrite");
        Peer reader = kind.begin(peers, "visitRead", "raceRead");
        assertStaysOut("write");
        assertEquals(kind != Bystander.IDLE, writer.isBusy() && reader.isBusy());
        victim.kill();
        kind.expect(writer, "visitWrite", "OWNER_DIED");
        if (kind == Bystander.IDLE) {
            reader.say("visitRead");
        }
        String answer = reader.hear();
        assertTrue(answer.startsWith(OwnerDiedException.class.getName()), answer);
        assertEquals("OWNER_DIED", writer.ask("acquire"));
        writer.ask("repair");
        writer.ask("unwrite");
        assertEquals("locked", reader.ask("read"));
        assertEquals(1, lock.readers());
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

    /** A writer dies that has unlocked, before it wakes a writer, or the readers. */
    @ParameterizedTest
    @CsvSource({
        "mutex.unlocked, IDLE",
        "mutex.unlocked, BLOCKED",
        "mutex.unlocked, RACING",
        "rw.unlocked, IDLE",
        "rw.unlocked, BLOCKED",
        "rw.unlocked, RACING"
    })
    void killedAsWriter_beforeItWakes(String point, Bystander kind) {
        try (Victim victim = victim()) {
            victim.ask("write");
            Peer sleeper = peers.add().say("visitWrite");
            sleeper.awaitAsleep(); // so that the unlock has somebody to wake
            Peer writer = kind.begin(peers, "visitWrite", "raceWrite");
            Peer reader = kind.begin(peers, "visitRead", "raceRead");
            victim.stopAt(point).say("unwrite").awaitStopped(point);
            victim.kill();
            sleeper.expect("ACQUIRED");
            kind.expect(writer, "visitWrite", "ACQUIRED");
            kind.expect(reader, "visitRead", "visited");
            assertTrue(lock.writeLock().tryLock());
        }
    }

    /**
     * A writer dies that owes a wake to readers, and has taken their announcement away. No other
     * writer is there, which would wake them instead.
     */
    @ParameterizedTest
    @EnumSource
    void killedAsWriter_beforeItWakesReaders(Bystander kind) {
        try (Victim victim = victim()) {
            victim.ask("write");
            Peer sleeper = peers.add().say("visitRead");
            sleeper.awaitAsleep();
            Peer reader = kind.begin(peers, "visitRead", "raceRead");
            victim.stopAt("rw.waking").say("unwrite").awaitStopped("rw.waking");
            victim.kill();
            sleeper.expect("visited");
            kind.expect(reader, "visitRead", "visited");
            assertTrue(lock.writeLock().tryLock());
        }
    }

    /** A reader dies that has announced itself. */
    @ParameterizedTest
    @EnumSource
    void killedAsReader_announced(Bystander kind) {
        try (Victim victim = victim().stopAt("rw.announced")) {
            lock.writeLock().lock();
            victim.say("read").awaitStopped("rw.announced");
            Peer writer = kind.begin(peers, "visitWrite", "raceWrite");
            Peer reader = kind.begin(peers, "visitRead", "raceRead");
            victim.kill();
            lock.writeLock().unlock();
            kind.expect(writer, "visitWrite", "ACQUIRED");
            kind.expect(reader, "visitRead", "visited");
            assertEquals(0, lock.readers());
        }
    }

    /** Readers and writers that do not go on keep what they have. */
    @ParameterizedTest
    @CsvSource({"read, rw.reading", "write, rw.draining", "write, rw.writing"})
    void stopped_keepsTheLock(String command, String point) throws Exception {
        try (Victim victim = victim()) {
            assertKeepsTheLock(victim, command, point);
        }
    }

    @Test
    void stoppedAsWriter_thatHasForgottenAReader_keepsTheLock() throws Exception {
        try (Victim reader = victim();
                Victim victim = victim()) {
            reader.ask("read");
            victim.ask("readers"); // so that it has another cell
            reader.kill();
            assertKeepsTheLock(victim, "write", "rw.forgotten");
        }
    }

    private void assertKeepsTheLock(Victim victim, String command, String point)
            throws InterruptedException {
        victim.stopAt(point).say(command).awaitStopped(point);
        assertStaysOut(command);
        victim.goOn();
        victim.expect("locked");
        victim.jvm().stop();
        assertStaysOut(command);
        victim.jvm().goOn();
        assertEquals("unlocked", victim.ask("un" + command));
        assertEquals(Acquisition.ACQUIRED, lock.writeLock().acquire());
    }

    /** Who has let go, but does not wake, holds nobody up for longer than a tick. */
    @ParameterizedTest
    @CsvSource({
        "read, rw.left, acquire, ACQUIRED",
        "write, rw.unlocked, read, locked",
        "write, rw.waking, read, locked"
    })
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
        assertFalse(lock.writeLock().tryLock(50, MILLISECONDS));
        assertEquals(command.equals("read"), lock.readLock().tryLock());
        if (command.equals("read")) {
            lock.readLock().unlock();
        }
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), ReadWriteCommands.class);
    }
}
