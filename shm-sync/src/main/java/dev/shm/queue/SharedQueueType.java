package dev.shm.queue;

import dev.shm.region.ObjectType;
import dev.shm.ring.BlockingRing;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * {@link SharedQueue} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 */
public final class SharedQueueType implements ObjectType {
    static final BlockingRing.Kind KIND =
            new BlockingRing.Kind(new SharedQueueType(), QueueShutDownException::new);

    /** For {@code ServiceLoader}. */
    public SharedQueueType() {}

    @Override
    public int code() {
        return 67;
    }

    @Override
    public String name() {
        return "SharedQueue";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return BlockingRing.describe(configA, configB);
    }

    @Override
    public boolean needsSweep() {
        return true;
    }

    @Override
    public void sweep(AtomicBuffer block, long configA, long configB, int deadTag) {
        BlockingRing.sweep(block, configA, configB, deadTag);
    }
}
