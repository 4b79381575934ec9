package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.memory.MappedBuffer;
import dev.shm.region.SharedRegion;
import dev.shm.sync.Peers;
import dev.shm.testing.FormatDoc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers are the format, and stand in {@code docs/format.md}. */
class SlotLayoutTest {
    @TempDir private Path directory;

    @Test
    void bytes_areAsDocumented() {
        try (SharedRegion region = Peers.open(directory.resolve("peers.shm"))) {
            SharedPriorityQueue<Long> queue =
                    SharedPriorityQueue.create(region, "it", 3, Codecs.longs(), number -> -number);
            MappedBuffer memory = region.attach("it", SharedPriorityQueueType.INSTANCE).buffer();
            assertEquals(384 + 3 * 32, memory.capacity());
            assertOrder(memory, 0, 1, 2);
            queue.offer(5L);
            queue.offer(7L);
            assertEquals(0, memory.getLong(0));
            assertEquals(0, memory.getInt(128));
            assertEquals(2, memory.getInt(132));
            assertEquals(2, memory.getLong(136));
            assertOrder(memory, 1, 0, 2);
            assertEquals(1, memory.getLong(384));
            assertEquals(-5, memory.getLong(392));
            assertEquals(8, memory.getInt(400));
            assertEquals(5, memory.getLong(408));
            assertEquals(2, memory.getLong(416));
            assertEquals(7, queue.poll());
            assertOrder(memory, 0, 1, 2);
            assertEquals(0, memory.getLong(416));
            assertEquals(0, memory.getInt(144));
            queue.shutdown();
            assertEquals(1, memory.getInt(144));
            queue.shutdownNow();
            assertEquals(2, memory.getInt(144));
            assertEquals(0, memory.getLong(384));
        }
        assertEquals(69, SharedStackType.INSTANCE.code());
        assertEquals(70, SharedPriorityQueueType.INSTANCE.code());
    }

    private static void assertOrder(MappedBuffer memory, int... slots) {
        for (int i = 0; i < slots.length; i++) {
            assertEquals(slots[i], memory.getInt(256 + 4 * i));
        }
    }

    @Test
    void configurations_areChecked() {
        assertEquals(512 + 33 * 48, new SlotLayout(33, 17).slot(33));
        assertNotNull(SlotLayout.of(1, 1));
        for (long capacity : new long[] {-1, 0, (1 << 24) + 1, 1L << 40}) {
            assertNull(SlotLayout.of(capacity, 8), () -> "" + capacity);
        }
        for (long maxBytes : new long[] {-1, 0, 1L << 31, 1L << 40}) {
            assertNull(SlotLayout.of(1, maxBytes), () -> "" + maxBytes);
        }
        assertNull(SlotLayout.of(1 << 24, 128));
    }

    private static List<List<String>> table(String mark) throws IOException {
        return FormatDoc.table("slots " + mark);
    }

    @Test
    void layout_isThatOfTheClass() throws IOException {
        Map<String, Integer> documented = new LinkedHashMap<>();
        int end = 0;
        for (List<String> row : table("layout")) {
            if (row.get(0).matches("\\d+")) {
                assertEquals(end, Integer.parseInt(row.get(0)), row::toString);
                if (!row.get(2).equals("reserved")) {
                    documented.put(row.get(2), end);
                }
                String size = row.get(1);
                end = size.contains("*") ? -1 : end + Integer.parseInt(size);
            }
        }
        assertEquals(
                Map.of(
                        "mutex", SlotLayout.MUTEX,
                        "changing", SlotLayout.CHANGING,
                        "size", SlotLayout.SIZE,
                        "ticket", SlotLayout.TICKET,
                        "phase", SlotLayout.PHASE,
                        "itemEpoch", SlotLayout.ITEM_EPOCH,
                        "itemAwaited", SlotLayout.ITEM_EPOCH + SlotLayout.AWAITED,
                        "spaceEpoch", SlotLayout.SPACE_EPOCH,
                        "spaceAwaited", SlotLayout.SPACE_EPOCH + SlotLayout.AWAITED,
                        "order", SlotLayout.ORDER),
                documented);
    }

    @Test
    void slot_isThatOfTheClass() throws IOException {
        Map<String, Integer> documented = new LinkedHashMap<>();
        for (List<String> row : table("slot")) {
            if (!row.get(2).equals("reserved")) {
                documented.put(row.get(2), Integer.parseInt(row.get(0)));
            }
        }
        assertEquals(
                Map.of(
                        "ticket", SlotLayout.SLOT_TICKET,
                        "priority", SlotLayout.SLOT_PRIORITY,
                        "length", SlotLayout.SLOT_LENGTH,
                        "payload", SlotLayout.SLOT_PAYLOAD),
                documented);
    }

    @Test
    void phases_areThoseOfTheClass() throws IOException {
        Map<String, Integer> documented = new LinkedHashMap<>();
        for (List<String> row : table("phases")) {
            documented.put(row.get(1), Integer.parseInt(row.get(0)));
        }
        assertEquals(
                Map.of(
                        "OPEN", SlotLayout.OPEN,
                        "SHUT_DOWN", SlotLayout.SHUT_DOWN,
                        "EMPTIED", SlotLayout.EMPTIED),
                documented);
    }

    @Test
    void kinds_areThoseOfTheTypes() throws IOException {
        List<List<String>> rows = table("kinds");
        assertEquals(2, rows.size());
        assertEquals("69", rows.get(0).get(0));
        assertEquals(SharedStackType.INSTANCE.name(), rows.get(0).get(1));
        assertEquals("70", rows.get(1).get(0));
        assertEquals(SharedPriorityQueueType.INSTANCE.name(), rows.get(1).get(1));
        for (List<String> row : rows) {
            assertEquals("capacity, 1 to 2^24", row.get(2));
            assertEquals("maxBytes, 1 or more", row.get(3));
        }
    }

    /** The example of the text. */
    @Test
    void example_isWhatTheCodeMakesOfIt() throws IOException {
        SlotLayout layout = new SlotLayout(33, 17);
        String sentence =
                "With a capacity of 33 and maxBytes of 17 a slot has %d bytes, slots lies at %d, and the object has %d bytes."
                        .formatted(layout.slot(1) - layout.slot(0), layout.slot(0), layout.bytes());
        String text = FormatDoc.text().replaceAll("\\s+", " ");
        assertTrue(text.contains(sentence), sentence);
    }
}
