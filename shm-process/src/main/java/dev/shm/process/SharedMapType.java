package dev.shm.process;

import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedMap} in the directory. Internal: public only so that {@code ServiceLoader} finds it.
 *
 * <p>Needs no sweep: whoever next comes to a stripe whose owner is dead repairs it.
 */
public final class SharedMapType implements ObjectType {
    static final SharedMapType INSTANCE = new SharedMapType();

    /** For {@code ServiceLoader}. */
    public SharedMapType() {}

    @Override
    public int code() {
        return 97;
    }

    @Override
    public String name() {
        return "SharedMap";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return describe(configA, configB);
    }

    static String describe(long capacity, long room) {
        return capacity + " entries, " + room + " bytes";
    }
}
