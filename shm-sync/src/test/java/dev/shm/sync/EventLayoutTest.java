package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The numbers are the format. */
class EventLayoutTest {
    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(128));

    @Test
    void state_hasSetBelowWaitersBelowTheGeneration() {
        EventCore event = core(false);
        assertEquals(0, memory.getInt(0));
        event.set();
        assertEquals(0b101, memory.getInt(0));
        event.clear();
        assertEquals(0b100, memory.getInt(0));
        memory.putInt(0, 0b110); // somebody waits
        event.set();
        assertEquals(0b1001, memory.getInt(0));
        assertEquals(0, memory.getInt(4));
    }

    @Test
    void generation_isTheUpper30Bits() {
        memory.putInt(0, -4);
        core(false).set();
        assertEquals(1, memory.getInt(0));
    }

    @Test
    void anEvent_takesOneLine() {
        assertEquals(128, EventLayout.BYTES);
        assertEquals(37, SharedEventType.INSTANCE.code());
    }

    private EventCore core(boolean automatic) {
        return new EventCore(
                memory, automatic, new EverybodyLives(1), Waiter.system(), TickPolicy.STANDARD);
    }
}
