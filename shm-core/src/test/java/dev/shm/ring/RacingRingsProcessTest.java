package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rings of which one user is stopped at a step of the protocol, and goes on or is killed, while the
 * others race (ALGORITHMS 9.1, L5): before, meanwhile and afterwards they put in and take out what
 * they can. BEHAVIOURS 20.10, 20.11, 20.17.
 */
class RacingRingsProcessTest {
    private static final int MORE = 300; // messages that show that it goes on
    private static final int STEPS = 50; // of each who races, while one is stopped

    /** Three of these do not fit before the end of the data. */
    private static final int LONG = 88;

    @TempDir private Path directory;
    private final Racers racers = new Racers();
    private final Queue<String> received = new ConcurrentLinkedQueue<>();

    @AfterEach
    void end() {
        racers.close();
    }

    private void awaitMore() {
        int goal = received.size() + MORE;
        racers.await("it goes on: " + received.size(), () -> received.size() >= goal);
    }

    private static void arm(ChildJvm victim, String point) {
        assertEquals("armed", victim.ask("arm " + point + " 0"));
    }

    /**
     * A step of a user of the many-to-many ring.
     *
     * @param point where it stops.
     * @param command in which.
     * @param isIn whether its message can be taken from then on.
     * @param takenAlong how many messages it has for itself.
     */
    record Step(String point, String command, boolean isIn, int takenAlong) {
        boolean puts() {
            return command.startsWith("offer") || command.equals("commit");
        }
    }

    static Stream<Step> steps() {
        return Stream.of(
                new Step("mpmc.claimed", "offer", false, 0),
                new Step("mpmc.copying", "offer", false, 0),
                new Step("mpmc.published", "offer", true, 0),
                new Step("mpmc.ended", "commit", true, 0),
                new Step("mpmc.ended", "abort", false, 0),
                new Step("mpmc.claim.attributed", "offerOnTop", false, 0),
                new Step("mpmc.taken", "poll", false, 0),
                new Step("mpmc.reading", "poll", false, 0),
                new Step("mpmc.released", "poll", false, 1),
                new Step("mpmc.acknowledged", "ack", false, 1),
                new Step("mpmc.inherit.attributed", "requeue", false, 0),
                new Step("mpmc.requeued", "requeue", false, 0),
                new Step("mpmc.redelivery.announced", "requeue", false, 0),
                new Step("mpmc.redelivered", "takeAgain", false, 0),
                new Step("mpmc.take.attributed", "pollOnTop", false, 0));
    }

    /** A ring that this process puts numbers in and takes messages out of. */
    private final class ManyToMany implements AutoCloseable {
        private final Path file = directory.resolve("ring.shm");
        private final SharedRegion region = MpmcCommands.open(file);
        private final SharedRegion another = MpmcCommands.open(file);
        private final MpmcRing in = MpmcRing.create(region, "it", 4, 16);
        private final MpmcRing out = MpmcRing.open(another, "it");
        private final Set<String> sent = ConcurrentHashMap.newKeySet();
        private int number;
        private int commands;

        ManyToMany() {
            racers.race(this::putOne);
            racers.race(() -> keep(MpmcCommands.poll(out, true)));
        }

        private void putOne() {
            String text = "" + number;
            if (MpmcCommands.offer(in, text)) {
                sent.add(text);
                number++;
            }
        }

        private void keep(String texts) {
            for (String text : texts.split(" ", -1)) {
                if (!text.equals(MpmcCommands.EMPTY)) {
                    received.add(text);
                }
            }
        }

        /** The next message of the victim, which has not been told yet that the last one is in. */
        private String last() {
            return "v" + commands;
        }

        private void answered(Step step, String said) {
            if (!step.puts() && !step.command().equals("abort")) {
                keep(said);
            } else if (said.equals("true")) {
                sent.add(last());
            } else {
                assertEquals("false", said);
            }
        }

        void bringToStop(ChildJvm victim, Step step) {
            arm(victim, step.point());
            racers.untilStopped(
                    victim,
                    step.point(),
                    () -> step.command() + " v" + ++commands,
                    said -> answered(step, said));
            racers.awaitSteps(STEPS); // it is alive, and nobody takes anything from it
        }

        void goOn(ChildJvm victim, Step step) {
            answered(step, victim.ask("go on"));
            awaitMore();
        }

        /** Each that was put in has come, once, but for so many that others have for themselves. */
        void assertWhole(int takenAlong) {
            racers.stop();
            String text = MpmcCommands.poll(out, true);
            while (!text.equals(MpmcCommands.EMPTY)) {
                keep(text);
                text = MpmcCommands.poll(out, true);
            }
            Set<String> once = new HashSet<>(received);
            assertEquals(received.size(), once.size(), "nothing comes twice");
            assertTrue(sent.containsAll(once), "nothing comes that nobody has sent");
            assertEquals(sent.size() - takenAlong, once.size(), "nothing is lost");
        }

