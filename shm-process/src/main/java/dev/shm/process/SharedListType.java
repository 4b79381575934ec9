package dev.shm.process;

import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedList} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 *
 * <p>Needs no sweep: whoever next comes to a list whose owner is dead repairs it.
 */
public final class SharedListType implements ObjectType {
    static final SharedListType INSTANCE = new SharedListType();

    /** For {@code ServiceLoader}. */
    public SharedListType() {}

    @Override
    public int code() {
        return 98;
    }

    @Override
    public String name() {
        return "SharedList";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return describe(configA, configB);
    }

    static String describe(long capacity, long room) {
        return capacity + " elements, " + room + " bytes";
    }
}
