package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.CacheLine;
import dev.shm.region.ObjectType;
import dev.shm.testing.FormatDoc;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Holds what {@code docs/format.md} says of the objects to wait with to their layouts. */
class WaitingFormatDocTest {
    private static final long INT = 0xFFFF_FFFFL;
    private static final int LINE = CacheLine.BYTES;

    private static List<List<String>> table(String mark) throws IOException {
        return FormatDoc.table("sync " + mark);
    }

    private static void assertLayout(String mark, Map<String, Integer> offsets) throws IOException {
        Map<String, Integer> documented = new LinkedHashMap<>();
        int end = 0;
        for (List<String> row : table("layout: " + mark)) {
            assertEquals(end, Integer.parseInt(row.get(0)), row::toString);
            if (!row.get(2).equals("reserved")) {
                documented.put(row.get(2), end);
            }
            String size = row.get(1); // the last one may be a formula
            end = size.contains("*") ? -1 : end + Integer.parseInt(size);
        }
        assertEquals(offsets, documented);
        assertTrue(end == -1 || end % LINE == 0, "end=" + end);
    }

    @Test
    void layouts_areThoseOfTheClasses() throws IOException {
        assertEquals(LINE, WaitingRoomLayout.BYTES);
        assertLayout(
                "waiting room",
                Map.of("epoch", WaitingRoomLayout.EPOCH, "waiting", WaitingRoomLayout.WAITING));
        assertLayout(
                "SharedSemaphore",
                Map.of(
                        "waitingRoom",
                        0,
                        "mutex",
                        SemaphoreLayout.MUTEX,
                        "cells",
                        SemaphoreLayout.CELLS));
        assertLayout("CountingSemaphore", Map.of("waitingRoom", 0, "count", CountingLayout.COUNT));
        assertLayout("SharedEvent", Map.of("state", EventLayout.STATE));
        assertLayout(
                "SharedBarrier",
                Map.of("state", BarrierLayout.STATE, "members", BarrierLayout.MEMBERS));
        assertLayout(
                "SharedLatch",
                Map.of(
                        "gate",
                        LatchLayout.GATE,
                        "left",
                        LatchLayout.LEFT,
                        "parties",
                        LatchLayout.PARTIES));
    }

    private static void assertBits(String mark, int width, Map<String, Long> masks)
            throws IOException {
        Map<String, Long> documented = new LinkedHashMap<>();
        int next = width - 1;
        for (List<String> row : table("bits: " + mark)) {
            String[] bits = row.get(0).split("-", -1);
            int high = Integer.parseInt(bits[0]);
            int low = Integer.parseInt(bits[1]);
            assertEquals(next, high, row::toString);
            next = low - 1;
            documented.put(row.get(1), bits(bit -> bit >= low && bit <= high));
        }
        assertEquals(-1, next);
        assertEquals(masks, documented);
    }

    private static long bits(LongPredicate isOne) {
        return IntStream.range(0, Long.SIZE)
                .filter(isOne::test)
                .mapToLong(bit -> 1L << bit)
                .reduce(0, (a, b) -> a | b);
    }

    @Test
    void bits_areThoseOfTheClasses() throws IOException {
        assertBits(
                "semaphore cell",
                Integer.SIZE,
                Map.of(
                        "WAITED",
                        SemaphoreLayout.WAITED & INT,
                        "RELEASING",
                        SemaphoreLayout.RELEASING & INT,
                        "holder",
                        SemaphoreLayout.TAG & INT));
        assertBits(
                "count",
                Integer.SIZE,
                Map.of(
                        "WAITED",
                        CountingLayout.WAITED & INT,
                        "permits",
                        CountingLayout.PERMITS & INT));
        assertBits(
                "event state",
                Integer.SIZE,
                Map.of(
                        "generation",
                        EventLayout.GENERATIONS & INT,
                        "WAITERS",
                        EventLayout.WAITERS & INT,
                        "SET",
                        EventLayout.SET & INT));
        assertBits(
                "barrier state",
                Long.SIZE,
                Map.of(
                        "history",
                        bits(bit -> isHistory(1L << bit)),
                        "generation",
                        bits(bit -> BarrierLayout.generation(1L << bit) != 0),
                        "BROKEN",
                        BarrierLayout.BROKEN,
                        "WAITERS",
                        BarrierLayout.WAITERS,
                        "arrived",
                        BarrierLayout.ARRIVED));
        assertBits(
                "latch gate",
                Integer.SIZE,
                Map.of(
                        "zero",
                        ~(LatchLayout.WAITERS | LatchLayout.OPEN) & INT,
                        "WAITERS",
                        LatchLayout.WAITERS & INT,
                        "OPEN",
                        LatchLayout.OPEN & INT));
    }

    private static boolean isHistory(long bit) {
        return IntStream.rangeClosed(1, BarrierLayout.REMEMBERED)
                .anyMatch(age -> BarrierLayout.wasBroken(bit, age));
    }

    @Test
    void codes_areThoseOfTheWaitingRoom() throws IOException {
        List<List<String>> codes =
                table("codes: waiting").stream().map(row -> row.subList(0, 2)).toList();
        assertEquals(
                List.of(
                        List.of(WaitingRoomLayout.NOBODY + "", "NOBODY"),
                        List.of(WaitingRoomLayout.FOR_ONE + "", "FOR_ONE"),
                        List.of(WaitingRoomLayout.FOR_SEVERAL + "", "FOR_SEVERAL")),
                codes);
    }

    private record Kind(ObjectType type, String configA, String bytes) {}

    @Test
    void kinds_areAsTheTypesMakeThem() throws IOException {
        List<Kind> kinds =
                List.of(
                        new Kind(
                                SharedSemaphoreType.INSTANCE,
                                "permits, 1 to " + SemaphoreLayout.MAX_PERMITS,
                                SemaphoreLayout.bytes(0) + " + 4 * permits"),
                        new Kind(
                                CountingSemaphoreType.INSTANCE,
                                "initial count, 0 to " + CountingLayout.PERMITS,
                                CountingLayout.BYTES + ""),
                        new Kind(
                                SharedEventType.INSTANCE,
                                SharedEventType.code(SharedEvent.Mode.MANUAL_RESET)
                                        + " manual reset, "
                                        + SharedEventType.code(SharedEvent.Mode.AUTO_RESET)
                                        + " automatic reset",
                                EventLayout.BYTES + ""),
                        new Kind(
                                SharedBarrierType.INSTANCE,
                                "parties, 1 to " + BarrierLayout.MAX_PARTIES,
                                BarrierLayout.bytes(0) + " + 4 * maxParticipants"),
                        new Kind(
                                SharedLatchType.INSTANCE,
                                "initial count, or parties, 1 to " + LatchLayout.MAX_PARTIES,
                                "%1$d, or %1$d + 4 * parties".formatted(LatchLayout.bytes(0))));
        List<List<String>> rows = table("kinds: semaphores, event, barrier, latch");
        assertEquals(kinds.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            List<String> row = rows.get(i);
            Kind kind = kinds.get(i);
            assertEquals(kind.type.code() + "", row.get(0));
            assertEquals(kind.type.name(), row.get(1));
            assertEquals(kind.configA, row.get(2));
            assertEquals(kind.bytes, row.get(4));
        }
        assertEquals(4, LatchLayout.bytes(1) - LatchLayout.bytes(0));
        assertEquals(4, BarrierLayout.bytes(1) - BarrierLayout.bytes(0));
        assertEquals(4, SemaphoreLayout.bytes(1) - SemaphoreLayout.bytes(0));
    }
}
