package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a thread does while others come between. */
class SemaphoreCoreTest {
    private static final int OTHER = 7;
    private static final int PERMITS = 4;

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(512));
    private final EverybodyLives liveness = new EverybodyLives(1);
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

    /** The epoch of a wait is read before it looks whether the handle is being closed. */
    @Test
    void close_justBeforeTheEpochIsRead_endsTheWait() {
        holders(OTHER, OTHER, OTHER, OTHER);
        AtomicReference<SemaphoreCore> core = new AtomicReference<>();
        AtomicInteger reads = new AtomicInteger();
        AtomicBuffer watched =
                Interception.of(
                        memory,
                        (target, method, arguments) -> {
                            if (method.getName().equals("getIntVolatile")
                                    && (int) arguments[0] == WaitingRoomLayout.EPOCH
                                    && reads.getAndIncrement() == 0) {
                                core.get().close(() -> {});
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        core.set(core(watched, bulk, TickPolicy.OFF));
        assertThrows(
                IllegalStateException.class,
                () -> core.get().acquire(1, Endurance.until(Deadline.never())));
    }

    /** Whoever gets the mutex in memory that is about to go gives it up first. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void close_whileTheMutexIsTaken_leavesItFree(boolean waiting) {
        MappedBuffer companion = new MappedBuffer(memory.byteBuffer());
        AtomicReference<SemaphoreCore> core = new AtomicReference<>();
        AtomicBuffer watched =
                Interception.of(
                        companion,
                        (target, method, arguments) -> {
                            Object answer = Interception.proceed(target, method, arguments);
                            if (method.getName().equals("compareAndSetLong")
                                    && (long) arguments[1] == 0) {
                                awaitClosedOrBlocked(core.get(), companion);
                            }
                            return answer;
                        });
        SemaphoreBulk ours =
                new SemaphoreBulk(new RobustMutex(watched, 128, liveness, Waiter.system()));
        core.set(core(memory, ours, TickPolicy.STANDARD));
        assertThrows(
                IllegalStateException.class,
                () -> {
                    boolean acquired =
                            waiting
                                    ? core.get().acquire(2, Endurance.until(Deadline.never()))
                                    : core.get().tryAcquire(2);
                    assertTrue(acquired); // before it was closed
                    core.get().acquire(PERMITS, Endurance.until(Deadline.never()));
                });
        assertEquals(0, memory.getLongVolatile(128));
    }

    private static void awaitClosedOrBlocked(SemaphoreCore core, MappedBuffer companion) {
        Thread closing = new Thread(() -> core.close(() -> companion.invalidate("closed")));
        closing.setDaemon(true);
        closing.start();
        while (closing.isAlive() && closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
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
        return core(buffer, bulk, TickPolicy.STANDARD);
    }

    private SemaphoreCore core(AtomicBuffer buffer, SemaphoreBulk bulk, TickPolicy ticks) {
        return new SemaphoreCore("it", buffer, PERMITS, liveness, Waiter.system(), ticks, bulk);
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
