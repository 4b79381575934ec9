package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers of {@link StructLayout} are the file format. */
class SharedStructLayoutTest {
    private static final String SPEC = "id:q ok:? price:d qty:i";
    private static final int COPY_0 = 256;
    private static final int COPY_1 = 384;

    @TempDir private Path directory;
    private SharedRegion region;

    @BeforeEach
    void open() {
        region = TestRegions.open(directory);
    }

    @AfterEach
    void close() {
        region.close();
    }

    @Test
    void offsets() {
        assertEquals(0, StructLayout.COMMIT);
        assertEquals(128, StructLayout.SPEC);
        assertEquals(256, StructLayout.copy0(1));
        assertEquals(256, StructLayout.copy0(128));
        assertEquals(384, StructLayout.copy0(129));
        assertEquals(384, StructLayout.copy1(1, 8));
        assertEquals(512, StructLayout.copy1(1, 136));
        assertEquals(512, StructLayout.bytes(1, 128));
        assertEquals(768, StructLayout.bytes(1, 136));
        assertEquals(4, SharedStructType.INSTANCE.code());
        assertEquals("SharedStruct", SharedStructType.INSTANCE.name());
    }

    @Test
    void commitWord() {
        long commit = 5L << 31 | 1L << 30 | 77;
        assertEquals(5, StructLayout.version(commit));
        assertEquals(1, StructLayout.current(commit));
        assertEquals(77, StructLayout.tag(commit));
        assertEquals(5L << 31 | 1L << 30 | 88, StructLayout.withTag(commit, 88));
        assertEquals(6L << 31, StructLayout.published(commit));
        assertEquals(7L << 31 | 1L << 30, StructLayout.published(StructLayout.published(commit)));
        assertEquals((1L << 33) - 1, StructLayout.version(-1));
        assertEquals((1 << 30) - 1, StructLayout.tag(-1));
        assertEquals(0, StructLayout.published(-1));
    }

    @Test
    void block_hasSpecAndTwoCopies() {
        SharedStruct struct =
                SharedStruct.create(
                        region, "s", "id:q   ok:? price:d  qty:i", r -> r.setLong("id", 7));
        Block block = region.attach("s", SharedStructType.INSTANCE);
        assertEquals(SPEC.length(), block.configA());
        byte[] text = SPEC.getBytes(StandardCharsets.US_ASCII);
        assertEquals(StructSpec.hash(text), block.configB());
        MappedBuffer buffer = block.buffer();
        assertEquals(512, buffer.capacity());
        assertEquals(SPEC, buffer.getStringWithoutLengthAscii(128, text.length));
        assertEquals(0, buffer.getLong(0));
        assertEquals(7, buffer.getLong(COPY_0, ByteOrder.LITTLE_ENDIAN));

        struct.update(
                r -> {
                    r.setBoolean("ok", true);
                    r.setDouble("price", 1.5);
                    r.setInt("qty", -2);
                });
        assertEquals(1L << 31 | 1L << 30, buffer.getLong(0, ByteOrder.LITTLE_ENDIAN));
        assertEquals(7, buffer.getLong(COPY_1, ByteOrder.LITTLE_ENDIAN));
        assertEquals(1, buffer.getLong(COPY_1 + 8, ByteOrder.LITTLE_ENDIAN));
        assertEquals(1.5, buffer.getDouble(COPY_1 + 16, ByteOrder.LITTLE_ENDIAN));
        assertEquals(-2, buffer.getInt(COPY_1 + 24, ByteOrder.LITTLE_ENDIAN));
        assertEquals(0, buffer.getInt(COPY_1 + 28));
        assertEquals(0, buffer.getLong(COPY_0 + 8));
        assertEquals(
                "\"" + SPEC + "\"",
                SharedStructType.INSTANCE.describe(block.configA(), block.configB(), buffer));
    }

    /** What another program may have left there is refused, with what was expected. */
    @Test
    void open_refusesAForeignBlock() {
        refused("long", 1L << 40, 0, "id:q", 512);
        refused("none", 0, 0, "id:q", 512);
        refused("negative", -1, 0, "id:q", 512);
        refused("hash", 4, 1, "id:q", 512);
        refused("code", 4, hash("id:x"), "id:x", 512);
        refused("spaces", 5, hash("id:q "), "id:q ", 512);
        refused("beyond", 400, 0, "id:q", 512);
        refused("small", 4, hash("id:q"), "id:q", 384);
        refused("binary", 4, hash("id:q"), "\u0080\u00ff\u0000q", 512);
    }

    private void refused(String name, long configA, long configB, String text, int bytes) {
        byte[] latin = text.getBytes(StandardCharsets.ISO_8859_1);
        ObjectSpec spec =
                new ObjectSpec(
                        SharedStructType.INSTANCE,
                        configA,
                        configB,
                        bytes,
                        "",
                        memory -> memory.putBytes(StructLayout.SPEC, latin));
        Block block = region.attach(name, spec, AttachMode.CREATE);
        RegionFormatException e =
                assertThrows(RegionFormatException.class, () -> SharedStruct.open(region, name));
        assertTrue(e.getMessage().contains("object=" + name), e.getMessage());
        String description = SharedStructType.INSTANCE.describe(configA, configB, block.buffer());
        assertTrue(description.equals("unreadable spec") || description.startsWith("\""));
    }

    private static long hash(String text) {
        return StructSpec.hash(text.getBytes(StandardCharsets.US_ASCII));
    }
}
