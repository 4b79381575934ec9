package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Maps and lists whose bytes were written by somebody who means no good: an exception, at most;
 * never a crash, and never without end.
 */
class HostileManagerTest {
    private static final int ROUNDS = 300;

    @TempDir Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region =
                SharedRegion.create(
                        RegionOptions.at(directory.resolve("hostile.shm")).bytes(1 << 20));
    }

    @AfterEach
    void close() {
        region.close();
    }

    private SharedMap<String, String> map() {
        return SharedMap.of(region, "map", 16, 2048, Codecs.utf8(64), Codecs.utf8(128));
    }

    private SharedList<String> list() {
        return SharedList.of(region, "list", 16, 2048, Codecs.utf8(128));
    }

    /** Ends with a result or with one of the exceptions that say what is wrong. */
    private static void mayFail(Runnable use) {
        try {
            use.run();
        } catch (RegionFormatException | IllegalArgumentException | IllegalStateException e) {
            assertTrue(e.getMessage() != null);
        }
    }

    private static void mayFailToTell(Supplier<Object> use) {
        mayFail(() -> assertNotNull(use.get()));
    }

    @Test
    void aMapOfAnything_endsInAnException_orNot() {
        SharedMap<String, String> map = map();
        MapLayout layout = MapLayout.of(16, 2048);
        Random random = new Random(11);
        try (Block block = region.attach("map", SharedMapType.INSTANCE)) {
            AtomicBuffer memory = block.buffer();
            byte[] clean = new byte[layout.bytes()];
            for (int i = 0; i < 16; i++) {
                map.put("key" + i, "v".repeat(8 * i));
            }
            memory.getBytes(0, clean);
            for (int round = 0; round < ROUNDS; round++) {
                memory.putBytes(0, clean);
                spoil(memory, random, layout.slot(0, 0), layout.bytes());
                for (int i = 0; i < 16; i++) {
                    String key = "key" + random.nextInt(20);
                    mayFail(() -> map.get(key));
                    mayFail(() -> map.put(key, "new"));
                    mayFail(() -> map.remove(key));
                }
                mayFailToTell(map::size);
                mayFailToTell(map::toString);
                mayFail(map::clear);
            }
            memory.putBytes(0, clean);
            assertEquals(16, map.size());
            assertEquals("", map.get("key0"));
        }
    }

    @Test
    void aListOfAnything_endsInAnException_orNot() {
        SharedList<String> list = list();
        ListLayout layout = ListLayout.of(16, 2048);
        Random random = new Random(13);
        try (Block block = region.attach("list", SharedListType.INSTANCE)) {
            AtomicBuffer memory = block.buffer();
            byte[] clean = new byte[layout.bytes()];
            for (int i = 0; i < 10; i++) {
                list.add("e".repeat(10 * i));
            }
            memory.getBytes(0, clean);
            for (int round = 0; round < ROUNDS; round++) {
                memory.putBytes(0, clean);
                spoil(memory, random, ListLayout.COMMIT, layout.bytes());
                for (int i = 0; i < 16; i++) {
                    int index = random.nextInt(12);
                    mayFailOrNotBeThere(() -> list.get(index));
                    mayFailOrNotBeThere(() -> list.set(index, "new"));
                    mayFailOrNotBeThere(() -> list.remove(index));
                    mayFailOrNotBeThere(() -> list.add(index, "more"));
                }
                mayFail(() -> list.sort(Comparator.nullsFirst(Comparator.naturalOrder())));
                mayFailToTell(list::toString);
                mayFail(list::clear);
            }
            memory.putBytes(0, clean);
            assertEquals(10, list.size());
        }
    }

    private static void mayFailOrNotBeThere(Runnable use) {
        mayFail(
                () -> {
                    try {
                        use.run();
                    } catch (IndexOutOfBoundsException e) {
                        assertTrue(e.getMessage().contains("index="), e.getMessage());
                    }
                });
    }

    /** Some words, of which some look like what may stand there. */
    private static void spoil(AtomicBuffer memory, Random random, int from, int to) {
        for (int i = 1 + random.nextInt(30); i > 0; i--) {
            int at = (from + random.nextInt(to - from - 4)) & ~3;
            memory.putInt(at, random.nextBoolean() ? random.nextInt() : random.nextInt(64));
        }
    }

    /** Whoever dies leaves one pair of slots with the same record, and no more. */
    @Test
    void moreSlotsThanOneCanLeave_areDamage() {
        SharedMap<String, String> map = map();
        map.put("key", "value");
        MapLayout layout = MapLayout.of(16, 2048);
        try (Block block = region.attach("map", SharedMapType.INSTANCE)) {
            MappedBuffer memory = block.buffer();
            int first = layout.slot(0, 0);
            int last = layout.slot(layout.stripes() - 1, layout.slots() - 1);
            long taken = 0;
            for (int at = first; at <= last; at += Long.BYTES) {
                taken |= memory.getLong(at); // of which there is one
            }
            for (int at = first; at <= last; at += Long.BYTES) {
                memory.putLong(at, taken);
            }
        }
        RegionFormatException thrown =
                assertThrows(RegionFormatException.class, () -> map.get("other"));
        String repair = thrown.getSuppressed()[0].getMessage();
        assertTrue(repair.endsWith("has more than one pair of slots"), repair);
    }

    /** A chain that never ends is read no further than the record's length. */
    @Test
    void aCircleOfCells_isNotFollowedForEver() {
        SharedMap<String, String> map = map();
        map.put("key", "v".repeat(120));
        MapLayout layout = MapLayout.of(16, 2048);
        try (Block block = region.attach("map", SharedMapType.INSTANCE)) {
            for (int cell = 0; cell < layout.cells(); cell++) {
                block.buffer().putInt(layout.cellsAt() + cell * CellLayout.BYTES, 1);
            }
        }
        mayFail(() -> map.get("key"));
        assertThrows(RegionFormatException.class, () -> map.put("key", "x".repeat(100)));
    }

    @Test
    void numbersThatCannotBe_areRefused() {
        for (ObjectType type : List.of(SharedMapType.INSTANCE, SharedListType.INSTANCE)) {
            refuse(type, 0, 10, 4096);
            refuse(type, -1, -1, 4096);
            refuse(type, Long.MAX_VALUE, 10, 4096);
            refuse(type, 10, Long.MAX_VALUE, 4096);
            refuse(type, 10, 10, 128);
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> {
                    list();
                    SharedMap.open(region, "list", Codecs.utf8(8), Codecs.utf8(8));
                });
    }

    private void refuse(ObjectType type, long configA, long configB, int bytes) {
        ObjectSpec spec = new ObjectSpec(type, configA, configB, bytes, "", memory -> {});
        region.attach("bad", spec, AttachMode.CREATE).close();
        assertThrows(
                RegionFormatException.class,
                () -> {
                    if (type == SharedMapType.INSTANCE) {
                        SharedMap.open(region, "bad", Codecs.utf8(8), Codecs.utf8(8));
                    } else {
                        SharedList.open(region, "bad", Codecs.utf8(8));
                    }
                });
        assertTrue(region.remove("bad"));
    }
}
