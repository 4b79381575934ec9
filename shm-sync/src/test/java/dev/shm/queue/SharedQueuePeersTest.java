package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Where;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A queue between threads, region objects and JVMs. BEHAVIOURS 10.3, 10.6, 10.17, 10.20, 10.30,
 * 10.31, 10.32, 10.34, 10.35, 12.1.
 */
class SharedQueuePeersTest {
    private static final String SHUT_DOWN =
            "dev.shm.queue.QueueShutDownException: name=it: was shut down";

    @TempDir private Path directory;
    private Peers peers;
    private SharedQueue<String> queue;

    private void open(Where where) {
        peers = new Peers(where, directory, QueueCommands.class);
        queue = SharedQueue.create(peers.region(), "it", 6, Codecs.utf8(16));
    }

    @AfterEach
    void close() {
        peers.close();
    }

    /** BEHAVIOURS 10.3, 10.6; 12.1: empty, then not, then empty again. */
    @ParameterizedTest
    @EnumSource
    void messages_goBothWays(Where where) throws Exception {
        open(where);
        Peer peer = peers.add();
        assertTrue(queue.isEmpty());
        assertEquals("0", peer.ask("size"));
        peer.say("put x y").expect("done");
        assertFalse(queue.isEmpty());
        assertEquals("x", queue.take());
        assertEquals("y", queue.take());
        assertTrue(queue.isEmpty());
        queue.addAll(List.of("1", "2", "3", "4", "5", "6"));
        for (int i = 1; i <= 6; i++) {
            peer.say("take").expect(String.valueOf(i));
        }
        assertEquals(0, queue.size());
        assertEquals(6, queue.remainingCapacity());
        peer.say("putMany a 20");
        for (int i = 0; i < 20; i++) {
            assertEquals("a:" + i, queue.take());
        }
        peer.expect("done");
        assertNull(queue.poll());
        peer.say("poll").expect("null");
        peer.say("offer b").expect("true");
        peer.say("receive").expect("b 0");
        assertNull(queue.poll());
        peer.say("requeue").expect("done");
        assertEquals("b", queue.take());
    }

    /** BEHAVIOURS 10.17. */
    @ParameterizedTest
    @EnumSource
    void waiters_areWoken(Where where) throws Exception {
        open(where);
        List<Peer> takers = peers.add(3);
        takers.get(0).say("take").awaitAsleep();
        takers.get(1).say("pollFor 60000").awaitAsleep();
        takers.get(2).say("receive").awaitAsleep();
        queue.addAll(List.of("x", "x", "x"));
        takers.get(0).expect("x");
        takers.get(1).expect("x");
        takers.get(2).expect("x 0");
        takers.get(2).say("ack").expect("done");
        assertEquals(6, queue.offerAll(List.of("1", "2", "3", "4", "5", "6", "7")));
        Peer putter = takers.get(0).say("put last");
        putter.awaitAsleep();
        assertEquals("1", queue.take());
        putter.expect("done");
    }

    /** The place that a message keeps is one that others wait for. */
    @ParameterizedTest
    @EnumSource
    void ack_wakes(Where where) throws Exception {
        open(where);
        Peer holder = peers.add();
        queue.put("held");
        holder.say("receive").expect("held 0");
        assertEquals(5, queue.offerAll(List.of("1", "2", "3", "4", "5", "6")));
        queue.clear();
        Peer putter = peers.add().say("put next");
        putter.awaitAsleep();
        holder.say("ack").expect("done");
        putter.expect("done");
        assertEquals("next", queue.poll());
    }

    /** A message that comes back wakes who waits for one. */
    @ParameterizedTest
    @EnumSource
    void requeue_wakes(Where where) throws Exception {
        open(where);
        queue.put("a");
        Delivery<String> held = queue.receive();
        Peer taker = peers.add().say("receive");
        taker.awaitAsleep();
        held.requeue();
        taker.expect("a 1");
    }

