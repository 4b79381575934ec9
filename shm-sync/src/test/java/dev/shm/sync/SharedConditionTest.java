package dev.shm.sync;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions, with peers that are threads, other region objects, and other JVMs. */
@SuppressWarnings({
    "LockNotBeforeTry",
    "WaitNotInLoop",
    "JavaUtilDate"
}) // a test that fails need not unlock
class SharedConditionTest {
    private static final String NAME = ConditionCommands.CONDITION;
    private static final int CLOSES = Integer.getInteger("shm.test.closes", 150);

    @TempDir private Path directory;

    /** BEHAVIOURS 4.2: one signal, one wake-up. */
    @ParameterizedTest
    @EnumSource
    void signal_wakesExactlyOne(Where where) {
        try (Peers peers = peers(where)) {
            SharedCondition condition = condition(peers);
            List<Peer> two = waiting(condition, peers.add(2));
            signal(condition, 1);
            two.get(0).expect("woken");
            assertEquals(1, condition.waiters());
            assertTrue(two.get(1).isBusy());
            signal(condition, 1);
            two.get(1).expect("woken");
            assertFalse(condition.hasWaiters());
        }
    }

    /** BEHAVIOURS 4.3: six time out, each holds the lock again in turn, nothing is left behind. */
    @ParameterizedTest
    @EnumSource
    void await_timesOut(Where where) {
        try (Peers peers = peers(where)) {
            SharedCondition condition = condition(peers);
            List<Peer> six = peers.add(6);
            six.forEach(peer -> peer.say("wait 30"));
            six.forEach(peer -> peer.expect("false"));
            assertEquals(0, condition.waiters());
            assertFalse(condition.lock().isLocked());
        }
    }

    /** BEHAVIOURS 4.4: nobody wakes by itself, and all by one signal to all. */
    @ParameterizedTest
    @EnumSource
    void signalAll_wakesEverybody(Where where) {
        try (Peers peers = peers(where)) {
            SharedCondition condition = condition(peers);
            List<Peer> six = waiting(condition, peers.add(6));
            six.forEach(Peer::awaitAsleep);
            assertTrue(six.stream().allMatch(Peer::isBusy));
            condition.lock().lock();
            condition.signalAll();
            assertEquals(0, condition.waiters());
            condition.lock().unlock();
            six.forEach(peer -> peer.expect("woken"));
        }
    }

    /** BEHAVIOURS 4.5, 4.12: so many as are signalled, the oldest first, twice over. */
    @ParameterizedTest
    @EnumSource
    void signalOfSeveral_wakesTheOldest(Where where) {
        try (Peers peers = peers(where)) {
            SharedCondition condition = condition(peers);
            List<Peer> six = peers.add(6);
            for (int round = 0; round < 2; round++) {
                waiting(condition, six);
                signal(condition, 2);
                six.subList(0, 2).forEach(peer -> peer.expect("woken"));
                assertEquals(4, condition.waiters());
                assertTrue(six.subList(2, 6).stream().allMatch(Peer::isBusy));
                signal(condition, 0);
                assertEquals(4, condition.waiters());
                signal(condition, 7);
                six.subList(2, 6).forEach(peer -> peer.expect("woken"));
                signal(condition, 3);
                assertEquals(0, condition.waiters());
            }
        }
    }

