package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random calls on a ring, beside the same calls on an {@link ArrayDeque}. */
class SpscRingModelTest {
    private static final int CALLS = 20_000;

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 1024, 16384})
    void ring_isAQueue(int capacity) {
        for (int seed = 0; seed < 5; seed++) {
            try (SharedRegion region = TestRings.region(directory)) {
                region.remove(TestRings.NAME);
                new Model(region, capacity, new Random(seed)).run();
            }
        }
    }

    private static final class Model {
        private final Random random;
        private final SharedRegion region;
        private final Queue<String> visible = new ArrayDeque<>();
        private final Queue<String> appended = new ArrayDeque<>();
        private SpscRing ring;
        private SpscProducer producer;
        private SpscConsumer consumer;
        private int refused;

        Model(SharedRegion region, int capacity, Random random) {
            this.region = region;
            this.random = random;
            ring = SpscRing.create(region, TestRings.NAME, capacity);
            producer = ring.producer();
            consumer = ring.consumer();
        }

        void run() {
            for (int i = 0; i < CALLS; i++) {
                switch (random.nextInt(500) == 0 ? -1 : random.nextInt(11)) {
                    case 0, 1 -> offer();
                    case 2 -> claim();
                    case 3, 4 -> append();
                    case 5 -> flush();
                    case 6, 7 -> poll(random.nextInt(5));
                    case 8 -> offerLong();
                    case 9 -> appendLong();
                    case -1 -> succeed();
                    default -> controlledPoll();
                }
                assertTrue(visible.isEmpty() || ring.size() > 0);
                assertTrue(ring.size() <= ring.capacity());
            }
            flush();
            poll(Integer.MAX_VALUE);
            assertEquals(0, visible.size());
            assertTrue(refused > 0, "the ring was never full");
        }

        private String text() {
            int most = random.nextBoolean() ? Math.min(8, ring.maxLength()) : ring.maxLength();
            return Character.toString('a' + random.nextInt(26)).repeat(random.nextInt(most + 1));
        }

        private void offer() {
            String text = text();
            int type = 1 + text.length();
            if (TestRings.offer(producer, type, text)) {
                flushed();
                visible.add(type + ":" + text);
            } else {
                refused();
            }
        }

        private void claim() {
            String text = text();
            int index = producer.tryClaim(9, text.length());
            if (index == SpscProducer.FULL) {
                refused();
                return;
            }
            producer.buffer().putBytes(index, TestRings.bytes(text), 0, text.length());
            if (random.nextInt(3) == 0) {
                producer.abort(index);
            } else {
                producer.commit(index);
                flushed();
                visible.add("9:" + text);
            }
        }

        private void append() {
            String text = text();
            AtomicBuffer source = TestRings.bytes(text);
            if (producer.append(8, source, 0, text.length())) {
                appended.add("8:" + text);
            } else {
                flushed();
                refused();
            }
        }

        private void offerLong() {
            String text = eight();
            if (producer.offerLong(7, TestRings.bytes(text).getLong(0))) {
                flushed();
                visible.add("7:" + text);
            } else {
                refused();
            }
        }

        private void appendLong() {
            String text = eight();
            if (producer.appendLong(6, TestRings.bytes(text).getLong(0))) {
                appended.add("6:" + text);
            } else {
                flushed();
                refused();
            }
        }

        private String eight() {
            return Character.toString('a' + random.nextInt(26)).repeat(Long.BYTES);
        }

        private void flush() {
            producer.flush();
            flushed();
        }

        private void flushed() {
            visible.addAll(appended);
            appended.clear();
        }

        /** Only a ring with something in it refuses, or one whose consumer has not looked since. */
        private void refused() {
            refused++;
            if (visible.isEmpty() && appended.isEmpty()) {
                poll(1);
                int index = producer.tryClaim(1, ring.maxLength());
                assertTrue(index >= 0, "an empty ring has no room");
                producer.abort(index);
            }
        }

        private void poll(int limit) {
            for (String text : TestRings.poll(consumer, limit)) {
                assertEquals(visible.remove(), text);
            }
        }

        private void controlledPoll() {
            Action[] actions = Action.values();
            int[] left = {3};
            boolean[] goesOn = {true};
            consumer.controlledPoll(
                    (type, buffer, index, length) -> {
                        assertTrue(goesOn[0]);
                        String seen = type + ":" + TestRings.text(buffer, index, length);
                        assertEquals(visible.element(), seen);
                        Action action = actions[random.nextInt(actions.length)];
                        if (action != Action.ABORT) {
                            visible.remove();
                        }
                        goesOn[0] = action == Action.CONTINUE || action == Action.COMMIT;
                        left[0]--;
                        return action;
                    },
                    3);
            assertTrue(left[0] >= 0);
        }

        /** Everything goes on with another handle. */
        private void succeed() {
            ring.close();
            flushed();
            ring = SpscRing.open(region, TestRings.NAME);
            producer = ring.producer();
            consumer = ring.consumer();
        }
    }
}
