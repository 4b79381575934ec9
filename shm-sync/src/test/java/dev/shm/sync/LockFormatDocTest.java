package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.ObjectType;
import dev.shm.testing.FormatDoc;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Holds what {@code docs/format.md} says of locks to their layouts. */
class LockFormatDocTest {
    private static List<List<String>> table(String mark) throws IOException {
        return FormatDoc.table("sync " + mark);
    }

    /** Rows follow each other without a gap up to the end, or to what there are many of. */
    private static void assertLayout(String mark, int end, Map<String, Integer> offsets)
            throws IOException {
        Map<String, Integer> documented = new LinkedHashMap<>();
        int next = 0;
        for (List<String> row : table("layout: " + mark)) {
            assertEquals(next, Integer.parseInt(row.get(0)), row::toString);
            if (!row.get(2).equals("reserved")) {
                documented.put(row.get(2), next);
            }
            if (!row.get(1).contains("*")) {
                next += Integer.parseInt(row.get(1));
            }
        }
        assertEquals(end, next);
        assertEquals(offsets, documented);
    }

    @Test
    void layouts_areThoseOfTheClasses() throws IOException {
        assertLayout(
                "SharedLock",
                LockLayout.BYTES,
                Map.of(
                        "mutex",
                        LockLayout.MUTEX,
                        "id",
                        LockLayout.ID,
                        "deaths",
                        LockLayout.DEATHS));
        assertLayout(
                "SharedCondition",
                ConditionLayout.CELLS,
                Map.of(
                        "ticket",
                        ConditionLayout.TICKET,
                        "used",
                        ConditionLayout.USED,
                        "lockLength",
                        ConditionLayout.LOCK_LENGTH,
                        "lock",
                        ConditionLayout.LOCK,
                        "cells",
                        ConditionLayout.CELLS));
        assertLayout(
                "SharedReadWriteLock",
                ReadWriteLayout.CELLS,
                Map.of(
                        "mutex",
                        ReadWriteLayout.MUTEX,
                        "gate",
                        ReadWriteLayout.GATE,
                        "used",
                        ReadWriteLayout.USED,
                        "drain",
                        ReadWriteLayout.DRAIN,
                        "cells",
                        ReadWriteLayout.CELLS));
    }

    /** Each part has the bits that the table gives it, and no others. */
    private static void assertBits(String mark, int width, Map<String, LongUnaryOperator> parts)
            throws IOException {
        int next = width - 1;
        List<List<String>> rows = table("bits: " + mark);
        assertEquals(parts.size(), rows.size());
        for (List<String> row : rows) {
            String[] bits = row.get(0).split("-", -1);
            int high = Integer.parseInt(bits[0]);
            int low = Integer.parseInt(bits[1]);
            assertEquals(next, high, row::toString);
            next = low - 1;
            LongUnaryOperator part = parts.get(row.get(1));
            long ones = -1L >>> (Long.SIZE - (high - low + 1));
            assertEquals(ones, part.applyAsLong(ones << low), row::toString);
            assertEquals(0, part.applyAsLong(~(ones << low)), row::toString);
        }
        assertEquals(-1, next);
    }

    @Test
    void bits_areThoseOfTheClasses() throws IOException {
        assertBits(
                "condition cell",
                Long.SIZE,
                Map.of(
                        "ticket",
                        cell -> Integer.toUnsignedLong(ConditionLayout.ticket(cell)),
                        "state",
                        cell -> ConditionLayout.state(cell) >>> 30,
                        "tag",
                        ConditionLayout::tag));
        assertBits(
                "gate",
                Integer.SIZE,
                Map.of(
                        "epoch",
                        gate -> (gate & 0xFFFF_FFFFL) / ReadWriteLayout.EPOCH,
                        "WAITING",
                        gate -> gate & ReadWriteLayout.WAITING));
        assertBits(
                "readers",
                Long.SIZE,
                Map.of(
                        "tag",
                        cell -> Integer.toUnsignedLong(ReadWriteLayout.tag(cell)),
                        "readers",
                        cell -> Integer.toUnsignedLong(ReadWriteLayout.readers(cell))));
    }

    @Test
    void codes_areThoseOfACell() throws IOException {
        Map<String, String> documented = new LinkedHashMap<>();
        for (List<String> row : table("codes: condition cell")) {
            documented.put(row.get(1), row.get(0));
        }
        assertEquals(
                Map.of(
                        "FREE", state((int) ConditionLayout.FREE),
                        "WAITING", state(ConditionLayout.WAITING),
                        "SIGNALLED", state(ConditionLayout.SIGNALLED),
                        "RELEASED", state(ConditionLayout.RELEASED)),
                documented);
    }

    private static String state(int state) {
        return String.valueOf(state >>> 30);
    }

    private record Kind(ObjectType type, String configA, String bytes) {}

    @Test
    void kinds_areAsTheTypesMakeThem() throws IOException {
        int value = SynchronizedLayout.bytes(Long.BYTES, true);
        List<Kind> kinds =
                List.of(
                        new Kind(
                                SharedLockType.INSTANCE,
                                SharedLockType.code(SharedLock.Mode.REENTRANT)
                                        + " reentrant, "
                                        + SharedLockType.code(SharedLock.Mode.NON_REENTRANT)
                                        + " not",
                                LockLayout.BYTES + ""),
                        new Kind(
                                SharedConditionType.INSTANCE,
                                "cells, 1 to " + ConditionLayout.MAX_CELLS,
                                ConditionLayout.bytes(0) + " + 8 * cells"),
                        new Kind(
                                SharedReadWriteLockType.INSTANCE,
                                "cells, maxParticipants",
                                ReadWriteLayout.bytes(0)
                                        + " + "
                                        + ReadWriteLayout.CELL_BYTES
                                        + " * cells"),
                        new Kind(
                                SynchronizedValueType.INSTANCE,
                                "type code, the ASCII letter",
                                value + ", or " + SynchronizedLayout.bytes(Long.BYTES, false)),
                        new Kind(
                                SynchronizedArrayType.INSTANCE,
                                "type code + " + SynchronizedLayout.config('\0', 1) + " * length",
                                "see below"));
        List<List<String>> rows = table("kinds: locks");
        assertEquals(kinds.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            List<String> row = rows.get(i);
            Kind kind = kinds.get(i);
            assertEquals(kind.type.code() + "", row.get(0));
            assertEquals(kind.type.name(), row.get(1));
            assertEquals(kind.configA, row.get(2));
            assertEquals(kind.bytes, row.get(4));
        }
        assertEquals(8, ConditionLayout.bytes(1) - ConditionLayout.bytes(0));
    }

    /** The example of an array, in the numbers of the text. */
    @Test
    void arrayExample_isWhatTheCodeMakesOfIt() throws IOException {
        int content = 144;
        String sentence =
                "rounded up to %d; its lock lies at %d, and the object has %d bytes. Guarded by another lock the object has %d."
                        .formatted(
                                content,
                                SynchronizedLayout.lock(content),
                                SynchronizedLayout.bytes(content, true),
                                SynchronizedLayout.bytes(content, false));
        assertTrue(FormatDoc.text().replaceAll("\\s+", " ").contains(sentence), sentence);
    }
}
