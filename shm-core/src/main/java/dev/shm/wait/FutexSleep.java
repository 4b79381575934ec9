package dev.shm.wait;

import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.function.LongConsumer;

/**
 * Lets an interrupt end the sleep of a thread inside the kernel.
 *
 * <p>{@link Thread#interrupt} closes the channel that the thread is blocked on, in the thread that
 * interrupts. Ours reads and writes nothing: when closed it wakes whoever sleeps on a futex. An
 * interrupt that comes just before the thread has fallen asleep wakes nobody; that one is noticed
 * when the sleep ends by itself.
 *
 * <p><b>Threads and processes.</b> One object per thread that sleeps, used for sleep after sleep
 * until an interrupt has closed it.
 */
final class FutexSleep extends AbstractInterruptibleChannel {
    private final LongConsumer wakeAll;

    /** Of the futex slept on; written by the sleeper before it blocks, read by the interrupter. */
    private volatile long address;

    FutexSleep(LongConsumer wakeAll) {
        this.wakeAll = wakeAll;
    }

    /** Begins a sleep, which {@link #ends} must follow. */
    void begins(long futex) {
        address = futex;
        begin();
    }

    /**
     * Ends a sleep; the memory of the futex may be unmapped afterwards.
     *
     * @return false when an interrupt came, and this object is of no use any more
     */
    boolean ends() {
        try {
            end(true);
            return isOpen();
        } catch (IOException interrupted) {
            return false;
        }
    }

    @Override
    protected void implCloseChannel() {
        wakeAll.accept(address);
    }
}
