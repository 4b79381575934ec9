package dev.shm.ring;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import org.agrona.DirectBuffer;

/**
 * {@link SpscRing} in the directory. Internal: public only so that {@code ServiceLoader} finds it.
 *
 * <p>No sweep: a role names its holder, and whoever wants it looks whether that one lives.
 */
public final class SpscRingType implements ObjectType {
    static final SpscRingType INSTANCE = new SpscRingType();

    /** For {@code ServiceLoader}. */
    public SpscRingType() {}

    @Override
    public int code() {
        return 64;
    }

    @Override
    public String name() {
        return "SpscRing";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return "capacity " + configA;
    }

    /** The capacity that the ring was created with. */
    static int capacity(Block block) {
        long capacity = block.configA();
        int bytes = block.buffer().capacity();
        if (!SpscLayout.isCapacity(capacity) || bytes != SpscLayout.bytes((int) capacity)) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " capacity="
                            + capacity
                            + " bytes="
                            + bytes
                            + ", expected: a power of two from "
                            + SpscLayout.MIN_CAPACITY
                            + " to "
                            + SpscLayout.MAX_CAPACITY
                            + ", and "
                            + SpscLayout.DATA
                            + " bytes more");
        }
        return (int) capacity;
    }
}
