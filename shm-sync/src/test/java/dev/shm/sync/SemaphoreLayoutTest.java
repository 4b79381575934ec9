package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The numbers are the format, of both semaphores. */
class SemaphoreLayoutTest {
    private static final int WAITED = 1 << 31;

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(512));

    @Test
    void aCell_holdsTheTagOfItsHolder() {
        SemaphoreCore semaphore = shared(2);
        assertTrue(semaphore.tryAcquire());
        assertEquals(1, memory.getInt(256));
        assertTrue(semaphore.tryAcquire());
        assertEquals(1, memory.getInt(260));
        assertFalse(semaphore.acquire(1, soon()));
        assertEquals(WAITED | 1, memory.getInt(256));
        assertEquals(WAITED | 1, memory.getInt(260));
        assertEquals(1, memory.getInt(4));
        semaphore.release();
        assertEquals(0, memory.getInt(256));
        assertEquals(0, memory.getInt(4));
        assertEquals(1, memory.getInt(0));
        semaphore.release();
        assertEquals(0, memory.getInt(260));
    }

    @Test
    void theMutex_isAt128() {
        memory.putInt(128, 5); // somebody else is acquiring several
        assertFalse(shared(2).tryAcquire(2));
        memory.putInt(128, 0);
        assertTrue(shared(2).tryAcquire(2));
    }

    @Test
    void aSemaphore_takes256BytesAnd4ForEachPermit() {
        assertEquals(256 + 4 * 1024, SemaphoreLayout.bytes(1024));
        assertEquals(35, SharedSemaphoreType.INSTANCE.code());
    }

    @Test
    void homes_areApart() {
        Set<Integer> lines = new HashSet<>();
        Set<Integer> cells = new HashSet<>();
        for (int slot = 0; slot < 128; slot++) {
            int home = SemaphoreLayout.home(7 << 12 | slot + 1, 1024);
            assertTrue(home >= 0 && home < 1024);
            cells.add(home);
            if (slot < 32) {
                lines.add(home / 32);
            }
        }
        assertEquals(32, lines.size());
        assertEquals(128, cells.size());
        assertEquals(2, SemaphoreLayout.home(3, 3));
        assertEquals(0, SemaphoreLayout.home(4, 3));
    }

    @Test
    void theCount_isAt128_belowWaited() {
        CountingCore semaphore = counting();
        semaphore.release(Integer.MAX_VALUE);
        assertEquals(Integer.MAX_VALUE, memory.getInt(128));
        assertTrue(semaphore.tryAcquire(Integer.MAX_VALUE));
        assertFalse(semaphore.acquire(2, soon()));
        assertEquals(WAITED, memory.getInt(128));
        assertEquals(2, memory.getInt(4));
        semaphore.release(1);
        assertEquals(1, memory.getInt(128));
        assertEquals(1, memory.getInt(0));
        assertEquals(256, CountingLayout.BYTES);
        assertEquals(36, CountingSemaphoreType.INSTANCE.code());
    }

    private static Endurance soon() {
        return Endurance.until(Deadline.after(1, TimeUnit.MILLISECONDS));
    }

    private SemaphoreCore shared(int permits) {
        EverybodyLives liveness = new EverybodyLives(1);
        RobustMutex mutex = new RobustMutex(memory, 128, liveness, Waiter.system());
        return new SemaphoreCore(
                "it",
                memory,
                permits,
                liveness,
                Waiter.system(),
                TickPolicy.STANDARD,
                new SemaphoreBulk(mutex));
    }

    private CountingCore counting() {
        return new CountingCore(
                memory, new EverybodyLives(1), Waiter.system(), TickPolicy.STANDARD);
    }
}
