package dev.shm.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.queue.SharedPipe.Mode;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Where;
import dev.shm.testing.ChildJvm;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pipes, with peers that are threads, other region objects, and other JVMs. */
class SharedPipeTest {
    private static final int CAPACITY = 1024;

    @TempDir private Path directory;

    private Peers peers(Where where) {
        return new Peers(where, directory, PipeCommands.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    private static SharedPipe create(SharedRegion region) {
        return SharedPipe.create(region, "it", CAPACITY);
    }

    /** BEHAVIOURS 13.1, 13.9, 13.11: each message by itself, also empty ones, and both ways. */
    @ParameterizedTest
    @EnumSource
    void messages_goBothWays_eachByItself(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add().say("echo 6");
            String[] texts = {"", "a", "", "bye", "cd", "\0\1\2"};
            for (String text : texts) {
                left.send(bytes(text));
            }
            for (String text : texts) {
                assertArrayEquals(bytes(text), left.recv());
            }
            assertFalse(left.poll());
            peer.expect("echoed");
        }
    }

    /** BEHAVIOURS 13.4: longer than the ring, and back. */
    @ParameterizedTest
    @EnumSource
    void longMessages_goThroughASmallRing(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add();
            int longest = where == Where.JVMS ? 16 << 20 : 1 << 20; // it takes a second each way
            // around what fits into a record, into the ring, and into the first array
            for (int length : new int[] {495, 496, 497, 1023, 1024, 1025, longest}) {
                peer.say("recvLong");
                left.send(PipeCommands.pattern(length));
                peer.expect(length + " whole");
                peer.say("sendLong " + length);
                assertEquals(length + " whole", PipeCommands.describe(left.recv()));
                peer.expect("sent");
            }
        }
    }