        @Override
        public void close() {
            another.close();
            region.close();
        }
    }

    /** Nothing is lost but what it has for itself, and what it had not is there again. */
    @ParameterizedTest
    @MethodSource("steps")
    void manyToMany_oneIsKilled(Step step) {
        try (ManyToMany ring = new ManyToMany()) {
            try (ChildJvm victim = RacingCommands.jvm(ring.file)) {
                ring.bringToStop(victim, step);
                victim.kill();
                awaitMore();
            }
            if (step.isIn()) {
                ring.sent.add(ring.last());
            }
            ring.assertWhole(step.takenAlong());
        }
    }

    /** Who is stopped, and lives, keeps what it has. */
    @Test
    void manyToMany_oneIsStopped() {
        try (ManyToMany ring = new ManyToMany();
                ChildJvm victim = RacingCommands.jvm(ring.file)) {
            steps().forEach(
                            step -> {
                                ring.bringToStop(victim, step);
                                ring.goOn(victim, step);
                            });
            ring.assertWhole(0);
        }
    }

    /**
     * A step of the only user of one kind.
     *
     * @param point where it stops.
     * @param command in which.
     * @param isIn whether its message is there from then on.
     */
    record OnlyStep(String point, String command, boolean isIn) {}

    static Stream<OnlyStep> producerSteps() {
        return Stream.of(
                new OnlyStep("spsc.role", "offer", false),
                new OnlyStep("spsc.copied", "offer", false),
                new OnlyStep("spsc.cleared", "offer", false),
                new OnlyStep("spsc.published", "offer", true),
                new OnlyStep("spsc.claimed", "claim", false),
                new OnlyStep("spsc.tail", "offer", false),
                new OnlyStep("spsc.wrapping", "offer", false),
                new OnlyStep("spsc.padded", "offer", false),
                new OnlyStep("spsc.appended", "batch", false),
                new OnlyStep("spsc.flushed", "batch", true));
    }

    /** A ring that this process takes records out of. */
    private final class OneToOne implements AutoCloseable {
        private final SharedRegion region = TestRings.region(directory);
        private final SpscRing ring = SpscRing.create(region, TestRings.NAME, 256);
        private final SpscConsumer consumer = ring.consumer();
        private final List<String> expected = new ArrayList<>();
        private String last = "";

        OneToOne() {
            racers.race(() -> received.addAll(TestRings.poll(consumer, 9)));
        }

        private String command(OnlyStep step) {
            last = "x".repeat(LONG) + (1000 + expected.size());
            return step.command() + " 2 " + last + " " + last.length();
        }

        private void answered(String said) {
            if (said.equals("true")) {
                expected.add("2:" + last);
            } else {
                assertTrue(said.equals("false") || said.equals("full"), said);
            }
        }

        void bringToStop(ChildJvm victim, OnlyStep step) {
            arm(victim, step.point());
            racers.untilStopped(victim, step.point(), () -> command(step), this::answered);
            racers.awaitSteps(STEPS);
            assertThrows(IllegalStateException.class, ring::producer); // it is alive
        }

        void goOn(ChildJvm victim, OnlyStep step) {
            String said = victim.ask("go on");
            if (step.command().equals("claim")) {
                assertEquals("claimed", said);
                assertEquals("committed", victim.ask("commit"));
                said = "true";
            }
            answered(said);
        }

        @Override
        public void close() {
            region.close();
        }
    }

    @ParameterizedTest
    @MethodSource("producerSteps")
    void oneToOne_itsProducerIsKilled(OnlyStep step) {
        try (OneToOne one = new OneToOne()) {
            try (ChildJvm victim = RingPeer.jvm(directory)) {
                one.bringToStop(victim, step);
                victim.kill();
            }
            if (step.isIn()) {
                one.expected.add("2:" + one.last);
            }
            SpscProducer successor = one.ring.producer();
            for (int i = 0; i < MORE; i++) {
                String text = "" + i;
                racers.await("there is room", () -> TestRings.offer(successor, 3, text));
                one.expected.add("3:" + i);
            }
            racers.await("all have come", () -> received.size() >= one.expected.size());
            racers.stop();
            assertEquals(one.expected, List.copyOf(received));
        }
    }

    @Test
    void oneToOne_itsProducerIsStopped() {
        try (OneToOne one = new OneToOne();
                ChildJvm victim = RingPeer.jvm(directory)) {
            producerSteps()
                    .forEach(
                            step -> {
                                one.bringToStop(victim, step);
                                one.goOn(victim, step);
                            });
            racers.await("all have come", () -> received.size() >= one.expected.size());
            racers.stop();
            assertEquals(one.expected, List.copyOf(received));
        }
    }

