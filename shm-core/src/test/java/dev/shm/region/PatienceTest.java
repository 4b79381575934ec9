package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever opens a region waits as long as others that do so get on. */
class PatienceTest {
    @TempDir Path directory;

    @Test
    void patience_beginsAgainWithEachTurn() throws Exception {
        AtomicLong turns = new AtomicLong(7);
        Patience patience = new Patience(1, turns::get); // a nanosecond, which is over at once
        for (int i = 0; i < 5; i++) {
            turns.incrementAndGet();
            assertFalse(patience.isOver());
        }
        assertTrue(patience.isOver());
        turns.decrementAndGet(); // another file, perhaps
        assertFalse(patience.isOver());
    }

    @Test
    void opening_countsAsATurn() throws Exception {
        RegionOptions options = RegionOptions.at(directory.resolve("r.shm")).bytes(1 << 16);
        try (SharedRegion region = SharedRegion.create(options)) {
            LockFile lockFile = LockFile.acquireExisting(options.lockPath(), options);
            try {
                assertEquals(1, lockFile.turns());
                SharedRegion.open(options).close();
                assertEquals(2, lockFile.turns());
                assertThrows(RuntimeException.class, () -> SharedRegion.create(options));
                assertEquals(2, lockFile.turns());
                FileLock creation = lockFile.tryLockCreation();
                RegionOptions hasty = options.maxWait(1, TimeUnit.MILLISECONDS);
                assertThrows(IllegalStateException.class, () -> SharedRegion.open(hasty));
                LockFile.unlock(creation);
            } finally {
                lockFile.release();
            }
            assertFalse(region.isClosed());
        }
    }

    /** Who has locked a file that nobody will find any more has locked nothing. */
    @Test
    void aLockFileThatIsDeletedMeanwhile_isNotWaitedFor() throws Exception {
        RegionOptions options = RegionOptions.at(directory.resolve("r.shm")).bytes(1 << 16);
        SharedRegion.create(options).close();
        LockFile old = LockFile.acquireExisting(options.lockPath(), options);
        try {
            FileLock creation = old.tryLockCreation();
            CompletableFuture<SharedRegion> opening =
                    CompletableFuture.supplyAsync(() -> SharedRegion.openOrCreate(options));
            while (!old.toString().contains("users=2")) {
                Thread.onSpinWait();
            }
            Files.delete(options.path());
            Files.delete(options.lockPath());
            try (SharedRegion region = SharedRegion.openOrCreate(options)) {
                LockFile.unlock(creation);
                try (SharedRegion opened = opening.get()) {
                    assertEquals(region.participants(), opened.participants());
                }
            }
        } finally {
            old.release();
        }
    }
}
