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
import dev.shm.sync.SharedLock.Mode;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Locks, with peers that are threads, other region objects, and other JVMs. */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SharedLockTest {
    private static final String NAME = LockCommands.LOCK;
    private static final int INCREMENTS = Integer.getInteger("shm.test.increments", 10_000);

    @TempDir private Path directory;

    /** BEHAVIOURS 1.1, 1.8, 1.12: free it is had at once, held it is not. */
    @ParameterizedTest
    @EnumSource
    void tryLock_answersAtOnce(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedLock lock = SharedLock.create(peers.region(), NAME);
            Peer peer = peers.add();
            assertTrue(lock.tryLock());
            assertEquals("false", peer.ask("tryLock"));
            assertEquals("false", peer.ask("tryLock 0"));
            assertEquals("false", peer.ask("tryLock -1"));
            lock.unlock();
            assertEquals("true", peer.ask("tryLock 60000"));
            assertFalse(lock.tryLock());
            peer.ask("unlock");
            assertTrue(lock.tryLock(DAYS.toMillis(1), DAYS));
            lock.unlock();
        }
    }

    /** BEHAVIOURS 1.11, 1.13: it fails after its time, never before, and leaves nothing behind. */
    @ParameterizedTest
    @EnumSource
    void tryLock_givesUpAfterItsTime(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedLock lock = SharedLock.create(peers.region(), NAME);
            Peer peer = peers.add();
            peer.ask("lock");
            long start = System.nanoTime();
            assertFalse(lock.tryLock(30, MILLISECONDS));
            assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(30));
            peer.ask("unlock");
            assertFalse(lock.isLocked());
            assertTrue(lock.tryLock());
            lock.unlock();
        }
    }

    /** BEHAVIOURS 1.9: none of five passes before the release, then all do. */
    @ParameterizedTest
    @EnumSource
    void lock_blocksFiveUntilItIsReleased(Where where) {
        try (Peers peers = peers(where)) {
            SharedLock lock = SharedLock.create(peers.region(), NAME);
            lock.lock();
            List<Peer> five = peers.add(5);
            five.forEach(peer -> peer.say("count 1"));
            five.forEach(Peer::awaitAsleep);
            assertTrue(five.stream().allMatch(Peer::isBusy));
            lock.unlock();
            five.forEach(peer -> peer.expect("counted"));
            assertEquals(5, SharedValue.open(peers.region(), LockCommands.VALUE).getLong());
        }
    }

    /** BEHAVIOURS 1.3, 2.1, 2.4, 2.5: only the owner unlocks, as many times as it has locked. */
    @ParameterizedTest
    @EnumSource
    void unlock_isForTheOwner(Where where) {
        try (Peers peers = peers(where)) {
            SharedLock lock = SharedLock.create(peers.region(), NAME);
            Peer peer = peers.add();
            assertThrows(IllegalMonitorStateException.class, lock::unlock);
            for (int i = 0; i < 3; i++) {
                peer.ask("lock");
            }
            assertThrows(IllegalMonitorStateException.class, lock::unlock);
            for (int i = 0; i < 3; i++) {
                peer.ask("unlock");
            }
            String fourth = peer.ask("unlock");
            assertTrue(fourth.startsWith(IllegalMonitorStateException.class.getName()), fourth);
            assertTrue(lock.tryLock());
            lock.unlock();
        }
    }

    /** BEHAVIOURS 1.5, 2.2, 2.6, 2.7, 2.8: held until the last unlock, as everybody sees. */
    @ParameterizedTest
    @EnumSource
    void isLocked_untilTheLastUnlock(Where where) {
        try (Peers peers = peers(where)) {
            SharedLock lock = SharedLock.create(peers.region(), NAME);
            Peer peer = peers.add();
            assertFalse(lock.isLocked());
            for (String step : List.of("lock", "lock", "unlock", "lock", "unlock")) {
                peer.ask(step);
                assertTrue(lock.isLocked());
                assertEquals("true", peer.ask("isLocked"));
                assertFalse(lock.isHeldByCurrentThread());
                assertEquals(0, lock.holdCount());
            }
            assertEquals("1", peer.ask("holds"));
            peer.ask("unlock");
            assertFalse(lock.isLocked());
            assertEquals("false", peer.ask("isLocked"));
            assertEquals("0", peer.ask("holds"));
        }
    }

    /** BEHAVIOURS 1.7, 2.3: who holds it, how many times, and whether somebody waits. */
    @ParameterizedTest
    @EnumSource
    void toString_tellsTheOwner(Where where) {
        try (Peers peers = peers(where)) {
            SharedLock lock = SharedLock.create(peers.region(), NAME);
            Peer peer = peers.add();
            assertEquals("SharedLock[name=it, free, waiters=no]", lock.toString());
            assertTrue(lock.owner().isEmpty());
            lock.lock();
            lock.lock();
            Thread me = Thread.currentThread();
            String held = "held by pid=" + ProcessHandle.current().pid() + " thread=" + me.getId();
            assertEquals(
                    "SharedLock[name=it, " + held + " (" + me.getName() + ") holds=2, waiters=no]",
                    lock.toString());
            LockOwner owner = lock.owner().orElseThrow();
            assertEquals(peers.region().self().id(), owner.participant());
            assertEquals(me.getId(), owner.threadId());
            assertTrue(peer.ask("show").startsWith("SharedLock[name=it, " + held));
            peer.say("lock");
            peer.awaitAsleep();
            assertTrue(lock.toString().endsWith(" holds=2, waiters=yes]"), lock::toString);
            lock.unlock();
            lock.unlock();
            peer.expect("locked");
            assertTrue(peer.ask("show").contains(" holds=1"));
        }
    }

    /** BEHAVIOURS 1.2, 1.10: a thread never waits for itself. */
    @ParameterizedTest
    @EnumSource
    void nonReentrant_refusesItsOwner(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedLock lock = SharedLock.create(peers.region(), NAME, Mode.NON_REENTRANT);
            Peer peer = peers.add();
            lock.lock();
            assertFalse(lock.tryLock());
            assertFalse(lock.tryLock(0, MILLISECONDS));
            assertNull(lock.tryAcquire());
            assertThrows(IllegalStateException.class, lock::lock);
            assertThrows(IllegalStateException.class, lock::lockInterruptibly);
            assertThrows(IllegalStateException.class, () -> lock.tryLock(1, DAYS));
            assertThrows(IllegalStateException.class, lock::acquire);
            assertEquals(1, lock.holdCount());
            lock.unlock();
            peer.ask("lock");
            String again = peer.ask("lock");
            assertTrue(again.contains("would wait for itself"), again);
            peer.ask("unlock");
            assertFalse(lock.isLocked());
        }
    }

    /** BEHAVIOURS 7.4: increments of one value in several threads of each process. */
    @ParameterizedTest
    @EnumSource
    void increments_underTheLock_areExact(Where where) {
        try (Peers peers = peers(where)) {
            SharedLock lock = SharedLock.create(peers.region(), NAME);
            List<Peer> two = peers.add(2);
            two.forEach(peer -> peer.say("count " + INCREMENTS));
            SharedValue value = SharedValue.of(peers.region(), LockCommands.VALUE, 'q');
            for (int i = 0; i < INCREMENTS; i++) {
                lock.lock();
                value.setLong(value.getLong() + 1);
                lock.unlock();
            }
            two.forEach(peer -> peer.expect("counted"));
            assertEquals(3L * INCREMENTS, value.getLong());
        }
    }

    /** BEHAVIOURS 2.10: one thread, two participants, each a stranger to the other. */
    @Test
    void oneThread_withTwoRegionObjects_isTwoOwners() {
        try (SharedRegion first = open();
                SharedRegion second = open()) {
            SharedLock lock = SharedLock.of(first, NAME);
            SharedLock same = SharedLock.of(second, NAME);
            lock.lock();
            assertFalse(same.tryLock());
            assertFalse(same.isHeldByCurrentThread());
            assertThrows(IllegalMonitorStateException.class, same::unlock);
            assertEquals(lock.owner(), same.owner());
            lock.unlock();
            assertTrue(same.tryLock());
            same.unlock();
        }
    }

    @Test
    void handlesOfOneRegion_areOneLock() {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            try (SharedLock same = SharedLock.of(region, NAME)) {
                lock.lock();
                same.lock();
                assertEquals(2, lock.holdCount());
                same.unlock();
                lock.unlock();
                assertFalse(same.isLocked());
            }
        }
    }

    /** BEHAVIOURS 1.14. */
    @Test
    void unlock_inFinally_followsAnException() {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            assertThrows(
                    ArithmeticException.class,
                    () -> {
                        lock.lock();
                        try {
                            throw new ArithmeticException();
                        } finally {
                            lock.unlock();
                        }
                    });
            assertFalse(lock.isLocked());
        }
    }

    /** BEHAVIOURS 1.16: short-lived threads come and go. */
    @Test
    void fifteenThreads_leaveNothingBehind() throws Exception {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            AtomicInteger inside = new AtomicInteger();
            Thread[] threads = new Thread[15];
            for (int i = 0; i < threads.length; i++) {
                threads[i] =
                        new Thread(
                                () -> {
                                    lock.lock();
                                    inside.incrementAndGet();
                                    lock.unlock();
                                });
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(15, inside.get());
            assertEquals("SharedLock[name=it, free, waiters=no]", lock.toString());
        }
    }

    @Test
    void aWait_canBeInterrupted() throws Exception {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            lock.lock();
            for (Blocking way : Blocking.values()) {
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                Thread thread = Sleeper.start(() -> way.acquire(lock), thrown);
                thread.interrupt();
                thread.join();
                assertEquals(InterruptedException.class, thrown.get().getClass(), way.name());
            }
            lock.unlock();
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, lock::lockInterruptibly);
            assertFalse(Thread.interrupted());
            assertFalse(lock.isLocked());
        }
    }

    private enum Blocking {
        LOCK_INTERRUPTIBLY {
            @Override
            void acquire(SharedLock lock) throws InterruptedException {
                lock.lockInterruptibly();
            }
        },
        TRY_LOCK {
            @Override
            void acquire(SharedLock lock) throws InterruptedException {
                lock.tryLock(1, DAYS);
            }
        },
        ACQUIRE_INTERRUPTIBLY {
            @Override
            void acquire(SharedLock lock) throws InterruptedException {
                lock.acquireInterruptibly();
            }
        },
        TRY_ACQUIRE {
            @Override
            void acquire(SharedLock lock) throws InterruptedException {
                lock.tryAcquire(1, DAYS);
            }
        };

        abstract void acquire(SharedLock lock) throws InterruptedException;
    }

    @Test
    void lock_isNotInterrupted_butRemembers() throws Exception {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            lock.lock();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> interrupted = new AtomicReference<>();
            Thread thread =
                    Sleeper.start(
                            () -> {
                                lock.lock();
                                interrupted.set(Thread.interrupted());
                                lock.unlock();
                            },
                            thrown);
            thread.interrupt();
            assertTrue(thread.isAlive());
            lock.unlock();
            thread.join();
            assertNull(thrown.get());
            assertTrue(interrupted.get());
        }
    }

    /** BEHAVIOURS 20.15: the successor of a dead owner in its slot and process is not the owner. */
    @Test
    void theNextTenantOfASlot_isNotTheOwner() {
        try (SharedRegion watcher = open()) {
            SharedRegion first = open();
            SharedLock.of(first, NAME).lock();
            SharedLock watched = SharedLock.of(watcher, NAME);
            assertTrue(watched.isLocked());
            first.close();
            try (SharedRegion second = open()) {
                SharedLock lock = SharedLock.of(second, NAME);
                assertFalse(lock.isHeldByCurrentThread());
                assertFalse(watched.isLocked());
                assertTrue(watched.owner().isEmpty());
                assertEquals(Acquisition.OWNER_DIED, lock.acquire());
                lock.markConsistent();
                lock.unlock();
            }
        }
    }

    /** BEHAVIOURS 20.20: a thread that ends in a JVM that lives keeps what it held. */
    @Test
    void aThreadThatEnds_keepsTheLock() throws Exception {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            Thread thread = new Thread(lock::lock);
            thread.start();
            thread.join();
            assertFalse(lock.tryLock(20, MILLISECONDS));
            assertFalse(SharedLock.of(other, NAME).tryLock());
        }
    }

    @Test
    void acquire_tellsEachOwner_untilOneRepairs() {
        try (SharedRegion region = abandoned()) {
            SharedLock lock = SharedLock.open(region, NAME);
            assertEquals("SharedLock[name=it, owner died, waiters=no]", lock.toString());
            for (int i = 0; i < 3; i++) {
                assertEquals(Acquisition.OWNER_DIED, lock.acquire());
                assertEquals(Acquisition.ACQUIRED, lock.acquire(), "it was told before");
                assertTrue(
                        lock.toString().contains(", owner died before, waiters="), lock::toString);
                lock.unlock();
                lock.unlock();
            }
            assertEquals(Acquisition.OWNER_DIED, lock.tryAcquire());
            lock.markConsistent();
            lock.unlock();
            assertEquals(Acquisition.ACQUIRED, lock.tryAcquire());
            lock.unlock();
        }
    }

    @Test
    void lock_withoutARepairHandler_throwsAndDoesNotHold() {
        try (SharedRegion region = abandoned()) {
            SharedLock lock = SharedLock.open(region, NAME);
            for (Blocking way : Blocking.values()) {
                if (way == Blocking.LOCK_INTERRUPTIBLY || way == Blocking.TRY_LOCK) {
                    assertThrows(OwnerDiedException.class, () -> way.acquire(lock));
                    assertFalse(lock.isHeldByCurrentThread());
                }
            }
            assertThrows(OwnerDiedException.class, lock::lock);
            OwnerDiedException e = assertThrows(OwnerDiedException.class, lock::tryLock);
            assertTrue(e.getMessage().startsWith("lock=it: an owner died"), e.getMessage());
            assertFalse(lock.isLocked());
        }
    }

    @Test
    void lock_withARepairHandler_returnsHoldingAConsistentLock() {
        try (SharedRegion region = abandoned()) {
            AtomicInteger repairs = new AtomicInteger();
            AtomicReference<SharedLock> ours = new AtomicReference<>();
            SharedLock lock =
                    SharedLock.open(
                            region,
                            NAME,
                            () -> {
                                assertTrue(ours.get().isHeldByCurrentThread());
                                repairs.incrementAndGet();
                            });
            ours.set(lock);
            lock.lock();
            assertEquals(1, repairs.get());
            assertEquals(1, lock.holdCount());
            lock.unlock();
            lock.lock();
            lock.unlock();
            assertEquals(1, repairs.get());
            assertEquals(Acquisition.ACQUIRED, SharedLock.open(region, NAME).acquire());
            lock.unlock();
        }
    }

    /** A checked exception is what handlers throw that are not written in Java. */
    @ParameterizedTest
    @ValueSource(classes = {ArithmeticException.class, AssertionError.class, IOException.class})
    void lock_withARepairHandlerThatThrows_tellsTheNextOne(Class<? extends Throwable> type)
            throws Exception {
        try (SharedRegion region = abandoned()) {
            Throwable cause = type.getConstructor().newInstance();
            SharedLock lock =
                    SharedLock.open(region, NAME, () -> SharedLockTest.<Error>raise(cause));
            OwnerDiedException e = assertThrows(OwnerDiedException.class, lock::lock);
            assertSame(cause, e.getCause());
            assertFalse(lock.isLocked());
            assertEquals(Acquisition.OWNER_DIED, lock.acquire());
            lock.unlock();
        }
    }

    @SuppressWarnings("unchecked") // it is not: the caller says what the compiler shall believe
    private static <T extends Throwable> void raise(Throwable cause) throws T {
        throw (T) cause;
    }

    @Test
    void anotherMode_isRefused() {
        try (SharedRegion region = open()) {
            SharedLock.of(region, NAME, Mode.NON_REENTRANT).close();
            assertEquals(Mode.NON_REENTRANT, SharedLock.open(region, NAME).mode());
            String message =
                    assertThrows(IllegalArgumentException.class, () -> SharedLock.of(region, NAME))
                            .getMessage();
            assertTrue(message.contains("SharedLock of mode non-reentrant"), message);
            assertTrue(message.contains("SharedLock of mode reentrant"), message);
            assertThrows(IllegalStateException.class, () -> SharedLock.create(region, NAME));
            assertThrows(NoSuchElementException.class, () -> SharedLock.open(region, "none"));
            SharedValue.of(region, "value", 'i');
            assertThrows(IllegalArgumentException.class, () -> SharedLock.open(region, "value"));
        }
    }

    @Test
    void newCondition_saysWhatToUse() {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            UnsupportedOperationException e =
                    assertThrows(UnsupportedOperationException.class, lock::newCondition);
            assertTrue(e.getMessage().endsWith("use condition(name)"), e.getMessage());
        }
    }

    /** A region whose lock was held by a participant that left. */
    private SharedRegion abandoned() {
        SharedRegion region = open();
        try (SharedRegion owner = open()) {
            SharedLock.of(owner, NAME).lock();
        }
        return region;
    }

    private SharedRegion open() {
        return Peers.open(directory.resolve("r.shm"));
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, LockCommands.class);
    }
}
