package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What lies where a region should be and is none: refused with what was expected and found, and
 * left as it was. BEHAVIOURS 20.22, 20.24, 20.25.
 */
class HostileRegionFileTest {
    @TempDir Path directory;

    private Path path;
    private Path lock;
    private RegionOptions options;
    private byte[] region;
    private byte[] lockFile;

    @BeforeEach
    void makeAWholeRegion() throws IOException {
        path = directory.resolve("hostile.shm");
        lock = directory.resolve("hostile.shm.lock");
        options = TestRegions.small(path);
        try (SharedRegion whole = SharedRegion.create(options)) {
            whole.buffer("b", 64).putLong(0, 42);
        }
        region = Files.readAllBytes(path);
        lockFile = Files.readAllBytes(lock);
    }

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
        assertListedWith(message);
        assertEquals(Set.of("hostile.shm"), TestRegions.files(directory), "no stray lock file");

        Files.write(lock, lockFile);
        assertRefused(message);
        assertListedWith(message);
        assertArrayEquals(lockFile, Files.readAllBytes(lock));
        assertArrayEquals(content, Files.readAllBytes(path));
    }

    private void assertRefused(String message) {
        List<Runnable> attempts =
                List.of(
                        () -> SharedRegion.open(options),
                        () -> SharedRegion.openOrCreate(options),
                        () -> SharedRegion.create(options),
                        () -> SharedRegion.delete(options),
                        () -> SharedRegion.reclaim(options));
        for (Runnable attempt : attempts) {
            RegionFormatException e = assertThrows(RegionFormatException.class, attempt::run);
            assertTrue(e.getMessage().contains("file=" + path), e::getMessage);
            assertTrue(e.getMessage().contains(message), e::getMessage);
        }
    }

    private void assertListedWith(String problem) {
        RegionInfo info = RegionListing.list(directory).get(0);
        assertTrue(String.valueOf(info.problem()).contains(problem), info::toString);
        assertFalse(info.reclaimable());
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
            hash = (hash ^ bytes.get(i) & 0xff) * 0x100000001b3L;
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
        Files.write(path, changed(bytes -> bytes.putInt(12, 0)));
        assertNoSuchRegion();
        try (SharedRegion fresh = SharedRegion.openOrCreate(options)) {
            assertEquals(List.of(), fresh.names());
            assertEquals(0, fresh.buffer("b", 64).getLong(0));
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
        SharedRegion.openOrCreate(options).close();
    }

    private void assertNoSuchRegion() {
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> SharedRegion.open(options));
        assertInstanceOf(NoSuchFileException.class, e.getCause());
    }

    @Test
    void aSymbolicLink_isRefused() throws IOException {
        Path elsewhere = directory.resolve("elsewhere");
        Files.move(path, elsewhere);
        Files.createSymbolicLink(path, elsewhere);
        assertRefusedAsIs("symbolic link");
        assertListedWith("symbolic link");
        assertArrayEquals(region, Files.readAllBytes(elsewhere));
        Files.delete(elsewhere);
        assertRefusedAsIs("symbolic link");
        assertListedWith("symbolic link");
        assertFalse(Files.exists(elsewhere), "not made through the link");
    }

    @Test
    void aDirectory_isRefused() throws IOException {
        Files.delete(path);
        Files.createDirectory(path);
        assertRefusedAsIs("regular file");
        assertListedWith("regular file");
        assertTrue(Files.isDirectory(path));
    }

    @Test
    void aFifo_isRefusedWithoutWaitingForAWriter() throws Exception {
        Files.delete(path);
        assumeTrue(run("mkfifo", path.toString()), "there is no mkfifo here");
        assertRefusedAsIs("regular file");
        assertListedWith("regular file");
    }

    private void assertRefusedAsIs(String message) throws IOException {
        Files.deleteIfExists(lock);
        Set<String> before = TestRegions.files(directory);
        assertRefused(message);
        assertEquals(before, TestRegions.files(directory));
    }

    /** The same where the lock file should be. */
    @Test
    void anythingButALockFile_isRefusedAndLeftAlone() throws Exception {
        Path elsewhere = directory.resolve("elsewhere");
        Files.write(elsewhere, lockFile);
        Files.delete(lock);
        Files.createSymbolicLink(lock, elsewhere);
        assertRefused("symbolic link", lock);
        assertListedWith("symbolic link");
        assertArrayEquals(lockFile, Files.readAllBytes(elsewhere));

        Files.delete(lock);
        Files.createDirectory(lock);
        assertRefused("regular file", lock);
        assertListedWith("regular file");

        Files.delete(lock);
        if (run("mkfifo", lock.toString())) {
            assertRefused("regular file", lock);
            assertListedWith("regular file");
            Files.delete(lock);
        }
        Files.writeString(lock, "somebody's notes");
        assertRefused("expected the lock file of a region", lock);
        assertListedWith("expected the lock file of a region");
        assertEquals("somebody's notes", Files.readString(lock));
        assertArrayEquals(region, Files.readAllBytes(path));
    }

    private void assertRefused(String message, Path named) {
        List<Runnable> attempts =
                List.of(
                        () -> SharedRegion.open(options),
                        () -> SharedRegion.openOrCreate(options),
                        () -> SharedRegion.delete(options),
                        () -> SharedRegion.reclaim(options));
        for (Runnable attempt : attempts) {
            RegionFormatException e = assertThrows(RegionFormatException.class, attempt::run);
            assertTrue(e.getMessage().contains("file=" + named), e::getMessage);
            assertTrue(e.getMessage().contains(message), e::getMessage);
        }
        assertTrue(Files.exists(named, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void aFileOfAnotherUser_isRefusedUnlessTheOptionsAcceptIt() throws IOException {
        giveAway(path);
        Files.delete(lock);
        assertRefusedAsIs("expected a file of this user");
        Files.write(lock, lockFile);
        RegionOptions anybodys = options.anyOwner(true);
        try (SharedRegion accepted = SharedRegion.open(anybodys)) {
            assertEquals(42, accepted.buffer("b", 64).getLong(0));
        }
        giveAway(lock);
        SharedRegion.open(anybodys).close();
        SharedRegion.delete(anybodys);
    }

    @Test
    void aLockFileOfAnotherUser_isRefusedUnlessTheOptionsAcceptIt() throws IOException {
        giveAway(lock);
        assertRefused("expected a file of this user", lock);
        SharedRegion.open(options.anyOwner(true)).close();
    }

    private static void giveAway(Path file) throws IOException {
        boolean given = true;
        try {
            Files.setAttribute(file, "unix:uid", 54321);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            given = false;
        }
        assumeTrue(given, "only root can give a file away");
    }

    @Test
    void aFileWithoutPermission_isRefused() throws Exception {
        assumeFalse(ownUid() == 0, "root may do everything");
        Files.setPosixFilePermissions(path, Set.of());
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> SharedRegion.open(options));
        assertInstanceOf(java.nio.file.AccessDeniedException.class, e.getCause());
        assertThrows(UncheckedIOException.class, () -> SharedRegion.openOrCreate(options));
        assertNotNull(RegionListing.list(directory).get(0).problem());
    }

    private static int ownUid() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    @Test
    void aMissingDirectory_isNotMade() {
        RegionOptions nowhere = TestRegions.small(directory.resolve("no/where.shm"));
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> SharedRegion.create(nowhere));
        assertTrue(e.getMessage().contains("directory=" + directory.resolve("no")), e::getMessage);
        assertThrows(UncheckedIOException.class, () -> SharedRegion.openOrCreate(nowhere));
        assertThrows(UncheckedIOException.class, () -> SharedRegion.open(nowhere));
        assertThrows(UncheckedIOException.class, () -> SharedRegion.delete(nowhere));
        assertFalse(Files.exists(directory.resolve("no")));
    }

    @Test
    void aFileInPlaceOfTheDirectory_isAnException() {
        RegionOptions inside = TestRegions.small(path.resolve("r.shm"));
        assertThrows(UncheckedIOException.class, () -> SharedRegion.create(inside));
        assertThrows(UncheckedIOException.class, () -> SharedRegion.openOrCreate(inside));
        assertThrows(UncheckedIOException.class, () -> SharedRegion.open(inside));
        assertDoesNotThrow(() -> assertArrayEquals(region, Files.readAllBytes(path)));
    }

    /** BEHAVIOURS 20.22: an exception at creation, not a fault on the day the pages are touched. */
    @Test
    void aFullDisk_isAnExceptionAtCreationAndLeavesNothing() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=256k", "none", disk.toString()),
                "only root can mount a small disk");
        try {
            RegionOptions large = TestRegions.small(disk.resolve("large.shm")).bytes(1 << 20);
            UncheckedIOException e =
                    assertThrows(UncheckedIOException.class, () -> SharedRegion.create(large));
            assertTrue(e.getMessage().contains("No space left"), e::getMessage);
            assertThrows(UncheckedIOException.class, () -> SharedRegion.openOrCreate(large));
            assertEquals(Set.of(), TestRegions.files(disk));

            RegionOptions small = TestRegions.small(disk.resolve("small.shm")).bytes(128 << 10);
            try (SharedRegion fits = SharedRegion.create(small)) {
                fits.buffer("b", 128 << 10).setMemory(0, 128 << 10, (byte) 1);
            }
            SharedRegion.delete(small);
        } finally {
            assertTrue(run("umount", "-l", disk.toString()));
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    // --- What lies behind a header that is right ---

    @ParameterizedTest
    @CsvSource({
        "8, 8, 0, extent",
        "8, 8, -128, extent",
        "8, 8, 1921, extent",
        "8, 8, 6016, extent",
        "8, 8, 4294969216, extent",
        "8, 8, 9223372036854775680, extent",
        "8, 8, -9223372036854775808, extent",
        "16, 4, 0, positive size",
        "16, 4, -1, positive size",
        "16, 4, 4097, extent",
        "16, 4, 2147483647, extent",
        "64, 1, 0, name",
        "64, 1, 64, name",
        "64, 1, -1, name",
        "65, 1, 47, name"
    })
    void anImpossibleEntry_isRefusedWhenItIsLookedAt(
            int field, int size, long value, String message) throws IOException {
        int entry = 768;
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >>> Byte.SIZE * i);
        }
        TestRegions.patch(path, entry + field, bytes);
        byte[] before = Files.readAllBytes(path);
        try (SharedRegion open = SharedRegion.open(options)) {
            RegionFormatException e = assertThrows(RegionFormatException.class, open::entries);
            assertTrue(e.getMessage().contains("entry=0"), e::getMessage);
            assertTrue(e.getMessage().contains(message), e::getMessage);
            if (field < 64) {
                assertThrows(RegionFormatException.class, () -> open.buffer("b", 64));
                assertThrows(RegionFormatException.class, () -> open.buffer("new", 64));
            }
        }
        byte[] after = Files.readAllBytes(path);
        assertArrayEquals(
                Arrays.copyOfRange(before, entry, entry + 128),
                Arrays.copyOfRange(after, entry, entry + 128));
        assertArrayEquals(
                Arrays.copyOfRange(before, 1920, before.length),
                Arrays.copyOfRange(after, 1920, after.length));
    }

    /** A mutex that a stopped process holds, or a corrupt one: an exception after maxWait. */
    @Test
    void aDirectoryThatIsLockedForEver_isAnExceptionInTheEnd() throws IOException {
        RegionOptions impatient = options.maxWait(20, TimeUnit.MILLISECONDS);
        try (SharedRegion open = SharedRegion.open(impatient)) {
            TestRegions.patchLong(path, RegionLayout.DIRECTORY_MUTEX, open.self().id());
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> open.buffer("b", 64));
            assertTrue(e.getMessage().contains("locked by the process with pid="), e::getMessage);
            assertEquals(List.of("b"), open.names(), "looking needs no lock");
            TestRegions.patchLong(path, RegionLayout.DIRECTORY_MUTEX, 0);
            assertDoesNotThrow(() -> open.buffer("b", 64));
        }
    }

    /** The same with an object that is never finished. */
    @Test
    void anObjectThatIsNeverFinished_isAnExceptionInTheEnd() throws IOException {
        RegionOptions impatient = options.maxWait(20, TimeUnit.MILLISECONDS);
        try (SharedRegion open = SharedRegion.open(impatient)) {
            long creating =
                    DirectoryLayout.with(1L << 34, DirectoryLayout.CREATING, open.self().id());
            TestRegions.patchLong(path, 768, creating);
            for (Runnable use :
                    List.<Runnable>of(() -> open.buffer("b", 64), () -> open.remove("b"))) {
                IllegalStateException e = assertThrows(IllegalStateException.class, use::run);
                assertTrue(e.getMessage().contains("name=b"), e::getMessage);
                assertTrue(
                        e.getMessage().contains("pid=" + ProcessHandle.current().pid()),
                        e::getMessage);
            }
            assertEquals(List.of(), open.names());
        }
    }
}
