package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link CountingSemaphore} in the directory. Internal: public only so that {@code ServiceLoader}
 * finds it.
 *
 * <p>No sweep: permits have no owner.
 */
public final class CountingSemaphoreType implements ObjectType {
    static final CountingSemaphoreType INSTANCE = new CountingSemaphoreType();

    /** For {@code ServiceLoader}. */
    public CountingSemaphoreType() {}

    @Override
    public int code() {
        return 36;
    }

    @Override
    public String name() {
        return "CountingSemaphore";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return config(configA);
    }

    static String config(long initial) {
        return "initial count " + initial;
    }

    static void check(Block block) {
        long initial = block.configA();
        boolean counts = initial >= 0 && initial <= Integer.MAX_VALUE;
        Handles.check(block, counts, "initial=" + initial, "0 to " + Integer.MAX_VALUE);
        Handles.checkBytes(block, CountingLayout.BYTES);
    }
}
