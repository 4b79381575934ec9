package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock.Mode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers are the format. */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SharedLockLayoutTest {
    @TempDir private Path directory;

    @Test
    void offsets_areTheFormat() {
        assertEquals(0, LockLayout.MUTEX);
        assertEquals(16, LockLayout.ID);
        assertEquals(24, LockLayout.DEATHS);
        assertEquals(128, LockLayout.BYTES);
        assertEquals(32, SharedLockType.INSTANCE.code());
        assertEquals(0, SharedLockType.code(Mode.REENTRANT));
        assertEquals(1, SharedLockType.code(Mode.NON_REENTRANT));
    }

    @Test
    void bytes_areAsDocumented() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedLock lock = SharedLock.create(region, "it", Mode.NON_REENTRANT);
            Block block = region.attach("it", SharedLockType.INSTANCE);
            MappedBuffer memory = block.buffer();
            assertEquals(1, block.configA());
            assertEquals(0, block.configB());
            assertEquals(128, memory.capacity());
            assertEquals(0, memory.getInt(0));
            assertNotEquals(0, memory.getLong(16));
            lock.lock();
            assertEquals(region.self().id(), memory.getInt(0));
            assertEquals(Thread.currentThread().getId(), memory.getInt(4));
            assertEquals(0, memory.getLong(8));
            lock.unlock();
            assertEquals(0, memory.getLong(0));
        }
    }

    @Test
    void idsOfTwoLocks_differ() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            assertNotEquals(SharedLock.of(region, "a").id(), SharedLock.of(region, "b").id());
        }
    }

    @Test
    void aHostileDirectory_isRefused() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            plant(region, "mode", 2, LockLayout.BYTES);
            plant(region, "bytes", 0, 64);
            assertThrows(RegionFormatException.class, () -> SharedLock.open(region, "mode"));
            assertThrows(RegionFormatException.class, () -> SharedLock.open(region, "bytes"));
        }
    }

    private static void plant(SharedRegion region, String name, long configA, int bytes) {
        ObjectSpec spec =
                new ObjectSpec(SharedLockType.INSTANCE, configA, 0, bytes, "", memory -> {});
        region.attach(name, spec, AttachMode.CREATE).close();
    }
}
