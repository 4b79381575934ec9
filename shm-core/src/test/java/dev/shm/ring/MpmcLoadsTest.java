package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.Liveness;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** What is asked for again and again does not look at the whole ring each time. */
class MpmcLoadsTest {
    private static final int CAPACITY = 1 << 10;
    private static final int FEW = 50; // accesses of one operation
    private static final MpmcLayout LAYOUT = new MpmcLayout(CAPACITY, Long.BYTES, 1);

    private final AtomicInteger accesses = new AtomicInteger();
    private final AtomicBuffer memory =
            Interception.of(
                    new MappedBuffer(ByteBuffer.allocateDirect(LAYOUT.bytes())),
                    (target, method, arguments) -> {
                        accesses.incrementAndGet();
                        return Interception.proceed(target, method, arguments);
                    });
    private final Liveness liveness = new EverybodyLives(1);
    private final MpmcCore core;

    MpmcLoadsTest() {
        MpmcCore.initialize(memory, LAYOUT, 0);
        core = new MpmcCore(memory, memory, LAYOUT, liveness, Waiter.system());
    }

    private void fill() {
        for (int i = 0; i < CAPACITY; i++) {
            core.publish(core.claim());
        }
    }

    private List<Long> takeAll() {
        List<Long> taken = new ArrayList<>();
        for (long claim = core.take(); !MpmcCore.isNothing(claim); claim = core.take()) {
            taken.add(claim);
        }
        return taken;
    }

    /** A consumer that had half a lap in its hands has given it back. */
    @Test
    void redelivery_looksAtEachPlaceAFewTimes() {
        fill();
        List<Long> held = takeAll();
        held.subList(0, CAPACITY / 2).forEach(core::release);
        held.subList(CAPACITY / 2, CAPACITY).forEach(core::requeue);
        accesses.set(0);
        List<Long> again = takeAll();
        assertEquals(CAPACITY / 2, again.size());
        assertTrue(accesses.get() < CAPACITY * FEW, "accesses=" + accesses);
        again.forEach(core::release);
        assertEquals(CAPACITY, core.remaining());
    }

    @Test
    void aMessageThatComesAgainAndAgain_isFoundWhereItIs() {
        core.publish(core.claim());
        core.requeue(core.take());
        core.requeue(core.take());
        accesses.set(0);
        long again = core.take();
        assertEquals(2, core.attempts(again));
        assertTrue(accesses.get() < FEW, "accesses=" + accesses);
    }

    @Test
    void looking_beginsAtTheHead() {
        fill();
        takeAll().forEach(core::release);
        MpmcBrowser browser = new MpmcBrowser(memory, memory, LAYOUT, liveness);
        assertEquals(MpmcLayout.position(CAPACITY), browser.begin());
        assertFalse(browser.isBeforeEnd(browser.begin()));
    }

    @Test
    void remaining_andReleased_areNotCountedAnew() {
        fill();
        List<Long> held = takeAll();
        held.subList(0, CAPACITY - 1).forEach(core::release);
        assertEquals(CAPACITY - 1, core.remaining());
        assertFalse(core.isReleased());
        accesses.set(0);
        assertEquals(CAPACITY - 1, core.remaining());
        assertFalse(core.isReleased());
        core.release(held.get(CAPACITY - 1));
        assertEquals(CAPACITY, core.remaining());
        assertTrue(core.isReleased());
        assertTrue(accesses.get() < 2 * FEW, "accesses=" + accesses);
    }
}
