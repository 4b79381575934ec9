package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock.Mode;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How blocks of code acquire and release: with {@code finally}, as everywhere in Java. A {@code try
 * (x)} statement is about the handle: where Python's {@code with} acquires and releases, it does
 * neither.
 */
@SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // what is shown
class TryStatementTest {
    @TempDir private Path directory;
    private SharedRegion region;
    private SharedRegion other;

    @BeforeEach
    void open() {
        region = Peers.open(directory.resolve("r.shm"));
        other = Peers.open(directory.resolve("r.shm"));
    }

    @AfterEach
    void close() {
        region.close();
        other.close();
    }

    /** BEHAVIOURS 1.4, 2.9. */
    @ParameterizedTest
    @EnumSource
    void lock(Mode mode) {
        try (SharedLock lock = SharedLock.of(region, "it", mode)) {
            assertFalse(lock.isLocked());
            assertTrue(lock.tryLock());
            try {
                assertTrue(lock.isHeldByCurrentThread());
            } finally {
                lock.unlock();
            }
            assertFalse(lock.isLocked());
            lock.lock();
        }
        try (SharedLock again = SharedLock.of(region, "it", mode)) {
            assertTrue(again.isHeldByCurrentThread());
            assertFalse(SharedLock.of(other, "it", mode).tryLock());
            again.unlock();
        }
        assertTrue(SharedLock.of(other, "it", mode).tryLock());
    }

    /** BEHAVIOURS 3.10: also after an exception. */
    @Test
    void semaphore() {
        SharedSemaphore elsewhere = SharedSemaphore.of(other, "it", 2);
        try (SharedSemaphore semaphore = SharedSemaphore.of(region, "it", 2)) {
            assertThrows(
                    ArithmeticException.class,
                    () -> {
                        semaphore.acquire();
                        try {
                            assertEquals(1, elsewhere.availablePermits());
                            throw new ArithmeticException();
                        } finally {
                            semaphore.release();
                        }
                    });
            assertEquals(2, elsewhere.availablePermits());
            assertTrue(semaphore.tryAcquire());
        }
        assertEquals(1, elsewhere.availablePermits());
        try (SharedSemaphore again = SharedSemaphore.of(region, "it", 2)) {
            again.release();
        }
        assertEquals(2, elsewhere.availablePermits());
    }

    /**
     * BEHAVIOURS 4.1: a condition has the lock that it was made with, of either mode, and locks by
     * that one only. While the lock is held elsewhere there is no waiting and no signalling.
     */
    @ParameterizedTest
    @EnumSource
    void condition(Mode mode) throws Exception {
        SharedLock lock = SharedLock.of(region, "it", mode);
        SharedLock elsewhere = SharedLock.of(other, "it", mode);
        try (SharedCondition condition = lock.condition("c")) {
            assertSame(lock, condition.lock());
            assertFalse(lock.isLocked());
            elsewhere.lock();
            assertFalse(condition.lock().tryLock());
            assertThrows(IllegalMonitorStateException.class, condition::signal);
            assertThrows(
                    IllegalMonitorStateException.class,
                    () -> condition.await(1, TimeUnit.MILLISECONDS));
            elsewhere.unlock();
            condition.lock().lock();
            assertTrue(lock.isHeldByCurrentThread());
            assertFalse(condition.await(1, TimeUnit.MILLISECONDS));
        }
        assertTrue(lock.isHeldByCurrentThread());
        lock.unlock();
        assertTrue(elsewhere.tryLock());
    }
}
