package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.sync.Bystander;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Victim;
import dev.shm.sync.Where;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process is killed, or only stopped, at each step of putting, taking, waiting and shutting down,
 * while others are idle, blocked or racing. BEHAVIOURS 20.10, 20.11, 20.17.
 */
class QueueProcessTest {
    private static final String SHUT_DOWN =
            "dev.shm.queue.QueueShutDownException: name=it: was shut down";

    @TempDir private Path directory;
    private Peers peers;
    private SharedQueue<String> queue;
    private Victim victim;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, QueueCommands.class);
        queue = SharedQueue.create(peers.region(), "it", 2, Codecs.utf8(16));
        victim = victim();
    }

    @AfterEach
    void close() {
        victim.close();
        peers.close();
    }

    /** What was done stands, and is told, though the region is closed before the wake it owes. */
    @ParameterizedTest
    @CsvSource({"take, mpmc.released, a", "put, mpmc.published, done"})
    void regionClosedBeforeTheWake_itIsDone(String command, String point, String answer)
            throws Exception {
        boolean takes = command.equals("take");
        Peer sleeper = peers.add();
        if (takes) {
            queue.addAll(List.of("a", "b"));
            sleeper.say("put c").awaitAsleep();
        } else {
            sleeper.say("take").awaitAsleep();
        }
        stopVictim(takes ? "take" : "put a", point);
        victim.closeRegion();
        victim.goOn();
        victim.expect(answer);
        victim.awaitClosed();
        sleeper.expect(takes ? "done" : "a");
    }

    /** An acknowledgement, too. */
    @Test
    void regionClosedInAnAcknowledgement_itIsDone() throws Exception {
        queue.put("a");
        victim.say("receive").expect("a 0");
        stopVictim("ack", "mpmc.acknowledged");
        victim.closeRegion();
        victim.goOn();
        victim.expect("done");
        victim.awaitClosed();
        assertSound();
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), QueueCommands.class);
    }

    private void stopVictim(String command, String point) {
        victim.stopAt(point).say(command).awaitStopped(point);
    }

    /** Both places are there, and in order. */
    private void assertSound() throws Exception {
        queue.put("y");
        queue.put("z");
        assertEquals("y", queue.take());
        assertEquals("z", queue.take());
        assertNull(queue.poll());
        assertEquals(2, queue.remainingCapacity());
    }

    /** Its place is skipped, and who waits behind it gets the next message. */
    @ParameterizedTest
    @CsvSource({
        "IDLE, mpmc.claimed",
        "BLOCKED, mpmc.claimed",
        "RACING, mpmc.claimed",
        "BLOCKED, mpmc.copying"
    })
    void producerKilledBeforePublishing_itsPlaceIsSkipped(Bystander kind, String point)
            throws Exception {
        stopVictim("put lost", point);
        queue.put("a");
        Peer taker = kind == Bystander.RACING ? peers.add() : kind.begin(peers, "take");
        victim.kill();
        if (kind == Bystander.RACING) {
            taker.say("take").expect("a");
        } else {
            kind.expect(taker, "take", "a");
        }
        assertSound();
    }

    /** The same where nobody comes to take: their places are in the way of a producer. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void producersKilledBeforePublishing_anotherHasTheirPlaces(boolean blocked) throws Exception {
        Peer putter = peers.add();
        stopVictim("put lost", "mpmc.claimed");
        try (Victim second = victim()) {
            second.stopAt("mpmc.claimed").say("put lost").awaitStopped("mpmc.claimed");
            if (blocked) {
                putter.say("put a").awaitAsleep();
            }
            victim.kill();
            second.kill();
        }
        if (!blocked) {
            ChildJvm.awaitThat("there is room", () -> queue.remainingCapacity() == 2);
            putter.say("put a");
        }
        putter.expect("done");
        ChildJvm.awaitThat("the other's place is free", () -> queue.remainingCapacity() == 1);
        assertEquals("a", queue.take());
        assertSound();
    }

    /** It is in, though nobody was told. */
    @ParameterizedTest
    @CsvSource({
        "IDLE, mpmc.published",
        "BLOCKED, mpmc.published",
        "RACING, mpmc.published",
        "BLOCKED, mpmc.waking.consumers"
    })
    void producerKilledAfterPublishing_itIsTaken(Bystander kind, String point) throws Exception {
        Peer taker = kind.begin(peers, "take");
        stopVictim("put a", point);
        victim.kill();
        kind.expect(taker, "take", "a");
        assertSound();
    }

    /** Who waits goes on when the dead one's place is given back. */
    @ParameterizedTest
    @CsvSource({
        "IDLE, mpmc.taken",
        "BLOCKED, mpmc.taken",
        "RACING, mpmc.taken",
        "BLOCKED, mpmc.reading"
    })
    void consumerKilledBeforeReleasing_itsMessageComesAgain(Bystander kind, String point)
            throws Exception {
        queue.put("a");
        stopVictim("take", point);
        Peer taker = kind.begin(peers, "take");
        victim.kill();
        kind.expect(taker, "take", "a");
        assertSound();
    }

    /** It has given its message back, or almost, and dies before who waits is woken. */
    @ParameterizedTest
    @ValueSource(
            strings = {"mpmc.inherit.attributed", "mpmc.requeued", "mpmc.redelivery.announced"})
    void consumerKilledWhileGivingBack_itComesAgain(String point) throws Exception {
        queue.put("a");
        victim.say("receive").expect("a 0");
        Peer blocked = peers.add().say("take");
        blocked.awaitAsleep();
        stopVictim("requeue", point);
        victim.kill();
        blocked.expect("a");
        assertSound();
    }

    /** What it has taken is its own; who waits for the place goes on. */
    @ParameterizedTest
    @CsvSource({
        "IDLE, mpmc.released",
        "BLOCKED, mpmc.released",
        "RACING, mpmc.released",
        "BLOCKED, mpmc.waking.producers"
    })
    void consumerKilledAfterReleasing_itsPlaceIsFree(Bystander kind, String point)
            throws Exception {
        queue.addAll(List.of("a", "b"));
        Peer putter = peers.add();
        String put = kind == Bystander.RACING ? "racePut c" : "put c";
        if (kind != Bystander.IDLE) {
            putter.say(put);
        }
        if (kind == Bystander.BLOCKED) {
            putter.awaitAsleep();
        }
        stopVictim("take", point);
        victim.kill();
        if (kind == Bystander.IDLE) {
            putter.say(put);
        }
        putter.expect("done");
        assertEquals("b", queue.take());
        assertEquals("c", queue.take());
        assertSound();
    }

    @Test
    void producerWaitsForALivingConsumer_andForADeadOnesMessage() throws Exception {
        queue.addAll(List.of("a", "b"));
        stopVictim("take", "mpmc.taken");
        Peer putter = peers.add().say("put c");
        putter.awaitAsleep();
        victim.jvm().stop();
        assertEquals("b", queue.take());
        assertTrue(putter.isBusy()); // its place is the stopped one's
        victim.kill();
        assertEquals("a", queue.take());
        putter.expect("done");
        assertEquals("c", queue.take());
        assertSound();
    }

    /** BEHAVIOURS 20.17: who is stopped is waited for, and goes on. */
    @Test
    void stoppedProducer_isWaitedFor() throws Exception {
        stopVictim("put a", "mpmc.claimed");
        queue.put("b");
        assertNull(queue.peek(), "the next message is not there yet");
        assertEquals(List.of("b"), List.copyOf(queue));
        Peer taker = peers.add().say("pollFor 50");
        taker.expect("null");
        taker.say("take").awaitAsleep();
        victim.goOn();
        victim.expect("done");
        taker.expect("a");
        assertEquals("b", queue.take());
        assertSound();
    }

    /** A sleeper that dies takes nothing with it. */
    @ParameterizedTest
    @EnumSource
    void waiterKilled_strandsNobody(Bystander kind) throws Exception {
        stopVictim("take", "mpmc.announced");
        Peer taker = kind.begin(peers, "take");
        victim.kill();
        queue.put("a");
        kind.expect(taker, "take", "a");
        assertSound();
    }

    @Test
    void waiterKilledWhenWoken_strandsNobody() throws Exception {
        Peer blocked = peers.add();
        victim.stopWhenWoken(
                "mpmc.woken",
                "take",
                () -> {
                    blocked.say("take").awaitAsleep();
                    queue.addAll(List.of("a", "b")); // one for each
                    blocked.hear();
                });
        victim.kill();
        assertEquals("b", queue.take());
        assertSound();
    }

    /** Whoever comes finds the message that it was woken for. */
    @ParameterizedTest
    @EnumSource(names = {"IDLE", "RACING"})
    void waiterKilledWhenWoken_othersComing(Bystander kind) throws Exception {
        victim.stopWhenWoken("mpmc.woken", "take", () -> queue.add("a"));
        Peer taker = kind.begin(peers, "take");
        victim.kill();
        kind.expect(taker, "take", "a");
        assertSound();
    }

    @ParameterizedTest
    @EnumSource
    void waitingProducerKilled_strandsNobody(Bystander kind) throws Exception {
        queue.addAll(List.of("a", "b"));
        stopVictim("put lost", "mpmc.announced");
        Peer putter = kind.begin(peers, "put c", "racePut c");
        victim.kill();
        assertEquals("a", queue.take());
        kind.expect(putter, "put c", "done");
        assertEquals("b", queue.take());
        assertEquals("c", queue.take());
        assertSound();
    }

    /** One sleeps, and is not woken; another one races for what there is. */
    @Test
    void producerKilledBeforeItWakes_amongRacers() throws Exception {
        List<Peer> both = peers.add(2);
        both.get(0).say("take").awaitAsleep();
        stopVictim("put a", "mpmc.waking.consumers");
        both.get(1).say("race");
        victim.kill();
        queue.put("b");
        assertEquals(Set.of("a", "b"), Set.of(both.get(0).hear(), both.get(1).hear()));
        assertSound();
    }

    @Test
    void consumerKilledBeforeItWakes_amongRacers() throws Exception {
        queue.addAll(List.of("a", "b"));
        List<Peer> both = peers.add(2);
        both.get(0).say("put c").awaitAsleep();
        stopVictim("take", "mpmc.waking.producers");
        both.get(1).say("racePut d");
        victim.kill();
        assertEquals("b", queue.take());
        both.forEach(peer -> peer.expect("done"));
        String next = queue.take();
        assertEquals(Set.of("c", "d"), Set.of(next, queue.take()));
        assertSound();
    }

    /** BEHAVIOURS 20.17: who has done its part, and does not go on, holds nobody up. */
    @ParameterizedTest
    @CsvSource({
        "put a, mpmc.published, done",
        "put a, mpmc.waking.consumers, done",
        "take, mpmc.released, x",
        "take, mpmc.waking.producers, x"
    })
    void stoppedAfterwards_holdsNobodyUp(String command, String point, String answer)
            throws Exception {
        boolean puts = command.startsWith("put");
        if (!puts) {
            queue.addAll(List.of("x", "b"));
        }
        Peer sleeper = peers.add().say(puts ? "take" : "put a");
        sleeper.awaitAsleep();
        stopVictim(command, point);
        sleeper.expect(puts ? "a" : "done");
        victim.goOn();
        victim.expect(answer);
        if (!puts) {
            assertEquals("b", queue.take());
            assertEquals("a", queue.take());
        }
        assertSound();
    }

    /** Nor does one that waits; it has its turn later. */
    @ParameterizedTest
    @ValueSource(strings = {"mpmc.announced", "mpmc.woken"})
    void stoppedAsWaiter_holdsNobodyUp(String point) throws Exception {
        if (point.equals("mpmc.woken")) {
            victim.stopWhenWoken(point, "take", () -> queue.add("a"));
        } else {
            stopVictim("take", point);
            queue.put("a");
        }
        assertEquals("a", peers.add().ask("take"));
        victim.goOn();
        queue.put("b");
        victim.expect("b");
        assertSound();
    }

    /** Whoever waits is told, and whoever looks; it may have to be said again. */
    @ParameterizedTest
    @CsvSource({
        "shutdown, mpmc.closed, IDLE",
        "shutdown, mpmc.closed, BLOCKED",
        "shutdown, mpmc.closed, RACING",
        "shutdownNow, mpmc.dropping, BLOCKED",
        "shutdownNow, mpmc.dropping, RACING",
        "shutdownNow, mpmc.closed, BLOCKED",
    })
    void killedWhileShuttingDown_itIsShutDown(String command, String point, Bystander kind)
            throws Exception {
        Peer taker = kind.begin(peers, "take");
        stopVictim(command, point);
        victim.kill();
        kind.expect(taker, "take", SHUT_DOWN);
        taker.say("put a").expect(SHUT_DOWN);
        assertTrue(queue.isShutdown());
        assertEquals(0, queue.size());
    }

    /** BEHAVIOURS 20.17: one that is stopped in it goes on with it. */
    @ParameterizedTest
    @CsvSource({"shutdown, mpmc.closed", "shutdownNow, mpmc.dropping"})
    void stoppedWhileShuttingDown_goesOn(String command, String point) {
        Peer blocked = peers.add().say("take");
        blocked.awaitAsleep();
        stopVictim(command, point);
        victim.goOn();
        victim.expect("done");
        blocked.expect(SHUT_DOWN);
    }

    /** What was put in before is there until somebody drops it, or takes it. */
    @ParameterizedTest
    @ValueSource(strings = {"mpmc.dropping", "mpmc.closed", "mpmc.taken"})
    void killedWhileDropping_othersDrop(String point) {
        queue.addAll(List.of("a", "b"));
        stopVictim("shutdownNow", point);
        victim.kill();
        peers.add().say("take").expect(SHUT_DOWN);
        assertTrue(queue.isShutdown());
        assertEquals(0, queue.size());
    }

    /** What somebody had taken when all was dropped comes back to nobody. */
    @Test
    void consumerKilledAfterAllWasDropped_owesNothing() throws Exception {
        queue.put("a");
        victim.say("receive").expect("a 0");
        queue.shutdownNow();
        victim.kill();
        ChildJvm.awaitThat("its death is known", () -> peers.region().participants().size() == 1);
        assertEquals(0, queue.size());
        assertFalse(queue.iterator().hasNext());
    }

    /** Closing names who claims below, as a claim does. */
    @Test
    void shutdownOnTopOfAnUnfinishedPut_namesItsProducer() throws Exception {
        stopVictim("put lost", "mpmc.claimed");
        queue.shutdown();
        Peer taker = peers.add().say("take");
        taker.awaitAsleep(); // it may still come
        victim.kill();
        taker.expect(SHUT_DOWN);
    }

    /** It dies when it has named who claims below, and has not closed yet. */
    @Test
    void killedBeforeItShutDown_itIsOpen() throws Exception {
        stopVictim("put lost", "mpmc.claimed");
        try (Victim closing = victim()) {
            closing.stopAt("mpmc.close.attributed").say("shutdown");
            closing.awaitStopped("mpmc.close.attributed");
            closing.kill();
        }
        assertFalse(queue.isShutdown());
        victim.kill();
        queue.put("a");
        assertEquals("a", queue.take());
        assertSound();
    }

    @Test
    void stoppedBeforeItShutDown_goesOn() throws Exception {
        stopVictim("put a", "mpmc.claimed");
        try (Victim closing = victim()) {
            closing.stopAt("mpmc.close.attributed").say("shutdown");
            closing.awaitStopped("mpmc.close.attributed");
            assertFalse(queue.isShutdown());
            closing.goOn();
            closing.expect("done");
        }
        assertTrue(queue.isShutdown());
        victim.goOn();
        victim.expect("done");
        assertEquals("a", queue.take());
    }

    @Test
    void putUnderWayWhenShutDown_isTaken() throws Exception {
        stopVictim("put a", "mpmc.claimed");
        queue.shutdown();
        Peer taker = peers.add().say("take");
        taker.awaitAsleep();
        victim.goOn();
        victim.expect("done");
        taker.expect("a");
        taker.say("take").expect(SHUT_DOWN);
    }
}
