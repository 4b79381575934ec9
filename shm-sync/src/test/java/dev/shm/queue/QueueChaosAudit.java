package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.queue.QueueChaosLog.Entry;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What all logs say together of what has become of each message. */
final class QueueChaosAudit {
    private static final byte BEGUN = 1;
    private static final byte ACCEPTED = 2;
    private static final byte CAME = 4;
    private static final byte ACKED = 8;

    private final Map<Integer, Messages> producers = new HashMap<>();
    private int begun;

    /** The messages of one producer; they are too many for an object each. */
    private static final class Messages {
        private byte[] states = {};
        private int[] begun = {}; // the sums
        private int[] came = {};

        void reach(int sequence) {
            if (sequence >= states.length) {
                int length = 2 * sequence + 64;
                states = Arrays.copyOf(states, length);
                begun = Arrays.copyOf(begun, length);
                came = Arrays.copyOf(came, length);
            }
        }
    }

    /** Somebody who reads the log of one process, record by record. */
    Consumer<Entry> reader() {
        Map<Integer, Integer> last = new HashMap<>();
        return entry -> {
            note(entry);
            if (entry.kind() == QueueChaosLog.Kind.RECEIVED) {
                QueueChaosMessage message = entry.message();
                Integer before = last.put(message.producer(), message.sequence());
                assertTrue(
                        before == null || before < message.sequence(),
                        () -> message + " after " + before);
            }
        };
    }

    private void note(Entry entry) {
        QueueChaosMessage message = entry.message();
        int sequence = message.sequence();
        Messages messages =
                producers.computeIfAbsent(message.producer(), producer -> new Messages());
        messages.reach(sequence);
        switch (entry.kind()) {
            case OPENED -> {}
            case BEGUN -> {
                messages.begun[sequence] = message.sum();
                messages.states[sequence] |= BEGUN;
                begun++;
            }
            case ACCEPTED -> messages.states[sequence] |= ACCEPTED;
            case RECEIVED, AGAIN -> {
                boolean first = (messages.states[sequence] & CAME) == 0;
                assertTrue(first || messages.came[sequence] == message.sum(), message::toString);
                messages.came[sequence] = message.sum();
                messages.states[sequence] |= CAME;
            }
            case ACKED -> {
                assertEquals(0, messages.states[sequence] & ACKED, "came again: " + message);
                messages.states[sequence] |= ACKED;
            }
        }
    }

    /** How many messages were begun to be put in. */
    int begun() {
        return begun;
    }

    /**
     * Checks all, when all has been read.
     *
     * @param consumersKilled each of which may have acknowledged one and not said so.
     */
    void check(int consumersKilled) {
        int unsaid = 0;
        for (Map.Entry<Integer, Messages> each : producers.entrySet()) {
            Messages messages = each.getValue();
            for (int sequence = 0; sequence < messages.states.length; sequence++) {
                String which = "producer=" + each.getKey() + " sequence=" + sequence;
                byte state = messages.states[sequence];
                boolean came = (state & CAME) != 0;
                assertTrue(came || (state & ACCEPTED) == 0, "lost: " + which);
                assertTrue(!came || (state & BEGUN) != 0, "never sent: " + which);
                assertTrue(
                        !came || messages.begun[sequence] == messages.came[sequence],
                        "another came: " + which);
                unsaid += came && (state & ACKED) == 0 ? 1 : 0;
            }
        }
        assertTrue(
                unsaid <= consumersKilled,
                "unsaid=" + unsaid + " consumers killed=" + consumersKilled);
    }
}
