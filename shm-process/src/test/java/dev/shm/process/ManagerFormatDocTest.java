package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.FormatDoc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds what {@code docs/format.md} says of maps and lists to the layouts. */
class ManagerFormatDocTest {
    private static final MapLayout MAP = MapLayout.of(1000, 50_000);
    private static final ListLayout LIST = ListLayout.of(1000, 50_000);

    @Test
    void kinds_areThoseOfTheTypes() throws IOException {
        List<List<String>> rows = FormatDoc.table("manager kinds");
        assertEquals(
                List.of(
                        List.of("" + SharedMapType.INSTANCE.code(), SharedMapType.INSTANCE.name()),
                        List.of(
                                "" + SharedListType.INSTANCE.code(),
                                SharedListType.INSTANCE.name())),
                rows.stream().map(row -> row.subList(0, 2)).toList());
    }

    @Test
    void map_isThatOfTheClass() throws IOException {
        assertEquals(
                List.of(
                        List.of("" + MapLayout.SEED, "8", "seed"),
                        List.of("8", "120", "reserved"),
                        List.of(MAP.mutex(0) + " + 128 * s", "16", "mutex"),
                        List.of(MAP.count(0) + " + 128 * s", "4", "count"),
                        List.of((MAP.count(0) + 4) + " + 128 * s", "108", "reserved"),
                        List.of("slot", "8 * slots * " + MapLayout.STRIPES, "slots"),
                        List.of("owner", "4 * cells", "owners"),
                        List.of("cell", CellLayout.BYTES + " * cells", "cells")),
                fields("manager layout: SharedMap"));
        assertEquals(128, MAP.mutex(1) - MAP.mutex(0));
    }

    /** The formulas of the text, computed here once more. */
    @Test
    void map_hasTheSizesOfTheText() throws IOException {
        String text = FormatDoc.text();
        assertTrue(text.contains("cells  = capacity + (8 * capacity + room) / 60, rounded up"));
        int slots = 256; // not below 2 * 63 + 16
        int cells = 1000 + (8 * 1000 + 50_000 + 59) / 60;
        int slot = 128 + 16 * 128;
        int owner = up(slot + 16 * slots * 8);
        int cell = up(owner + 4 * cells);
        assertEquals(slots, MAP.slots());
        assertEquals(cells, MAP.cells());
        assertEquals(slot, MAP.slot(0, 0));
        assertEquals(slot + 8 * slots + 8, MAP.slot(1, 1));
        assertEquals(owner, MAP.ownersAt());
        assertEquals(cell, MAP.cellsAt());
        assertEquals(cell + 64 * cells, MAP.bytes());
        assertEquals(16, MAP.stripes());
    }

    @Test
    void slot_isThatOfTheClass() throws IOException {
        List<List<String>> rows = FormatDoc.table("manager bits: slot");
        assertEquals(List.of("63-32", "hash"), rows.get(0).subList(0, 2));
        assertEquals(List.of("31-0", "cell + 1"), rows.get(1).subList(0, 2));
        long slot = MapLayout.slot(0x1234_5678_9abc_def0L, 7);
        assertEquals(0x9abc_def0_0000_0007L, slot);
        assertEquals(7, MapLayout.reference(slot));
        assertEquals(0x9abc_def0 & (MAP.slots() - 1), MAP.home(slot));
        assertEquals(0x8, MAP.stripe(0x1234_5678_9abc_def0L));
    }

    /** The hash of the text, step by step. */
    @Test
    void hash_isThatOfTheText() {
        byte[] key = "näme".getBytes(StandardCharsets.UTF_8);
        long h = 77;
        for (byte b : key) {
            h = (h ^ Byte.toUnsignedLong(b)) * 0x100000001b3L;
        }
        h ^= h >>> 33;
        h *= 0xff51afd7ed558ccdL;
        h ^= h >>> 33;
        h *= 0xc4ceb9fe1a85ec53L;
        h ^= h >>> 33;
        assertEquals(h, MapLayout.hash(77, key));
    }

    @Test
    void cell_isThatOfTheClass() throws IOException {
        assertEquals(
                List.of(
                        List.of("" + CellLayout.NEXT, "4", "next"),
                        List.of("" + CellLayout.DATA, "" + CellLayout.ROOM, "data")),
                fields("manager layout: Cell"));
        assertEquals(0, CellLayout.KEY_LENGTH);
        assertEquals(4, CellLayout.VALUE_LENGTH);
        assertEquals(8, CellLayout.HEADER);
    }

    @Test
    void list_isThatOfTheClass() throws IOException {
        assertEquals(
                List.of(
                        List.of("" + ListLayout.MUTEX, "16", "mutex"),
                        List.of("" + ListLayout.COMMIT, "8", "commit"),
                        List.of("" + ListLayout.VERSION, "8", "version"),
                        List.of("32", "96", "reserved"),
                        List.of("" + LIST.entry(0, 0), "4 * capacity", "index0"),
                        List.of("index1", "4 * capacity", "index1"),
                        List.of("owner", "4 * cells", "owners"),
                        List.of("cell", "64 * cells", "cells")),
                fields("manager layout: SharedList"));
        int index1 = up(128 + 4 * 1000);
        int owner = up(index1 + 4 * 1000);
        int cells = 1000 + (8 * 1000 + 50_000 + 59) / 60;
        assertEquals(index1 + 8, LIST.entry(1, 2));
        assertEquals(owner, LIST.ownersAt());
        assertEquals(up(owner + 4 * cells), LIST.cellsAt());
        assertEquals(LIST.cellsAt() + 64 * cells, LIST.bytes());
        long commit = ListLayout.commit(5, 1);
        assertEquals(5 * 2 + 1, commit);
        assertEquals(5, ListLayout.size(commit));
        assertEquals(1, ListLayout.which(commit));
    }

    @Test
    void descriptions_surviveAnything() {
        MappedBuffer block = new MappedBuffer(ByteBuffer.allocateDirect(8));
        assertEquals("-1 entries, 3 bytes", SharedMapType.INSTANCE.describe(-1, 3, block));
        assertEquals("2 elements, -3 bytes", SharedListType.INSTANCE.describe(2, -3, block));
    }

    private static List<List<String>> fields(String table) throws IOException {
        return FormatDoc.table(table).stream().map(row -> row.subList(0, 3)).toList();
    }

    private static int up(int bytes) {
        return (bytes + 127) / 128 * 128;
    }
}
