package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What lies where a region should be and is none: refused with what was expected and found, and
 * left as it was. BEHAVIOURS 20.22, 20.24, 20.25.
 */
class HostileRegionFileTest extends WholeRegionFiles {
    @Test
    void theWholeFile_isAccepted() throws IOException {
        Files.write(path, region);
        try (SharedRegion whole = SharedRegion.open(options)) {
            assertEquals(42, whole.buffer("b", 64).getLong(0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 127, 128, 129, 4096})
    void foreignFiles_areRefused(int length) throws IOException {
        byte[] text = "a text of a certain length ".repeat(200).getBytes(StandardCharsets.US_ASCII);
        assertRefused(Arrays.copyOf(text, length), "magic");
        assertRefused(new byte[length], "magic");
        byte[] elf = new byte[length];
        Arrays.fill(elf, (byte) 0xCC);
        elf[0] = 0x7F;
        assertRefused(elf, "magic");
    }

    @Test
    void truncatedFiles_areRefusedAtEveryLength() throws IOException {
        for (int length = 1; length <= RegionLayout.HEADER_BYTES; length++) {
            assertRefused(Arrays.copyOf(region, length), "expected");
        }
        for (int length : new int[] {129, 255, 256, 768, 1919, 1920, 2048, region.length - 1}) {
            assertRefused(Arrays.copyOf(region, length), "file length=" + region.length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 128, 4096})
    void longerFiles_areRefused(int more) throws IOException {
        assertRefused(Arrays.copyOf(region, region.length + more), "file length=" + region.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 0, -1, Integer.MAX_VALUE})
    void otherVersions_areRefused(int version) throws IOException {
        String expected = "expected version=1, found " + version;
        assertRefused(changed(bytes -> bytes.putInt(8, version)), expected);
        assertRefused(changed(bytes -> bytes.putInt(8, version).putInt(12, 0)), expected);
        assertRefused(Arrays.copyOf(changed(bytes -> bytes.putInt(8, version)), 16), expected);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 0x8000, Long.MIN_VALUE, -1})
    void unknownFeatures_areRefused(long features) throws IOException {
        assertRefused(
                changed(bytes -> bytes.putLong(16, features)),
                "expected unknown features=0, found " + features);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, -1, 256, 0x0100_0001})
    void unknownStates_areRefused(int state) throws IOException {
        assertRefused(
                changed(bytes -> bytes.putInt(12, state)), "expected state=1, found " + state);
    }

    @Test
    void aWrongChecksum_isRefused() throws IOException {
        byte[] content = region.clone();
        content[80] ^= 1;
        assertRefused(content, "checksum");
        content = region.clone();
        content[32] ^= 1;
        assertRefused(content, "checksum");
    }

    /** Numbers that no library wrote, with a checksum that is right. */
    @ParameterizedTest
    @CsvSource({
        "48, 4, 0, maxParticipants=0",
        "48, 4, -1, maxParticipants=-1",
        "48, 4, 4096, maxParticipants=4096",
        "48, 4, 3, directory=",
        "52, 4, 0, maxObjects=0",
        "52, 4, -2147483648, maxObjects=-2147483648",
        "52, 4, 65537, maxObjects=65537",
        "52, 4, 9, openMasks=",
        "56, 4, 128, participants=256",
        "56, 4, -256, participants=256",
        "60, 4, 769, directory=768",
        "64, 4, 0, openMasks=1792",
        "68, 4, 2147483647, heap=1920",
        "72, 8, 0, heapBytes=0",
        "72, 8, -128, heapBytes=-128",
        "72, 8, 4097, heapBytes=4097",
        "72, 8, 9223372036854775680, 2147483520",
        "72, 8, 2147483520, 2147483520",
        "72, 8, 8192, fileBytes=10112",
        "24, 8, 0, fileBytes=6016",
        "24, 8, -1, fileBytes=6016",
        "24, 8, 6017, fileBytes=6016"
    })
    void impossibleGeometry_isRefused(int at, int size, long value, String message)
            throws IOException {
        byte[] content =
                changed(
                        bytes -> {
                            if (size == Long.BYTES) {
                                bytes.putLong(at, value);
                            } else {
                                bytes.putInt(at, (int) value);
                            }
                        });
        assertRefused(content, message);
    }

    /** Everything that could be asked of such a file is refused, with and without a lock file. */
    private void assertRefused(byte[] content, String message) throws IOException {
        Files.write(path, content);
        Files.deleteIfExists(lock);
        assertRefused(message);
        TestRegions.assertListedWith(path, message);
        assertEquals(Set.of("hostile.shm"), TestRegions.files(directory), "no stray lock file");

        Files.write(lock, lockFile);
        assertRefused(message);
        TestRegions.assertListedWith(path, message);
        assertArrayEquals(lockFile, Files.readAllBytes(lock));
        assertArrayEquals(content, Files.readAllBytes(path));
    }

    private void assertRefused(String message) {
        TestRegions.assertRefused(options, path, message);
        RegionFormatException e =
                assertThrows(RegionFormatException.class, () -> SharedRegion.create(options));
        assertTrue(e.getMessage().contains(message), e::getMessage);
    }

    private interface Change {
        void apply(ByteBuffer bytes);
    }

    /** The whole region with a changed header and the checksum that belongs to it. */
    private byte[] changed(Change change) {
        ByteBuffer bytes = ByteBuffer.wrap(region.clone()).order(ByteOrder.LITTLE_ENDIAN);
        change.apply(bytes);
        long hash = 0xcbf29ce484222325L;
        for (int i = 16; i < 80; i++) {
            hash = (hash ^ (bytes.get(i) & 0xff)) * 0x100000001b3L;
        }
        bytes.putLong(80, hash);
        return bytes.array();
    }

    @Test
    void anEmptyFile_isARegionThatIsStillToBeMade() throws IOException {
        Files.write(path, new byte[0]);
        Files.delete(lock);
        assertNoSuchRegion();
        assertEquals(Set.of("hostile.shm"), TestRegions.files(directory), "no stray lock file");
        SharedRegion.create(options).close();
        SharedRegion.open(options).close();
    }

    @Test
    void anUnfinishedFile_isMadeAgainFromScratch() throws IOException {
        Files.write(path, changed(bytes -> bytes.putInt(12, 0).putLong(256, 0)));
        assertNoSuchRegion();
        try (SharedRegion fresh = SharedRegion.openOrCreate(options)) {
            assertEquals(List.of(), fresh.names());
            assertEquals(0, fresh.buffer("b", 64).getLong(0));
        }
    }

    /** Somebody has joined it, so it was finished once. */
    @Test
    void aUsedRegionThatSaysItIsUnfinished_isRefused() throws IOException {
        byte[] damaged = changed(bytes -> bytes.putInt(12, 0));
        Files.write(path, damaged);
        for (Executable use :
                List.<Executable>of(
                        () -> SharedRegion.openOrCreate(options),
                        () -> SharedRegion.create(options),
                        () -> SharedRegion.open(options),
                        () -> SharedRegion.reclaim(options))) {
            assertThrows(RegionFormatException.class, use);
            assertArrayEquals(damaged, Files.readAllBytes(path));
        }
    }

    /** It would be cut short under them. */
    @Test
    void anUnfinishedFileThatIsInUse_isLeftAlone() throws IOException {
        Files.write(path, region);
        try (SharedRegion inUse = SharedRegion.open(options)) {
            TestRegions.patch(path, RegionLayout.STATE, (byte) 0);
            assertThrows(RegionFormatException.class, () -> SharedRegion.openOrCreate(options));
            assertThrows(RegionFormatException.class, () -> SharedRegion.create(options));
            assertEquals(42, inUse.buffer("b", 64).getLong(0));
            assertEquals(region.length, Files.size(path));
        }
    }

    /** The byte locks tell, whatever the file says. */
    @Test
    void anUnfinishedFileThatIsInUse_isNotReclaimedNorMadeAgain() throws IOException {
        Files.write(path, changed(bytes -> bytes.putInt(12, 0).putLong(256, 0)));
        LockFile lockFile = LockFile.acquireExisting(lock, options);
        try {
            SlotLocks.Held participant = lockFile.tryLockSlot(3);
            assertThrows(IllegalStateException.class, () -> SharedRegion.reclaim(options));
            assertThrows(RegionFormatException.class, () -> SharedRegion.openOrCreate(options));
            RegionInfo listed = RegionListing.list(directory).get(0);
            assertFalse(listed.reclaimable(), listed::toString);
            participant.unlock();
        } finally {
            lockFile.release();
        }
        assertTrue(RegionListing.list(directory).get(0).reclaimable());
    }

    private void assertNoSuchRegion() {
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> SharedRegion.open(options));
        assertInstanceOf(NoSuchFileException.class, e.getCause());
    }
}
