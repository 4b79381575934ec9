package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rings one of whose ends is killed with SIGKILL, at every row of ALGORITHMS 5.3 and anywhere. */
class SpscRingProcessTest {
    private static final int CAPACITY = 256;

    /** How many processes are killed at a random moment. */
    private static final int KILLS = Integer.getInteger("shm.test.kills", 4);

    @TempDir private Path directory;
    private SharedRegion region;
    private SpscRing ring;
    private ChildJvm victim;

    @BeforeEach
    void open() {
        region = TestRings.region(directory);
        ring = SpscRing.create(region, TestRings.NAME, CAPACITY);
        victim = RingPeer.jvm(directory);
    }

    @AfterEach
    void close() {
        victim.close();
        region.close();
    }

    private void stopAt(String point, String command) {
        assertEquals("armed", victim.ask("arm " + point + " 0"));
        victim.say(command);
        victim.expect("stopped at " + point);
    }

    /** BEHAVIOURS 20.10: what is not published never happened, what is, is delivered. */
    @ParameterizedTest
    @CsvSource({
        "spsc.copied, offer 2 half, false", // P5
        "spsc.published, offer 2 half, true", // P6
        "spsc.claimed, claim 2 half 0, false",
    })
    void producer_killedInARecord(String point, String command, boolean published) {
        SpscConsumer consumer = ring.consumer();
        assertEquals("true", victim.ask("offer 1 one"));
        stopAt(point, command);
        List<String> expected = new ArrayList<>(List.of("1:one"));
        if (published) {
            expected.add("2:half");
        }
        assertEquals(expected, TestRings.poll(consumer, 9));
        // Stopped is not dead.
        assertTrue(ring.hasProducer());
        assertThrows(IllegalStateException.class, () -> ring.producer());
        victim.kill();
        SpscProducer successor = ring.producer();
        assertEquals(published ? 32 : 16, successor.position());
        assertTrue(TestRings.offer(successor, 3, "whole"));
        assertEquals(List.of("3:whole"), TestRings.poll(consumer, 9));
    }

    /** The user's half of P5. */
    @Test
    void producer_killedInAClaim() {
        SpscConsumer consumer = ring.consumer();
        assertEquals("claimed", victim.ask("claim 2 abcdefgh 4"));
        assertEquals(List.of(), TestRings.poll(consumer, 9));
        victim.kill();
        assertTrue(TestRings.offer(ring.producer(), 3, "xy"));
        assertEquals(List.of("3:xy"), TestRings.poll(consumer, 9));
    }

    /** All of it or nothing. */
    @ParameterizedTest
    @CsvSource({"spsc.appended, false", "spsc.flushed, true"})
    void producer_killedInABatch(String point, boolean published) {
        SpscConsumer consumer = ring.consumer();
        for (String text : new String[] {"aaaa", "bbbb", "cccc"}) {
            assertEquals("true", victim.ask("append 1 " + text));
        }
        assertEquals(List.of(), TestRings.poll(consumer, 9));
        stopAt(point, "flush");
        victim.kill();
        SpscProducer successor = ring.producer();
        TestRings.offer(successor, 2, "dddd");
        List<String> batch = List.of("1:aaaa", "1:bbbb", "1:cccc", "2:dddd");
        assertEquals(published ? batch : batch.subList(3, 4), TestRings.poll(consumer, 9));
    }

    /** P2: at the end of the data, with the consumer before or behind the padding. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void producer_killedAfterPadding(boolean consumerWaits) {
        SpscConsumer consumer = ring.consumer();
        String text = "x".repeat(92); // 104 bytes: the third one does not fit before the end
        for (int i = 0; i < 2; i++) {
            assertEquals("true", victim.ask("offer 1 " + text));
            if (i == 0 || consumerWaits) {
                assertEquals(1, TestRings.poll(consumer, 9).size());
            }
        }
        if (!consumerWaits) {
            TestRings.poll(consumer, 1);
        }
        TestRings.poll(consumer, 1);
        stopAt("spsc.padded", "offer 1 " + text);
        assertEquals(List.of(), TestRings.poll(consumer, 9));
        assertEquals(256, ring.producerPosition());
        victim.kill();
        SpscProducer successor = ring.producer();
        assertEquals(256, successor.position());
        assertTrue(TestRings.offer(successor, 2, "whole"));
        assertEquals(List.of("2:whole"), TestRings.poll(consumer, 9));
    }

    /** Between P4 and P2: the successor writes the padding anew. */
    @Test
    void producer_killedBeforePadding() {
        SpscConsumer consumer = ring.consumer();
        String text = "x".repeat(92);
        for (int i = 0; i < 2; i++) {
            assertEquals("true", victim.ask("offer 1 " + text));
            assertEquals(1, TestRings.poll(consumer, 9).size());
        }
        stopAt("spsc.wrapping", "offer 1 " + text);
        assertEquals(List.of(), TestRings.poll(consumer, 9));
        assertEquals(208, ring.producerPosition());
        victim.kill();
        SpscProducer successor = ring.producer();
        assertEquals(208, successor.position());
        assertTrue(TestRings.offer(successor, 2, text));
        assertEquals(List.of("2:" + text), TestRings.poll(consumer, 9));
        assertEquals(360, successor.position());
    }

    @Test
    void producer_killedWithTheRole_andNothingElse() {
        stopAt("spsc.role", "producer");
        assertThrows(IllegalStateException.class, () -> ring.producer());
        victim.kill();
        assertEquals(0, ring.producer().position());
    }

