package dev.shm.sync;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock.Acquisition;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedArray;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Read-write locks, with peers that are threads, other region objects, and other JVMs. */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SharedReadWriteLockTest {
    private static final String NAME = ReadWriteCommands.LOCK;
    private static final int ROUNDS = 3_000;

    private static final int CLOSES = Integer.getInteger("shm.test.closes", 150);

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void readers_areInsideTogether(Where where) {
        try (Peers peers = peers(where)) {
            SharedReadWriteLock lock = SharedReadWriteLock.create(peers.region(), NAME);
            List<Peer> three = peers.add(3);
            three.forEach(peer -> assertEquals("locked", peer.ask("read")));
            assertTrue(lock.readLock().tryLock());
            assertEquals(4, lock.readers());
            assertEquals("4", three.get(0).ask("readers"));
            lock.readLock().unlock();
            three.forEach(peer -> assertEquals("unlocked", peer.ask("unread")));
            assertEquals(0, lock.readers());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriter_isAlone(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedReadWriteLock lock = SharedReadWriteLock.create(peers.region(), NAME);
            Peer peer = peers.add();
            peer.ask("write");
            assertTrue(lock.isWriteLocked());
            assertFalse(lock.readLock().tryLock());
            assertFalse(lock.writeLock().tryLock());
            long start = System.nanoTime();
            assertFalse(lock.readLock().tryLock(30, MILLISECONDS));
            assertFalse(lock.writeLock().tryLock(30, MILLISECONDS));
            assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(60));
            assertEquals(0, lock.readers());
            peer.ask("unwrite");
            assertFalse(lock.isWriteLocked());
            lock.readLock().lock();
            assertEquals("false", peer.ask("tryWrite"));
            assertEquals("false", peer.ask("tryWrite 20"));
            assertEquals("true", peer.ask("tryRead"));
            peer.ask("unread");
            lock.readLock().unlock();
            assertEquals("true", peer.ask("tryWrite 60000"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void readersThatWait_areAllLetIn(Where where) {
        try (Peers peers = peers(where)) {
            SharedReadWriteLock lock = SharedReadWriteLock.create(peers.region(), NAME);
            lock.writeLock().lock();
            List<Peer> four = peers.add(4);
            four.forEach(peer -> peer.say("read"));
            four.forEach(Peer::awaitAsleep);
            lock.writeLock().unlock();
            four.forEach(peer -> peer.expect("locked"));
            assertEquals(4, lock.readers());
        }
    }

    /** Writers are preferred: new readers wait for the writer that waits for old readers. */
    @ParameterizedTest
    @EnumSource
    void aWriterThatWaits_keepsReadersOut(Where where) {
        try (Peers peers = peers(where)) {
            SharedReadWriteLock lock = SharedReadWriteLock.create(peers.region(), NAME);
            Peer reader = peers.add();
            Peer writer = peers.add();
            reader.ask("read");
            writer.say("write");
            writer.awaitAsleep();
            assertTrue(lock.isWriteLocked());
            assertFalse(lock.readLock().tryLock());
            assertEquals("locked", reader.ask("read"), "it reads already");
            reader.ask("unread");
            assertTrue(writer.isBusy());
            reader.ask("unread");
            writer.expect("locked");
            Peer late = peers.add().say("read");
            late.awaitAsleep();
            writer.ask("unwrite");
            late.expect("locked");
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesAndReads_areNeverMixed(Where where) {
        try (Peers peers = peers(where)) {
            SharedReadWriteLock.create(peers.region(), NAME);
            List<Peer> writers = peers.add(2);
            List<Peer> readers = peers.add(2);
            writers.forEach(peer -> peer.say("increment " + ROUNDS));
            readers.forEach(peer -> peer.say("compare " + ROUNDS));
            writers.forEach(peer -> peer.expect("done"));
            readers.forEach(peer -> peer.expect("done"));
            SharedArray values = SharedArray.open(peers.region(), ReadWriteCommands.VALUES);
            assertEquals(2L * ROUNDS, values.getLong(0));
            assertEquals(2L * ROUNDS, values.getLong(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void toString_tellsWhoIsInside(Where where) {
        try (Peers peers = peers(where)) {
            SharedReadWriteLock lock = SharedReadWriteLock.create(peers.region(), NAME);
            String start = "SharedReadWriteLock[name=it, writer: ";
            assertEquals(start + "free, readers=0, waiters=no]", lock.toString());
            assertTrue(lock.writer().isEmpty());
            Peer peer = peers.add();
            peer.ask("read");
            assertEquals(start + "free, readers=1, waiters=no]", lock.toString());
            peer.ask("unread");
            lock.writeLock().lock();
            assertEquals(Thread.currentThread().getId(), lock.writer().orElseThrow().threadId());
            peer.say("read");
            peer.awaitAsleep();
            long pid = ProcessHandle.current().pid();
            assertTrue(lock.toString().startsWith(start + "held by pid=" + pid), lock::toString);
            assertTrue(lock.toString().endsWith("readers=0, waiters=yes]"), lock::toString);
            assertEquals("WriteLock of " + lock, lock.writeLock().toString());
            assertEquals("ReadLock of " + lock, lock.readLock().toString());
            lock.writeLock().unlock();
            peer.expect("locked");
        }
    }

    @Test
    void bothSides_areReentrant() {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            SharedReadWriteLock elsewhere = SharedReadWriteLock.of(other, NAME);
            for (int i = 1; i <= 3; i++) {
                lock.readLock().lock();
                assertEquals(i, lock.readHoldCount());
                assertEquals(1, lock.readers());
            }
            for (int i = 0; i < 3; i++) {
                assertFalse(elsewhere.writeLock().tryLock());
                lock.readLock().unlock();
            }
            for (int i = 1; i <= 3; i++) {
                lock.writeLock().lock();
                assertEquals(i, lock.writeLock().holdCount());
            }
            for (int i = 0; i < 3; i++) {
                assertFalse(elsewhere.readLock().tryLock());
                assertTrue(lock.writeLock().isHeldByCurrentThread());
                lock.writeLock().unlock();
            }
            assertTrue(elsewhere.writeLock().tryLock());
        }
    }

    @Test
    void unlock_isForWhoHoldsIt() throws Exception {
        try (SharedRegion region = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            List<Lock> sides = List.of(lock.readLock(), lock.writeLock());
            for (Lock side : sides) {
                assertThrows(IllegalMonitorStateException.class, side::unlock);
                side.lock();
                FutureTask<Boolean> another =
                        start(
                                () -> {
                                    assertThrows(IllegalMonitorStateException.class, side::unlock);
                                    return true;
                                });
                assertTrue(another.get());
                side.unlock();
                assertThrows(IllegalMonitorStateException.class, side::unlock);
                assertThrows(UnsupportedOperationException.class, side::newCondition);
            }
            assertThrows(
                    IllegalMonitorStateException.class, () -> lock.writeLock().markConsistent());
        }
    }

    @Test
    void aWriter_mayReadOn() {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            SharedReadWriteLock elsewhere = SharedReadWriteLock.of(other, NAME);
            lock.writeLock().lock();
            lock.readLock().lock();
            lock.writeLock().lock();
            lock.writeLock().unlock();
            assertFalse(elsewhere.readLock().tryLock());
            lock.writeLock().unlock();
            assertEquals(1, lock.readers());
            assertTrue(elsewhere.readLock().tryLock());
            elsewhere.readLock().unlock();
            assertFalse(elsewhere.writeLock().tryLock());
            lock.readLock().unlock();
            assertTrue(elsewhere.writeLock().tryLock());
        }
    }

    @Test
    void aReader_cannotBeginToWrite() throws Exception {
        try (SharedRegion region = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            lock.readLock().lock();
            assertFalse(lock.writeLock().tryLock());
            assertFalse(lock.writeLock().tryLock(0, MILLISECONDS));
            assertNull(lock.writeLock().tryAcquire());
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> lock.writeLock().lock());
            assertTrue(e.getMessage().contains("end the read first"), e.getMessage());
            assertThrows(IllegalStateException.class, () -> lock.writeLock().lockInterruptibly());
            assertThrows(IllegalStateException.class, () -> lock.writeLock().tryLock(1, DAYS));
            assertThrows(IllegalStateException.class, () -> lock.writeLock().acquire());
            assertFalse(lock.isWriteLocked());
            lock.readLock().unlock();
            assertTrue(lock.writeLock().tryLock());
        }
    }

    @Test
    void waits_canBeInterrupted() throws Exception {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            SharedReadWriteLock held = SharedReadWriteLock.of(other, NAME);
            held.writeLock().lock();
            assertInterrupted(() -> lock.readLock().lockInterruptibly());
            assertInterrupted(() -> lock.readLock().tryLock(1, DAYS));
            assertInterrupted(() -> lock.writeLock().lockInterruptibly());
            held.writeLock().unlock();
            held.readLock().lock();
            assertInterrupted(() -> lock.writeLock().lockInterruptibly());
            assertInterrupted(() -> lock.writeLock().tryLock(1, DAYS));
            assertFalse(lock.isWriteLocked(), "who gives up lets the others in");
            assertTrue(lock.readLock().tryLock());
            lock.readLock().unlock();
            held.readLock().unlock();
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> lock.readLock().lockInterruptibly());
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> lock.writeLock().tryLock(0, DAYS));
            assertFalse(Thread.interrupted());
        }
    }

    @Test
    void lock_isNotInterrupted_butRemembers() throws Exception {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            SharedReadWriteLock held = SharedReadWriteLock.of(other, NAME);
            held.writeLock().lock();
            FutureTask<Boolean> reading = start(() -> lockAndUnlock(lock.readLock()));
            awaitAsleep();
            thread.interrupt();
            held.writeLock().unlock();
            assertTrue(reading.get());
            held.readLock().lock();
            FutureTask<Boolean> writing = start(() -> lockAndUnlock(lock.writeLock()));
            awaitAsleep();
            thread.interrupt();
            assertTrue(lock.isWriteLocked());
            held.readLock().unlock();
            assertTrue(writing.get());
        }
    }

    private static boolean lockAndUnlock(Lock side) {
        side.lock();
        side.unlock();
        return Thread.interrupted();
    }

    /** BEHAVIOURS 20.23. */
    @Test
    void closingTheRegion_endsWaits() throws Exception {
        try (SharedRegion other = open()) {
            SharedReadWriteLock held = SharedReadWriteLock.of(other, NAME);
            held.writeLock().lock();
            SharedRegion region = open();
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            FutureTask<Boolean> reading =
                    start(
                            () -> {
                                assertThrows(IllegalStateException.class, lock.readLock()::lock);
                                return true;
                            });
            awaitAsleep();
            region.close();
            assertTrue(reading.get());
            lock.close();
            assertEquals("SharedReadWriteLock[name=it, closed]", lock.toString());
        }
    }

    /** Another thread locks and unlocks all the while: whenever close comes, nothing stays held. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void close_whileAThreadLocksAndUnlocks_losesNothing(boolean write) throws Exception {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedReadWriteLock elsewhere = SharedReadWriteLock.of(other, NAME);
            for (int i = 0; i < CLOSES; i++) {
                SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
                Lock side = write ? lock.writeLock() : lock.readLock();
                Closing.whileUsed(
                        lock,
                        () -> {
                            side.lock();
                            return side::unlock;
                        });
                assertEquals("SharedReadWriteLock[name=it, closed]", lock.toString());
                assertTrue(elsewhere.writeLock().tryLock(), elsewhere::toString);
                elsewhere.writeLock().unlock();
            }
        }
    }

    @Test
    void close_whileHeld_waitsForTheUnlock() {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedReadWriteLock elsewhere = SharedReadWriteLock.of(other, NAME);
            for (boolean write : new boolean[] {true, false}) {
                SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
                Lock side = write ? lock.writeLock() : lock.readLock();
                side.lock();
                lock.close();
                assertThrows(IllegalStateException.class, side::lock);
                assertThrows(IllegalStateException.class, side::tryLock);
                assertFalse(elsewhere.writeLock().tryLock());
                side.unlock();
                assertTrue(elsewhere.writeLock().tryLock());
                elsewhere.writeLock().unlock();
            }
        }
    }

    /** A reader whose process left is no reader any more, and its successor none yet. */
    @Test
    void theNextTenantOfASlot_doesNotRead() {
        try (SharedRegion region = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            SharedRegion first = open();
            SharedReadWriteLock.of(first, NAME).readLock().lock();
            assertEquals(1, lock.readers());
            first.close();
            assertEquals(0, lock.readers());
            try (SharedRegion second = open()) {
                assertTrue(lock.writeLock().tryLock());
                lock.writeLock().unlock();
                SharedReadWriteLock.of(second, NAME);
                assertEquals(0, lock.readers());
                assertTrue(lock.writeLock().tryLock());
            }
        }
    }

    @Test
    void acquire_tellsEachWriter_untilOneRepairs() {
        try (SharedRegion region = abandoned()) {
            SharedReadWriteLock lock = SharedReadWriteLock.open(region, NAME);
            for (int i = 0; i < 2; i++) {
                assertEquals(Acquisition.OWNER_DIED, lock.writeLock().acquire());
                assertEquals(Acquisition.ACQUIRED, lock.writeLock().acquire());
                lock.writeLock().unlock();
                lock.writeLock().unlock();
            }
            assertEquals(Acquisition.OWNER_DIED, lock.writeLock().tryAcquire());
            lock.writeLock().markConsistent();
            lock.writeLock().unlock();
            assertEquals(Acquisition.ACQUIRED, lock.writeLock().acquire());
        }
    }

    @Test
    void acquireInterruptibly_leavesTheRepairToTheCaller() throws Exception {
        try (SharedRegion region = abandoned()) {
            WriteLock lock = SharedReadWriteLock.open(region, NAME).writeLock();
            assertEquals(Acquisition.OWNER_DIED, lock.acquireInterruptibly());
            assertEquals(Acquisition.ACQUIRED, lock.acquireInterruptibly());
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread other = Sleeper.start(lock::acquireInterruptibly, thrown);
            other.interrupt();
            other.join();
            assertEquals(InterruptedException.class, thrown.get().getClass());
            assertEquals(2, lock.holdCount());
        }
    }

    @Test
    void withoutARepairHandler_bothSidesThrow_andHoldNothing() {
        try (SharedRegion region = abandoned()) {
            SharedReadWriteLock lock = SharedReadWriteLock.open(region, NAME);
            for (Lock side : List.of(lock.readLock(), lock.writeLock())) {
                assertThrows(OwnerDiedException.class, side::lock);
                assertThrows(OwnerDiedException.class, side::lockInterruptibly);
                assertThrows(OwnerDiedException.class, side::tryLock);
                assertThrows(OwnerDiedException.class, () -> side.tryLock(1, DAYS));
            }
            assertEquals(0, lock.readers());
            assertFalse(lock.isWriteLocked());
        }
    }

    @Test
    void withARepairHandler_whoeverComesFirstRepairs() throws Exception {
        AtomicInteger repairs = new AtomicInteger();
        for (int way = 0; way < 6; way++) {
            try (SharedRegion region = abandoned()) {
                SharedReadWriteLock lock =
                        SharedReadWriteLock.open(region, NAME, repairs::incrementAndGet);
                Lock side = way < 3 ? lock.readLock() : lock.writeLock();
                switch (way % 3) {
                    case 0 -> side.lock();
                    case 1 -> assertTrue(side.tryLock());
                    default -> assertTrue(side.tryLock(1, DAYS));
                }
                assertEquals(way + 1, repairs.get());
                assertEquals(way < 3 ? 1 : 0, lock.readers());
                assertEquals(way >= 3, lock.isWriteLocked());
                side.unlock();
                side.lock();
                assertEquals(way + 1, repairs.get());
                side.unlock();
            }
        }
    }

    @Test
    void aRepairHandlerThatThrows_leavesItToTheNext() {
        try (SharedRegion region = abandoned()) {
            RuntimeException cause = new ArithmeticException();
            SharedReadWriteLock lock =
                    SharedReadWriteLock.open(
                            region,
                            NAME,
                            () -> {
                                throw cause;
                            });
            for (Lock side : List.of(lock.readLock(), lock.writeLock())) {
                OwnerDiedException e = assertThrows(OwnerDiedException.class, side::lock);
                assertSame(cause, e.getCause());
                assertEquals(0, lock.readers());
                assertFalse(lock.isWriteLocked());
            }
            assertEquals(Acquisition.OWNER_DIED, lock.writeLock().acquire());
        }
    }

    @Test
    void factories_areStrict() {
        try (SharedRegion region = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, NAME);
            assertEquals(NAME, lock.name());
            assertThrows(
                    IllegalStateException.class, () -> SharedReadWriteLock.create(region, NAME));
            assertThrows(
                    NoSuchElementException.class, () -> SharedReadWriteLock.open(region, "none"));
            assertThrows(IllegalArgumentException.class, () -> SharedLock.of(region, NAME));
        }
    }

    private Thread thread = Thread.currentThread();

    private <T> FutureTask<T> start(Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(body);
        thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private void awaitAsleep() {
        Thread waiting = thread;
        ChildJvm.awaitThat("it sleeps", () -> Peer.sleeps(waiting));
    }

    @FunctionalInterface
    private interface Blocking {
        void run() throws InterruptedException;
    }

    private void assertInterrupted(Blocking wait) throws Exception {
        FutureTask<Boolean> task =
                start(
                        () -> {
                            assertThrows(InterruptedException.class, wait::run);
                            return !Thread.interrupted();
                        });
        awaitAsleep();
        thread.interrupt();
        assertTrue(task.get());
    }

    /** A region whose lock was held by a writer that left. */
    private SharedRegion abandoned() {
        SharedRegion region = open();
        try (SharedRegion owner = open()) {
            SharedReadWriteLock.of(owner, NAME).writeLock().lock();
        }
        return region;
    }

    private SharedRegion open() {
        return Peers.open(directory.resolve("r.shm"));
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, ReadWriteCommands.class);
    }
}
