package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers are the file format. */
class DirectoryLayoutTest {
    private static final int ENTRY_0 = 256 + 4 * 128;
    private static final int ENTRY_1 = ENTRY_0 + 128;
    private static final int MASK_0 = ENTRY_0 + 8 * 128;
    private static final int HEAP = 1920;

    @TempDir Path directory;

    @Test
    void offsets_areTheFormat() {
        assertEquals(0, DirectoryLayout.STATE);
        assertEquals(8, DirectoryLayout.OFFSET);
        assertEquals(16, DirectoryLayout.OBJECT_BYTES);
        assertEquals(20, DirectoryLayout.KIND);
        assertEquals(24, DirectoryLayout.FLAGS);
        assertEquals(32, DirectoryLayout.CONFIG_A);
        assertEquals(40, DirectoryLayout.CONFIG_B);
        assertEquals(64, DirectoryLayout.NAME_BYTES);
        assertEquals(65, DirectoryLayout.NAME);
        assertEquals(128, DirectoryLayout.BYTES);
    }

    @Test
    void codes_areTheFormat() {
        assertEquals(0, DirectoryLayout.FREE);
        assertEquals(1, DirectoryLayout.CREATING);
        assertEquals(2, DirectoryLayout.READY);
        assertEquals(3, DirectoryLayout.DELETED);
        assertEquals(1, DirectoryLayout.NEEDS_SWEEP);
        assertEquals(1, RawBufferType.INSTANCE.code());
    }

    @Test
    void state_packsGenerationStatusAndCreator() {
        long creating = DirectoryLayout.with(0, DirectoryLayout.CREATING, 0x3FFFEFFF);
        assertEquals(0x0000_0000_7FFF_EFFFL, creating);
        assertEquals(DirectoryLayout.CREATING, DirectoryLayout.status(creating));
        assertEquals(0x3FFFEFFF, DirectoryLayout.creator(creating));

        long next = DirectoryLayout.nextGeneration(creating);
        assertEquals(0x0000_0004_7FFF_EFFFL, next);
        assertEquals(0x0000_0004_8000_0000L, DirectoryLayout.with(next, DirectoryLayout.READY, 0));
    }

    @Test
    void generation_wrapsWithoutTouchingTheRest() {
        long last = 0xFFFF_FFFC_8000_0007L;
        assertEquals(0x0000_0000_8000_0007L, DirectoryLayout.nextGeneration(last));
    }

    @Test
    void entryOfAnObject_hasTheDocumentedBytes() throws IOException {
        Path path = directory.resolve("layout.shm");
        try (SharedRegion first = SharedRegion.create(TestRegions.small(path));
                SharedRegion second = SharedRegion.open(TestRegions.small(path))) {
            first.buffer("alpha", 200);
            second.buffer("alpha", 200);
            second.buffer("b", 1);
            ByteBuffer file = read(path);

            assertEquals(0x0000_0004_8000_0000L, file.getLong(ENTRY_0), "generation 1, READY");
            assertEquals(HEAP, file.getLong(ENTRY_0 + 8), "offset");
            assertEquals(200, file.getInt(ENTRY_0 + 16), "bytes");
            assertEquals(1, file.getInt(ENTRY_0 + 20), "kind");
            assertEquals(0, file.getInt(ENTRY_0 + 24), "flags");
            assertEquals(0, file.getLong(ENTRY_0 + 32), "configA");
            assertEquals(0, file.getLong(ENTRY_0 + 40), "configB");
            assertEquals("alpha", name(file, ENTRY_0));
            assertEquals(HEAP + 256, file.getLong(ENTRY_1 + 8), "on a line of its own");
            assertEquals("b", name(file, ENTRY_1));
            assertEquals(0b11, file.getLong(MASK_0), "open in slots 0 and 1");
            assertEquals(0b10, file.getLong(MASK_0 + 8), "open in slot 1");

            second.remove("b");
            assertEquals(
                    0x0000_0004_C000_0000L,
                    read(path).getLong(ENTRY_1),
                    "DELETED while it is open");
        }
        assertEquals(0, read(path).getLong(MASK_0), "open nowhere");
    }

    private static String name(ByteBuffer file, int at) {
        byte[] name = new byte[file.get(at + 64)];
        file.get(at + 65, name);
        return new String(name, StandardCharsets.US_ASCII);
    }

    private static ByteBuffer read(Path path) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
