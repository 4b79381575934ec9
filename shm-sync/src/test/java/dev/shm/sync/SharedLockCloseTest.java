package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.Block;
import dev.shm.region.SharedRegion;
import dev.shm.wait.RobustMutex;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks whose handle, or region, is closed while they are in use. */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
class SharedLockCloseTest {
    private static final String NAME = LockCommands.LOCK;
    private static final int CLOSES = Integer.getInteger("shm.test.closes", 150);

    @TempDir private Path directory;

    /** BEHAVIOURS 20.23: a wait ends when its region is closed by another thread. */
    @Test
    void closingTheRegion_endsWaits() throws Exception {
        try (SharedRegion holder = open()) {
            SharedLock held = SharedLock.of(holder, NAME);
            held.lock();
            SharedRegion region = open();
            SharedLock lock = SharedLock.of(region, NAME);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread thread = Sleeper.start(lock::lock, thrown);
            region.close();
            thread.join();
            assertEquals(IllegalStateException.class, thrown.get().getClass());
            assertThrows(IllegalStateException.class, lock::lock);
            lock.close();
            assertEquals("SharedLock[name=it, closed]", lock.toString());
            held.unlock();
        }
    }

    /** BEHAVIOURS 1.15: letting go of a lock that is held does not lose it. */
    @Test
    void close_whileHeld_waitsForTheUnlock() {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            SharedLock elsewhere = SharedLock.of(other, NAME);
            lock.lock();
            lock.close();
            assertThrows(IllegalStateException.class, lock::lock);
            assertThrows(IllegalStateException.class, lock::tryLock);
            assertFalse(elsewhere.tryLock());
            try (SharedLock again = SharedLock.of(region, NAME)) {
                assertTrue(again.isHeldByCurrentThread());
            }
            lock.unlock();
            assertTrue(elsewhere.tryLock());
            elsewhere.unlock();
            lock.close();
            assertThrows(IllegalStateException.class, lock::unlock);
        }
    }

    /**
     * A thread that waits when its handle is closed does not get the lock, and does not keep it.
     */
    @Test
    void close_whileWaiting_endsTheWaitWithoutTheLock() throws Exception {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedLock elsewhere = SharedLock.of(other, NAME);
            for (boolean another : new boolean[] {true, false}) {
                SharedLock lock = SharedLock.of(region, NAME);
                SharedLock open = another ? SharedLock.of(region, NAME) : lock;
                elsewhere.lock();
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                Thread thread = Sleeper.start(lock::lock, thrown);
                lock.close();
                elsewhere.unlock();
                thread.join();
                assertEquals(IllegalStateException.class, thrown.get().getClass());
                assertTrue(elsewhere.tryLock());
                elsewhere.unlock();
                open.close();
            }
        }
    }

    /** Another thread locks and unlocks all the while: whenever close comes, nothing stays held. */
    @Test
    void close_whileAThreadLocksAndUnlocks_losesNothing() throws Exception {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedLock elsewhere = SharedLock.of(other, NAME);
            for (int i = 0; i < CLOSES; i++) {
                SharedLock lock = SharedLock.of(region, NAME);
                Closing.whileUsed(
                        lock,
                        () -> {
                            lock.lock();
                            return lock::unlock;
                        });
                assertEquals("SharedLock[name=it, closed]", lock.toString());
                assertTrue(elsewhere.tryLock(), elsewhere::toString);
                elsewhere.unlock();
            }
        }
    }

    /** An acquisition that had passed its check when the last handle was let go is undone. */
    @Test
    void unlock_afterAnAcquisitionThatCameTooLate() {
        try (SharedRegion region = open();
                SharedRegion other = open()) {
            SharedLock elsewhere = SharedLock.of(other, NAME);
            SharedLock lock = SharedLock.of(region, NAME);
            MappedBuffer late;
            try (Block block = region.attach(NAME, SharedLockType.INSTANCE)) {
                late = block.buffer().slice(0, LockLayout.BYTES);
            }
            lock.close();
            assertTrue(RobustMutex.lockIfFree(late, LockLayout.MUTEX, region.liveness().self()));
            assertFalse(elsewhere.tryLock());
            lock.unlock();
            assertTrue(elsewhere.tryLock());
            assertThrows(IllegalStateException.class, lock::unlock);
        }
    }

    /** What is locked through a handle that was closed is nobody else's before the unlock. */
    @Test
    void close_whileHeld_keepsTheMemory() {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            lock.lock();
            lock.close();
            assertTrue(region.remove(NAME));
            int all = Math.toIntExact(region.bytes());
            assertThrows(IllegalStateException.class, () -> region.buffer("all", all));
            lock.unlock();
            assertEquals(all, region.buffer("all", all).capacity());
        }
    }

    /** A handle that is closed while the lock is held through another goes with the unlock. */
    @Test
    void close_ofAnotherHandle_whileHeld() {
        try (SharedRegion region = open()) {
            SharedLock lock = SharedLock.of(region, NAME);
            SharedLock another = SharedLock.of(region, NAME);
            lock.lock();
            another.close();
            lock.unlock();
            assertEquals("SharedLock[name=it, closed]", another.toString());
            assertFalse(lock.toString().contains("closed"));
        }
    }

    private SharedRegion open() {
        return Peers.open(directory.resolve("r.shm"));
    }
}
