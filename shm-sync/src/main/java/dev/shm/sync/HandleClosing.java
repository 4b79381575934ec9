package dev.shm.sync;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.Block;
import dev.shm.region.Claims;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Ends the waits of one handle when it is closed, by itself or with its region. Those who sleep
 * through it leave by an exception when they wake up, and may have taken wakes that others need:
 * who closes lets them no longer reach the memory, and then wakes all who sleep, so that each looks
 * again.
 */
final class HandleClosing implements Claims {
    private final Block block;
    private final MappedBuffer lasting;
    private final BooleanSupplier hasSlept;
    private final Consumer<AtomicBuffer> wakeEverybody;

    /**
     * The closing of one handle, which must keep it: its region does not.
     *
     * @param hasSlept whether a thread may sleep through the handle, or have slept
     * @param wakeEverybody wakes all who sleep, over memory that lasts
     */
    HandleClosing(Block block, BooleanSupplier hasSlept, Consumer<AtomicBuffer> wakeEverybody) {
        this.block = block;
        this.lasting = block.lastingBuffer(); // now: later the region may be closing
        this.hasSlept = hasSlept;
        this.wakeEverybody = wakeEverybody;
        block.guard(this);
    }

    /** Closes the handle; closing again does nothing. */
    void close() {
        synchronized (block) {
            if (!block.isClosed()) {
                try {
                    block.buffer().invalidate(Locks.closedReason(block));
                    wakeEverybody();
                } finally {
                    block.close();
                }
            }
        }
    }

    /** Ends the waits as the region closes, unless the object was let go before. */
    @Override
    public boolean hold(long time, TimeUnit unit) {
        synchronized (block) {
            if (!block.isClosed()) {
                block.buffer().invalidate("region=" + block.region().name() + ": closed");
                if (hasSlept.getAsBoolean()) {
                    wakeEverybody();
                }
            }
        }
        return true;
    }

    /** Nothing: what was closed stays closed. */
    @Override
    public void resume() {}

    private void wakeEverybody() {
        try {
            wakeEverybody.accept(lasting);
        } catch (IllegalStateException gone) {
            // With the region, which has woken everybody or was declared dead.
        }
    }
}
