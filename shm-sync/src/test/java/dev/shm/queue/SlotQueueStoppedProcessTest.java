package dev.shm.queue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Victim;
import dev.shm.sync.Where;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The stack and the priority queue with peers that are stopped, and are alive. */
class SlotQueueStoppedProcessTest {
    @TempDir private Path directory;

    private Peers peers(Where where) {
        return new Peers(where, directory, SlotCommands.class);
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), SlotCommands.class);
    }

    /** BEHAVIOURS 20.17: who has done its part, or waits, and does not go on holds nobody up. */
    @ParameterizedTest
    @CsvSource({"put 5, slots.unlocked, put", "take, slots.announced, 6"})
    void stoppedWithoutTheLock_holdsNobodyUp(String command, String point, String answer)
            throws Exception {
        try (Peers peers = peers(Where.REGIONS)) {
            SlotQueue<Long> queue = Kind.PRIORITY.create(peers.region(), 2);
            try (Victim victim = victim()) {
                Peer sleeper = peers.add().say("take");
                sleeper.awaitAsleep();
                victim.stopAt(point).say(command).awaitStopped(point);
                if (command.equals("take")) {
                    queue.put(5L);
                }
                sleeper.expect("5");
                victim.goOn();
                if (command.equals("take")) {
                    queue.put(6L);
                }
                victim.expect(answer);
                SlotQueueProcessTest.assertWorks(Kind.PRIORITY, queue);
            }
        }
    }

    /** Nor does one that was woken, and is overtaken. */
    @Test
    void stoppedWhenItIsWoken_holdsNobodyUp() throws Exception {
        try (Peers peers = peers(Where.REGIONS)) {
            SlotQueue<Long> queue = Kind.PRIORITY.create(peers.region(), 2);
            try (Victim victim = victim()) {
                victim.stopWhenWoken("slots.woken", "take", () -> assertTrue(queue.offer(5L)));
                assertEquals(5, queue.take());
                victim.goOn();
                queue.put(6L);
                victim.expect("6");
            }
        }
    }

    /** One that is stopped in it goes on with it, and then with what it came for. */
    @ParameterizedTest
    @EnumSource
    void stoppedWhileItRepairs_goesOn(Kind kind) throws Exception {
        try (Peers peers = peers(Where.THREADS)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 8);
            queue.addAll(List.of(300L, 100L));
            try (Victim first = victim();
                    Victim second = victim()) {
                first.stopAt("slots.accepted").say("put 50").awaitStopped("slots.accepted");
                first.kill();
                second.goThrough(
                        "put 600",
                        () -> assertHasTheLock(second, queue),
                        "slots.rebuilding",
                        "slots.resorted");
                second.expect("put");
            }
            List<Long> drained = new ArrayList<>();
            queue.drainTo(drained);
            assertEquals(kind.taken(List.of(300L, 100L, 50L, 600L)), drained);
        }
    }

    /** BEHAVIOURS 20.17: one that is stopped inside keeps its turn, and loses nothing. */
    @ParameterizedTest
    @EnumSource
    void stoppedIsNotDead(Kind kind) throws Exception {
        try (Peers peers = peers(Where.THREADS)) {
            SlotQueue<Long> queue = kind.create(peers.region(), 4);
            try (Victim victim = victim()) {
                Peer peer = peers.add().say("take");
                peer.awaitAsleep();
                Runnable look =
                        () -> {
                            assertHasTheLock(victim, queue);
                            assertTrue(peer.isBusy());
                        };
                victim.goThrough(
                        "put 5",
                        look,
                        "slots.begun",
                        "slots.written",
                        "slots.accepted",
                        "slots.ordered",
                        "slots.ended",
                        "slots.signalled");
                victim.expect("put");
                peer.expect("5");
                queue.put(6L);
                victim.goThrough(
                        "take",
                        () -> assertHasTheLock(victim, queue),
                        "slots.begun",
                        "slots.taken",
                        "slots.reordered",
                        "slots.ended");
                victim.expect("6");
                SlotQueueProcessTest.assertWorks(kind, queue);
            }
        }
    }

    private static void assertHasTheLock(Victim victim, SlotQueue<Long> queue) {
        assertTrue(queue.toString().contains("lock held by pid=" + victim.jvm().pid()));
        try {
            assertNull(queue.poll(10, MILLISECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
