package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers are the format. */
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // a test that fails need not unlock
class SharedConditionLayoutTest {
    @TempDir private Path directory;

    @Test
    void offsets_areTheFormat() {
        assertEquals(33, SharedConditionType.INSTANCE.code());
        assertEquals(0, ConditionLayout.TICKET);
        assertEquals(4, ConditionLayout.USED);
        assertEquals(64, ConditionLayout.LOCK_LENGTH);
        assertEquals(65, ConditionLayout.LOCK);
        assertEquals(128, ConditionLayout.cell(0));
        assertEquals(136, ConditionLayout.cell(1));
        assertEquals(128 + 256 * 8, ConditionLayout.bytes(256));
    }

    @Test
    void cell_hasTicketStateAndTag() {
        long cell = ConditionLayout.cell(0x89ABCDEF, ConditionLayout.SIGNALLED, 0x3FFF_FFFF);
        assertEquals(0x89AB_CDEF_BFFF_FFFFL, cell);
        assertEquals(0x89ABCDEF, ConditionLayout.ticket(cell));
        assertEquals(ConditionLayout.SIGNALLED, ConditionLayout.state(cell));
        assertEquals(0x3FFF_FFFF, ConditionLayout.tag(cell));
        assertEquals(0x4000_0000, ConditionLayout.WAITING);
        assertEquals(0x8000_0000, ConditionLayout.SIGNALLED);
        assertEquals(0xC000_0000, ConditionLayout.RELEASED);
    }

    @Test
    void bytes_areAsDocumented() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedLock lock = SharedLock.create(region, "it");
            SharedCondition condition = SharedCondition.create(lock, "c", 3);
            Block block = region.attach("c", SharedConditionType.INSTANCE);
            MappedBuffer memory = block.buffer();
            assertEquals(3, block.configA());
            assertEquals(lock.id(), block.configB());
            assertEquals(128 + 3 * 8, memory.capacity());
            assertEquals(2, memory.getByte(64));
            assertEquals("it", memory.getStringWithoutLengthAscii(65, 2));

            lock.lock();
            assertFalse(condition.await(0, MILLISECONDS));
            assertEquals(1, memory.getInt(0));
            assertEquals(1, memory.getInt(4));
            assertEquals(0, memory.getLong(128));
            lock.unlock();
            Thread waiting =
                    new Thread(
                            () -> {
                                lock.lock();
                                condition.awaitUninterruptibly();
                                lock.unlock();
                            });
            waiting.start();
            ChildJvm.awaitThat("it waits", condition::hasWaiters);
            assertEquals(1L << 32 | 1 << 30 | region.self().id(), memory.getLong(128));
            lock.lock();
            condition.signal();
            assertEquals((1L << 32) + (2L << 30) + region.self().id(), memory.getLong(128));
            lock.unlock();
            waiting.join();
            assertEquals(0, memory.getLong(128));
        }
    }

    @Test
    void aHostileDirectory_isRefused() {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedLock lock = SharedLock.create(region, "it");
            plant(region, lock, "none", 0, 128);
            plant(region, lock, "many", 65_537, 128);
            plant(region, lock, "bytes", 16, 128);
            for (String name : new String[] {"none", "many", "bytes"}) {
                assertThrows(RegionFormatException.class, () -> SharedCondition.open(lock, name));
            }
        }
    }

    /** Whatever the cells hold, there is an end to looking through them. */
    @Test
    void hostileCells_doNoHarm() throws Exception {
        try (SharedRegion region = Peers.open(directory.resolve("r.shm"))) {
            SharedLock lock = SharedLock.create(region, "it");
            SharedCondition condition = SharedCondition.create(lock, "c", 2);
            MappedBuffer memory = region.attach("c", SharedConditionType.INSTANCE).buffer();
            for (int used : new int[] {-1, Integer.MAX_VALUE}) {
                memory.putInt(ConditionLayout.USED, used);
                for (int state = 0; state < 4; state++) {
                    memory.putLong(128, (long) state << 30 | 0x3FFF_FFFF);
                    lock.lock();
                    condition.signal(3);
                    assertFalse(condition.await(0, MILLISECONDS));
                    condition.signalAll();
                    lock.unlock();
                    assertEquals(0, condition.waiters());
                }
            }
            memory.putByte(ConditionLayout.LOCK_LENGTH, (byte) -1);
            assertEquals("", ConditionLayout.readLock(memory));
        }
    }

    private static void plant(
            SharedRegion region, SharedLock lock, String name, long cells, int bytes) {
        ObjectSpec spec =
                new ObjectSpec(
                        SharedConditionType.INSTANCE, cells, lock.id(), bytes, "", memory -> {});
        region.attach(name, spec, AttachMode.CREATE).close();
    }
}
