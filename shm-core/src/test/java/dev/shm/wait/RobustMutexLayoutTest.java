package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The numbers of the mutex are the file format. */
class RobustMutexLayoutTest {
    private static final int OFFSET = 24;
    private static final int TAG = 0x2345_6789;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
    private final MappedBuffer buffer = new MappedBuffer(bytes);
    private final FakeLiveness.World world = new FakeLiveness.World();
    private final RobustMutex mutex = mutex(TAG);

    @Test
    void places() {
        assertEquals(0, MutexLayout.WORD);
        assertEquals(4, MutexLayout.OWNER_THREAD);
        assertEquals(8, MutexLayout.LONG_THREAD);
        assertEquals(16, RobustMutex.BYTES);
    }

    @Test
    void bits() {
        assertEquals(0x8000_0000, MutexLayout.WAITERS);
        assertEquals(0x4000_0000, MutexLayout.DIED);
        assertEquals(0x3fff_ffff, MutexLayout.TAG);
    }

    @Test
    void aHeldMutex_namesParticipantAndThread() {
        mutex.lock();
        assertEquals(TAG, bytes.getInt(OFFSET));
        assertEquals(Thread.currentThread().getId(), bytes.getInt(OFFSET + 4));
        assertEquals(0, bytes.getLong(OFFSET + 8));
        mutex.unlock();
        assertEquals(0, bytes.getLong(OFFSET));
    }

    @Test
    void theLargestIds_doNotFit() {
        assertTrue(MutexLayout.fits(1));
        assertTrue(MutexLayout.fits(0xFFFF_FFFEL));
        assertFalse(MutexLayout.fits(0xFFFF_FFFFL));
        assertFalse(MutexLayout.fits(0x1_0000_0000L));
        assertFalse(MutexLayout.fits(Long.MAX_VALUE));
    }

    /** Two threads whose ids do not fit are not taken for each other. */
    @Test
    void anOwnerWithALongId_isToldByItsThread() throws Exception {
        inThread(
                0x1_0000_0007L,
                () -> {
                    mutex.lock();
                    mutex.lock();
                    assertEquals(2, mutex.holdCount());
                    assertEquals(TAG, bytes.getInt(OFFSET));
                    assertEquals(-1, bytes.getInt(OFFSET + 4));
                    assertEquals(0x1_0000_0007L, bytes.getLong(OFFSET + 8));
                    assertEquals(0x1_0000_0007L, mutex.ownerThreadId());
                    inThread(0x2_0000_0007L, this::expectIsAnothers);
                    mutex.unlock();
                    assertEquals(1, mutex.holdCount());
                    mutex.unlock();
                    assertEquals(0, bytes.getLong(OFFSET));
                });
    }

    private void expectIsAnothers() {
        assertFalse(mutex.isHeldByCurrentThread());
        assertEquals(0, mutex.holdCount());
        assertNull(mutex.tryLock());
        assertThrows(IllegalMonitorStateException.class, mutex::unlock);
    }

    private static void inThread(long id, Runnable body) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread =
                new Thread(body) {
                    @Override
                    public long getId() {
                        return id;
                    }
                };
        thread.setUncaughtExceptionHandler((where, what) -> thrown.set(what));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertNull(thrown.get());
    }

    @Test
    void aMutexTakenFromTheDead_saysSo() {
        bytes.putInt(OFFSET, 77);
        world.certify(77);
        mutex.lock();
        assertEquals(0x8000_0000 | 0x4000_0000 | TAG, bytes.getInt(OFFSET));
        mutex.unlock();
        assertEquals(0x4000_0000, bytes.getInt(OFFSET));
        mutex.lock();
        mutex.markConsistent();
        assertEquals(TAG, bytes.getInt(OFFSET));
        mutex.unlock();
        assertEquals(0, bytes.getInt(OFFSET));
    }

    @Test
    void aWaiter_announcesItself() throws Exception {
        mutex.lock();
        RobustMutex other = mutex(5);
        Background<Void> waiter =
                Background.start(
                        () -> {
                            other.lock();
                            other.unlock();
                            return null;
                        });
        Background.start(() -> awaitWord(0x8000_0000 | TAG)).join();
        mutex.unlock();
        waiter.join();
        assertEquals(0, bytes.getInt(OFFSET));
    }

    @Test
    void onlyItsOwnBytes_areTouched() {
        ByteBuffer before = ByteBuffer.allocate(64);
        for (int i = 0; i < 64; i++) {
            boolean ours = i >= OFFSET && i < OFFSET + RobustMutex.BYTES;
            before.put(i, (byte) (ours ? 0 : i));
        }
        bytes.put(0, before, 0, 64);
        mutex.lock();
        mutex.unlock();
        for (int i = 0; i < 64; i++) {
            boolean threadId = i >= OFFSET + 8 && i < OFFSET + 16;
            if (!threadId) {
                assertEquals(before.get(i), bytes.get(i), "index=" + i);
            }
        }
    }

    private Void awaitWord(int expected) {
        while (buffer.getIntVolatile(OFFSET) != expected) {
            Thread.onSpinWait();
        }
        return null;
    }

    private RobustMutex mutex(int tag) {
        return new RobustMutex(buffer, OFFSET, world.join(tag), PollingWaiter.INSTANCE);
    }
}