    /** BEHAVIOURS 10.20: everything once, and each producer's messages in their order. */
    @ParameterizedTest
    @EnumSource
    void manyProducersAndConsumers_passEverythingOnce(Where where) throws Exception {
        open(where);
        int each = 2_000;
        List<Peer> producers = peers.add(2);
        for (int p = 0; p < producers.size(); p++) {
            producers.get(p).say("putMany p" + p + " " + each);
        }
        List<Peer> consumers = peers.add(2);
        consumers.forEach(consumer -> consumer.say("drain"));
        producers.forEach(producer -> producer.expect("done"));
        queue.shutdown();
        Map<String, Integer> seen = new HashMap<>();
        for (Peer consumer : consumers) {
            for (String entry : consumer.hear().split(" ", 0)) {
                String[] pair = entry.split("=", -1);
                seen.merge(pair[0], Integer.parseInt(pair[1]), Integer::sum);
            }
        }
        assertEquals(Map.of("p0", each, "p1", each, "disorder", 0), seen);
    }

    /** BEHAVIOURS 10.30, 10.34, 10.35. */
    @ParameterizedTest
    @EnumSource
    void shutdown_ofAnEmptyQueue_endsEverybodysWaits(Where where) {
        open(where);
        List<Peer> waiting = peers.add(2);
        waiting.get(0).say("take").awaitAsleep();
        waiting.get(1).say("receive").awaitAsleep();
        assertFalse(queue.isShutdown());
        queue.shutdown();
        waiting.forEach(peer -> peer.expect(SHUT_DOWN));
        Peer peer = waiting.get(0);
        for (String command :
                List.of(
                        "take",
                        "poll",
                        "pollFor 1",
                        "receive",
                        "put a",
                        "offer a",
                        "offerFor 1 a")) {
            peer.say(command).expect(SHUT_DOWN);
        }
        peer.say("isShutdown").expect("true");
        assertTrue(queue.isShutdown());
        assertEquals(0, queue.remainingCapacity());
        queue.shutdown();
        queue.shutdownNow();
        assertThrows(QueueShutDownException.class, () -> queue.take());
        assertThrows(QueueShutDownException.class, () -> queue.add("a"));
    }

    /** BEHAVIOURS 10.31, 10.35. */
    @ParameterizedTest
    @EnumSource
    void shutdown_leavesWhatIsInIt(Where where) throws Exception {
        open(where);
        queue.addAll(List.of("1", "2", "3", "4", "5", "6"));
        Peer putter = peers.add().say("put 7");
        putter.awaitAsleep();
        queue.shutdown();
        putter.expect(SHUT_DOWN);
        putter.say("put 7").expect(SHUT_DOWN);
        putter.say("take").expect("1");
        assertEquals("2", queue.poll());
        putter.say("size").expect("4");
        Delivery<String> held = queue.receive();
        putter.say("take").expect("4");
        putter.say("pollFor 1").expect("5");
        putter.say("take").expect("6");
        putter.say("take").expect(SHUT_DOWN);
        held.requeue();
        putter.say("take").expect("3"); // it had not been taken for good
        assertThrows(QueueShutDownException.class, () -> queue.receive());
    }

    /** BEHAVIOURS 10.32, 10.35. */
    @ParameterizedTest
    @EnumSource
    void shutdownNow_dropsWhatIsInIt(Where where) throws Exception {
        open(where);
        Peer holder = peers.add();
        queue.addAll(List.of("1", "2", "3", "4", "5", "6"));
        holder.say("receive").expect("1 0");
        Peer putter = peers.add().say("put 7");
        putter.awaitAsleep();
        queue.shutdownNow();
        putter.expect(SHUT_DOWN);
        assertEquals(0, queue.size());
        putter.say("take").expect(SHUT_DOWN);
        putter.say("poll").expect(SHUT_DOWN);
        holder.say("requeue").expect("done");
        assertThrows(QueueShutDownException.class, () -> queue.take());
        assertEquals(0, queue.size());
        assertTrue(queue.isShutdown());
    }
}
