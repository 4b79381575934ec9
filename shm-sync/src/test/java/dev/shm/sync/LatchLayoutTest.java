package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The numbers are the format. */
class LatchLayoutTest {
    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(512));

    @Test
    void aCount_isAt128_andTheGateAt0() throws Exception {
        memory.putLong(128, 2);
        LatchCore latch = core(0);
        latch.countDown();
        assertEquals(1, memory.getLong(128));
        do {
            assertFalse(latch.await(Deadline.after(1, TimeUnit.MILLISECONDS)));
        } while (memory.getInt(0) == 0); // the time was over before it began to wait
        assertEquals(2, memory.getInt(0));
        latch.countDown();
        assertEquals(0, memory.getLong(128));
        assertEquals(1, memory.getInt(0));
        latch.countDown();
        assertEquals(0, memory.getLong(128));
    }

    @Test
    void parties_haveABitAt128_andATagFrom256On() {
        memory.putLong(128, LatchLayout.mask(3));
        assertEquals(0b111, memory.getLong(128));
        LatchCore latch = core(3);
        assertTrue(latch.join(2));
        assertEquals(1, memory.getInt(264));
        latch.countDown(1);
        assertEquals(0b101, memory.getLong(128));
        assertEquals(0, memory.getInt(0));
        latch.countDown(0);
        latch.countDown(2);
        assertEquals(1, memory.getInt(0));
    }

    @Test
    void aLatch_takes256BytesAnd4ForEachParty() {
        assertEquals(256 + 4 * 64, LatchLayout.bytes(64));
        assertEquals(-1L, LatchLayout.mask(64));
        assertEquals(1L, LatchLayout.mask(1));
        assertEquals(39, SharedLatchType.INSTANCE.code());
    }

    private LatchCore core(int parties) {
        return new LatchCore(
                memory, parties, new EverybodyLives(1), Waiter.system(), TickPolicy.STANDARD);
    }
}
