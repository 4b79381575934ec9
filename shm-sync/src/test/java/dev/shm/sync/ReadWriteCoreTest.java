package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.sync.ReadWriteCore.Reading;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/**
 * A thread has passed the check of its buffer, and is about to count itself in its participant's
 * cell; another thread closes the region, and somebody else gets the participant's slot.
 */
class ReadWriteCoreTest {
    private static final int SLOTS = 4;
    private static final int OUR_TAG = 1;
    private static final int TAG_OF_THE_NEXT = OUR_TAG + (1 << 12); // the same slot
    private static final int CELL = ReadWriteLayout.cell(ReadWriteLayout.slot(OUR_TAG));
    private static final Set<String> CHANGES = Set.of("getAndAddLong", "compareAndSetLong");

    private final MappedBuffer memory =
            new MappedBuffer(ByteBuffer.allocateDirect(ReadWriteLayout.bytes(SLOTS)));
    private final ReadWriteCore core = core();
    private boolean leaving;
    private boolean left;

    @Test
    void aReadThatComesTooLate_isNotOneOfTheNextTenants() {
        leaving = true;
        assertThrows(IllegalStateException.class, core::tryRead);
        assertEquals(ReadWriteLayout.empty(TAG_OF_THE_NEXT), memory.getLong(CELL));
    }

    @Test
    void aReadThatEndsTooLate_isNotOneOfTheNextTenants() {
        assertEquals(Reading.HELD, core.tryRead());
        leaving = true;
        assertThrows(IllegalStateException.class, core::unlockRead);
        assertEquals(ReadWriteLayout.empty(TAG_OF_THE_NEXT), memory.getLong(CELL));
    }

    private ReadWriteCore core() {
        Departing liveness = new Departing();
        Waiter waiter = Waiter.system();
        AtomicBuffer buffer =
                Interception.of(
                        memory,
                        (target, method, arguments) -> {
                            if (leaving
                                    && CHANGES.contains(method.getName())
                                    && arguments[0].equals(CELL)) {
                                leave();
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        return new ReadWriteCore(
                buffer,
                SLOTS,
                new RobustMutex(memory, ReadWriteLayout.MUTEX, liveness, waiter),
                liveness,
                waiter,
                TickPolicy.STANDARD);
    }

    private void leave() {
        leaving = false;
        left = true;
        memory.putLongVolatile(CELL, ReadWriteLayout.empty(TAG_OF_THE_NEXT));
    }

    /** Nobody dies, but we are told when we have left. */
    private final class Departing implements Liveness {
        @Override
        public int self() {
            return OUR_TAG;
        }

        @Override
        public boolean isDead(int tag) {
            return false;
        }

        @Override
        public void probe(int tag) {}

        @Override
        public void probeNext() {}

        @Override
        public void checkOpen() {
            if (left) {
                throw new IllegalStateException("the region is closed");
            }
        }
    }
}
