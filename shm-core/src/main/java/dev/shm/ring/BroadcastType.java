package dev.shm.ring;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import org.agrona.DirectBuffer;

/**
 * {@link Broadcast} in the directory. Internal: public only so that {@code ServiceLoader} finds it.
 *
 * <p>No sweep: the role names its holder, and whoever wants it looks whether that one lives.
 */
public final class BroadcastType implements ObjectType {
    static final BroadcastType INSTANCE = new BroadcastType();

    /** For {@code ServiceLoader}. */
    public BroadcastType() {}

    @Override
    public int code() {
        return 66;
    }

    @Override
    public String name() {
        return "Broadcast";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return "capacity " + configA;
    }

    /** The capacity that the broadcast was created with. */
    static int capacity(Block block) {
        long capacity = block.configA();
        int bytes = block.buffer().capacity();
        if (!BroadcastLayout.isCapacity(capacity)
                || bytes != BroadcastLayout.bytes((int) capacity)) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " capacity="
                            + capacity
                            + " bytes="
                            + bytes
                            + ", expected: a power of two from "
                            + BroadcastLayout.MIN_CAPACITY
                            + " to "
                            + BroadcastLayout.MAX_CAPACITY
                            + ", and "
                            + BroadcastLayout.TRAILER
                            + " bytes more");
        }
        return (int) capacity;
    }
}
