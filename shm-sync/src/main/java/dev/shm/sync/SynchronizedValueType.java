package dev.shm.sync;

import dev.shm.region.ObjectType;
import dev.shm.value.Embedded;
import org.agrona.DirectBuffer;

/**
 * {@link SynchronizedValue} in the directory. Internal: public only so that {@code ServiceLoader}
 * finds it.
 *
 * <p>Needs no sweep, as a {@link SharedLock} needs none.
 */
public final class SynchronizedValueType implements ObjectType {
    static final SynchronizedValueType INSTANCE = new SynchronizedValueType();

    /** For {@code ServiceLoader}. */
    public SynchronizedValueType() {}

    @Override
    public int code() {
        return 40;
    }

    @Override
    public String name() {
        return "SynchronizedValue";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return describe(configA, configB);
    }

    static String describe(long code, long lockId) {
        return Embedded.describe(code) + Guard.describe(lockId);
    }
}
