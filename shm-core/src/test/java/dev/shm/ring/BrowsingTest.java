package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Liveness;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Looks at messages that are left where they are, while they come and go. */
class BrowsingTest {
    private static final MpmcLayout LAYOUT = new MpmcLayout(2, Long.BYTES, 1);

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(LAYOUT.bytes()));
    private final MappedBuffer scratch = new MappedBuffer(ByteBuffer.allocateDirect(Long.BYTES));
    private final Liveness liveness = new EverybodyLives(1);
    private final MpmcCore core;

    BrowsingTest() {
        MpmcCore.initialize(memory, LAYOUT, 0);
        core = new MpmcCore(memory, memory, LAYOUT, liveness, Waiter.system());
    }

    private BlockingRing.Browsing<Long> browse() {
        MpmcBrowser browser = new MpmcBrowser(memory, memory, LAYOUT, liveness);
        return new BlockingRing.Browsing<>(
                browser, (buffer, index, length) -> buffer.getLong(index));
    }

    private void publish(long claim, long message) {
        memory.putInt(core.message(claim) + MpmcLayout.LENGTH, Long.BYTES);
        memory.putLong(core.message(claim) + MpmcLayout.PAYLOAD, message);
        core.publish(claim);
    }

    @Test
    void nextInTurn_overtakenByALap_stopsWhereSomebodyIsAtWork() {
        publish(core.claim(), 1);
        publish(core.claim(), 2);
        BlockingRing.Browsing<Long> browsing = browse();
        core.release(core.take());
        core.release(core.take());
        long slow = core.claim();
        publish(core.claim(), 4);
        assertNull(browsing.nextInTurn(scratch), "3 is to come, before 4");
        publish(slow, 3);
        assertEquals(3, browsing.nextInTurn(scratch));
        assertEquals(4, browsing.nextInTurn(scratch));
        assertNull(browsing.nextInTurn(scratch));
    }
}
