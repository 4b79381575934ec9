package dev.shm.queue;

import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedStack} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 *
 * <p>Needs no sweep: the next owner of the mutex repairs what a dead one left.
 */
public final class SharedStackType implements ObjectType {
    static final SharedStackType INSTANCE = new SharedStackType();

    /** For {@code ServiceLoader}. */
    public SharedStackType() {}

    @Override
    public int code() {
        return 69;
    }

    @Override
    public String name() {
        return "SharedStack";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return SlotFormat.describe(configA, configB);
    }
}
