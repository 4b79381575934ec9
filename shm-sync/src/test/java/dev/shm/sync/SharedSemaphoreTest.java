package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Semaphores, with peers that are threads, other region objects, and other JVMs. */
class SharedSemaphoreTest {
    @TempDir private Path directory;

    /** BEHAVIOURS 3.1, 3.3, 3.12: the value goes down and up, seen from anywhere. */
    @ParameterizedTest
    @EnumSource
    void permits_areAcquiredAndReleased(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 2);
            Peer peer = peers.add();
            assertEquals(2, semaphore.availablePermits());
            assertEquals("acquired", peer.ask("acquire"));
            assertEquals(1, semaphore.availablePermits());
            semaphore.acquire();
            assertEquals(0, semaphore.availablePermits());
            assertEquals("false", peer.ask("try"));
            assertFalse(semaphore.tryAcquire());
            assertEquals(0, semaphore.availablePermits());
            semaphore.release();
            assertEquals("released", peer.ask("release"));
            assertEquals(2, semaphore.availablePermits());
            assertEquals(2, semaphore.permits());
        }
    }

    /** BEHAVIOURS 3.3: what is not held cannot be released, and trying changes nothing. */
    @ParameterizedTest
    @EnumSource
    void release_ofMoreThanIsHeld_isRefused(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 4);
            assertEquals(
                    "release=1: this process holds fewer of the 4 permits; nothing was released",
                    assertThrows(IllegalStateException.class, semaphore::release).getMessage());
            semaphore.acquire(2);
            assertThrows(IllegalStateException.class, () -> semaphore.release(3));
            assertEquals(2, semaphore.heldPermits());
            assertEquals(2, semaphore.availablePermits());
            semaphore.release(2);
            assertThrows(IllegalStateException.class, semaphore::release);
            assertEquals(4, semaphore.availablePermits());
        }
    }

    /** Permits are the process's: any of its threads may release them, and no other process. */
    @ParameterizedTest
    @EnumSource
    void permits_belongToTheProcess(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 2);
            Peer peer = peers.add();
            semaphore.acquire();
            boolean sameProcess = where == Where.THREADS;
            assertEquals(sameProcess ? "1 1" : "1 0", peer.ask("count"));
            assertEquals(sameProcess, peer.ask("release").equals("released"));
            assertEquals(sameProcess ? 0 : 1, semaphore.heldPermits());
        }
    }

    /** BEHAVIOURS 3.4, on a semaphore whose permits are all taken. */
    @ParameterizedTest
    @EnumSource
    void tryAcquire_waitsAsLongAsItIsTold(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 1);
            Peer peer = peers.add();
            peer.ask("acquire");
            assertFalse(semaphore.tryAcquire(0, MILLISECONDS));
            assertFalse(semaphore.tryAcquire(-1, MILLISECONDS));
            long start = System.nanoTime();
            assertFalse(semaphore.tryAcquire(30, MILLISECONDS));
            assertFalse(semaphore.tryAcquire(1, 30, MILLISECONDS));
            assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(60));
            peer.ask("release");
            assertTrue(semaphore.tryAcquire(30, MILLISECONDS));
            assertEquals("false", peer.ask("tryFor 0"));
            assertEquals("false", peer.ask("tryFor 5"));
        }
    }

    /** BEHAVIOURS 3.6: several released at once let as many go on. */
    @ParameterizedTest
    @EnumSource
    void release_ofSeveral_wakesAsMany(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 3);
            semaphore.acquire(3);
            List<Peer> four = peers.add(4);
            four.forEach(peer -> peer.say("acquire"));
            four.forEach(Peer::awaitAsleep);
            semaphore.release(3);
            awaitThrough(four, 3);
            four.stream().filter(Peer::isBusy).forEach(Peer::awaitAsleep);
            assertEquals(0, semaphore.availablePermits());
        }
    }

    /** BEHAVIOURS 3.7: of ten that come for three permits three hold them at a time. */
    @ParameterizedTest
    @EnumSource(names = {"THREADS", "REGIONS"})
    void aCrowd_getsThroughThreeAtATime(Where where) {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 3);
            List<Peer> crowd = peers.add(10);
            crowd.forEach(peer -> peer.say("acquire"));
            while (!crowd.isEmpty()) {
                awaitThrough(crowd, Math.min(3, crowd.size()));
                crowd.stream().filter(Peer::isBusy).forEach(Peer::awaitAsleep);
                assertEquals(3 - Math.min(3, crowd.size()), semaphore.availablePermits());
                Peer holder = crowd.stream().filter(p -> !p.isBusy()).findAny().orElseThrow();
                holder.expect("acquired");
                crowd.remove(holder);
                assertEquals("released", holder.ask("release"));
            }
            assertEquals(3, semaphore.availablePermits());
        }
    }

    /** BEHAVIOURS 3.8: of ten attempts on three permits exactly three succeed. */
    @ParameterizedTest
    @EnumSource
    void attempts_succeedAsOftenAsThereArePermits(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 4);
            semaphore.acquire();
            List<Peer> five = peers.add(5);
            five.forEach(peer -> peer.say("try").say("try"));
            List<String> answers =
                    five.stream().flatMap(peer -> Stream.of(peer.hear(), peer.hear())).toList();
            assertEquals(3, Collections.frequency(answers, "true"));
            assertEquals(7, Collections.frequency(answers, "false"));
        }
    }

    /** Permits in use are never more than there are, and none is lost. */
    @ParameterizedTest
    @EnumSource
    void manyCycles_loseNothing(Where where) {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 2);
            List<Peer> four = peers.add(4);
            four.forEach(peer -> peer.say("cycle 5000"));
            four.forEach(peer -> peer.expect("cycled"));
            assertEquals(2, semaphore.availablePermits());
        }
    }

    /** Two that want all permits take turns: neither holds what the other waits for. */
    @ParameterizedTest
    @EnumSource
    void acquireOfSeveral_doesNotDeadlock(Where where) {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 3);
            List<Peer> two = peers.add(2);
            for (int round = 0; round < 30; round++) {
                two.forEach(peer -> peer.say("acquire 3").say("release 3"));
            }
            for (int round = 0; round < 30; round++) {
                two.forEach(peer -> peer.expect("acquired"));
                two.forEach(peer -> peer.expect("released"));
            }
            assertEquals(3, semaphore.availablePermits());
        }
    }

    /** Several come together, or not at all. */
    @ParameterizedTest
    @EnumSource
    void tryAcquireOfSeveral_takesAllOrNone(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 3);
            Peer peer = peers.add();
            semaphore.acquire();
            assertEquals("false", peer.ask("try 3"));
            assertEquals(2, semaphore.availablePermits());
            assertEquals("true", peer.ask("try 2"));
            assertFalse(semaphore.tryAcquire(2, 5, MILLISECONDS));
            assertEquals(0, semaphore.availablePermits());
            assertEquals("released", peer.ask("release 2"));
            assertTrue(semaphore.tryAcquire(0));
            assertTrue(semaphore.tryAcquire(2));
        }
    }

    /** BEHAVIOURS 3.9. */
    @ParameterizedTest
    @EnumSource
    void toString_tellsTheState(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedSemaphore semaphore = SharedSemaphore.create(peers.region(), "it", 2);
            semaphore.acquire(2);
            String held = "held by pid=" + ProcessHandle.current().pid() + " x2";
            assertEquals(
                    "SharedSemaphore[name=it, available=0 of 2, " + held + ", waiters=no]",
                    semaphore.toString());
            Peer peer = peers.add().say("acquire");
            peer.awaitAsleep();
            assertEquals(
                    "SharedSemaphore[name=it, available=0 of 2, " + held + ", waiters=yes]",
                    semaphore.toString());
            semaphore.release();
            peer.expect("acquired");
            List<PermitHolder> holders = semaphore.holders();
            assertEquals(
                    2, holders.stream().mapToInt(PermitHolder::permits).sum(), holders::toString);
            if (where == Where.JVMS) {
                assertEquals(2, holders.stream().map(PermitHolder::pid).distinct().count());
            }
            semaphore.close();
            assertEquals("SharedSemaphore[name=it, closed]", semaphore.toString());
        }
    }

    /** The dead hold nothing. */
    @Test
    void holders_areAlive() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedSemaphore semaphore = SharedSemaphore.create(region, "it", 3);
            try (SharedRegion other = Peers.open(directory.resolve("r.shm"))) {
                SharedSemaphore.open(other, "it").acquire(2);
                PermitHolder holder = semaphore.holders().get(0);
                assertEquals(other.self().id(), holder.participant());
                assertEquals(2, holder.permits());
            }
            assertEquals(List.of(), semaphore.holders());
            assertEquals(
                    "SharedSemaphore[name=it, available=3 of 3, waiters=no]", semaphore.toString());
        }
    }

    /** BEHAVIOURS 3.5. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1025})
    void numbersOutOfBounds_areRefused(int permits) {
        try (SharedRegion region = Peers.open(file())) {
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> SharedSemaphore.of(region, "it", permits))
                            .getMessage();
            assertTrue(message.startsWith("permits=" + permits + ": must be 1..1024"), message);
            assertTrue(message.contains("CountingSemaphore"), message);
        }
    }

    @Test
    void moreThanThereAre_cannotBeAsked() throws Exception {
        try (SharedRegion region = Peers.open(file())) {
            SharedSemaphore semaphore = SharedSemaphore.of(region, "it", 1024);
            assertEquals(1024, semaphore.availablePermits());
            semaphore.acquire(1024);
            assertEquals(1024, semaphore.heldPermits());
            semaphore.release(1024);
            assertThrows(IllegalArgumentException.class, () -> semaphore.acquire(1025));
            assertThrows(IllegalArgumentException.class, () -> semaphore.tryAcquire(-1));
            assertThrows(IllegalArgumentException.class, () -> semaphore.release(1025));
            assertThrows(IllegalArgumentException.class, () -> SharedSemaphore.of(region, "it", 3));
            assertThrows(
                    IllegalStateException.class, () -> SharedSemaphore.create(region, "it", 1024));
            assertThrows(NoSuchElementException.class, () -> SharedSemaphore.open(region, "other"));
        }
    }

    @Test
    void acquire_canBeInterrupted_alone() throws Exception {
        try (SharedRegion region = Peers.open(file())) {
            SharedSemaphore semaphore = SharedSemaphore.of(region, "it", 2);
            semaphore.acquire();
            for (int wanted = 1; wanted <= 2; wanted++) {
                semaphore.tryAcquire();
                int number = wanted;
                Waiting waiting = new Waiting(() -> semaphore.acquire(number));
                waiting.thread.interrupt();
                assertEquals(InterruptedException.class, waiting.outcome().getClass());
                assertEquals(2, semaphore.heldPermits());
                semaphore.release();
            }
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, semaphore::acquire);
            assertFalse(Thread.interrupted());
            assertEquals(1, semaphore.availablePermits());
        }
    }

    @Test
    void acquireUninterruptibly_keepsTheInterrupt() throws Exception {
        try (SharedRegion region = Peers.open(file())) {
            SharedSemaphore semaphore = SharedSemaphore.of(region, "it", 2);
            semaphore.acquire(2);
            for (int wanted = 1; wanted <= 2; wanted++) {
                int number = wanted;
                AtomicReference<Boolean> interrupted = new AtomicReference<>();
                Waiting waiting =
                        new Waiting(
                                () -> {
                                    semaphore.acquireUninterruptibly(number);
                                    interrupted.set(Thread.interrupted());
                                });
                waiting.thread.interrupt();
                waiting.awaitAsleep();
                semaphore.release(number);
                assertNull(waiting.outcome());
                assertEquals(true, interrupted.get());
            }
        }
    }

    /**
     * BEHAVIOURS 20.23: what was collected for an acquisition of several goes back when it ends
     * early.
     */
    @Test
    @SuppressWarnings("try") // closing is what it is about
    void close_endsWaits_andGivesBackWhatWasCollected() throws Exception {
        try (SharedRegion region = Peers.open(file());
                SharedRegion other = Peers.open(file())) {
            SharedSemaphore semaphore = SharedSemaphore.of(region, "it", 3);
            SharedSemaphore observer = SharedSemaphore.of(other, "it", 3);
            observer.acquire();
            Waiting several = new Waiting(() -> semaphore.acquire(3));
            Waiting one = new Waiting(semaphore::acquire);
            assertEquals(0, observer.availablePermits());
            semaphore.close();
            assertEquals(IllegalStateException.class, several.outcome().getClass());
            assertEquals(IllegalStateException.class, one.outcome().getClass());
            assertEquals(2, observer.availablePermits());
            assertThrows(IllegalStateException.class, semaphore::release);
            semaphore.close();
        }
    }

    /** Also of one that waits until another process has collected. */
    @Test
    @SuppressWarnings("try") // closing is what it is about
    void close_endsAWaitBehindAnother() throws Exception {
        try (SharedRegion region = Peers.open(file());
                SharedRegion other = Peers.open(file())) {
            SharedSemaphore semaphore = SharedSemaphore.of(region, "it", 3);
            SharedSemaphore again = SharedSemaphore.of(region, "it", 3);
            SharedSemaphore observer = SharedSemaphore.of(other, "it", 3);
            observer.acquire();
            Waiting collecting = new Waiting(() -> observer.acquire(3));
            Waiting several = new Waiting(() -> semaphore.acquire(3));
            Waiting stubborn = new Waiting(() -> semaphore.acquireUninterruptibly(2));
            semaphore.close();
            assertEquals(
                    "SharedSemaphore[name=it, permits=3]:"
                            + " the handle was closed while a thread waited",
                    several.outcome().getMessage());
            assertEquals(IllegalStateException.class, stubborn.outcome().getClass());
            observer.release();
            assertNull(collecting.outcome());
            observer.release(3);
            again.acquire(3);
        }
    }

    /** The handle goes, the permits stay with the process until the region is closed. */
    @Test
    @SuppressWarnings("try") // closing is what it is about
    void permits_outliveTheHandle_butNotTheRegion() throws Exception {
        try (SharedRegion region = Peers.open(file());
                SharedRegion other = Peers.open(file())) {
            SharedSemaphore observer = SharedSemaphore.of(other, "it", 2);
            SharedSemaphore semaphore = SharedSemaphore.of(region, "it", 2);
            semaphore.acquire(2);
            semaphore.close();
            assertEquals(0, observer.availablePermits());
            SharedSemaphore again = SharedSemaphore.of(region, "it", 2);
            again.release();
            assertEquals(1, again.heldPermits());
            Waiting waiting = new Waiting(() -> observer.acquire(2));
            region.close();
            assertNull(waiting.outcome());
            assertEquals(2, observer.heldPermits());
            assertThrows(IllegalStateException.class, again::tryAcquire);
        }
    }

    /** A thread that waits, and how that ended. */
    private static final class Waiting {
        private final AtomicReference<Throwable> thrown = new AtomicReference<>();
        private final Thread thread;

        Waiting(Executable wait) {
            thread =
                    new Thread(
                            () -> {
                                try {
                                    wait.execute();
                                } catch (Throwable e) {
                                    thrown.set(e);
                                }
                            });
            thread.setDaemon(true);
            thread.start();
            awaitAsleep();
        }

        void awaitAsleep() {
            ChildJvm.awaitThat("the thread sleeps", () -> Peer.sleeps(thread));
        }

        Throwable outcome() throws InterruptedException {
            thread.join();
            return thrown.get();
        }
    }

    private static void awaitThrough(List<Peer> peers, int count) {
        ChildJvm.awaitThat(
                count + " have got through",
                () -> peers.stream().filter(peer -> !peer.isBusy()).count() == count);
    }

    private Path file() {
        return directory.resolve("r.shm");
    }

    private Peers peers(Where where) {
        return new Peers(where, directory, SemaphoreCommands.class);
    }
}
