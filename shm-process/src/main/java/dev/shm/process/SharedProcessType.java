package dev.shm.process;

import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedProcess} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 *
 * <p>No sweep: the parent, which alone knows how the child ended, removes the object.
 */
public final class SharedProcessType implements ObjectType {
    static final SharedProcessType INSTANCE = new SharedProcessType();

    /** For {@code ServiceLoader}. */
    public SharedProcessType() {}

    @Override
    public int code() {
        return 96;
    }

    @Override
    public String name() {
        return "SharedProcess";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return block.capacity() < ProcessLayout.BYTES
                ? "bytes " + block.capacity()
                : "pid " + Integer.toUnsignedString(block.getInt(ProcessLayout.PID));
    }
}
