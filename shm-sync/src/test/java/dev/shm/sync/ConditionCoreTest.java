package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** What a thread does while others come between. */
class ConditionCoreTest {
    private static final int CELLS = 4;
    private static final Set<String> CHANGES = Set.of("putIntRelease", "compareAndSetInt");

    private final MappedBuffer memory =
            new MappedBuffer(ByteBuffer.allocateDirect(ConditionLayout.bytes(CELLS)));
    private final EverybodyLives liveness = new EverybodyLives(1);

    /**
     * A thread has passed the check of its buffer, and is about to say that a cell is used; another
     * thread closes the region, and those who have the lock next use more. They must be found.
     */
    @Test
    void used_neverShrinks() {
        AtomicBuffer buffer =
                Interception.of(
                        memory,
                        (target, method, arguments) -> {
                            if (CHANGES.contains(method.getName())
                                    && arguments[0].equals(ConditionLayout.USED)) {
                                memory.putIntVolatile(ConditionLayout.USED, CELLS);
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        LockCore lock =
                new LockCore(
                        new MappedBuffer(ByteBuffer.allocateDirect(LockLayout.BYTES)),
                        0,
                        liveness,
                        Waiter.system());
        lock.mutex().lock();
        new ConditionCore(buffer, CELLS, lock, liveness, Waiter.system(), TickPolicy.STANDARD)
                .await(Deadline.after(0, TimeUnit.NANOSECONDS), true);
        assertEquals(CELLS, memory.getInt(ConditionLayout.USED));
    }
}