    /** P7, P4: it looked for room, and nothing of its record is there. */
    @ParameterizedTest
    @ValueSource(strings = {"spsc.tail", "spsc.cleared"})
    void producer_killedAsItLooksForRoom(String point) {
        SpscConsumer consumer = ring.consumer();
        String text = "x".repeat(92); // 104 bytes: the third one does not fit before the end
        for (int i = 0; i < 2; i++) {
            assertEquals("true", victim.ask("offer 1 " + text));
        }
        assertEquals(2, TestRings.poll(consumer, 9).size());
        stopAt(point, "offer 2 " + text);
        assertEquals(List.of(), TestRings.poll(consumer, 9));
        assertThrows(IllegalStateException.class, () -> ring.producer());
        victim.kill();
        SpscProducer successor = ring.producer();
        assertEquals(208, successor.position());
        assertTrue(TestRings.offer(successor, 3, "whole"));
        assertEquals(List.of("3:whole"), TestRings.poll(consumer, 9));
    }

    /** C1: the record comes again, whole, to the next consumer; the one before it does not. */
    @Test
    void consumer_killedInItsHandler() {
        SpscProducer producer = ring.producer();
        TestRings.offer(producer, 1, "one");
        TestRings.offer(producer, 1, "two");
        TestRings.offer(producer, 1, "three");
        assertEquals("1:one", victim.ask("poll 1"));
        assertEquals("armed", victim.ask("arm handler 0"));
        victim.say("read");
        victim.expect("handling two");
        victim.expect("stopped at handler");
        assertThrows(IllegalStateException.class, () -> ring.consumer());
        assertTrue(ring.hasConsumer());
        fill(producer); // and does not write over it
        victim.kill();
        SpscConsumer successor = ring.consumer();
        assertEquals(16, successor.position());
        assertEquals(List.of("1:two", "1:three"), TestRings.poll(successor, 2));
    }

    /** C2, C3. */
    @ParameterizedTest
    @ValueSource(strings = {"spsc.committed", "spsc.freed"})
    void consumer_killedAfterItCommitted(String point) {
        SpscProducer producer = ring.producer();
        TestRings.offer(producer, 1, "one");
        TestRings.offer(producer, 1, "two");
        assertEquals("armed", victim.ask("arm " + point + " 0"));
        victim.say("poll 9");
        victim.expect("stopped at " + point);
        assertThrows(IllegalStateException.class, () -> ring.consumer());
        victim.kill();
        SpscConsumer successor = ring.consumer();
        List<String> left =
                point.equals("spsc.committed") ? List.of("1:two") : List.of(); // freed when empty
        assertEquals(left, TestRings.poll(successor, 9));
        TestRings.poll(successor, 1);
        fill(producer);
        assertEquals(CAPACITY / 16 - 1, TestRings.poll(successor, 99).size(), "all the room");
    }

    /** BEHAVIOURS 20.17: nobody has its role meanwhile, and nothing comes twice. */
    @Test
    void consumer_stoppedAfterItCommitted_goesOn() {
        SpscProducer producer = ring.producer();
        for (String point : List.of("spsc.committed", "spsc.freed")) {
            TestRings.offer(producer, 1, "one");
            stopAt(point, "poll 9");
            assertThrows(IllegalStateException.class, () -> ring.consumer());
            assertEquals("1:one", victim.ask("go on"));
        }
        assertEquals(0, ring.size());
    }

    private static void fill(SpscProducer producer) {
        while (TestRings.offer(producer, 9, "12345678")) {}
    }

    /** Between two commands: nothing is lost, nothing comes twice. */
    @Test
    void bothKilled_thenBothSucceeded() {
        assertEquals("true", victim.ask("offer 1 a"));
        assertEquals("true", victim.ask("offer 1 b"));
        assertEquals("1:a", victim.ask("poll 1"));
        victim.kill();
        SpscProducer producer = ring.producer();
        SpscConsumer consumer = ring.consumer();
        assertEquals(32, producer.position());
        TestRings.offer(producer, 1, "c");
        assertEquals(List.of("1:b", "1:c"), TestRings.poll(consumer, 9));
    }

    /** BEHAVIOURS 20.17. */
    @Test
    void aStoppedProcess_keepsItsRoles() {
        assertEquals("true", victim.ask("offer 1 a"));
        assertEquals("1:a", victim.ask("poll 1"));
        victim.stop();
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> ring.producer());
        assertTrue(e.getMessage().contains("pid=" + victim.pid()), e.getMessage());
        assertThrows(IllegalStateException.class, () -> ring.consumer());
        victim.goOn();
        assertEquals("true", victim.ask("offer 1 b"));
        assertEquals("1:b", victim.ask("poll 1"));
    }

    /**
     * A producer that does nothing but produce is killed at a random moment, many times. What comes
     * is whole, in order and without a gap; its successor begins from number 0 again.
     */
    @Test
    void producersKilledAtRandom_leaveWholeRecords() {
        Random random = new Random();
        SpscConsumer consumer = ring.consumer();
        victim.close();
        int whole = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int[] next = {0};
            try (ChildJvm child = RingPeer.jvm(directory)) {
                child.say("produce " + kill + " 2000000000");
                int enough = 1 + random.nextInt(20_000);
                while (next[0] < enough) {
                    consume(consumer, next);
                }
                child.kill();
            }
            while (consume(consumer, next) > 0) {}
            whole += next[0];
        }
        ChildJvm.awaitThat("the death is noticed", () -> !ring.hasProducer());
        assertTrue(whole >= KILLS);
        assertEquals(0, ring.size());
    }

    private static int consume(SpscConsumer consumer, int[] next) {
        return consumer.poll(
                (type, buffer, index, length) -> {
                    assertEquals(1 + next[0], type);
                    for (int j = 0; j < length; j++) {
                        assertEquals((byte) next[0], buffer.getByte(index + j));
                    }
                    next[0]++;
                },
                64);
    }
}