    /** BEHAVIOURS 4.6. */
    @ParameterizedTest
    @EnumSource
    void await_tellsASignalFromATimeout(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedCondition condition = condition(peers);
            SharedLock lock = condition.lock();
            lock.lock();
            assertFalse(condition.await(0, MILLISECONDS));
            assertFalse(condition.await(-1, MILLISECONDS));
            assertFalse(condition.awaitUntil(new Date(0)));
            assertTrue(condition.awaitNanos(0) <= 0);
            long start = System.nanoTime();
            assertFalse(condition.await(30, MILLISECONDS));
            assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(30));
            assertEquals(1, lock.holdCount());
            lock.unlock();
            Peer peer = peers.add().say("wait 600000");
            awaitWaiters(condition, 1);
            signal(condition, 1);
            peer.expect("true");
        }
    }

    /** BEHAVIOURS 4.7: two of them take turns. */
    @ParameterizedTest
    @EnumSource
    void predicate_isWaitedFor(Where where) {
        try (Peers peers = peers(where)) {
            condition(peers);
            Peer even = peers.add().say("even 200");
            Peer odd = peers.add().say("odd 200");
            even.expect("200");
            odd.expect("200");
        }
    }

    /** BEHAVIOURS 4.8: a deadline is one for all waits, however many signals come. */
    @Test
    void awaitNanos_countsDownOverSignals() throws Exception {
        try (SharedRegion region = open()) {
            SharedCondition condition = condition(region);
            long timeout = MILLISECONDS.toNanos(60);
            FutureTask<Long> waiting =
                    start(
                            condition,
                            () -> {
                                long start = System.nanoTime();
                                long left = timeout;
                                while (left > 0) {
                                    left = condition.awaitNanos(left);
                                }
                                return System.nanoTime() - start;
                            });
            for (int i = 0; i < 3; i++) {
                signal(condition, 1);
            }
            assertTrue(waiting.get() >= timeout);
        }
    }

    /** BEHAVIOURS 4.10. */
    @Test
    void everything_needsTheLock() {
        try (SharedRegion region = open()) {
            SharedCondition condition = condition(region);
            assertThrows(IllegalMonitorStateException.class, condition::await);
            assertThrows(IllegalMonitorStateException.class, condition::signal);
            assertThrows(IllegalMonitorStateException.class, condition::signalAll);
            assertThrows(IllegalMonitorStateException.class, condition::awaitUninterruptibly);
        }
    }

    /** BEHAVIOURS 4.11: the depth is as before. */
    @ParameterizedTest
    @EnumSource
    void await_givesUpAllHolds_andTakesThemAgain(Where where) {
        try (Peers peers = peers(where)) {
            SharedCondition condition = condition(peers);
            Peer peer = peers.add().say("depth 3");
            awaitWaiters(condition, 1);
            signal(condition, 1);
            peer.expect("3");
            assertFalse(condition.lock().isLocked());
        }
    }

    /** BEHAVIOURS 4.13: tokens are handed to as many as there are, none is lost. */
    @ParameterizedTest
    @EnumSource
    void signals_areNeverLost(Where where) {
        try (Peers peers = peers(where)) {
            SharedCondition condition = condition(peers);
            List<Peer> three = peers.add(3);
            Peer giver = peers.add();
            for (int round = 0; round < 30; round++) {
                three.forEach(peer -> peer.say("take"));
                for (int i = 0; i < 3; i++) {
                    giver.ask("lock");
                    giver.ask("add 1");
                    giver.ask("signal");
                    giver.ask("unlock");
                }
                three.forEach(peer -> peer.expect("taken"));
            }
            assertEquals(0, condition.waiters());
        }
    }

    /** BEHAVIOURS 4.9. */
    @Test
    void await_canBeInterrupted() throws Exception {
        try (SharedRegion region = open()) {
            SharedCondition condition = condition(region);
            FutureTask<Boolean> waiting =
                    start(
                            condition,
                            () -> {
                                assertThrows(InterruptedException.class, condition::await);
                                return condition.lock().isHeldByCurrentThread()
                                        && !Thread.interrupted();
                            });
            thread.interrupt();
            assertTrue(waiting.get());
            assertEquals(0, condition.waiters());

            condition.lock().lock();
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> condition.awaitNanos(0));
            assertFalse(Thread.interrupted());
            condition.lock().unlock();
        }
    }

    @Test
    void awaitUninterruptibly_remembersTheInterrupt() throws Exception {
        try (SharedRegion region = open()) {
            SharedCondition condition = condition(region);
            FutureTask<Boolean> waiting =
                    start(
                            condition,
                            () -> {
                                condition.awaitUninterruptibly();
                                return Thread.interrupted();
                            });
            thread.interrupt();
            assertEquals(1, condition.waiters());
            signal(condition, 1);
            assertTrue(waiting.get());
        }
    }

    /** Whoever is chosen while it leaves was signalled. */
    @Test
    void aSignalAfterTheTimeout_counts() throws Exception {
        try (SharedRegion region = open()) {
            SharedCondition condition = condition(region);
            FutureTask<Boolean> waiting;
            do { // until we have the lock before its wait is over
                FutureTask<Boolean> begun =
                        task(condition, () -> condition.await(20, MILLISECONDS));
                ChildJvm.awaitThat("it waits", () -> condition.waiters() == 1 || begun.isDone());
                waiting = begun;
            } while (!hasLockWhileOneWaits(condition));
            ChildJvm.awaitThat(
                    "it wants the lock", () -> condition.lock().toString().contains("waiters=yes"));
            condition.signal();
            condition.lock().unlock();
            assertTrue(waiting.get());
        }
    }

    private static boolean hasLockWhileOneWaits(SharedCondition condition) {
        condition.lock().lock();
        if (condition.waiters() == 1) {
            return true;
        }
        condition.lock().unlock();
        return false;
    }

    @Test
    void aSignalAfterTheInterrupt_counts() throws Exception {
        try (SharedRegion region = open()) {
            SharedCondition condition = condition(region);
            FutureTask<Boolean> waiting =
                    start(condition, () -> condition.await(1, DAYS) && Thread.interrupted());
            condition.lock().lock();
            thread.interrupt();
            ChildJvm.awaitThat(
                    "it wants the lock", () -> condition.lock().toString().contains("waiters=yes"));
            condition.signal();
            condition.lock().unlock();
            assertTrue(waiting.get());
        }
    }

    @Test
    void cells_areUsedUp_andSaidSo() throws Exception {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, ConditionCommands.LOCK);
            SharedCondition condition = SharedCondition.create(lock, "two", 2);
            FutureTask<Boolean> first = start(condition, () -> condition.await(1, DAYS));
            FutureTask<Boolean> second = start(condition, () -> condition.await(1, DAYS));
            awaitWaiters(condition, 2);
            lock.lock();
            String message =
                    assertThrows(IllegalStateException.class, condition::await).getMessage();
            assertTrue(message.startsWith("cells=2: as many threads wait"), message);
            assertTrue(lock.isHeldByCurrentThread());
            condition.signalAll();
            lock.unlock();
            assertTrue(first.get() && second.get());
            lock.lock();
            assertFalse(condition.await(0, MILLISECONDS));
            lock.unlock();
        }
    }

    @Test
    void close_endsWaits_holdingTheLock() throws Exception {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedCondition condition = condition(region);
            FutureTask<Boolean> waiting =
                    start(
                            condition,
                            () -> {
                                assertThrows(IllegalStateException.class, condition::await);
                                return condition.lock().isHeldByCurrentThread();
                            });
            awaitWaiters(condition, 1);
            condition.close();
            assertTrue(waiting.get());
            assertEquals(0, condition(other).waiters());
            assertThrows(IllegalStateException.class, condition::waiters);
            assertEquals("SharedCondition[name=c, closed]", condition.toString());
            condition.close();
        }
    }

    /** Closing looks through the cells that were ever used, while the last wait lets go. */
    @Test
    void close_asTheLastWaitEnds() throws Exception {
        try (SharedRegion region = open()) {
            SharedCondition condition = condition(region);
            List<FutureTask<Boolean>> waits = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                waits.add(start(condition, () -> condition.await(1, DAYS)));
            }
            signal(condition, waits.size());
            for (FutureTask<Boolean> wait : waits) {
                assertTrue(wait.get());
            }
            for (int i = 0; i < CLOSES; i++) {
                closeWhileUsed(condition(region));
            }
        }
    }

    private static void closeWhileUsed(SharedCondition condition) throws Exception {
        SharedLock lock = condition.lock();
        Closing.whileUsed(
                condition,
                () -> {
                    lock.lock();
                    try {
                        condition.await(0, MILLISECONDS);
                    } catch (IllegalStateException closed) {
                        lock.unlock();
                        throw closed;
                    }
                    return lock::unlock;
                });
    }

    /** A wait outlasts its lock's handle, ends with the lock held, and leaves no cell behind. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingTheLock_doesNotEndWaits(boolean whileUnlocking) throws Exception {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedCondition condition = condition(region);
            SharedLock lock = condition.lock();
            SharedCondition elsewhere = condition(other);
            FutureTask<Boolean> waiting =
                    new FutureTask<>(
                            () -> {
                                lock.lock();
                                if (whileUnlocking) {
                                    lock.close();
                                }
                                condition.await();
                                boolean held = lock.isHeldByCurrentThread();
                                lock.unlock();
                                return held;
                            });
            new Thread(waiting).start();
            awaitWaiters(elsewhere, 1);
            lock.close();
            elsewhere.lock().lock();
            elsewhere.signal();
            elsewhere.lock().unlock();
            assertTrue(waiting.get(1, MINUTES));
            assertThrows(IllegalStateException.class, lock::isHeldByCurrentThread); // let go
            assertEquals(0, elsewhere.waiters());
            assertTrue(elsewhere.lock().tryLock());
            elsewhere.lock().unlock();
        }
    }

    /** BEHAVIOURS 20.23. */
    @Test
    void closingTheRegion_endsWaits() throws Exception {
        try (SharedRegion other = open()) {
            SharedRegion region = open();
            SharedCondition condition = condition(region);
            FutureTask<Boolean> waiting =
                    new FutureTask<>(
                            () -> {
                                condition.lock().lock();
                                assertThrows(IllegalStateException.class, condition::await);
                                return true;
                            });
            new Thread(waiting).start();
            awaitWaiters(condition(other), 1);
            region.close();
            assertTrue(waiting.get());
            assertEquals(0, condition(other).waiters());
        }
    }

    @Test
    void anotherLock_isRefused() {
        try (SharedRegion region = open()) {
            SharedCondition condition = condition(region);
            SharedLock other = SharedLock.create(region, "other");
            String message =
                    assertThrows(IllegalArgumentException.class, () -> other.condition(NAME))
                            .getMessage();
            assertTrue(message.contains("256 cells, lock=it id="), message);
            assertTrue(message.contains("256 cells, lock=other id="), message);
            message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> SharedCondition.open(other, NAME))
                            .getMessage();
            assertTrue(message.contains("belongs to lock=it id="), message);
            assertThrows(NoSuchElementException.class, () -> SharedCondition.open(other, "none"));
            assertThrows(
                    IllegalStateException.class,
                    () -> SharedCondition.create(condition.lock(), NAME));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> SharedCondition.of(condition.lock(), NAME, 7));
            for (int cells : new int[] {0, -1, 65_537}) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedCondition.of(other, "new", cells));
            }
            assertSame(other, SharedCondition.of(other, "new", 65_536 / 64).lock());
        }
    }

    /** BEHAVIOURS 20.21: a lock that took another's name is another lock. */
    @Test
    void aLockOfTheSameName_isNotTheSame() {
        try (SharedRegion region = open()) {
            condition(region);
            region.remove(ConditionCommands.LOCK);
            SharedLock successor = SharedLock.create(region, ConditionCommands.LOCK);
            assertThrows(IllegalArgumentException.class, () -> successor.condition(NAME));
        }
    }

    @ParameterizedTest
    @EnumSource
    void toString_tellsWhoWaits(Where where) {
        try (Peers peers = peers(where)) {
            SharedCondition condition = condition(peers);
            assertEquals("SharedCondition[name=c, lock=it, waiters=0]", condition.toString());
            waiting(condition, peers.add(2));
            assertEquals("SharedCondition[name=c, lock=it, waiters=2]", condition.toString());
            signal(condition, 2);
        }
    }

    private Thread thread = Thread.currentThread();

    /** Starts a thread that holds the lock, and waits until it waits. */
    private <T> FutureTask<T> start(SharedCondition condition, Callable<T> body) {
        int before = condition.waiters();
        FutureTask<T> task = task(condition, body);
        awaitWaiters(condition, before + 1);
        return task;
    }

    private <T> FutureTask<T> task(SharedCondition condition, Callable<T> body) {
        FutureTask<T> task =
                new FutureTask<>(
                        () -> {
                            condition.lock().lock();
                            try {
                                return body.call();
                            } finally {
                                condition.lock().unlock();
                            }
                        });
        thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** Lets the peers wait, in this order. */
    private static List<Peer> waiting(SharedCondition condition, List<Peer> peers) {
        int before = condition.waiters();
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).say("wait");
            awaitWaiters(condition, before + i + 1);
        }
        return peers;
    }

    private static void awaitWaiters(SharedCondition condition, int count) {
        ChildJvm.awaitThat(count + " wait", () -> condition.waiters() == count);
    }

    private static void signal(SharedCondition condition, int count) {
        condition.lock().lock();
        condition.signal(count);
        condition.lock().unlock();
    }

    private static SharedCondition condition(Peers peers) {
        return condition(peers.region());
    }

    private static SharedCondition condition(SharedRegion region) {
        return SharedLock.of(region, ConditionCommands.LOCK).condition(NAME);
    }

    private SharedRegion open() {
        return Peers.open(directory.resolve("r.shm"));
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, ConditionCommands.class);
    }
}