    /** BEHAVIOURS 13.3: looking is no taking; also when what comes is empty, or long. */
    @ParameterizedTest
    @EnumSource
    void poll_isTrue_untilTheMessageIsReceived(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add();
            assertFalse(left.poll());
            assertFalse(left.poll(-1, MILLISECONDS));
            long start = System.nanoTime();
            assertFalse(left.poll(30, MILLISECONDS));
            assertTrue(System.nanoTime() - start >= MILLISECONDS.toNanos(30));
            assertEquals("sent", peer.ask("send "));
            peer.say("sendLong 5000");
            for (String expected : new String[] {"0 whole", "5000 whole"}) {
                for (int i = 0; i < 3; i++) {
                    assertTrue(left.poll(1, MINUTES));
                    assertTrue(left.poll());
                }
                assertEquals(expected, PipeCommands.describe(left.recv()));
            }
            peer.expect("sent");
            assertFalse(left.poll());
        }
    }

    /** BEHAVIOURS 13.10: a process that only polls takes nothing away, and splits nothing. */
    @ParameterizedTest
    @EnumSource
    void polling_leavesTheMessageWhole(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add();
            assertEquals("false", peer.ask("poll 0"));
            peer.say("poll 60000").awaitAsleep();
            left.send(bytes("hello"));
            peer.expect("true");
            assertEquals("true", peer.ask("poll 0"));
            left.send(bytes("again"));
            assertEquals("'hello'", peer.ask("recv"));
            assertEquals("'again'", peer.ask("recv"));
            assertEquals("false", peer.ask("poll 0"));
        }
    }

    /** BEHAVIOURS 13.5: what was sent comes, then the end, and that again and again. */
    @ParameterizedTest
    @EnumSource
    void closing_isTheEnd_afterWhatWasSent(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add();
            peer.ask("send last");
            peer.ask("end");
            assertTrue(left.poll());
            assertArrayEquals(bytes("last"), left.recv());
            for (int i = 0; i < 2; i++) {
                assertTrue(left.poll(1, MINUTES));
                EOFException e = assertThrows(EOFException.class, left::recv);
                assertTrue(e.getMessage().endsWith("has closed it"), e.getMessage());
                assertThrows(EOFException.class, () -> left.recv(0, MILLISECONDS));
                assertThrows(EOFException.class, () -> left.send(bytes("x")));
            }
        }
    }

    /** Closing wakes who waits at the other end: for a message, and for room. */
    @ParameterizedTest
    @EnumSource
    void closing_wakesTheOtherEnd(Where where) {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add().say("recv");
            peer.awaitAsleep();
            left.close();
            assertTrue(peer.hear().startsWith("java.io.EOFException"));
            assertTrue(peer.ask("send x").startsWith("java.io.EOFException"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void closing_endsTheSending_ofTheOtherEnd(Where where) {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add();
            peer.say("sendLong 100000").awaitAsleep();
            left.close();
            assertTrue(peer.hear().startsWith("java.io.EOFException"));
        }
    }

    /** BEHAVIOURS 13.16: a long message whose sender waits, and is woken by each bit of room. */
    @ParameterizedTest
    @EnumSource
    void aFullPipe_isWaitedFor(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add();
            peer.say("count 2000").awaitAsleep();
            for (int i = 0; i < 2000; i++) {
                assertEquals("'" + i + "'", PipeCommands.text(left.recv()));
            }
            peer.expect("sent");
        }
    }

    /** A reader that takes one message and then waits for something else has made room for one. */
    @ParameterizedTest
    @EnumSource
    void oneMessage_makesRoomForOne(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            PipeEnd left = create(peers.region()).left();
            Peer peer = peers.add();
            String text = "x".repeat(24);
            MappedBuffer message = new MappedBuffer(ByteBuffer.allocateDirect(24));
            message.putBytes(0, bytes(text));
            while (left.send(message, 0, 24, 0, MINUTES)) {}
            FutureTask<String> sender =
                    new FutureTask<>(
                            () -> {
                                left.send(bytes(text));
                                return "sent";
                            });
            Thread thread = new Thread(sender, "sender");
            thread.start();
            ChildJvm.awaitThat("the sender is asleep", () -> Peer.sleeps(thread));
            assertEquals("'" + text + "'", peer.ask("recv"));
            assertEquals("sent", sender.get(1, MINUTES));
        }
    }

    /** BEHAVIOURS 13.7: it does not matter who comes first; messages wait for who comes later. */
    @ParameterizedTest
    @EnumSource
    void anEnd_thatNobodyHasTaken_isWaitedFor(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedPipe pipe = create(peers.region());
            PipeEnd left = pipe.left();
            assertFalse(left.poll(30, MILLISECONDS));
            assertNull(left.recv(0, MILLISECONDS));
            left.send(bytes("early"));
            left.close();
            Peer peer = peers.add();
            assertEquals("'early'", peer.ask("recv"));
            assertTrue(peer.ask("recv").startsWith("java.io.EOFException"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEnd_isTakenOnce(Where where) {
        try (Peers peers = peers(where)) {
            SharedPipe pipe = create(peers.region());
            Peer peer = peers.add();
            assertEquals("taken", peer.ask("left"));
            IllegalStateException e = assertThrows(IllegalStateException.class, pipe::left);
            assertTrue(e.getMessage().contains("the left end was taken, pid="), e.getMessage());
            assertTrue(peer.ask("left").contains("the left end was taken"));
            peer.ask("end");
            e = assertThrows(IllegalStateException.class, pipe::left);
            assertTrue(e.getMessage().contains("has closed it"), e.getMessage());
            pipe.right();
        }
    }

    /** BEHAVIOURS 13.6: an end of a one-way pipe does one thing. */
    @ParameterizedTest
    @EnumSource
    void oneWay_leftSends_rightReceives(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedPipe pipe = SharedPipe.create(peers.region(), "it", CAPACITY, Mode.ONE_WAY);
            PipeEnd left = pipe.left();
            Peer peer = peers.add();
            assertTrue(left.isWritable());
            assertFalse(left.isReadable());
            for (Executable receiving : List.<Executable>of(left::recv, left::poll)) {
                IllegalStateException e = assertThrows(IllegalStateException.class, receiving);
                assertEquals("pipe=it: the left end only sends", e.getMessage());
            }
            left.send(bytes("x"));
            assertEquals("'x'", peer.ask("recv"));
            assertEquals(
                    "java.lang.IllegalStateException: pipe=it: the right end only receives",
                    peer.ask("send y"));
            left.close();
            assertTrue(peer.ask("recv").startsWith("java.io.EOFException"));
        }
    }

    /** BEHAVIOURS 13.14: ends are passed by name, through pipes, in both directions. */
    @ParameterizedTest
    @EnumSource
    void anEnd_isPassedByItsName(Where where) throws Exception {
        try (Peers peers = peers(where)) {
            SharedRegion region = peers.region();
            PipeEnd left = create(region).left();
            PipeEnd other = SharedPipe.create(region, "other", CAPACITY).left();
            SharedPipe.create(region, "one", CAPACITY, Mode.ONE_WAY);
            Peer peer = peers.add();
            left.send(bytes("none:right"));
            assertTrue(peer.ask("adopt").startsWith("java.util.NoSuchElementException"));
            left.send(bytes("other:right"));
            assertEquals("adopted", peer.ask("adopt"));
            other.send(bytes("hello"));
            assertEquals("'hello'", peer.ask("recv"));
            assertEquals("sent", peer.ask("send one:left"));
            PipeEnd one = PipeCommands.passed(region, other.recv());
            other.send(bytes("one:right"));
            assertEquals("adopted", peer.ask("adopt"));
            one.send(bytes("bye"));
            assertEquals("'bye'", peer.ask("recv"));
        }
    }
}
