package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.wait.Waiter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * {@link SharedSemaphore} in the directory. Internal: public only so that {@code ServiceLoader}
 * finds it.
 *
 * <p>Swept, though a permit of the dead is as good as free: so that those who wait are woken at
 * once, also when a process leaves in good order with permits in its hands.
 */
public final class SharedSemaphoreType implements ObjectType {
    static final SharedSemaphoreType INSTANCE = new SharedSemaphoreType();

    /** For {@code ServiceLoader}. */
    public SharedSemaphoreType() {}

    @Override
    public int code() {
        return 35;
    }

    @Override
    public String name() {
        return "SharedSemaphore";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return config(configA);
    }

    static String config(long permits) {
        return permits + " permits";
    }

    /** How many permits the semaphore was created with. */
    static int permits(Block block) {
        long permits = block.configA();
        Handles.check(block, isPermits(permits), "permits=" + permits, "1 to 1024");
        Handles.checkBytes(block, SemaphoreLayout.bytes((int) permits));
        return (int) permits;
    }

    private static boolean isPermits(long permits) {
        return permits >= 1 && permits <= SemaphoreLayout.MAX_PERMITS;
    }

    @Override
    public boolean needsSweep() {
        return true;
    }

    @Override
    public void sweep(AtomicBuffer block, long configA, long configB, int deadTag) {
        if (isPermits(configA) && SemaphoreLayout.bytes((int) configA) <= block.capacity()) {
            SemaphoreCore.sweep(block, (int) configA, deadTag, Waiter.system());
        }
    }
}
