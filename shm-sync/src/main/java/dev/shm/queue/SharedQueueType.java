package dev.shm.queue;

import dev.shm.ring.BlockingRing;

/**
 * {@link SharedQueue} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 */
public final class SharedQueueType extends RingQueueType {
    static final BlockingRing.Kind KIND =
            new BlockingRing.Kind(new SharedQueueType(), QueueShutDownException::new);

    /** For {@code ServiceLoader}. */
    public SharedQueueType() {
        super(67, "SharedQueue");
    }
}
