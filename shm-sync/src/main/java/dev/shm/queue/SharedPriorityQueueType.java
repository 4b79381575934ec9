package dev.shm.queue;

import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedPriorityQueue} in the directory. Internal: public only so that {@code ServiceLoader}
 * finds it.
 *
 * <p>Needs no sweep: the next owner of the mutex repairs what a dead one left.
 */
public final class SharedPriorityQueueType implements ObjectType {
    static final SharedPriorityQueueType INSTANCE = new SharedPriorityQueueType();

    /** For {@code ServiceLoader}. */
    public SharedPriorityQueueType() {}

    @Override
    public int code() {
        return 70;
    }

    @Override
    public String name() {
        return "SharedPriorityQueue";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return SlotFormat.describe(configA, configB);
    }
}
