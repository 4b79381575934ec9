package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers are the format. */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SharedReadWriteLockLayoutTest {
    @TempDir private Path directory;

    @Test
    void offsets_areTheFormat() {
        assertEquals(34, SharedReadWriteLockType.INSTANCE.code());
        assertEquals(0, ReadWriteLayout.MUTEX);
        assertEquals(16, ReadWriteLayout.GATE);
        assertEquals(20, ReadWriteLayout.USED);
        assertEquals(128, ReadWriteLayout.DRAIN);
        assertEquals(256, ReadWriteLayout.cell(0));
        assertEquals(384, ReadWriteLayout.cell(1));
        assertEquals(256 + 128 * 128, ReadWriteLayout.bytes(128));
        assertEquals(6, ReadWriteLayout.slot(0x3FFF_F007));
    }

    @Test
    void bytes_areAsDocumented() {
        try (SharedRegion region = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.create(region, "it");
            Block block = region.attach("it", SharedReadWriteLockType.INSTANCE);
            MappedBuffer memory = block.buffer();
            assertEquals(region.maxParticipants(), block.configA());
            assertEquals(0, block.configB());
            assertEquals(256 + 128 * region.maxParticipants(), memory.capacity());
            int tag = region.self().id();
            int slot = (tag & 0xFFF) - 1;
            int cell = 256 + 128 * slot;
            assertEquals(slot + 1, memory.getInt(20));
            assertEquals((long) tag << 32, memory.getLong(cell));
            lock.readLock().lock();
            lock.readLock().lock();
            assertEquals(((long) tag << 32) + 1, memory.getLong(cell), "a thread counts once");
            lock.readLock().unlock();
            lock.readLock().unlock();
            assertEquals((long) tag << 32, memory.getLong(cell));
            lock.writeLock().lock();
            assertEquals(tag, memory.getInt(0));
            lock.writeLock().unlock();
            assertEquals(0, memory.getInt(0));
            assertEquals(0, memory.getInt(16));
            assertEquals(0, memory.getInt(128));
        }
    }

    @Test
    void aHostileDirectory_isRefused() {
        try (SharedRegion region = open()) {
            int cells = region.maxParticipants();
            plant(region, "cells", cells + 1, ReadWriteLayout.bytes(cells));
            plant(region, "bytes", cells, ReadWriteLayout.bytes(cells) - 128);
            for (String name : new String[] {"cells", "bytes"}) {
                assertThrows(
                        RegionFormatException.class, () -> SharedReadWriteLock.open(region, name));
            }
        }
    }

    /** Readers of nobody, or of somebody else's cell, keep no writer out. */
    @Test
    void hostileCells_doNoHarm() {
        try (SharedRegion region = open()) {
            SharedReadWriteLock lock = SharedReadWriteLock.create(region, "it");
            MappedBuffer memory = region.attach("it", SharedReadWriteLockType.INSTANCE).buffer();
            int tag = region.self().id();
            int other = (tag & 0xFFF) % region.maxParticipants();
            for (int used : new int[] {-1, Integer.MAX_VALUE}) {
                memory.putInt(ReadWriteLayout.USED, used);
                for (long cell : new long[] {-1, 7, (long) tag << 32 | 5, Long.MIN_VALUE + 1}) {
                    memory.putLong(ReadWriteLayout.cell(other), cell);
                    assertTrue(lock.writeLock().tryLock());
                    lock.writeLock().unlock();
                }
            }
        }
    }

    private SharedRegion open() {
        return Peers.open(directory.resolve("r.shm"));
    }

    private static void plant(SharedRegion region, String name, long cells, int bytes) {
        ObjectSpec spec =
                new ObjectSpec(SharedReadWriteLockType.INSTANCE, cells, 0, bytes, "", memory -> {});
        region.attach(name, spec, AttachMode.CREATE).close();
    }
}