    /** What the dead one had not noted comes again; there is no gap, and nothing out of turn. */
    @ParameterizedTest
    @ValueSource(strings = {"spsc.committed", "spsc.freed"})
    void oneToOne_itsConsumerIsKilled(String point) {
        int[] sent = {0};
        try (SharedRegion region = TestRings.region(directory)) {
            SpscRing ring = SpscRing.create(region, TestRings.NAME, 256);
            SpscProducer producer = ring.producer();
            racers.race(() -> sent[0] += TestRings.offer(producer, 1, "" + sent[0]) ? 1 : 0);
            int polled = 0;
            try (ChildJvm victim = RingPeer.jvm(directory)) {
                List<String> texts = new ArrayList<>();
                assertEquals("armed", victim.ask("arm " + point + " 3"));
                racers.untilStopped(
                        victim, point, () -> "poll 9", said -> texts.addAll(words(said)));
                polled = texts.size();
                racers.awaitSteps(STEPS);
                assertThrows(IllegalStateException.class, ring::consumer); // it is alive
                victim.kill();
            }
            SpscConsumer successor = ring.consumer();
            racers.await(
                    "it goes on",
                    () -> {
                        received.addAll(TestRings.poll(successor, 9));
                        return received.size() >= MORE;
                    });
            racers.stop();
            int first = Integer.parseInt(received.peek().substring(2));
            assertTrue(first >= polled, first + " after " + polled);
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < received.size(); i++) {
                expected.add("1:" + (first + i));
            }
            assertEquals(expected, List.copyOf(received));
        }
    }

    private static List<String> words(String said) {
        return Stream.of(said.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
    }

    static Stream<OnlyStep> transmitterSteps() {
        return Stream.of(
                new OnlyStep("spsc.role", "transmit", false),
                new OnlyStep("broadcast.intent", "transmit", false),
                new OnlyStep("broadcast.padded", "transmit", false),
                new OnlyStep("broadcast.word", "transmit", false),
                new OnlyStep("broadcast.copied", "transmit", false),
                new OnlyStep("broadcast.transmitted", "transmit", true));
    }

    /** A broadcast that this process receives. */
    private final class Heard implements AutoCloseable {
        private final SharedRegion region = TestRings.region(directory);
        private final Broadcast broadcast = Broadcast.create(region, TestRings.NAME, 1 << 14);
        private final BroadcastReceiver receiver = broadcast.receiver();
        private final List<String> expected = new ArrayList<>();
        private String last = "";

        Heard() {
            racers.race(() -> receiver.poll(this::keep, 9));
        }

        private void keep(int type, DirectBuffer buffer, int index, int length) {
            received.add(type + ":" + TestRings.text(buffer, index, length));
        }

        private String command(OnlyStep step) {
            last = "x".repeat(20 * LONG) + expected.size(); // it comes to the end soon
            return step.command() + " 2 " + last;
        }

        void bringToStop(ChildJvm victim, OnlyStep step) {
            arm(victim, step.point());
            racers.untilStopped(victim, step.point(), () -> command(step), this::answered);
            racers.awaitSteps(STEPS);
            assertThrows(IllegalStateException.class, broadcast::transmitter); // it is alive
        }

        void answered(String said) {
            assertEquals("transmitted", said);
            expected.add("2:" + last);
            awaitAll(); // before it is written over
        }

        void awaitAll() {
            racers.await("all have come", () -> received.size() >= expected.size());
        }

        void assertWhole() {
            awaitAll();
            racers.stop();
            assertEquals(0, receiver.lossCount());
            assertEquals(expected, List.copyOf(received));
        }

        @Override
        public void close() {
            region.close();
        }
    }

    @ParameterizedTest
    @MethodSource("transmitterSteps")
    void broadcast_itsTransmitterIsKilled(OnlyStep step) {
        try (Heard heard = new Heard()) {
            try (ChildJvm victim = BroadcastCommands.jvm(directory)) {
                heard.bringToStop(victim, step);
                victim.kill();
            }
            if (step.isIn()) {
                heard.expected.add("2:" + heard.last);
            }
            try (BroadcastTransmitter successor = heard.broadcast.transmitter()) {
                for (int i = 0; i < MORE; i++) {
                    String text = "" + i;
                    successor.transmit(3, TestRings.bytes(text), 0, text.length());
                    heard.expected.add("3:" + i);
                }
            }
            heard.assertWhole();
            assertFalse(heard.broadcast.hasTransmitter());
        }
    }

    @Test
    void broadcast_itsTransmitterIsStopped() {
        try (Heard heard = new Heard();
                ChildJvm victim = BroadcastCommands.jvm(directory)) {
            transmitterSteps()
                    .forEach(
                            step -> {
                                heard.bringToStop(victim, step);
                                heard.answered(victim.ask("go on"));
                            });
            heard.assertWhole();
        }
    }
}
