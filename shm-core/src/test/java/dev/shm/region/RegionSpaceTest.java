package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The space of removed objects: when it is used again, how, and in what state. ALGORITHMS 8.2. */
class RegionSpaceTest {
    private static final int LINE = 128;
    private static final int LINES = TestRegions.HEAP_BYTES / LINE;
    private static final int ENTRY_0 = 768;
    private static final int HEAP = 1920;
    private static final ObjectType TYPE = RawBufferType.INSTANCE;

    @TempDir Path directory;

    private RegionOptions options;
    private SharedRegion region;

    @BeforeEach
    void create() {
        options = TestRegions.small(directory.resolve("objects.shm"));
        region = SharedRegion.create(options);
    }

    @AfterEach
    void close() {
        region.close();
    }

    private static ObjectSpec spec(long configA, int bytes) {
        return new ObjectSpec(RawBufferType.INSTANCE, configA, 0, bytes, "", memory -> {});
    }

    /** BEHAVIOURS 8.2: memory used again is zero again. */
    @Test
    void remove_givesTheSpaceBackZeroed() {
        for (int i = 0; i < 100; i++) {
            ObjectSpec whole = spec(i, TestRegions.HEAP_BYTES);
            try (Block block = region.attach("t", whole, AttachMode.CREATE)) {
                assertAllZero(block.buffer());
                block.buffer().setMemory(0, TestRegions.HEAP_BYTES, (byte) -1);
            }
            assertTrue(region.remove("t"));
        }
    }

    /** The rest of an object's last line is nobody's, and zero all the same: it is in the file. */
    @Test
    void remove_givesTheWholeLastLineBackZeroed() throws IOException {
        try (Block block = region.attach("t", spec(0, LINE), AttachMode.CREATE)) {
            block.buffer().setMemory(0, LINE, (byte) -1);
        }
        region.remove("t");
        region.attach("t", spec(0, 1), AttachMode.CREATE).close();
        byte[] file = Files.readAllBytes(region.path());
        assertArrayEquals(new byte[LINE], Arrays.copyOfRange(file, HEAP, HEAP + LINE));
    }

    @Test
    void remove_keepsTheSpaceAsLongAsAnybodyHasItOpen() {
        ObjectSpec whole = spec(0, TestRegions.HEAP_BYTES);
        Block first = region.attach("t", whole, AttachMode.CREATE);
        Block second = region.attach("t", whole, AttachMode.OPEN_OR_CREATE);
        assertNotSame(first.buffer(), second.buffer());
        try (SharedRegion peer = SharedRegion.open(options)) {
            peer.attach("t", whole, AttachMode.OPEN_OR_CREATE);
            region.remove("t");
            assertFull();
            first.close();
            assertFull();
            first.close();
            assertFull();
            second.close();
            assertFull();
            assertTrue(first.isClosed());
            assertThrows(IllegalStateException.class, () -> first.buffer().getByte(0));
        }
        assertDoesNotThrow(() -> region.buffer("u", TestRegions.HEAP_BYTES));
    }

    private void assertFull() {
        assertThrows(IllegalStateException.class, () -> region.buffer("u", 1));
    }

