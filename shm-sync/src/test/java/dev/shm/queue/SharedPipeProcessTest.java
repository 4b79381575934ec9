package dev.shm.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.sync.Bystander;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Victim;
import dev.shm.sync.Where;
import java.io.EOFException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipes one of whose ends dies. Its peers are idle, blocked, and racing. */
class SharedPipeProcessTest {
    private static final int CAPACITY = 1024;

    /** How many processes are killed at a random moment. */
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);

    @TempDir private Path directory;
    private Peers peers;
    private SharedPipe pipe;
    private Victim victim;

    @BeforeEach
    void open() {
        peers = new Peers(Where.REGIONS, directory, PipeCommands.class);
        pipe = SharedPipe.create(peers.region(), "it", CAPACITY);
        victim = victim();
        assertEquals("taken", victim.ask("left"));
    }

    private Victim victim() {
        return new Victim(directory.resolve("peers.shm"), PipeCommands.class);
    }

    @AfterEach
    void close() {
        victim.close();
        peers.close();
    }

    private static void assertOver(String answer) {
        assertTrue(
                answer.startsWith("java.io.EOFException")
                        && answer.endsWith("died or left the region"),
                answer);
    }

    /** BEHAVIOURS 13.17, 20.10: a message comes whole, or the end does. */
    @ParameterizedTest
    @CsvSource({
        "pipe.claimed, IDLE, false",
        "pipe.claimed, BLOCKED, false",
        "pipe.claimed, RACING, false",
        "pipe.published, IDLE, true",
        "pipe.published, BLOCKED, true",
        "pipe.published, RACING, true"
    })
    void sender_diesInAMessage(String point, Bystander kind, boolean sent) {
        Peer survivor = kind.begin(peers, "recv");
        victim.stopAt(point).say("send last").awaitStopped(point);
        victim.kill();
        if (sent) {
            kind.expect(survivor, "recv", "'last'");
            assertOver(survivor.ask("recv"));
        } else {
            if (kind == Bystander.IDLE) {
                survivor.say("recv");
            }
            assertOver(survivor.hear());
        }
        assertOver(survivor.ask("send x"));
    }

    /** Between the look at the flag and the wake of who sleeps there. */
    @ParameterizedTest
    @ValueSource(strings = {"pipe.seen", "pipe.cleared"})
    void sender_diesBeforeTheWake(String point) {
        Peer blocked = peers.add().say("recv");
        blocked.awaitAsleep();
        victim.stopAt(point).say("send last").awaitStopped(point);
        blocked.expect("'last'"); // by its tick, though the sender is only stopped
        blocked.say("recv").awaitAsleep();
        victim.kill();
        assertOver(blocked.hear());
    }

    /** BEHAVIOURS 20.17: one that is stopped is waited for, and goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"pipe.claimed", "pipe.published", "pipe.seen", "pipe.cleared"})
    void sender_stops_andGoesOn(String point) {
        Peer receiver = peers.add().say("recv");
        receiver.awaitAsleep();
        victim.stopAt(point).say("send late").awaitStopped(point);
        peers.region().liveness().probeNext();
        assertFalse(pipe.toString().contains("died"), pipe.toString());
        victim.goOn();
        victim.expect("sent");
        receiver.expect("'late'");
    }

    /** BEHAVIOURS 13.17: parts of a message are not seen, also by who only looks. */
    @ParameterizedTest
    @EnumSource
    void sender_diesInALongMessage(Bystander kind) {
        Peer survivor = kind.begin(peers, "recv");
        victim.stopAt("pipe.published").say("sendLong 100000").awaitStopped("pipe.published");
        if (kind == Bystander.IDLE) {
            assertEquals("false", survivor.ask("poll 20"));
        }
        victim.kill();
        if (kind == Bystander.IDLE) {
            survivor.say("recv");
        }
        assertOver(survivor.hear());
    }

    @Test
    void sender_diesWhileItWaitsForRoom() throws Exception {
        PipeEnd right = pipe.right();
        victim.say("sendLong 100000").awaitAsleep();
        victim.kill();
        assertThrows(EOFException.class, right::recv);
    }

    /** The receiver, at each of its steps; whoever sends to it, or waits for room, is told. */
    @ParameterizedTest
    @CsvSource({
        "pipe.taken, recv",
        "pipe.freed, recv",
        "pipe.announced, poll 60000",
        "pipe.woken, recv"
    })
    void receiver_dies(String point, String command) {
        Peer sender = stopReceiver(point, command);
        assertEquals("sent", sender.ask("send two")); // stopped is not dead
        Peer blocked = sender.say("sendLong 100000");
        blocked.awaitAsleep();
        victim.kill();
        assertOver(sender.hear());
        assertOver(sender.ask("recv"));
        assertOver(sender.ask("send three"));
    }

    @ParameterizedTest
    @CsvSource({
        "pipe.taken, recv",
        "pipe.freed, recv",
        "pipe.announced, poll 60000",
        "pipe.woken, recv"
    })
    void receiver_stops_andGoesOn(String point, String command) {
        Peer sender = stopReceiver(point, command);
        assertEquals("sent", sender.ask("send two"));
        victim.goOn();
        victim.expect(command.equals("recv") ? "'one'" : "true");
    }

    /** Returns who sends to it. */
    private Peer stopReceiver(String point, String command) {
        Peer sender = peers.add();
        assertEquals("taken", sender.ask("right"));
        if (point.equals("pipe.woken")) {
            victim.stopWhenWoken(point, command, () -> sender.ask("send one"));
        } else {
            if (command.equals("recv")) {
                sender.ask("send one");
            }
            victim.stopAt(point).say(command).awaitStopped(point);
        }
        return sender;
    }

    /** The same where one sends to it all the time. */
    @ParameterizedTest
    @ValueSource(strings = {"pipe.taken", "pipe.freed"})
    void receiver_diesAmongMessages(String point) {
        Peer racing = peers.add();
        assertEquals("taken", racing.ask("right"));
        racing.say("count 1000000");
        victim.stopAt(point);
        String said = victim.ask("recv");
        for (int i = 0; said.startsWith("'"); i++) {
            assertEquals("'" + i + "'", said);
            said = victim.ask("recv");
        }
        assertEquals("stopped at " + point, said);
        victim.kill();
        assertOver(racing.hear());
    }

    /** It has given room and not said so: the sender finds it by its tick. */
    @Test
    void receiver_stopsBeforeTheWake() {
        Peer sender = peers.add();
        assertEquals("taken", sender.ask("right"));
        sender.say("count 64").awaitAsleep(); // 16 bytes each: one too many for the ring
        victim.stopAt("pipe.seen").say("recv").awaitStopped("pipe.seen");
        sender.expect("sent");
    }

    /** What both had sent is there, and then it is over: nobody takes the end of the dead. */
    @Test
    void nobody_takesTheEndOfTheDead() throws Exception {
        assertEquals("sent", victim.ask("send one"));
        assertEquals("sent", victim.ask("send two"));
        PipeEnd right = pipe.right();
        victim.kill();
        assertArrayEquals("one".getBytes(US_ASCII), right.recv());
        assertArrayEquals("two".getBytes(US_ASCII), right.recv());
        EOFException e = assertThrows(EOFException.class, right::recv);
        assertTrue(e.getMessage().contains("died or left the region"), e.getMessage());
        IllegalStateException taken = assertThrows(IllegalStateException.class, pipe::left);
        assertTrue(taken.getMessage().contains("the left end was taken"), taken.getMessage());
    }

    /** BEHAVIOURS 20.17: nobody is over because it is slow. */
    @Test
    void aStoppedProcess_isWaitedFor() {
        Peer survivor = peers.add().say("recv");
        survivor.awaitAsleep();
        victim.jvm().stop();
        peers.region().liveness().probeNext();
        assertFalse(pipe.toString().contains("died"), pipe.toString());
        victim.jvm().goOn();
        assertEquals("sent", victim.ask("send late"));
        survivor.expect("'late'");
    }

    /** A sender of messages of all lengths is killed at a random moment, many times. */
    @Test
    void sendersKilledAtRandom_leaveWholeMessages() throws Exception {
        victim.close();
        Random random = new Random();
        int whole = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            peers.region().remove("it");
            try (SharedPipe fresh = SharedPipe.create(peers.region(), "it", CAPACITY);
                    Victim sender = victim()) {
                PipeEnd right = fresh.right();
                assertEquals("taken", sender.ask("left"));
                sender.say("stream");
                int enough = 1 + random.nextInt(2_000);
                int number = 0;
                while (number < enough) {
                    assertArrayEquals(PipeCommands.numbered(number++), right.recv());
                }
                sender.kill();
                try {
                    while (true) {
                        assertArrayEquals(PipeCommands.numbered(number++), right.recv());
                    }
                } catch (EOFException over) {
                    whole += number;
                }
            }
        }
        assertTrue(whole >= KILLS);
    }
}
