package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shm.testing.ChildJvm;
import dev.shm.testing.Root;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Something else at the path of a region or of its lock file, somebody else's files, and places
 * where no file can be. BEHAVIOURS 20.22, 20.24.
 */
class HostilePlaceTest extends WholeRegionFiles {
    @Test
    void aSymbolicLink_isRefused() throws IOException {
        Path elsewhere = directory.resolve("elsewhere");
        Files.move(path, elsewhere);
        Files.createSymbolicLink(path, elsewhere);
        assertRefusedAsIs("symbolic link");
        TestRegions.assertListedWith(path, "symbolic link");
        assertArrayEquals(region, Files.readAllBytes(elsewhere));
        Files.delete(elsewhere);
        assertRefusedAsIs("symbolic link");
        TestRegions.assertListedWith(path, "symbolic link");
        assertFalse(Files.exists(elsewhere), "not made through the link");
    }

    @Test
    void aDirectory_isRefused() throws IOException {
        Files.delete(path);
        Files.createDirectory(path);
        assertRefusedAsIs("regular file");
        TestRegions.assertListedWith(path, "regular file");
        assertTrue(Files.isDirectory(path));
    }

    @Test
    void aFifo_isRefusedWithoutWaitingForAWriter() throws Exception {
        Files.delete(path);
        assumeTrue(run("mkfifo", path.toString()), "there is no mkfifo here");
        assertRefusedAsIs("regular file");
        TestRegions.assertListedWith(path, "regular file");
    }

    private void assertRefusedAsIs(String message) throws IOException {
        Files.deleteIfExists(lock);
        Set<String> before = TestRegions.files(directory);
        TestRegions.assertRefused(options, path, message);
        assertEquals(before, TestRegions.files(directory));
    }

    /** The same where the lock file should be. */
    @Test
    void anythingButALockFile_isRefusedAndLeftAlone() throws Exception {
        Path elsewhere = directory.resolve("elsewhere");
        Files.write(elsewhere, lockFile);
        Files.delete(lock);
        Files.createSymbolicLink(lock, elsewhere);
        TestRegions.assertRefused(options, lock, "symbolic link");
        TestRegions.assertListedWith(path, "symbolic link");
        assertArrayEquals(lockFile, Files.readAllBytes(elsewhere));

        Files.delete(lock);
        Files.createDirectory(lock);
        TestRegions.assertRefused(options, lock, "regular file");
        TestRegions.assertListedWith(path, "regular file");

        Files.delete(lock);
        if (run("mkfifo", lock.toString())) {
            TestRegions.assertRefused(options, lock, "regular file");
            TestRegions.assertListedWith(path, "regular file");
            Files.delete(lock);
        }
        Files.writeString(lock, "somebody's notes");
        TestRegions.assertRefused(options, lock, "expected the lock file of a region");
        TestRegions.assertListedWith(path, "expected the lock file of a region");
        assertEquals("somebody's notes", Files.readString(lock));
        assertArrayEquals(region, Files.readAllBytes(path));
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
        TestRegions.assertRefused(options, lock, "expected a file of this user");
        SharedRegion.open(options.anyOwner(true)).close();
    }

    private static void giveAway(Path file) throws IOException {
        boolean given = true;
        try {
            Files.setAttribute(file, "unix:uid", 54321);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            given = false;
        }
        Root.assume(given, "only root can give a file away");
    }

    /** Root may do everything, unless it gives that right up. */
    @ParameterizedTest
    @ValueSource(strings = {"---------", "r--------"})
    void aFileWithoutPermission_isRefused(String permissions) throws Exception {
        ChildJvm.Builder ordinary = RegionChild.plain();
        if (ownUid() == 0) {
            String[] without = {"setpriv", "--bounding-set", "-dac_override,-dac_read_search"};
            Root.assume(run(without[0], without[1], without[2], "true"), "no setpriv here");
            ordinary = ordinary.prefix(without);
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        try (ChildJvm child = ordinary.start()) {
            for (String command : List.of("open " + path, "make " + path + " 4096 4")) {
                String refused = child.ask(command);
                assertTrue(refused.startsWith(UncheckedIOException.class.getName()), refused);
                assertTrue(refused.endsWith(path + ": permission denied"), refused);
            }
            String problem = child.ask("problem " + directory);
            assertTrue(problem.contains("AccessDenied"), problem);
        }
        assertArrayEquals(region, Files.readAllBytes(path));
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

    /**
     * Without /proc, or under a changed root, the JDK finds no mount point: that forbids nothing.
     */
    @Test
    void aPlaceOfWhichTheFileSystemIsUnknown_isUsed() throws Exception {
        String hide = "mount -t tmpfs none /proc && ";
        Root.assume(
                run("unshare", "--mount", "sh", "-c", hide + "true"),
                "only root can hide the mount points");
        // Without /proc the launcher does not find what lies beside it.
        String libraries = "LD_LIBRARY_PATH=" + Path.of(System.getProperty("java.home"), "lib");
        String exec = hide + libraries + " exec \"$@\"";
        ChildJvm.Builder blind =
                RegionChild.plain().prefix("unshare", "--mount", "sh", "-c", exec, "sh");
        Path elsewhere = directory.resolve("elsewhere.shm");
        try (ChildJvm child = blind.start()) {
            child.say("make " + elsewhere + " 4096 4").expect("ok");
            child.say("attach a").expect("ok");
            try (SharedRegion here = SharedRegion.open(TestRegions.small(elsewhere))) {
                assertEquals(List.of("a"), here.names());
            }
        }
    }

    /** BEHAVIOURS 20.22: an exception at creation, not a fault on the day the pages are touched. */
    @Test
    void aFullDisk_isAnExceptionAtCreationAndLeavesNothing() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Root.assume(
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
}
