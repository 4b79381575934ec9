package dev.shm.queue;

import dev.shm.ring.BlockingRing;

/**
 * {@link JoinableQueue} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 */
public final class JoinableQueueType extends RingQueueType {
    static final BlockingRing.Kind KIND =
            new BlockingRing.Kind(new JoinableQueueType(), QueueShutDownException::new);

    /** For {@code ServiceLoader}. */
    public JoinableQueueType() {
        super(68, "JoinableQueue");
    }
}
