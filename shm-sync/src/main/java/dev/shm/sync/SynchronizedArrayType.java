package dev.shm.sync;

import dev.shm.region.ObjectType;
import dev.shm.value.Embedded;
import org.agrona.DirectBuffer;

/**
 * {@link SynchronizedArray} in the directory. Internal: public only so that {@code ServiceLoader}
 * finds it.
 *
 * <p>Needs no sweep, as a {@link SharedLock} needs none.
 */
public final class SynchronizedArrayType implements ObjectType {
    static final SynchronizedArrayType INSTANCE = new SynchronizedArrayType();

    /** For {@code ServiceLoader}. */
    public SynchronizedArrayType() {}

    @Override
    public int code() {
        return 41;
    }

    @Override
    public String name() {
        return "SynchronizedArray";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return describe(configA, configB);
    }

    static String describe(long config, long lockId) {
        return Embedded.describe(SynchronizedLayout.code(config))
                + " x "
                + SynchronizedLayout.length(config)
                + Guard.describe(lockId);
    }
}
