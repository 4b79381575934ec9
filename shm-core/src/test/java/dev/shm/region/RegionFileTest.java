package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shm.memory.MappedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What opening a file may do to it. */
class RegionFileTest {
    @TempDir Path directory;

    /** It may have been deleted, and be another one by now, since its header was read. */
    @Test
    void map_neverMakesAFileLonger() throws IOException {
        Path file = Files.write(directory.resolve("f"), new byte[4096]);
        assertEquals(4096, RegionFile.map(file, 4096).capacity());
        assertThrows(RegionFormatException.class, () -> RegionFile.map(file, 8192));
        assertEquals(4096, Files.size(file));
    }

    /** POSIX drops a process's locks on a file when it closes any descriptor of it. */
    @Test
    void completePermissions_keepsTheLocksOfThisJvm() throws IOException {
        Path locks = Path.of("/proc/locks");
        assumeTrue(Files.exists(locks), "the kernel does not list its locks");
        Path file = directory.resolve("f.shm.lock");
        RegionOptions options = RegionOptions.at(directory.resolve("f.shm"));
        LockFile lockFile = LockFile.acquire(file, options);
        FileLock held = Objects.requireNonNull(lockFile.tryLockCreation());
        String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
        assertTrue(Files.readString(locks).contains(inode), "not locked to begin with");

        RegionFile.completePermissions(file, options.permissions("rw-rw----"));

        assertEquals(
                "rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(Files.readString(locks).contains(inode), "the lock was dropped");
        LockFile.unlock(held);
        lockFile.release();
    }

    /** What looks like a tenant of an unfinished region may have come after it was finished. */
    @Test
    void aRegionThatIsFinishedAndJoinedWhileItIsRead_isNotTakenForDamaged() throws IOException {
        Path path = directory.resolve("f.shm");
        SharedRegion region = SharedRegion.create(TestRegions.small(path));
        byte[] joined = Files.readAllBytes(path);
        region.close();
        byte[] unfinished = joined.clone();
        ByteBuffer bytes = ByteBuffer.wrap(unfinished).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(RegionLayout.STATE, RegionLayout.INIT);
        int slot = RegionLayout.TABLES + ParticipantLayout.STATE;
        bytes.putLong(slot, 0);
        for (int pieces = 0; pieces <= 4; pieces++) {
            MappedBuffer start = new MappedBuffer(ByteBuffer.allocateDirect(slot + Long.BYTES));
            RegionFile.readStart(new ChangingFile(unfinished, joined, pieces), start);
            boolean isReady = start.getInt(RegionLayout.STATE) == RegionLayout.READY;
            assertTrue(isReady || start.getLong(slot) == 0, "pieces=" + pieces);
            assertEquals(pieces < 2, isReady, "pieces=" + pieces);
        }
    }
}
