package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The numbers are the format. */
class BarrierLayoutTest {
    private static final int SLOTS = 16;

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(512));

    @Test
    void arrived_isInTheLow14Bits_andMembersFrom128On() throws Exception {
        BarrierCore barrier = core(1);
        assertEquals(0, barrier.await(Deadline.never(), null));
        assertEquals(1L << 16, memory.getLong(0));
        assertEquals(1, memory.getInt(128)); // tag 1: slot 0
        barrier.close(() -> {});
        assertEquals(0, memory.getInt(128));
    }

    @Test
    void aBrokenGeneration_isBit15_thenABitOfTheHistory() {
        BarrierCore barrier = core(2);
        Deadline soon = Deadline.after(1, TimeUnit.NANOSECONDS);
        assertThrows(TimeoutException.class, () -> barrier.await(soon, null));
        assertEquals(1 << 15 | 1, memory.getLong(0));
        assertThrows(BrokenBarrierException.class, () -> barrier.await(soon, null));
        barrier.reset();
        assertEquals(1L << 32 | 1L << 16, memory.getLong(0));
        memory.putLong(0, memory.getLong(0) + (1 << 14) + 1); // another waits
        assertEquals(1, barrier.waiting());
        assertTrue(barrier.hasWaiters());
    }

    @Test
    void generationsAndHistory_wrap() throws Exception {
        memory.putLong(0, 0x80000001_FFFF0000L);
        core(1).await(Deadline.never(), null);
        assertEquals(0x00000002_00000000L, memory.getLong(0));
        assertEquals(3, BarrierLayout.age(0x00010000L, 0xFFFE));
        assertTrue(BarrierLayout.wasBroken(1L << 63, 32));
        assertFalse(BarrierLayout.wasBroken(1L << 62, 32));
    }

    @Test
    void aBarrier_takes128BytesAnd4ForEachSlot() {
        assertEquals(128 + 4 * 128, BarrierLayout.bytes(128));
        assertEquals(4094, BarrierLayout.slot(0x3FFF_FFFF));
        assertEquals(16_383, BarrierLayout.MAX_PARTIES);
        assertEquals(38, SharedBarrierType.INSTANCE.code());
    }

    private BarrierCore core(int parties) {
        EverybodyLives liveness = new EverybodyLives(1);
        return new BarrierCore(
                "it",
                memory,
                parties,
                SLOTS,
                liveness,
                Waiter.system(),
                TickPolicy.STANDARD,
                new BarrierMember(memory, liveness.self()));
    }
}
