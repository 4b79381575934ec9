package dev.shm.memory;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.Accesses.Fixed;
import dev.shm.memory.Accesses.Ranged;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No access leaves the buffer, at any edge, by any method. */
class MappedBufferBoundsTest {
    private static final int CAPACITY = 24;
    private static final int MAX = Integer.MAX_VALUE;
    private static final int MIN = Integer.MIN_VALUE;

    /** Everything around the buffer is watched: a stray write would show. */
    private final ByteBuffer memory = ByteBuffer.allocateDirect(128).alignedSlice(8);

    private final MappedBuffer buffer = new MappedBuffer(memory).slice(48, CAPACITY);
    private final MappedBuffer empty = new MappedBuffer(memory).slice(48, 0);

    static List<Fixed> fixed() {
        return Accesses.fixed();
    }

    static List<Ranged> ranged() {
        return Accesses.ranged();
    }

    @ParameterizedTest
    @MethodSource("fixed")
    void fixed_insideIsAllowed(Fixed access) {
        access.at().use(buffer, 0);
        access.at().use(buffer, CAPACITY - access.size());

        assertNothingOutsideChanged();
    }

    @ParameterizedTest
    @MethodSource("fixed")
    void fixed_outsideIsRefused(Fixed access) {
        int size = access.size();
        int[] outside = {
            -1,
            -size,
            -8,
            MIN,
            MIN + 8,
            MIN + CAPACITY,
            CAPACITY - size + 1,
            CAPACITY,
            CAPACITY + 8,
            MAX - 7,
            MAX
        };
        for (int index : outside) {
            refused(index, size, CAPACITY, () -> access.at().use(buffer, index));
            refused(index, size, 0, () -> access.at().use(empty, index));
        }
        refused(0, size, 0, () -> access.at().use(empty, 0));

        assertNothingOutsideChanged();
    }

    @ParameterizedTest
    @MethodSource("ranged")
    void ranged_insideIsAllowed(Ranged access) {
        access.over().use(buffer, 0, CAPACITY);
        access.over().use(buffer, 0, 0);
        access.over().use(buffer, CAPACITY, 0);
        access.over().use(buffer, CAPACITY - 1, 1);
        access.over().use(empty, 0, 0);

        assertNothingOutsideChanged();
    }

    @ParameterizedTest
    @MethodSource("ranged")
    void ranged_outsideIsRefused(Ranged access) {
        int[][] outside = {
            {-1, 1},
            {-1, 0},
            {0, CAPACITY + 1},
            {1, CAPACITY},
            {CAPACITY, 1},
            {CAPACITY + 1, 0},
            {0, -1},
            {CAPACITY, -1},
            {MAX, 1},
            {1, MAX},
            {MAX, MAX},
            {MIN, MIN},
            {MIN, MAX},
            {MAX, MIN},
            {MIN, 0}
        };
        for (int[] range : outside) {
            int index = range[0];
            int length = range[1];
            refused(index, length, CAPACITY, () -> access.over().use(buffer, index, length));
        }
        refused(0, 1, 0, () -> access.over().use(empty, 0, 1));

        assertNothingOutsideChanged();
    }

    @ParameterizedTest
    @MethodSource("fixed")
    void misalignedAtomicIsRefused(Fixed access) {
        if (access.atomic() && access.size() > 1) {
            for (int index = 1; index < access.size(); index++) {
                int at = index;
                Exception e =
                        assertThrows(
                                IllegalStateException.class, () -> access.at().use(buffer, at));
                assertTrue(e.getMessage().contains("index: " + index), e.getMessage());
            }
        } else {
            assertDoesNotThrow(() -> access.at().use(buffer, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("fixed")
    void readOnly_fixedReadsButDoesNotWrite(Fixed access) {
        MappedBuffer readOnly = new MappedBuffer(memory.asReadOnlyBuffer());
        if (access.writes()) {
            assertThrows(ReadOnlyBufferException.class, () -> access.at().use(readOnly, 0));
        } else {
            access.at().use(readOnly, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("ranged")
    void readOnly_rangedReadsButDoesNotWrite(Ranged access) {
        MappedBuffer readOnly = new MappedBuffer(memory.asReadOnlyBuffer());
        if (access.writes()) {
            assertThrows(ReadOnlyBufferException.class, () -> access.over().use(readOnly, 0, 24));
        } else {
            access.over().use(readOnly, 0, 24);
        }
    }

    @Test
    void text_isCheckedWithItsLengthWord() {
        assertEquals(CAPACITY, buffer.putStringAscii(0, "12345678901234567890"));
        refused(0, 25, CAPACITY, () -> buffer.putStringAscii(0, "123456789012345678901"));
        assertEquals(CAPACITY, buffer.putStringUtf8(0, "12345678901234567890"));
        refused(0, 25, CAPACITY, () -> buffer.putStringUtf8(0, "123456789012345678901"));

        buffer.putInt(0, CAPACITY - 4 + 1); // a length that a hostile writer left
        refused(4, 21, CAPACITY, () -> buffer.getStringAscii(0));
        refused(4, 21, CAPACITY, () -> buffer.getStringUtf8(0));
        buffer.putInt(0, -1);
        refused(4, -1, CAPACITY, () -> buffer.getStringAscii(0));
        refused(4, -1, CAPACITY, () -> buffer.getStringUtf8(0));
        buffer.putInt(0, MAX);
        refused(4, MAX, CAPACITY, () -> buffer.getStringUtf8(0));

        assertNothingOutsideChanged();
    }

    @Test
    void checkLimit_goesUpToCapacity() {
        buffer.checkLimit(CAPACITY);
        Exception e =
                assertThrows(
                        IndexOutOfBoundsException.class, () -> buffer.checkLimit(CAPACITY + 1));
        assertEquals("limit=25 capacity=24", e.getMessage());
    }

    @Test
    void slice_staysInside() {
        assertEquals(0, buffer.slice(CAPACITY, 0).capacity());
        refused(1, CAPACITY, CAPACITY, () -> buffer.slice(1, CAPACITY));
        refused(-1, 1, CAPACITY, () -> buffer.slice(-1, 1));
        refused(0, -1, CAPACITY, () -> buffer.slice(0, -1));
    }

    private static void refused(int index, int length, int capacity, Runnable call) {
        Exception e = assertThrows(IndexOutOfBoundsException.class, call::run);
        assertEquals(
                "index=" + index + " length=" + length + " capacity=" + capacity, e.getMessage());
    }

    private void assertNothingOutsideChanged() {
        for (int i = 0; i < memory.capacity(); i++) {
            if (i < 48 || i >= 48 + CAPACITY) {
                assertEquals(0, memory.get(i), "at " + i);
            }
        }
    }
}
