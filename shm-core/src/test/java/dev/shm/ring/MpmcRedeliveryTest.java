package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** What a consumer does that looks for what comes again, while others come between. */
class MpmcRedeliveryTest {
    private static final MpmcLayout LAYOUT = new MpmcLayout(4, Long.BYTES, 3);

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(LAYOUT.bytes()));

    /** What is done just before our next change of the announcement. */
    private final Deque<Runnable> between = new ArrayDeque<>();

    /** Given back behind the end of the scan that has found nothing. */
    @Test
    void whatIsGivenBackAsAScanEnds_isFoundByTheNext() {
        MpmcCore.initialize(memory, LAYOUT, 0);
        MpmcCore other = core(memory, 2);
        other.publish(other.claim());
        other.publish(other.claim());
        long first = other.take();
        long second = other.take();
        other.requeue(first);
        MpmcCore ours = core(watched(), 1);
        ours.release(ours.take());
        between.add(() -> other.requeue(second));
        assertTrue(MpmcCore.isNothing(ours.take()));
        assertTrue(between.isEmpty());
        assertEquals(second | MpmcCore.AGAIN, ours.take());
    }

    private AtomicBuffer watched() {
        return Interception.of(
                memory,
                (target, method, arguments) -> {
                    boolean changes = !method.getName().startsWith("get");
                    if (changes && (int) arguments[0] == MpmcLayout.REDELIVERY) {
                        between.remove().run();
                    }
                    return Interception.proceed(target, method, arguments);
                });
    }

    private static MpmcCore core(AtomicBuffer buffer, int self) {
        return new MpmcCore(buffer, buffer, LAYOUT, new EverybodyLives(self), Waiter.system());
    }
}
