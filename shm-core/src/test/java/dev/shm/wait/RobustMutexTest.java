package dev.shm.wait;

import static dev.shm.wait.RobustMutex.Acquisition.ACQUIRED;
import static dev.shm.wait.RobustMutex.Acquisition.OWNER_DIED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.wait.RobustMutex.Acquisition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two participants of one JVM behave as two processes. */
class RobustMutexTest {
    private static final int ALICE = 0x1001;
    private static final int BOB = 0x1002;
    private static final int CAROL = 0x1003;
    private static final int OFFSET = 8;
    private static final int COUNTER = 128;

    @TempDir Path dir;

    private final MappedBuffer buffer = new MappedBuffer(ByteBuffer.allocateDirect(256));
    private final FakeLiveness.World world = new FakeLiveness.World();
    private final RobustMutex alice = mutex(ALICE);
    private final RobustMutex bob = mutex(BOB);

    static Stream<Waiter> waiters() {
        return WaiterTest.waiters();
    }

    /* Owning. */

    @Test
    void lock_acquires() {
        assertEquals(ACQUIRED, alice.lock());
        assertEquals(ALICE, bob.ownerTag());
        assertEquals(Thread.currentThread().getId(), bob.ownerThreadId());
        alice.unlock();
        assertEquals(0, bob.ownerTag());
        assertEquals(ACQUIRED, bob.lock());
        assertEquals(BOB, alice.ownerTag());
    }

    /** BEHAVIOURS 1.1, 1.8. */
    @Test
    void tryLock_isNull_whileAnotherHoldsIt() throws Exception {
        assertEquals(ACQUIRED, alice.tryLock());
        assertNull(bob.tryLock());
        assertNull(elsewhere(alice::tryLock));
        alice.unlock();
        assertEquals(ACQUIRED, bob.tryLock());
    }

    /** BEHAVIOURS 2.1, 2.6, 2.7. */
    @Test
    void lock_isReentrant() throws Exception {
        assertEquals(0, alice.holdCount());
        assertEquals(ACQUIRED, alice.lock());
        assertEquals(ACQUIRED, alice.tryLock());
        assertEquals(ACQUIRED, alice.lockInterruptibly());
        assertEquals(3, alice.holdCount());
        assertTrue(alice.isHeldByCurrentThread());
        assertEquals(0, elsewhere(alice::holdCount));
        assertFalse(elsewhere(alice::isHeldByCurrentThread));
        assertEquals(0, bob.holdCount());
        alice.unlock();
        alice.unlock();
        assertNull(bob.tryLock());
        alice.unlock();
        assertFalse(alice.isHeldByCurrentThread());
        assertEquals(ACQUIRED, bob.tryLock());
    }

    /** BEHAVIOURS 1.3, 2.1, 2.4, 2.5. */
    @Test
    void unlock_byWhoDoesNotHoldIt_throws() {
        assertThrows(IllegalMonitorStateException.class, alice::unlock);
        alice.lock();
        assertThrows(IllegalMonitorStateException.class, bob::unlock);
        assertThrows(IllegalMonitorStateException.class, () -> elsewhere(unlocking(alice)));
        alice.unlock();
        assertThrows(IllegalMonitorStateException.class, alice::unlock);
    }

    @Test
    void markConsistent_byWhoDoesNotHoldIt_throws() {
        assertThrows(IllegalMonitorStateException.class, alice::markConsistent);
        alice.lock();
        assertThrows(IllegalMonitorStateException.class, bob::markConsistent);
        alice.markConsistent(); // nothing to repair
        assertEquals(ALICE, buffer.getInt(OFFSET));
    }

