package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rings of which one user is killed at a step of the protocol, while the others go on (ALGORITHMS
 * 9.1, L5): before, meanwhile and afterwards they put in and take out what they can.
 */
class RacingRingsProcessTest {
    private static final int PAUSE_NANOS = 20_000; // or they would do nothing but make buffers
    private static final int MORE = 300; // messages that show that it goes on

    @TempDir private Path directory;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> races = new ArrayList<>();
    private final Queue<String> received = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    @AfterEach
    void end() {
        over = true;
        threads.shutdown();
    }

    /** Something that is done again and again. */
    private interface Step {
        void run() throws Exception;
    }

    private void race(Step step) {
        races.add(
                threads.submit(
                        () -> {
                            while (!over) {
                                step.run();
                                LockSupport.parkNanos(PAUSE_NANOS);
                            }
                            return null;
                        }));
    }

    private void stopRacing() throws Exception {
        over = true;
        for (Future<?> race : races) {
            race.get(1, TimeUnit.MINUTES);
        }
    }

    private void awaitMore() {
        int goal = received.size() + MORE;
        ChildJvm.awaitThat("it goes on: " + received.size(), () -> received.size() >= goal);
    }

    private static List<String> numbers(int from, int to) {
        List<String> numbers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            numbers.add("" + i);
        }
        return numbers;
    }

    /**
     * Nothing is lost, but what was handed over to the dead; and nothing comes twice. What it had
     * taken and not released comes again, out of its turn.
     */
    @ParameterizedTest
    @CsvSource({
        "mpmc.claimed, offer v, 0",
        "mpmc.published, offer v, 0",
        "mpmc.taken, poll, 0",
        "mpmc.released, poll, 1"
    })
    void manyToMany_oneIsKilled(String point, String command, int handedOver) throws Exception {
        Path file = directory.resolve("ring.shm");
        int[] sent = {0};
        try (SharedRegion region = MpmcCommands.open(file);
                SharedRegion another = MpmcCommands.open(file)) {
            MpmcRing in = MpmcRing.create(region, "it", 4, 16);
            MpmcRing out = MpmcRing.open(another, "it");
            race(() -> sent[0] += MpmcCommands.offer(in, "" + sent[0]) ? 1 : 0);
            race(() -> keep(MpmcCommands.poll(out, true)));
            try (ChildJvm victim =
                    ChildJvm.of(MpmcCommands.class)
                            .stoppable()
                            .property("shm.test.stop.at", point)
                            .start(file.toString())) {
                while (!victim.ask(command).equals("stopped at " + point)) {
                    Thread.onSpinWait(); // it was empty, or full
                }
                victim.kill();
                awaitMore();
            }
            stopRacing();
            for (String text = MpmcCommands.poll(out, true);
                    !text.equals(MpmcCommands.EMPTY);
                    text = MpmcCommands.poll(out, true)) {
                keep(text);
            }
        }
        boolean published = received.removeIf("v"::equals);
        assertEquals(point.equals("mpmc.published"), published);
        assertEquals(received.size(), new TreeSet<>(received).size(), "nothing comes twice");
        assertEquals(sent[0] - handedOver, received.size());
        assertTrue(numbers(0, sent[0]).containsAll(received));
    }

    private void keep(String text) {
        if (!text.equals(MpmcCommands.EMPTY)) {
            received.add(text);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "spsc.copied, false",
        "spsc.zeroed, false",
        "spsc.published, true",
        "spsc.role, false"
    })
    void oneToOne_itsProducerIsKilled(String point, boolean published) throws Exception {
        List<String> expected = new ArrayList<>(List.of("1:a"));
        try (SharedRegion region = TestRings.region(directory)) {
            SpscRing ring = SpscRing.create(region, TestRings.NAME, 256);
            SpscConsumer consumer = ring.consumer();
            try (ChildJvm victim = RingPeer.jvm(directory)) {
                race(() -> received.addAll(TestRings.poll(consumer, 9)));
                if (point.equals("spsc.role")) {
                    expected.clear(); // it has not come so far
                } else {
                    assertEquals("true", victim.ask("offer 1 a"));
                }
                assertEquals("armed", victim.ask("arm " + point + " 0"));
                victim.say("offer 2 b").expect("stopped at " + point);
                victim.kill();
            }
            if (published) {
                expected.add("2:b");
            }
            SpscProducer successor = ring.producer();
            for (int i = 0; i < MORE; i++) {
                while (!TestRings.offer(successor, 3, "" + i)) {
                    Thread.onSpinWait();
                }
                expected.add("3:" + i);
            }
            ChildJvm.awaitThat("all have come", () -> received.contains("3:" + (MORE - 1)));
            stopRacing();
        }
        assertEquals(expected, List.copyOf(received));
    }

    /** What the dead one had not noted comes again; there is no gap, and nothing out of turn. */
    @ParameterizedTest
    @ValueSource(strings = {"spsc.committed", "spsc.freed"})
    void oneToOne_itsConsumerIsKilled(String point) throws Exception {
        int[] sent = {0};
        try (SharedRegion region = TestRings.region(directory)) {
            SpscRing ring = SpscRing.create(region, TestRings.NAME, 256);
            SpscProducer producer = ring.producer();
            race(() -> sent[0] += TestRings.offer(producer, 1, "" + sent[0]) ? 1 : 0);
            try (ChildJvm victim = RingPeer.jvm(directory)) {
                assertEquals("armed", victim.ask("arm " + point + " 3"));
                while (!victim.ask("poll 9").equals("stopped at " + point)) {
                    Thread.onSpinWait();
                }
                victim.kill();
            }
            SpscConsumer successor = ring.consumer();
            while (received.size() < MORE) {
                received.addAll(TestRings.poll(successor, 9));
            }
            stopRacing();
        }
        List<String> found = received.stream().map(text -> text.substring(2)).toList();
        int first = Integer.parseInt(found.get(0));
        assertEquals(numbers(first, first + found.size()), found);
    }

    @ParameterizedTest
    @CsvSource({
        "broadcast.intent, false",
        "broadcast.copied, false",
        "broadcast.transmitted, true"
    })
    void broadcast_itsTransmitterIsKilled(String point, boolean transmitted) throws Exception {
        try (SharedRegion region = TestRings.region(directory)) {
            Broadcast broadcast = Broadcast.create(region, TestRings.NAME, 1 << 14);
            BroadcastReceiver receiver = broadcast.receiver();
            race(
                    () ->
                            receiver.poll(
                                    (type, buffer, index, length) ->
                                            received.add(
                                                    type
                                                            + ":"
                                                            + TestRings.text(
                                                                    buffer, index, length)),
                                    9));
            try (ChildJvm victim =
                    ChildJvm.of(BroadcastCommands.class).stoppable().start(directory.toString())) {
                assertEquals("transmitted", victim.ask("transmit 1 a"));
                assertEquals("armed", victim.ask("arm " + point + " 0"));
                victim.say("transmit 2 b").expect("stopped at " + point);
                victim.kill();
            }
            List<String> expected = new ArrayList<>(List.of("1:a"));
            if (transmitted) {
                expected.add("2:b");
            }
            try (BroadcastTransmitter successor = broadcast.transmitter()) {
                for (int i = 0; i < MORE; i++) {
                    String text = "" + i;
                    successor.transmit(3, TestRings.bytes(text), 0, text.length());
                    expected.add("3:" + i);
                }
            }
            ChildJvm.awaitThat("all have come", () -> received.contains("3:" + (MORE - 1)));
            stopRacing();
            assertEquals(0, receiver.lossCount());
            assertEquals(expected, List.copyOf(received));
        }
    }
}
