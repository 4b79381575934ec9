package dev.shm.value;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedValue} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 */
public final class SharedValueType implements ObjectType {
    static final SharedValueType INSTANCE = new SharedValueType();

    /** For {@code ServiceLoader}. */
    public SharedValueType() {}

    @Override
    public int code() {
        return 2;
    }

    @Override
    public String name() {
        return "SharedValue";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return Formats.describeCode(configA);
    }

    static TypeCode check(Block block) {
        TypeCode type = Formats.code(block, block.configA());
        Formats.bytes(block, ValueLayout.BYTES);
        return type;
    }
}
