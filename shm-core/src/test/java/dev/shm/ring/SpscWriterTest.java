package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A record that fails costs itself alone, in a ring where headers of a lap before lie about. */
class SpscWriterTest {
    private static final int CAPACITY = 4096;
    private static final long START = 2 * CAPACITY;
    private static final int STALE = 99;

    private final MappedBuffer memory =
            new MappedBuffer(ByteBuffer.allocateDirect(SpscLayout.bytes(CAPACITY)));

    /** A lap of short records was written and read. */
    @BeforeEach
    void begin() {
        for (int i = SpscLayout.HEADER; i < CAPACITY; i += SpscLayout.HEADER) {
            memory.putLong(SpscLayout.DATA + i, SpscLayout.header(STALE, 0));
        }
        memory.putLong(SpscLayout.TAIL, START);
        memory.putLong(SpscLayout.HEAD, START);
        memory.putLong(SpscLayout.COMMIT, START);
    }

    private List<String> poll() {
        List<String> records = new ArrayList<>();
        new SpscReader(memory, CAPACITY)
                .poll(
                        (type, data, index, length) ->
                                records.add(type + ":" + TestRings.text(data, index, length)),
                        CAPACITY);
        return records;
    }

    private static boolean offer(SpscWriter writer, int type, String text) {
        return writer.offer(type, TestRings.bytes(text), 0, text.length());
    }

    @Test
    void whatWasNotCleared_isNotTakenToBe() {
        AtomicBoolean fails = new AtomicBoolean(true);
        AtomicBuffer cutShort =
                Interception.of(
                        memory,
                        (target, method, arguments) -> {
                            if (method.getName().equals("setMemory") && fails.getAndSet(false)) {
                                throw new InternalError("planted");
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        SpscWriter writer = new SpscWriter(cutShort, CAPACITY);
        assertThrows(InternalError.class, () -> offer(writer, 1, "lost"));
        assertTrue(offer(writer, 2, "one"));
        assertTrue(offer(writer, 3, "two"));
        assertEquals(List.of("2:one", "3:two"), poll());
    }

    @ParameterizedTest
    @CsvSource({"40, 100", "200, 300"}) // copied word by word, and at once
    void whatWasCopied_beforeItFailed_isCleared(int bytes, int length) {
        AtomicBuffer tooShort = TestRings.bytes("-".repeat(bytes));
        SpscWriter writer = new SpscWriter(memory, CAPACITY);
        Class<? extends Exception> expected = IndexOutOfBoundsException.class;
        assertTrue(offer(writer, 1, "one"));
        assertThrows(expected, () -> writer.offer(9, tooShort, 0, length));
        assertTrue(offer(writer, 2, "two"));
        assertThrows(expected, () -> writer.append(9, tooShort, 0, length));
        assertTrue(writer.append(3, TestRings.bytes("three"), 0, 5));
        assertThrows(expected, () -> writer.append(9, tooShort, 0, length));
        assertTrue(writer.append(4, TestRings.bytes("four"), 0, 4));
        writer.flush();
        assertEquals(List.of("1:one", "2:two", "3:three", "4:four"), poll());
    }
}
