package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the directory of regions looks like from outside, and clearing it up. */
class RegionListingTest extends RegionsByName {
    @Test
    void list_ofAnEmptyOrMissingDirectoryIsEmpty() {
        assertEquals(List.of(), SharedRegion.list());
        System.setProperty("shm.dir", directory.resolve("missing").toString());
        assertEquals(List.of(), SharedRegion.list());
    }

    @Test
    void list_showsTheLivingWithTheirProcesses() throws IOException {
        long pid = ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create("r", 1000);
                SharedRegion again = SharedRegion.open("r")) {
            RegionInfo info = only();
            assertEquals("r", info.name());
            assertEquals(region.path(), info.path());
            assertEquals(Files.size(region.path()), info.bytes());
            assertEquals(List.of(pid, pid), info.pids());
            assertNull(info.problem());
            assertFalse(info.reclaimable());
            assertEquals(2, again.participants().size(), "looking has done no harm");
        }
    }

    @Test
    void list_showsTheAbandoned() {
        SharedRegion.create("r", 1000).close();
        RegionInfo info = only();
        assertEquals(List.of(), info.pids());
        assertNull(info.problem());
        assertTrue(info.reclaimable());
        SharedRegion.reclaim("r");
        assertEquals(List.of(), SharedRegion.list());
    }

    @Test
    void list_showsTheUnfinished() throws IOException {
        Path path = abandoned("r");
        TestRegions.patch(path, RegionLayout.STATE, (byte) 0);
        TestRegions.patchLong(path, RegionLayout.TABLES, 0); // nor had anybody joined
        RegionInfo info = only();
        assertTrue(String.valueOf(info.problem()).contains("not finished"), info::toString);
        assertTrue(info.reclaimable());
        SharedRegion.reclaim("r");
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    @Test
    void list_showsAnEmptyFile() throws IOException {
        Files.createFile(directory.resolve("r.shm"));
        RegionInfo info = only();
        assertNotNull(info.problem());
        assertTrue(info.reclaimable());
        SharedRegion.reclaim("r");
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    @Test
    void list_showsAnOrphanLockFile() throws IOException {
        Files.delete(abandoned("r"));
        RegionInfo info = only();
        assertEquals(0, info.bytes());
        assertTrue(String.valueOf(info.problem()).contains("lock file"), info::toString);
        assertTrue(info.reclaimable());
        SharedRegion.reclaim("r");
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    @Test
    void orphanLockFile_isReplacedAtCreation() throws IOException {
        Files.delete(abandoned("r"));
        SharedRegion.create("r", 100).close();
        SharedRegion.open("r").close();
        assertNull(only().problem());
    }

    @Test
    void list_showsTheForeignAndLeavesItAlone() throws IOException {
        Path foreign = directory.resolve("notes.shm");
        byte[] content = "not a region, however you look at it".getBytes(StandardCharsets.US_ASCII);
        Files.write(foreign, content);
        RegionInfo info = only();
        assertEquals(content.length, info.bytes());
        assertTrue(String.valueOf(info.problem()).contains("magic"), info::toString);
        assertFalse(info.reclaimable());
        assertThrows(RegionFormatException.class, () -> SharedRegion.reclaim("notes"));
        assertThrows(RegionFormatException.class, () -> SharedRegion.delete("notes"));
        assertArrayEquals(content, Files.readAllBytes(foreign));
        assertEquals(Set.of("notes.shm"), TestRegions.files(directory));
    }

    @Test
    void list_isSortedAndSkipsWhatIsNoRegionsFile() throws IOException {
        abandoned("b");
        abandoned("a");
        abandoned("c");
        Files.createFile(directory.resolve("other.txt"));
        Files.createFile(directory.resolve(".hidden.shm"));
        Files.createFile(directory.resolve("with space.shm"));
        Files.createDirectory(directory.resolve("d"));
        assertEquals(
                List.of("a", "b", "c"),
                SharedRegion.list().stream().map(RegionInfo::name).toList());
    }

    @Test
    void list_showsADirectoryOfSuchAName() throws IOException {
        Files.createDirectory(directory.resolve("d.shm"));
        RegionInfo info = only();
        assertTrue(String.valueOf(info.problem()).contains("regular file"), info::toString);
        assertFalse(info.reclaimable());
    }

    @Test
    void reclaim_refusesWhatIsInUse() {
        try (SharedRegion region = SharedRegion.create("r", 1000)) {
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> SharedRegion.reclaim("r"));
            assertTrue(
                    e.getMessage().contains(Long.toString(ProcessHandle.current().pid())),
                    e::getMessage);
            assertFalse(region.isDeleted());
            assertEquals(1, region.participants().size());
        }
        assertDoesNotThrow(() -> SharedRegion.reclaim("r"));
    }

    /** A region without its lock file: nobody can join, and nobody can tell who lives. */
    @Test
    void missingLockFile_isAProblemThatDeleteSolves() throws IOException {
        Path path = abandoned("r");
        byte[] before = Files.readAllBytes(path);
        Files.delete(directory.resolve("r.shm.lock"));

        assertTrue(String.valueOf(only().problem()).contains("lock file"));
        assertFalse(only().reclaimable());
        assertThrows(RegionFormatException.class, () -> SharedRegion.open("r"));
        assertThrows(RegionFormatException.class, () -> SharedRegion.openOrCreate("r", 100));
        assertThrows(RegionFormatException.class, () -> SharedRegion.reclaim("r"));
        assertArrayEquals(before, Files.readAllBytes(path));
        assertEquals(Set.of("r.shm"), TestRegions.files(directory), "no stray lock file");

        SharedRegion.delete("r");
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    /** The lock file of another region: the living of this one have their locks elsewhere. */
    @Test
    void foreignLockFile_isAProblemThatDeleteSolves() throws IOException {
        Path path = abandoned("r");
        byte[] before = Files.readAllBytes(path);
        Path lock = directory.resolve("r.shm.lock");
        Files.delete(lock);
        abandoned("other");
        Files.copy(directory.resolve("other.shm.lock"), lock);
        SharedRegion.delete("other");

        assertTrue(String.valueOf(only().problem()).contains("nonce"), () -> only().toString());
        assertFalse(only().reclaimable());
        assertThrows(RegionFormatException.class, () -> SharedRegion.open("r"));
        assertThrows(RegionFormatException.class, () -> SharedRegion.reclaim("r"));
        assertArrayEquals(before, Files.readAllBytes(path));

        SharedRegion.delete("r");
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    /** What is no lock file at all is somebody else's, and not ours to delete. */
    @Test
    void somethingElseInPlaceOfTheLockFile_isLeftAlone() throws IOException {
        abandoned("r");
        Path lock = directory.resolve("r.shm.lock");
        Files.writeString(lock, "my notes about the region r");
        assertNotNull(only().problem());
        assertThrows(RegionFormatException.class, () -> SharedRegion.open("r"));
        assertThrows(RegionFormatException.class, () -> SharedRegion.reclaim("r"));
        assertThrows(RegionFormatException.class, () -> SharedRegion.delete("r"));
        assertEquals("my notes about the region r", Files.readString(lock));
        Files.delete(directory.resolve("r.shm"));
        assertThrows(RegionFormatException.class, () -> SharedRegion.create("r", 100));
        assertThrows(RegionFormatException.class, () -> SharedRegion.delete("r"));
        assertEquals("my notes about the region r", Files.readString(lock));
        assertEquals(Set.of("r.shm.lock"), TestRegions.files(directory));
    }

    private static RegionInfo only() {
        List<RegionInfo> list = SharedRegion.list();
        assertEquals(1, list.size(), list::toString);
        return list.get(0);
    }

    private Path abandoned(String name) {
        Path path = directory.resolve(name + ".shm");
        SharedRegion.create(TestRegions.small(path)).close();
        return path;
    }
}
