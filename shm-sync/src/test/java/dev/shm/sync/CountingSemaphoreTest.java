package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Counting semaphores, with peers that are threads, other region objects, and other JVMs. */
class CountingSemaphoreTest {
    @TempDir private Path directory;

    /** BEHAVIOURS 3.1, 3.2, 3.12: anybody releases, also above the initial value. */
    @ParameterizedTest
    @EnumSource
    void permits_belongToNobody(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            CountingSemaphore semaphore = CountingSemaphore.create(peers.region(), "it", 2);
            Peer peer = peers.add();
            semaphore.acquire();
            assertEquals("1", peer.ask("value"));
            assertEquals("acquired", peer.ask("acquire"));
            assertEquals("false", peer.ask("try"));
            assertEquals(0, semaphore.availablePermits());
            for (int value = 1; value <= 4; value++) {
                assertEquals("released", peer.ask("release"));
                assertEquals(value, semaphore.availablePermits());
            }
            assertTrue(semaphore.tryAcquire(4));
            assertTrue(semaphore.tryAcquire(0));
        }
    }

    /** BEHAVIOURS 3.4. */
    @ParameterizedTest
    @EnumSource
    void tryAcquire_ofNothing_waitsAsLongAsItIsTold(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            CountingSemaphore semaphore = CountingSemaphore.create(peers.region(), "it", 0);
            Peer peer = peers.add();
            assertFalse(semaphore.tryAcquire());
            assertFalse(semaphore.tryAcquire(0, MILLISECONDS));
            assertFalse(semaphore.tryAcquire(-1, MILLISECONDS));
            long start = System.nanoTime();
            assertFalse(semaphore.tryAcquire(30, MILLISECONDS));
            assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(30));
            assertEquals("false", peer.ask("tryFor 5"));
        }
    }

    /** BEHAVIOURS 3.6. */
    @ParameterizedTest
    @EnumSource
    void release_ofSeveral_wakesAsMany(Where where) {
        try (Peers peers = peers(where)) {
            CountingSemaphore semaphore = CountingSemaphore.create(peers.region(), "it", 0);
            List<Peer> four = peers.add(4);
            four.forEach(peer -> peer.say("acquire"));
            four.forEach(Peer::awaitAsleep);
            semaphore.release(3);
            ChildJvm.awaitThat(
                    "three have got through",
                    () -> four.stream().filter(Peer::isBusy).count() == 1);
            semaphore.release();
            four.forEach(peer -> peer.expect("acquired"));
            assertEquals(0, semaphore.availablePermits());
        }
    }

    /** Who wants several waits for all of them, and does not take the wake of who wants one. */
    @ParameterizedTest
    @EnumSource
    void acquireOfSeveral_takesThemTogether(Where where) {
        try (Peers peers = peers(where)) {
            CountingSemaphore semaphore = CountingSemaphore.create(peers.region(), "it", 0);
            Peer greedy = peers.add().say("acquire 3");
            greedy.awaitAsleep();
            Peer modest = peers.add().say("acquire");
            modest.awaitAsleep();
            semaphore.release();
            modest.expect("acquired");
            semaphore.release(2);
            assertTrue(greedy.isBusy());
            semaphore.release();
            greedy.expect("acquired");
            assertEquals(0, semaphore.availablePermits());
        }
    }

    /** BEHAVIOURS 3.9. */
    @ParameterizedTest
    @EnumSource
    void toString_tellsTheState(Where where) {
        try (Peers peers = peers(where)) {
            CountingSemaphore semaphore = CountingSemaphore.create(peers.region(), "it", 0);
            assertEquals(
                    "CountingSemaphore[name=it, available=0, waiters=no]", semaphore.toString());
            Peer peer = peers.add().say("acquire");
            peer.awaitAsleep();
            assertEquals(
                    "CountingSemaphore[name=it, available=0, waiters=yes]", semaphore.toString());
            semaphore.release();
            peer.expect("acquired");
            semaphore.close();
            assertEquals("CountingSemaphore[name=it, closed]", semaphore.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void drainPermits_takesAllThereAre(Where where) {
        try (Peers peers = peers(where)) {
            CountingSemaphore semaphore = CountingSemaphore.create(peers.region(), "it", 3);
            assertEquals(3, semaphore.drainPermits());
            assertEquals(0, semaphore.drainPermits());
            Peer peer = peers.add().say("acquire");
            peer.awaitAsleep();
            assertEquals(0, semaphore.drainPermits(), "and who waits is still known to");
            semaphore.release();
            peer.expect("acquired");
            assertEquals(0, semaphore.availablePermits());
        }
    }

    /** BEHAVIOURS 3.11: 31 bits, and no way out of them. */
    @Test
    void release_beyondTheLargestCount_isRefused() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            CountingSemaphore semaphore =
                    CountingSemaphore.create(region, "it", Integer.MAX_VALUE - 1);
            assertEquals(
                    "count=2147483646 release=2: at most 2147483647; nothing was released",
                    assertThrows(IllegalStateException.class, () -> semaphore.release(2))
                            .getMessage());
            semaphore.release();
            assertThrows(IllegalStateException.class, semaphore::release);
            assertThrows(IllegalStateException.class, () -> semaphore.release(Integer.MAX_VALUE));
            assertEquals(Integer.MAX_VALUE, semaphore.availablePermits());
            assertTrue(semaphore.tryAcquire(Integer.MAX_VALUE));
        }
    }

    /** BEHAVIOURS 3.5. */
    @Test
    void badNumbers_areRefused() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            assertThrows(
                    IllegalArgumentException.class, () -> CountingSemaphore.of(region, "it", -1));
            CountingSemaphore semaphore = CountingSemaphore.of(region, "it", 1);
            assertThrows(IllegalArgumentException.class, () -> semaphore.acquire(-1));
            assertThrows(IllegalArgumentException.class, () -> semaphore.release(-1));
            assertThrows(
                    IllegalArgumentException.class, () -> CountingSemaphore.of(region, "it", 2));
            assertEquals(1, CountingSemaphore.open(region, "it").availablePermits());
        }
    }

    /** BEHAVIOURS 20.23. */
    @Test
    void waits_endByInterruptAndByClose() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            CountingSemaphore semaphore = CountingSemaphore.of(region, "it", 0);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread first = Sleeper.start(semaphore::acquire, thrown);
            first.interrupt();
            first.join();
            assertEquals(InterruptedException.class, thrown.get().getClass());
            Thread second = Sleeper.start(semaphore::acquire, thrown);
            semaphore.close();
            second.join();
            assertEquals("region=r name=it: handle closed", thrown.get().getMessage());
        }
    }

    @Test
    void acquireUninterruptibly_keepsTheInterrupt() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            CountingSemaphore semaphore = CountingSemaphore.of(region, "it", 0);
            AtomicReference<Boolean> interrupted = new AtomicReference<>();
            Thread thread =
                    new Thread(
                            () -> {
                                semaphore.acquireUninterruptibly();
                                interrupted.set(Thread.interrupted());
                            });
            thread.setDaemon(true);
            thread.start();
            ChildJvm.awaitThat("it sleeps", () -> Peer.sleeps(thread));
            thread.interrupt();
            ChildJvm.awaitThat("it sleeps", () -> Peer.sleeps(thread));
            semaphore.release();
            thread.join();
            assertEquals(true, interrupted.get());
        }
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, CountingCommands.class);
    }
}