    @Test
    void placesAndTags_areChecked() {
        FakeLiveness liveness = world.join(CAROL);
        Waiter waiter = PollingWaiter.INSTANCE;
        for (int offset : new int[] {4, 12, 7}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new RobustMutex(buffer, offset, liveness, waiter));
        }
        for (int offset : new int[] {-8, 248, 256}) {
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> new RobustMutex(buffer, offset, liveness, waiter));
        }
        for (int tag : new int[] {0, -1, 1 << 30}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new RobustMutex(buffer, OFFSET, world.join(tag), waiter));
        }
    }

    @Test
    void toString_showsItsState() {
        assertEquals("RobustMutex[free]", alice.toString());
        alice.lock();
        long thread = Thread.currentThread().getId();
        assertEquals("RobustMutex[owner=4097 thread=" + thread + "]", bob.toString());
        world.certify(ALICE);
        bob.lock();
        assertEquals(
                "RobustMutex[owner=4098 thread=" + thread + " waiters inconsistent]",
                bob.toString());
    }

    /* Excluding. */

    /**
     * Ticks are off: where nobody dies none is needed. All sleep at first, and are woken through a
     * mapping that none of them uses; a futex that is private would not do that.
     */
    @ParameterizedTest
    @MethodSource("waiters")
    void twoMappings_twoThreadsEach_loseNoCount(Waiter waiter) throws Exception {
        Path file = dir.resolve("words");
        int rounds = 20_000;
        RobustMutex gate =
                new RobustMutex(
                        SharedFile.map(file), OFFSET, world.join(CAROL), waiter, TickPolicy.OFF, 0);
        gate.lock();
        List<Background<Void>> threads = new ArrayList<>();
        for (int tag : new int[] {ALICE, BOB}) {
            AtomicBuffer mapped = SharedFile.map(file);
            RobustMutex mutex =
                    new RobustMutex(mapped, OFFSET, world.join(tag), waiter, TickPolicy.OFF, 10);
            for (int i = 0; i < 2; i++) {
                threads.add(Background.start(() -> count(mutex, mapped, rounds)));
            }
        }
        await(() -> threads.stream().allMatch(thread -> sleeps(thread.thread())));
        gate.unlock();
        for (Background<Void> thread : threads) {
            thread.join();
        }
        AtomicBuffer mapped = SharedFile.map(file);
        assertEquals(4L * rounds, mapped.getLong(COUNTER));
        assertEquals(MutexLayout.FREE, mapped.getInt(OFFSET));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreads_loseNoCount() throws Exception {
        int threads = 16;
        int rounds = 500;
        CountDownLatch done = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            WaiterTest.startVirtual(
                    () -> {
                        count(alice, buffer, rounds);
                        done.countDown();
                    });
        }
        assertTrue(done.await(20, TimeUnit.SECONDS));
        assertEquals((long) threads * rounds, buffer.getLong(COUNTER));
    }

    /* Giving up. */

    /** BEHAVIOURS 1.11. */
    @ParameterizedTest
    @MethodSource("waiters")
    void tryLock_givesUpAfterItsTime_andTheLockStaysGood(Waiter waiter) throws Exception {
        RobustMutex carol = new RobustMutex(buffer, OFFSET, world.join(CAROL), waiter);
        alice.lock();
        long start = System.nanoTime();
        assertNull(carol.tryLock(Deadline.after(30, TimeUnit.MILLISECONDS)));
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(30));
        alice.unlock();
        assertEquals(0, buffer.getInt(OFFSET));
        assertEquals(ACQUIRED, carol.tryLock());
    }

    /** BEHAVIOURS 1.12. */
    @Test
    void tryLock_withAnExpiredDeadline_triesOnce() throws Exception {
        Deadline expired = Deadline.after(0, TimeUnit.SECONDS);
        assertEquals(ACQUIRED, alice.tryLock(expired));
        assertNull(bob.tryLock(expired));
    }

    @Test
    void lockInterruptibly_whenInterruptedBefore_doesNotEvenTry() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, alice::lockInterruptibly);
        assertFalse(Thread.currentThread().isInterrupted());
        assertEquals(0, alice.ownerTag());
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void lockInterruptibly_whenInterruptedMeanwhile_leaves(Waiter waiter) throws Exception {
        RobustMutex carol = new RobustMutex(buffer, OFFSET, world.join(CAROL), waiter);
        alice.lock();
        Background<Acquisition> waiting = Background.start(carol::lockInterruptibly);
        await(() -> (buffer.getIntVolatile(OFFSET) & MutexLayout.WAITERS) != 0);
        waiting.thread().interrupt();
        assertThrows(InterruptedException.class, waiting::join);
        alice.unlock();
        assertEquals(ACQUIRED, carol.tryLock());
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void lock_waitsOnWhenInterrupted_andKeepsTheStatus(Waiter waiter) throws Exception {
        RobustMutex carol = new RobustMutex(buffer, OFFSET, world.join(CAROL), waiter);
        alice.lock();
        Background<Boolean> waiting =
                Background.start(
                        () -> {
                            carol.lock();
                            boolean interrupted = Thread.currentThread().isInterrupted();
                            carol.unlock();
                            return interrupted;
                        });
        await(() -> (buffer.getIntVolatile(OFFSET) & MutexLayout.WAITERS) != 0);
        waiting.thread().interrupt();
        int ticks = world.probes.get();
        await(() -> world.probes.get() > ticks + 2); // it goes on waiting
        assertFalse(waiting.isDone());
        alice.unlock();
        assertTrue(waiting.join());
    }

    @Test
    void aBlockedThread_looksLessAndLessOften() throws Exception {
        alice.lock();
        Sleeps sleeps = new Sleeps(8);
        RobustMutex carol = new RobustMutex(buffer, OFFSET, world.join(CAROL), sleeps);
        assertEquals(ACQUIRED, carol.lock());
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 64L), sleeps.millis);
        assertEquals(8, world.probes.get());
        assertEquals(8, world.roundRobin.get());
    }

    /* Dying. */

    @Test
    void lock_takesOverFromTheDead() {
        alice.lock();
        world.certify(ALICE);
        assertEquals(OWNER_DIED, bob.lock());
        assertEquals(BOB, bob.ownerTag());
    }

    /** BEHAVIOURS 20.1 in small: nobody but the one who waits looks for the death. */
    @ParameterizedTest
    @MethodSource("waiters")
    void lock_findsOutByItselfThatTheOwnerDied(Waiter waiter) throws Exception {
        RobustMutex carol = new RobustMutex(buffer, OFFSET, world.join(CAROL), waiter);
        alice.lock();
        Background<Acquisition> waiting = Background.start(carol::lock);
        await(() -> world.probes.get() > 0 && world.roundRobin.get() > 0);
        world.kill(ALICE);
        assertEquals(OWNER_DIED, waiting.join());
    }

    @Test
    void tryLock_takesOverFromTheCertifiedDeadOnly() {
        alice.lock();
        world.kill(ALICE);
        assertNull(bob.tryLock());
        world.certify(ALICE);
        assertEquals(OWNER_DIED, bob.tryLock());
    }

    @Test
    void aStoppedOwner_keepsTheLock() throws Exception {
        alice.lock();
        assertNull(bob.tryLock(Deadline.after(50, TimeUnit.MILLISECONDS)));
        assertTrue(world.probes.get() > 0);
        assertEquals(ALICE, bob.ownerTag());
    }

    @Test
    void aDeath_isReportedUntilMarkedConsistent() {
        alice.lock();
        world.certify(ALICE);
        assertEquals(OWNER_DIED, bob.lock());
        assertEquals(ACQUIRED, bob.lock(), "it was reported to the first acquisition");
        bob.unlock();
        bob.unlock();
        assertEquals(OWNER_DIED, bob.tryLock());
        bob.unlock();
        RobustMutex carol = mutex(CAROL);
        assertEquals(OWNER_DIED, carol.lock());
        carol.markConsistent();
        carol.markConsistent();
        carol.unlock();
        assertEquals(ACQUIRED, bob.lock());
        bob.unlock();
        assertEquals(MutexLayout.FREE, buffer.getInt(OFFSET));
    }

    @Test
    void aDeathWhileRepairing_isReportedAgain() {
        alice.lock();
        world.certify(ALICE);
        assertEquals(OWNER_DIED, bob.lock());
        world.certify(BOB);
        assertEquals(OWNER_DIED, mutex(CAROL).lock());
    }

    @Test
    void aDeathAfterTheRepair_isReportedAgain() {
        alice.lock();
        world.certify(ALICE);
        bob.lock();
        bob.markConsistent();
        world.certify(BOB);
        assertEquals(OWNER_DIED, mutex(CAROL).lock());
    }

    /* Fencing and closing. */

    @Test
    void unlock_noticesThatTheLockWasTaken_andLeavesItAlone() {
        alice.lock();
        world.certify(ALICE);
        bob.lock();
        int word = buffer.getInt(OFFSET);
        assertThrows(IllegalStateException.class, alice::unlock);
        assertEquals(word, buffer.getInt(OFFSET));
        assertFalse(alice.isHeldByCurrentThread());
    }

    @Test
    void unlock_noticesThatTheLockWasTakenAndGivenUp() {
        alice.lock();
        world.certify(ALICE);
        bob.lock();
        bob.unlock();
        assertThrows(IllegalStateException.class, alice::unlock);
        assertEquals(MutexLayout.DIED, buffer.getInt(OFFSET));
    }

    @Test
    void markConsistent_noticesThatTheLockWasTaken() {
        RobustMutex carol = mutex(CAROL);
        carol.lock();
        world.certify(CAROL);
        alice.lock();
        world.certify(ALICE);
        bob.lock();
        int word = buffer.getInt(OFFSET);
        assertThrows(IllegalStateException.class, alice::markConsistent);
        assertEquals(word, buffer.getInt(OFFSET));
    }

    @Test
    void whoWasDeclaredDead_doesNotTakeOverFromItself() throws Exception {
        FakeLiveness liveness = world.join(CAROL);
        RobustMutex carol = new RobustMutex(buffer, OFFSET, liveness, PollingWaiter.INSTANCE);
        elsewhere(carol::lock);
        world.certify(CAROL);
        liveness.close();
        assertThrows(IllegalStateException.class, carol::tryLock);
        assertThrows(IllegalStateException.class, carol::lock);
        assertEquals(CAROL, buffer.getInt(OFFSET));
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void closingTheRegion_endsAWait(Waiter waiter) throws Exception {
        FakeLiveness liveness = world.join(CAROL);
        RobustMutex carol = new RobustMutex(buffer, OFFSET, liveness, waiter);
        alice.lock();
        Background<Acquisition> waiting = Background.start(carol::lock);
        await(() -> (buffer.getIntVolatile(OFFSET) & MutexLayout.WAITERS) != 0);
        liveness.close();
        assertThrows(IllegalStateException.class, waiting::join);
    }

    @ParameterizedTest
    @MethodSource("waiters")
    void invalidatingTheBuffer_endsAWait(Waiter waiter) throws Exception {
        MappedBuffer slice = buffer.slice(0, 128);
        RobustMutex carol = new RobustMutex(slice, OFFSET, world.join(CAROL), waiter);
        alice.lock();
        Background<Acquisition> waiting = Background.start(carol::lock);
        await(() -> (buffer.getIntVolatile(OFFSET) & MutexLayout.WAITERS) != 0);
        slice.invalidate("the region is closed");
        assertThrows(IllegalStateException.class, waiting::join);
        assertEquals(ALICE, alice.ownerTag());
    }

    private RobustMutex mutex(int tag) {
        return new RobustMutex(buffer, OFFSET, world.join(tag), PollingWaiter.INSTANCE);
    }

    private static boolean sleeps(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(
                        frame ->
                                frame.getClassName().equals(RobustMutex.class.getName())
                                        && frame.getMethodName().equals("sleep"));
    }

    private static Void count(RobustMutex mutex, AtomicBuffer buffer, int rounds) {
        for (int i = 0; i < rounds; i++) {
            mutex.lock();
            try {
                buffer.putLong(COUNTER, buffer.getLong(COUNTER) + 1);
            } finally {
                mutex.unlock();
            }
        }
        return null;
    }

    private static Callable<Boolean> unlocking(RobustMutex mutex) {
        return () -> {
            mutex.unlock();
            return true;
        };
    }

    private static <T> T elsewhere(Callable<T> work) throws Exception {
        return Background.start(work).join();
    }

    private static void await(BooleanSupplier state) throws Exception {
        elsewhere(
                () -> {
                    while (!state.getAsBoolean()) {
                        Thread.onSpinWait();
                    }
                    return true;
                });
    }

    /** Sleeps no time at all, so many times; then the mutex is free. */
    private static final class Sleeps implements Waiter {
        private final List<Long> millis = new ArrayList<>();
        private final int most;

        Sleeps(int most) {
            this.most = most;
        }

        @Override
        public boolean await(AtomicBuffer memory, int index, int expected, long nanos) {
            assertEquals(expected, memory.getIntVolatile(index));
            millis.add(TimeUnit.NANOSECONDS.toMillis(nanos));
            if (millis.size() == most) {
                memory.putIntVolatile(index, MutexLayout.FREE);
            }
            return false;
        }

        @Override
        public void wake(AtomicBuffer memory, int index, int count) {}
    }
}
