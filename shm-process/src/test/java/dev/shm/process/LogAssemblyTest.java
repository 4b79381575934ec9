package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records in parts. */
class LogAssemblyTest {
    private static final int ANNA = 7;
    private static final int BERT = 9;

    private final Set<Integer> dead = new HashSet<>();
    private final LogAssembly assembly = new LogAssembly(dead::contains);

    private static byte[] record(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 503, 504, 505, 1008, 1009, 10_000})
    void aRecord_isPutTogether(int length) {
        byte[] record = record(length);
        int parts = LogPart.count(record);
        assertEquals(Math.max(1, (length + 503) / 504), parts);
        for (int i = 0; i < parts - 1; i++) {
            byte[] part = LogPart.of(ANNA, record, i);
            assertEquals(LogPart.MAX_BYTES, part.length);
            assertNull(assembly.add(part));
        }
        assertArrayEquals(record, assembly.add(LogPart.of(ANNA, record, parts - 1)));
        assertEquals(0, assembly.size());
    }

    @Test
    void parts_ofSeveralProcesses_mix() {
        byte[] annas = record(600);
        byte[] berts = record(700);
        assertNull(assembly.add(LogPart.of(ANNA, annas, 0)));
        assertNull(assembly.add(LogPart.of(BERT, berts, 0)));
        assertEquals(2, assembly.size());
        assertArrayEquals(annas, assembly.add(LogPart.of(ANNA, annas, 1)));
        assertArrayEquals(berts, assembly.add(LogPart.of(BERT, berts, 1)));
    }

    /** The sender gave up; what it sends next begins anew. */
    @Test
    void aRecord_thatIsNotWhole_isDropped() {
        byte[] record = record(2000);
        assertNull(assembly.add(LogPart.of(ANNA, record, 0)));
        assertNull(assembly.add(LogPart.of(ANNA, record, 2)), "one is missing");
        assertNull(assembly.add(LogPart.of(ANNA, record, 3)), "the last");
        assertEquals(0, assembly.size());
        assertNull(assembly.add(LogPart.of(ANNA, record, 0)));
        assertArrayEquals(record(3), assembly.add(LogPart.of(ANNA, record(3), 0)));
        assertNull(assembly.add(LogPart.of(ANNA, record, 1)));
        assertNull(assembly.add(new byte[7]), "no part at all");
    }

    @Test
    void records_ofTheDead_areForgotten() {
        assertNull(assembly.add(LogPart.of(ANNA, record(2000), 0)));
        dead.add(ANNA);
        assertNull(assembly.add(LogPart.of(BERT, record(2000), 0)));
        assertEquals(1, assembly.size());
    }

    @Test
    void theFormat_isThis() {
        byte[] two = record(505);
        assertArrayEquals(
                new byte[] {7, 0, 0, 0, 0, 0, 0, 0}, Arrays.copyOf(LogPart.of(ANNA, two, 0), 8));
        assertArrayEquals(
                new byte[] {7, 0, 0, 0, -2, -1, -1, -1, two[504]}, LogPart.of(ANNA, two, 1));
    }
}
