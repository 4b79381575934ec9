package dev.shm.value;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import org.agrona.DirectBuffer;

/**
 * {@link SharedArray} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 */
public final class SharedArrayType implements ObjectType {
    static final SharedArrayType INSTANCE = new SharedArrayType();

    /** For {@code ServiceLoader}. */
    public SharedArrayType() {}

    @Override
    public int code() {
        return 3;
    }

    @Override
    public String name() {
        return "SharedArray";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return config(configA, configB);
    }

    static String config(long code, long length) {
        return Formats.describeCode(code) + " x " + length;
    }

    static TypeCode check(Block block) {
        return check(block, block.configA(), block.configB());
    }

    static TypeCode check(Block block, long code, long length) {
        TypeCode type = Formats.code(block, code);
        if (length < 1 || length > ArrayLayout.maxLength(type)) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " length="
                            + length
                            + ", expected: 1 to "
                            + ArrayLayout.maxLength(type));
        }
        Formats.bytes(block, ArrayLayout.bytes(type, (int) length));
        return type;
    }
}
