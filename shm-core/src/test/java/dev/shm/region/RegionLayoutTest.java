package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The numbers are the file format: a change here is a new format version. A file is read as a
 * foreign program would read it, with numbers written out and none taken from the layout.
 */
class RegionLayoutTest {
    @TempDir Path directory;

    @Test
    void offsets_areTheFormat() {
        assertEquals(0, RegionLayout.MAGIC);
        assertEquals(8, RegionLayout.VERSION);
        assertEquals(12, RegionLayout.STATE);
        assertEquals(16, RegionLayout.FEATURES);
        assertEquals(24, RegionLayout.FILE_BYTES);
        assertEquals(32, RegionLayout.NONCE_LOW);
        assertEquals(40, RegionLayout.NONCE_HIGH);
        assertEquals(48, RegionLayout.MAX_PARTICIPANTS);
        assertEquals(52, RegionLayout.MAX_OBJECTS);
        assertEquals(56, RegionLayout.PARTICIPANTS);
        assertEquals(60, RegionLayout.DIRECTORY);
        assertEquals(64, RegionLayout.OPEN_MASKS);
        assertEquals(68, RegionLayout.HEAP);
        assertEquals(72, RegionLayout.HEAP_BYTES);
        assertEquals(80, RegionLayout.CHECKSUM);
        assertEquals(128, RegionLayout.DIRECTORY_MUTEX);
        assertEquals(144, RegionLayout.CHANGES);
        assertEquals(256, RegionLayout.TABLES);
        assertEquals(128, RegionLayout.HEADER_BYTES);
    }

    @Test
    void codes_areTheFormat() {
        assertEquals(1, RegionLayout.FORMAT_VERSION);
        assertEquals(0, RegionLayout.KNOWN_FEATURES);
        assertEquals(0, RegionLayout.INIT);
        assertEquals(1, RegionLayout.READY);
    }

    @Test
    void headerOfANewFile_hasTheDocumentedBytes() throws IOException {
        Path path = directory.resolve("layout.shm");
        SharedRegion.create(TestRegions.small(path)).close();
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);

        assertEquals("shm-regn", new String(file.array(), 0, 8, StandardCharsets.US_ASCII));
        assertEquals(1, file.getInt(8), "version");
        assertEquals(1, file.getInt(12), "state READY");
        assertEquals(0, file.getLong(16), "features");
        assertEquals(Files.size(path), file.getLong(24), "fileBytes");
        assertEquals(4, file.getInt(48), "maxParticipants");
        assertEquals(8, file.getInt(52), "maxObjects");
        assertEquals(256, file.getInt(56), "participants");
        assertEquals(256 + 4 * 128, file.getInt(60), "directory");
        assertEquals(256 + 4 * 128 + 8 * 128, file.getInt(64), "openMasks");
        assertEquals(1920, file.getInt(68), "heap: after 8 masks of 8 bytes, on a line");
        assertEquals(TestRegions.HEAP_BYTES, file.getLong(72), "heapBytes");
        assertEquals(fnv(Arrays.copyOfRange(file.array(), 16, 80)), file.getLong(80), "checksum");
        assertEquals(ByteBuffer.allocate(40), file.slice(88, 40), "reserved");
        assertEquals(0, file.getLong(144), "changes");
        assertEquals(ByteBuffer.allocate(104), file.slice(152, 104), "reserved");
    }

    @Test
    void lockFile_hasTheDocumentedBytes() throws IOException {
        Path path = directory.resolve("layout.shm");
        SharedRegion.create(TestRegions.small(path)).close();
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(path));
        byte[] lock = Files.readAllBytes(directory.resolve("layout.shm.lock"));

        assertEquals(64, lock.length);
        assertEquals("shm-lock", new String(lock, 0, 8, StandardCharsets.US_ASCII));
        assertEquals(header.slice(32, 16), ByteBuffer.wrap(lock, 8, 16).slice(), "nonce");
        assertEquals(1, ByteBuffer.wrap(lock).order(ByteOrder.LITTLE_ENDIAN).getLong(24), "turns");
        assertEquals(ByteBuffer.allocate(32), ByteBuffer.wrap(lock, 32, 32), "creator");
    }

    /** FNV-1a in the words of its specification. */
    private static long fnv(byte[] bytes) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : bytes) {
            hash ^= b & 0xff;
            hash *= 0x100000001b3L;
        }
        return hash;
    }
}
