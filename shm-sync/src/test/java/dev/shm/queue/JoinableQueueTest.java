package dev.shm.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.sync.Bystander;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Sleeper;
import dev.shm.sync.Victim;
import dev.shm.sync.Where;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Work that is joined, between threads, region objects and JVMs. BEHAVIOURS 10.12, 10.32, 10.33,
 * 10.35, 11.1-11.5, 20.12.
 */
class JoinableQueueTest {
    @TempDir private Path directory;
    private Peers peers;
    private JoinableQueue<String> queue;

    private void open(Where where) {
        peers = new Peers(where, directory, JoinableCommands.class);
        queue = JoinableQueue.create(peers.region(), "it", 4, Codecs.utf8(16));
    }

    @AfterEach
    void close() {
        peers.close();
    }

    private static void assertNoneInWork(String said) {
        assertEquals(
                "java.lang.IllegalStateException: name=it: this thread has no message in work",
                said);
    }

    /** BEHAVIOURS 11.1, 11.3, 11.4. */
    @ParameterizedTest
    @EnumSource
    void join_waitsUntilAllIsDone(Where where) throws Exception {
        open(where);
        queue.join();
        List<Peer> workers = peers.add(4);
        workers.forEach(worker -> worker.say("work"));
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 10; i++) {
                queue.put("task" + i);
            }
            queue.join();
            assertEquals(0, queue.size());
            assertEquals(4, queue.remainingCapacity());
        }
        for (int i = 0; i < workers.size(); i++) {
            queue.put("end");
        }
        queue.join();
        int done = 0;
        for (Peer worker : workers) {
            done += Integer.parseInt(worker.hear());
        }
        assertEquals(20, done);
    }

    @ParameterizedTest
    @EnumSource
    void join_isWokenByTheLastTaskDone(Where where) throws Exception {
        open(where);
        queue.put("a");
        queue.put("b");
        Peer joiner = peers.add().say("join");
        joiner.awaitAsleep();
        assertEquals("a", queue.take());
        assertEquals("b", queue.take());
        queue.taskDone();
        assertTrue(joiner.isBusy());
        assertFalse(queue.join(20, MILLISECONDS));
        queue.taskDone();
        joiner.expect("done");
        assertTrue(queue.join(0, MILLISECONDS));
    }

    /** BEHAVIOURS 11.2. */
    @Test
    void taskDone_tooOften_isRefused() throws Exception {
        open(Where.THREADS);
        assertThrows(IllegalStateException.class, () -> queue.taskDone());
        queue.put("a");
        assertThrows(IllegalStateException.class, () -> queue.taskDone());
        queue.take();
        Peer other = peers.add();
        assertNoneInWork(other.ask("taskDone")); // its thread has taken nothing
        queue.taskDone();
        queue.join();
        assertThrows(IllegalStateException.class, () -> queue.taskDone());
    }

    /** The queue is full when so much is in it or in work. */
    @Test
    void put_waitsForWorkToBeDone() throws Exception {
        open(Where.THREADS);
        List<String> taken = new ArrayList<>();
        queue.addAll(List.of("1", "2", "3", "4"));
        assertEquals(2, queue.drainTo(taken, 2));
        assertEquals("3", queue.poll());
        assertEquals("4", queue.poll(1, MILLISECONDS));
        assertNull(queue.poll());
        assertFalse(queue.offer("5"));
        Peer putter = peers.add().say("put 5");
        putter.awaitAsleep();
        queue.taskDone(); // 1, whose place is the next
        putter.expect("done");
        for (int i = 0; i < 3; i++) {
            queue.taskDone();
        }
        assertThrows(IllegalStateException.class, () -> queue.taskDone());
        assertEquals(List.of("1", "2"), taken);
        queue.clear();
        queue.join();
        assertEquals(
                "JoinableQueue[name=it, size=0 of 4, maxLength=16, shut down=no]",
                queue.toString());
    }

    /** BEHAVIOURS 10.32. */
    @ParameterizedTest
    @EnumSource
    void shutdownNow_endsJoins(Where where) throws Exception {
        open(where);
        queue.addAll(List.of("1", "2", "3", "4"));
        Peer joiner = peers.add().say("join");
        joiner.awaitAsleep();
        queue.shutdownNow();
        joiner.expect("done");
        assertThrows(IllegalStateException.class, () -> queue.taskDone());
        assertThrows(QueueShutDownException.class, () -> queue.take());
    }

    /** BEHAVIOURS 10.33. */
    @ParameterizedTest
    @EnumSource
    void shutdownNow_leavesWhatIsInWork(Where where) throws Exception {
        open(where);
        queue.addAll(List.of("1", "2", "3", "4"));
        Peer worker = peers.add();
        worker.say("take").expect("1");
        Peer joiner = peers.add().say("join");
        joiner.awaitAsleep();
        queue.shutdownNow();
        assertFalse(queue.join(50, MILLISECONDS));
        assertTrue(joiner.isBusy());
        worker.say("taskDone").expect("done");
        joiner.expect("done");
        assertNoneInWork(worker.ask("taskDone"));
    }

    /** What is to be done is done, though nothing comes after it. */
    @Test
    void shutdown_isJoinedAsEver() throws Exception {
        open(Where.THREADS);
        queue.put("a");
        Peer joiner = peers.add().say("join");
        joiner.awaitAsleep();
        queue.shutdown();
        assertFalse(queue.join(20, MILLISECONDS));
        assertEquals("a", queue.take());
        queue.taskDone();
        joiner.expect("done");
    }

    /** A message that cannot be decoded is in the way of all others until it is cleared. */
    @Test
    void whatCannotBeDecoded_isCleared() throws Exception {
        open(Where.THREADS);
        try (JoinableQueue<byte[]> raw =
                JoinableQueue.open(peers.region(), "it", Codecs.bytes(16))) {
            raw.put(new byte[] {(byte) 0xff});
            raw.put(new byte[] {'b'});
        }
        assertThrows(IllegalArgumentException.class, () -> queue.take());
        assertThrows(IllegalArgumentException.class, () -> queue.take());
        queue.clear();
        assertEquals(0, queue.size());
        assertTrue(queue.join(0, MILLISECONDS));
    }

    @Test
    void drainTo_needsATarget() {
        open(Where.THREADS);
        assertThrows(NullPointerException.class, () -> queue.drainTo(null));
    }

    /** BEHAVIOURS 10.12. */
    @Test
    void close_givesBackWhatIsInWork() throws Exception {
        open(Where.THREADS);
        queue.put("a");
        assertEquals("a", queue.take());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread joiner = Sleeper.start(() -> queue.join(), thrown);
        queue.close();
        joiner.join();
        assertEquals(IllegalStateException.class, thrown.get().getClass());
        assertThrows(IllegalStateException.class, () -> queue.taskDone());
        assertThrows(IllegalStateException.class, () -> queue.put("b"));
        Peer other = peers.add();
        other.say("take").expect("a");
        other.say("taskDone").expect("done");
        other.say("joinFor 0").expect("true");
    }

    @Test
    void interrupt_endsAJoin() throws Exception {
        open(Where.THREADS);
        queue.put("a");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread joiner = Sleeper.start(() -> queue.join(), thrown);
        joiner.interrupt();
        joiner.join();
        assertEquals(InterruptedException.class, thrown.get().getClass());
    }

    /** BEHAVIOURS 11.5, 20.12: work of a worker that is killed is done by another. */
    @ParameterizedTest
    @EnumSource
    void workerKilledBeforeTaskDone_itsWorkComesBack(Bystander kind) throws Exception {
        open(Where.REGIONS);
        queue.put("a");
        try (Victim victim = victim()) {
            assertEquals("a", victim.ask("take"));
            Peer joiner = kind.begin(peers, "join");
            victim.kill();
            assertEquals("a", queue.take());
            assertFalse(queue.join(20, MILLISECONDS));
            queue.taskDone();
            kind.expect(joiner, "join", "done");
        }
    }

    /** What was done stays done, whatever its worker had still to do. */
    @ParameterizedTest
    @CsvSource({
        "IDLE, mpmc.acknowledged",
        "BLOCKED, mpmc.acknowledged",
        "RACING, mpmc.acknowledged",
        "BLOCKED, mpmc.waking.producers"
    })
    void workerKilledInTaskDone_itIsDone(Bystander kind, String point) {
        open(Where.REGIONS);
        queue.offer("a");
        try (Victim victim = victim()) {
            assertEquals("a", victim.ask("take"));
            Peer joiner = kind.begin(peers, "join");
            victim.stopAt(point).say("taskDone").awaitStopped(point);
            victim.kill();
            kind.expect(joiner, "join", "done");
            assertNull(queue.poll());
        }
    }

    /** BEHAVIOURS 20.17: who joins does not wait for one that is stopped then. */
    @ParameterizedTest
    @ValueSource(strings = {"mpmc.acknowledged", "mpmc.waking.producers"})
    void workerStoppedInTaskDone_holdsNobodyUp(String point) {
        open(Where.REGIONS);
        queue.offer("a");
        try (Victim victim = victim()) {
            assertEquals("a", victim.ask("take"));
            Peer joiner = peers.add().say("join");
            joiner.awaitAsleep();
            victim.stopAt(point).say("taskDone").awaitStopped(point);
            joiner.expect("done");
            victim.goOn();
            victim.expect("done");
        }
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), JoinableCommands.class);
    }
}