    @Test
    void space_isGivenOutFirstFit() throws IOException {
        Block[] blocks = new Block[4];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = make("t" + i, 4 * LINE);
        }
        int[] at = {at(blocks[0]), at(blocks[1]), at(blocks[2]), at(blocks[3])};
        free(blocks[0]);
        free(blocks[2]);
        assertEquals(at[0], at(make("a", 2 * LINE)), "the first gap that is long enough");
        assertEquals(at[2], at(make("b", 4 * LINE)));
        assertEquals(at[0] + 2 * LINE, at(make("c", 1)));
        assertEquals(at[3] + 4 * LINE, at(make("d", 3 * LINE)), "after the last");
        assertEquals(at[1], at(blocks[1]));
    }

    @Test
    void space_inPiecesIsNotEnoughForOneObject() {
        Block[] blocks = new Block[4];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = make("t" + i, LINES / 4 * LINE);
        }
        free(blocks[0]);
        free(blocks[2]);
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> region.buffer("u", LINES / 4 * LINE + 1));
        assertTrue(e.getMessage().contains("name=u"), e::getMessage);
        assertTrue(e.getMessage().contains("bytes=" + (LINES / 4 * LINE + 1)), e::getMessage);
        assertTrue(
                e.getMessage().contains(LINES / 2 * LINE + " of " + TestRegions.HEAP_BYTES),
                e::getMessage);
        assertDoesNotThrow(() -> region.buffer("v", LINES / 4 * LINE));
        free(blocks[3]);
        assertDoesNotThrow(() -> region.buffer("u", LINES / 2 * LINE), "neighbours become one");
    }

    @Test
    void fullRegion_saysSoAndHowItStands() {
        region.buffer("b", TestRegions.HEAP_BYTES - LINE);
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> region.buffer("c", LINE + 1));
        assertTrue(e.getMessage().contains("region=objects"), e::getMessage);
        assertTrue(e.getMessage().contains("no room for bytes=129"), e::getMessage);
        assertTrue(e.getMessage().contains("free are 128 of 4096"), e::getMessage);
        assertEquals(List.of("b"), region.names());
        assertThrows(IllegalStateException.class, () -> region.buffer("c", Integer.MAX_VALUE));
        assertDoesNotThrow(() -> region.buffer("c", LINE));
    }

    @Test
    void close_givesBackWhatWasRemovedAndOpenHere() {
        SharedRegion peer = SharedRegion.open(options);
        peer.buffer("b", TestRegions.HEAP_BYTES);
        peer.remove("b");
        assertFull();
        peer.close();
        assertAllZero(region.buffer("u", TestRegions.HEAP_BYTES));
    }

    /** As many as there may be: what one costs must not grow with how many there are. */
    @Test
    void asManyObjectsAsThereMayBe_byTwoAttachments() {
        int most = RegionGeometry.MAX_OBJECTS;
        RegionOptions large =
                RegionOptions.at(directory.resolve("large.shm"))
                        .maxObjects(most)
                        .bytes((long) most * LINE);
        try (SharedRegion one = SharedRegion.create(large);
                SharedRegion other = SharedRegion.open(large)) {
            for (int i = 0; i < most; i++) {
                one.block("n" + i, LINE).close();
            }
            assertThrows(IllegalStateException.class, () -> one.block("more", LINE));
            for (int i = 0; i < most; i += 1000) {
                String name = "n" + i;
                try (Block block = other.block(name, LINE)) {
                    block.buffer().putInt(0, i + 1);
                }
                try (Block block = one.block(name, LINE)) {
                    assertEquals(i + 1, block.buffer().getInt(0));
                }
                assertTrue(other.remove(name));
                assertThrows(NoSuchElementException.class, () -> one.attach(name, TYPE));
                assertAllZero(one.block("again" + i, LINE).buffer());
            }
            assertEquals(most, one.names().size());
        }
    }

    /** Many random steps against what a map and a bitmap say. */
    @Test
    void randomSteps_agreeWithAModel() throws IOException {
        Random random = new Random(7);
        List<Block> open = new ArrayList<>();
        int[] owner = new int[LINES];
        int made = 0;
        for (int step = 0; step < 3000; step++) {
            if (open.size() < TestRegions.MAX_OBJECTS && random.nextBoolean()) {
                int lines = 1 + random.nextInt(LINES / 3);
                int expected = firstFit(owner, lines);
                String name = "n" + ++made;
                if (expected < 0) {
                    assertThrows(
                            IllegalStateException.class, () -> region.buffer(name, lines * LINE));
                    continue;
                }
                Block block = make(name, lines * LINE);
                assertEquals(expected * LINE + HEAP, at(block), "step " + step);
                assertAllZero(block.buffer());
                block.buffer().setMemory(0, lines * LINE, (byte) made);
                Arrays.fill(owner, expected, expected + lines, made);
                open.add(block);
            } else if (!open.isEmpty()) {
                Block block = open.remove(random.nextInt(open.size()));
                byte mark = (byte) Integer.parseInt(block.name().substring(1));
                for (int i = 0; i < block.buffer().capacity(); i++) {
                    assertEquals(mark, block.buffer().getByte(i));
                }
                int from = (at(block) - HEAP) / LINE;
                Arrays.fill(owner, from, from + block.buffer().capacity() / LINE, 0);
                free(block);
            }
        }
    }

    private static int firstFit(int[] owner, int lines) {
        int run = 0;
        for (int i = 0; i < owner.length; i++) {
            run = owner[i] == 0 ? run + 1 : 0;
            if (run == lines) {
                return i - lines + 1;
            }
        }
        return -1;
    }

    private Block make(String name, int bytes) {
        return region.attach(name, spec(0, bytes), AttachMode.CREATE);
    }

    private void free(Block block) {
        block.close();
        assertTrue(region.remove(block.name()));
    }

    /** Where in the file a block lies, as its entry says that is READY. */
    private static int at(Block block) throws IOException {
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(block.region().path()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (int entry = ENTRY_0; ; entry += LINE) {
            byte[] name = new byte[block.name().length()];
            file.get(entry + 65, name);
            if (DirectoryLayout.status(file.getLong(entry)) == DirectoryLayout.READY
                    && file.get(entry + 64) == name.length
                    && block.name().equals(new String(name, StandardCharsets.US_ASCII))) {
                return (int) file.getLong(entry + 8);
            }
        }
    }

    private static void assertAllZero(DirectBuffer buffer) {
        for (int i = 0; i < buffer.capacity(); i++) {
            assertEquals(0, buffer.getByte(i), "byte " + i);
        }
    }
}
