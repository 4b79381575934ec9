package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock.Acquisition;
import dev.shm.testing.ChildJvm;
import dev.shm.value.SharedValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, at each step of the lock's protocol (ALGORITHMS 2.3), while
 * others are idle, blocked or racing. BEHAVIOURS 1.6, 1.18, 20.1 to 20.3, 20.5, 20.17.
 */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SharedLockProcessTest {
    private static final String NAME = LockCommands.LOCK;
    private static final int SURVIVORS = 3;

    private static final String ACQUIRED = "mutex.acquired";
    private static final String UNLOCKED = "mutex.unlocked";
    private static final String ANNOUNCED = "mutex.announced";
    private static final String WOKEN = "mutex.woken";
    private static final String CONSISTENT = "mutex.consistent";
    private static final String UNUSED = "handle.unused";

    @TempDir private Path directory;
    private SharedRegion region;
    private SharedLock lock;

    @BeforeEach
    void create() {
        region = Peers.open(file());
        lock = SharedLock.create(region, NAME);
    }

    @AfterEach
    void close() {
        region.close();
    }

    /** What the survivors do at the time of the death. */
    private enum Survivor {
        /** They come afterwards. */
        IDLE,
        /** They wait. */
        BLOCKED,
        /** They try all the time. */
        RACING
    }

    /**
     * BEHAVIOURS 20.2: the first thing that an owner does is to die. Its thread is written by the
     * step that makes it the owner.
     */
    @ParameterizedTest
    @EnumSource
    void killedAsOwner_isReportedOnce(Survivor kind) throws Exception {
        try (Victim victim = victim()) {
            victim.stopAt(ACQUIRED).say("lock").awaitStopped(ACQUIRED);
            Survivors survivors = new Survivors(kind);
            victim.kill();
            survivors.assertAllPass(1);
        }
    }

    /** BEHAVIOURS 1.6: a process that ends by itself, and has forgotten to unlock. */
    @Test
    void exitsAsOwner_isReported() {
        try (Victim victim = victim()) {
            victim.ask("lock");
            victim.jvm().endInput();
            victim.jvm().awaitExit();
            assertEquals(Acquisition.OWNER_DIED, lock.acquire());
            lock.markConsistent();
            lock.unlock();
        }
    }

    /** BEHAVIOURS 20.3: the depth is gone with it. */
    @Test
    void killedAsOwner_atDepthThree() {
        try (Victim victim = victim()) {
            for (int i = 0; i < 3; i++) {
                assertEquals("locked", victim.ask("lock"));
            }
            victim.kill();
        }
        assertEquals(Acquisition.OWNER_DIED, lock.acquire());
        assertEquals(1, lock.holdCount());
        lock.markConsistent();
        lock.unlock();
        assertFalse(lock.isLocked());
    }

    /** BEHAVIOURS 20.2: nobody wakes who sleeps, but their tick. */
    @ParameterizedTest
    @EnumSource
    void killedBeforeItWakes(Survivor kind) throws Exception {
        try (Victim victim = victim();
                Victim waiter = victim()) {
            victim.ask("lock");
            waiter.say("tryLock 600000").awaitAsleep();
            Survivors survivors = new Survivors(kind);
            victim.stopAt(UNLOCKED).say("unlock").awaitStopped(UNLOCKED);
            victim.kill();
            waiter.expect("true");
            waiter.ask("unlock");
            survivors.assertAllPass(0);
        }
    }

    /** It came before the one that was to be woken, and knew of nobody who sleeps. */
    @Test
    void killedAsOwner_thatWentPastTheSleepers() throws Exception {
        try (Victim first = victim();
                Victim sleeper = victim();
                Victim barging = victim()) {
            while (!isPast(first, sleeper, barging)) {
                sleeper.expect("ACQUIRED"); // by its tick
                sleeper.ask("unlock");
                first.goOn();
                first.expect("unlocked");
            }
            first.kill();
            barging.kill();
            sleeper.expect("OWNER_DIED");
            assertFalse(lock.tryLock());
        }
    }

    /** Whether one gets the lock that was given up, before a sleeper is woken. */
    private static boolean isPast(Victim first, Victim sleeper, Victim barging) {
        first.ask("lock");
        sleeper.say("acquire").awaitAsleep();
        first.stopAt(UNLOCKED).say("unlock").awaitStopped(UNLOCKED);
        barging.stopAt(ACQUIRED).say("tryLock");
        return barging.jvm().hear().equals("stopped at " + ACQUIRED);
    }

    @ParameterizedTest
    @EnumSource
    void killedAsWaiter_announced(Survivor kind) throws Exception {
        try (Victim victim = victim()) {
            lock.lock();
            victim.stopAt(ANNOUNCED).say("lock").awaitStopped(ANNOUNCED);
            Survivors survivors = new Survivors(kind);
            victim.kill();
            lock.unlock();
            survivors.assertAllPass(0);
        }
    }

    /** It was woken, and another would have to be. */
    @ParameterizedTest
    @EnumSource
    void killedAsWaiter_woken(Survivor kind) throws Exception {
        try (Victim victim = victim()) {
            Survivors survivors = stopWhenWoken(victim, kind);
            victim.kill();
            survivors.assertAllPass(0);
        }
    }

    /** Wakes a victim that waits, which stops; again, if it found the lock free by its tick. */
    private Survivors stopWhenWoken(Victim victim, Survivor kind) throws Exception {
        while (true) {
            lock.lock();
            victim.stopAt(WOKEN).say("lock").awaitAsleep();
            Survivors survivors = new Survivors(kind);
            lock.unlock();
            String said = victim.jvm().hear();
            if (!said.equals("locked")) {
                assertEquals("stopped at " + WOKEN, said);
                return survivors;
            }
            victim.ask("unlock");
            survivors.assertAllPass(0);
        }
    }

    /** BEHAVIOURS 20.5: whoever should repair dies as well, and so does the next. */
    @ParameterizedTest
    @EnumSource
    void killedAsRecoverer_isReportedAgain(Survivor kind) throws Exception {
        try (Victim first = victim();
                Victim second = victim();
                Victim third = victim()) {
            first.ask("lock");
            first.kill();
            assertEquals("OWNER_DIED", second.ask("acquire"));
            second.kill();
            assertEquals("OWNER_DIED", third.ask("acquire"));
            third.stopAt(CONSISTENT).say("repair").awaitStopped(CONSISTENT);
            Survivors survivors = new Survivors(kind);
            third.kill();
            survivors.assertAllPass(1); // although it had repaired: it died as the owner
        }
    }

    /** The same, before or after it has counted the death that it is told of. */
    @ParameterizedTest
    @CsvSource({
        "lock.told, IDLE",
        "lock.told, BLOCKED",
        "lock.told, RACING",
        "lock.counted, IDLE",
        "lock.counted, BLOCKED",
        "lock.counted, RACING"
    })
    void killedAsItIsTold_isReportedAgain(String point, Survivor kind) throws Exception {
        try (Victim first = victim();
                Victim second = victim()) {
            first.ask("lock");
            first.kill();
            second.stopAt(point).say("acquire").awaitStopped(point);
            Survivors survivors = new Survivors(kind);
            second.kill();
            survivors.assertAllPass(1);
        }
    }

    /** BEHAVIOURS 20.5. */
    @Test
    void killedTogether_ownerAndWaiter() throws Exception {
        try (Victim owner = victim();
                Victim waiter = victim()) {
            owner.ask("lock");
            waiter.say("lock").awaitAsleep();
            Survivors survivors = new Survivors(Survivor.BLOCKED);
            waiter.jvm().stop(); // so that it cannot get the lock in between
            owner.kill();
            waiter.kill();
            survivors.assertAllPass(1);
        }
    }

    /** BEHAVIOURS 20.1: without, with one and with fifty waiters, in five processes. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50})
    void killedAsOwner_isReportedToOneOfMany(int waiters) {
        int perProcess = Math.max(1, waiters / 5);
        try (Peers peers = new Peers(Where.JVMS, directory, LockCommands.class);
                Victim victim = victim()) {
            List<Peer> crowds = peers.add(waiters / perProcess);
            victim.ask("lock");
            crowds.forEach(peer -> peer.say("crowd " + perProcess));
            if (waiters > 0) {
                ChildJvm.awaitThat("somebody waits", () -> lock.toString().contains("waiters=yes"));
            }
            victim.kill();
            crowds.forEach(peer -> peer.expect("passed"));
            SharedValue told = SharedValue.of(region, LockCommands.VALUE, 'q');
            assertEquals(waiters == 0 ? 0 : 1, told.getLong());
            assertEquals(
                    waiters == 0 ? Acquisition.OWNER_DIED : Acquisition.ACQUIRED, lock.acquire());
            lock.markConsistent();
            lock.unlock();
        }
    }

    /** Nobody takes a lock from an owner whose thread does not go on. */
    @Test
    void stoppedAsOwner_keepsTheLock() throws Exception {
        try (Victim victim = victim()) {
            victim.stopAt(ACQUIRED).say("lock").awaitStopped(ACQUIRED);
            assertStaysLocked();
            victim.goOn();
            victim.expect("locked");
            assertEquals("unlocked", victim.ask("unlock"));
            assertEquals(Acquisition.ACQUIRED, lock.acquire());
            lock.unlock();
        }
    }

    /** BEHAVIOURS 20.17: nor from one whose process is stopped. */
    @Test
    void stoppedProcess_keepsTheLock() throws Exception {
        try (Victim victim = victim()) {
            victim.ask("lock");
            victim.jvm().stop();
            assertStaysLocked();
            victim.jvm().goOn();
            assertEquals("unlocked", victim.ask("unlock"));
            assertEquals(Acquisition.ACQUIRED, lock.acquire());
            lock.unlock();
        }
    }

    /**
     * One that has given the lock up, but does not wake, holds nobody up for longer than a tick.
     */
    @ParameterizedTest
    @EnumSource
    void stoppedBeforeItWakes_holdsNobodyUp(Survivor kind) throws Exception {
        try (Victim victim = victim();
                Victim waiter = victim()) {
            victim.ask("lock");
            waiter.say("tryLock 600000").awaitAsleep();
            Survivors survivors = new Survivors(kind);
            victim.stopAt(UNLOCKED).say("unlock").awaitStopped(UNLOCKED);
            waiter.expect("true");
            waiter.ask("unlock");
            survivors.assertAllPass(0);
            victim.goOn();
            victim.expect("unlocked");
            assertFalse(lock.isLocked());
        }
    }

    /** One that waits and does not go on is waited for by nobody, and has its turn later. */
    @ParameterizedTest
    @EnumSource
    void stoppedAsWaiter_announced_holdsNobodyUp(Survivor kind) throws Exception {
        try (Victim victim = victim()) {
            lock.lock();
            victim.stopAt(ANNOUNCED).say("lock").awaitStopped(ANNOUNCED);
            Survivors survivors = new Survivors(kind);
            lock.unlock();
            survivors.assertAllPass(0);
            assertHasItsTurn(victim);
        }
    }

    /**
     * BEHAVIOURS 1.18: there is no order. One that was woken is overtaken by those who come later.
     */
    @ParameterizedTest
    @EnumSource
    void stoppedAsWaiter_woken_holdsNobodyUp(Survivor kind) throws Exception {
        try (Victim victim = victim()) {
            stopWhenWoken(victim, kind).assertAllPass(0);
            assertHasItsTurn(victim);
        }
    }

    private void assertHasItsTurn(Victim victim) {
        victim.goOn();
        victim.expect("locked");
        assertTrue(lock.isLocked());
        assertEquals("unlocked", victim.ask("unlock"));
    }

    /** One that is told of a death, or has just repaired, is the owner still. */
    @Test
    void stoppedAsRecoverer_keepsTheLock() throws Exception {
        try (Victim first = victim();
                Victim second = victim()) {
            first.ask("lock");
            first.kill();
            second.goThrough(
                    "acquire", () -> assertFalse(lock.tryLock()), "lock.told", "lock.counted");
            second.expect("OWNER_DIED");
            assertStaysLocked();
            second.stopAt(CONSISTENT).say("repair").awaitStopped(CONSISTENT);
            assertStaysLocked();
            second.goOn();
            second.expect("repaired");
            assertEquals("unlocked", second.ask("unlock"));
            assertEquals(Acquisition.ACQUIRED, lock.acquire());
            lock.unlock();
        }
    }

    /** A process dies as it lets go of a handle that it has closed. */
    @ParameterizedTest
    @EnumSource
    void killedAsItLetsGo(Survivor kind) throws Exception {
        try (Victim victim = victim()) {
            victim.ask("lock");
            victim.ask("unlock");
            victim.stopAt(UNUSED).say("letGo").awaitStopped(UNUSED);
            lock.lock();
            Survivors survivors = new Survivors(kind);
            victim.kill();
            lock.unlock();
            survivors.assertAllPass(0);
        }
    }

    /** Who stops there holds nobody up, neither other processes nor its own other handles. */
    @Test
    void stoppedAsItLetsGo_holdsNobodyUp() throws Exception {
        try (Victim victim = victim()) {
            victim.stopAt(UNUSED).say("letGoOfAnother");
            List<String> said = new ArrayList<>(List.of(victim.jvm().hear()));
            said.add(victim.jvm().hear());
            assertTrue(said.contains("letting go"), said::toString);
            assertTrue(said.contains("stopped at " + UNUSED), said::toString);
            assertEquals(Acquisition.ACQUIRED, lock.acquire());
            lock.unlock();
            victim.ask("lock");
            assertStaysLocked();
            victim.goOn();
            assertEquals("1", victim.ask("holds"));
            victim.ask("unlock");
            assertEquals(Acquisition.ACQUIRED, lock.acquire());
            lock.unlock();
        }
    }

    /**
     * Two processes, two threads each, and increments that would get lost if two were made at once.
     * How many each thread makes is {@code -Dshm.test.increments}, a million by default.
     */
    @Test
    void increments_ofTwoProcesses_areExact() {
        int each = Integer.getInteger("shm.test.increments", 1_000_000);
        try (Peers peers = new Peers(Where.JVMS, directory, LockCommands.class)) {
            List<Peer> two = peers.add(2);
            two.forEach(peer -> peer.say("countTogether 2 " + each));
            two.forEach(peer -> peer.expect("counted"));
            assertEquals(4L * each, SharedValue.of(region, LockCommands.VALUE, 'q').getLong());
            assertEquals("SharedLock[name=it, free, waiters=no]", lock.toString());
        }
    }

    private void assertStaysLocked() throws InterruptedException {
        assertFalse(lock.tryLock());
        assertFalse(lock.tryLock(200, MILLISECONDS));
        assertTrue(lock.isLocked());
        assertTrue(lock.owner().isPresent());
    }

    /** Threads of the test's process that acquire the lock, and repair when told to. */
    private final class Survivors {
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicInteger told = new AtomicInteger();
        private final AtomicInteger passed = new AtomicInteger();
        private final Survivor kind;

        Survivors(Survivor kind) {
            this.kind = kind;
            if (kind != Survivor.IDLE) {
                start();
            }
            if (kind == Survivor.BLOCKED) {
                threads.forEach(
                        thread -> ChildJvm.awaitThat("it sleeps", () -> Peer.sleeps(thread)));
            }
        }

        private void start() {
            for (int i = 0; i < SURVIVORS; i++) {
                Thread thread = new Thread(this::pass, "survivor-" + i);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        }

        private void pass() {
            Acquisition acquisition = kind == Survivor.RACING ? race() : lock.acquire();
            if (acquisition == Acquisition.OWNER_DIED) {
                told.incrementAndGet();
                lock.markConsistent();
            }
            passed.incrementAndGet();
            lock.unlock();
        }

        private Acquisition race() {
            try {
                Acquisition acquisition = null;
                while (acquisition == null) {
                    acquisition = lock.tryAcquire(1, MILLISECONDS);
                }
                return acquisition;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void assertAllPass(int expectedTold) throws InterruptedException {
            if (kind == Survivor.IDLE) {
                start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(expectedTold, told.get());
            assertEquals(SURVIVORS, passed.get());
            assertEquals("SharedLock[name=it, free, waiters=no]", lock.toString());
        }
    }

    private Victim victim() {
        return new Victim(file(), LockCommands.class);
    }

    private Path file() {
        return directory.resolve("peers.shm");
    }
}
