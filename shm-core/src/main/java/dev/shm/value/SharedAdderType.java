package dev.shm.value;

import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedAdder} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 */
public final class SharedAdderType implements ObjectType {
    static final SharedAdderType INSTANCE = new SharedAdderType();

    /** For {@code ServiceLoader}. */
    public SharedAdderType() {}

    @Override
    public int code() {
        return 5;
    }

    @Override
    public String name() {
        return "SharedAdder";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return config(configA);
    }

    static String config(long cells) {
        return cells + " cells";
    }
}
