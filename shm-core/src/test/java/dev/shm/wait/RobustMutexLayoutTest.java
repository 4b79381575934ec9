package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        assertEquals(8, MutexLayout.OWNER_THREAD);
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
        assertEquals(0, bytes.getInt(OFFSET + 4));
        assertEquals(Thread.currentThread().getId(), bytes.getLong(OFFSET + 8));
        mutex.unlock();
        assertEquals(0, bytes.getInt(OFFSET));
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
