package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** What a thread does while others come between. */
class SemaphoreCoreTest {
    private static final int OTHER = 7;
    private static final int PERMITS = 4;

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(512));
    private final NoLiveness liveness = new NoLiveness();
    private final SemaphoreBulk bulk =
            new SemaphoreBulk(new RobustMutex(memory, 128, liveness, Waiter.system()));
    private final SemaphoreCore sibling = core(memory);

    /** A permit that moves to where a release has looked already is found all the same. */
    @Test
    void release_findsAPermitThatMoves() {
        holders(OTHER, OTHER, OTHER, 1);
        atFirstLookAt(
                        3,
                        () -> {
                            put(1, 0); // another participant releases
                            assertTrue(sibling.tryAcquire());
                            put(3, 0); // one of ours, which has looked at cell 1 before
                        })
                .release();
        assertEquals(0, sibling.held());
        assertEquals(OTHER, cell(0));
        assertEquals(0, cell(1));
    }

    @Test
    void releaseOfSeveral_findsAPermitThatMoves() {
        holders(OTHER, OTHER, 1, 1);
        atFirstLookAt(
                        3,
                        () -> {
                            put(1, 0);
                            assertTrue(sibling.tryAcquire());
                            put(3, 0);
                        })
                .release(2);
        assertEquals(0, sibling.held());
    }

    @Test
    void releaseOfSeveral_thatFails_changesNothing() {
        holders(1, OTHER, 1, 0);
        memory.putInt(SemaphoreLayout.cell(2), 1 << 31 | 1); // somebody waits
        assertThrows(IllegalStateException.class, () -> sibling.release(3));
        assertEquals(1, cell(0));
        assertEquals(1 << 31 | 1, cell(2));
        sibling.release(2);
        assertEquals(0, sibling.held());
        assertEquals(OTHER, cell(1));
    }

    @Test
    void acquire_findsAPermitThatIsReleasedWhileItLooks() {
        holders(OTHER, OTHER, OTHER, OTHER);
        assertTrue(atFirstLookAt(2, () -> put(3, 0)).tryAcquire());
        assertFalse(sibling.tryAcquire());
    }

    private SemaphoreCore atFirstLookAt(int at, Runnable action) {
        AtomicInteger looks = new AtomicInteger();
        AtomicBuffer watched =
                Interception.of(
                        memory,
                        (target, method, arguments) -> {
                            if (method.getName().equals("getIntVolatile")
                                    && (int) arguments[0] == SemaphoreLayout.cell(at)
                                    && looks.getAndIncrement() == 0) {
                                action.run();
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        return core(watched);
    }

    private SemaphoreCore core(AtomicBuffer buffer) {
        return new SemaphoreCore(
                buffer, PERMITS, liveness, Waiter.system(), TickPolicy.STANDARD, bulk);
    }

    private void holders(int... tags) {
        for (int at = 0; at < tags.length; at++) {
            put(at, tags[at]);
        }
    }

    private void put(int at, int tag) {
        memory.putIntVolatile(SemaphoreLayout.cell(at), tag);
    }

    private int cell(int at) {
        return memory.getIntVolatile(SemaphoreLayout.cell(at));
    }
}
