package dev.shm.ring;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import dev.shm.wait.Waiter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * {@link MpmcRing} in the directory. Internal: public only so that {@code ServiceLoader} finds it.
 */
public final class MpmcRingType implements ObjectType {
    static final MpmcRingType INSTANCE = new MpmcRingType();

    /** For {@code ServiceLoader}. */
    public MpmcRingType() {}

    @Override
    public int code() {
        return 65;
    }

    @Override
    public String name() {
        return "MpmcRing";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        MpmcLayout layout = MpmcLayout.of(configA, configB);
        return layout == null ? "unreadable configuration" : config(layout);
    }

    static String config(MpmcLayout layout) {
        return layout.capacity() + " messages of at most " + layout.maxLength() + " bytes";
    }

    /** The layout of a ring that is in the directory. */
    static MpmcLayout layout(Block block) {
        MpmcLayout layout = MpmcLayout.of(block.configA(), block.configB());
        return checked(block, layout, "a capacity that is a power of two");
    }

    /** Refuses a layout that is none, or not that of the block, and says what the capacity is. */
    static MpmcLayout checked(Block block, @Nullable MpmcLayout layout, String capacity) {
        int participants = block.region().maxParticipants();
        if (layout == null
                || layout.cells() != participants + 1
                || layout.bytes() != block.buffer().capacity()) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " configA="
                            + block.configA()
                            + " configB="
                            + Long.toHexString(block.configB())
                            + " bytes="
                            + block.buffer().capacity()
                            + ", expected: "
                            + capacity
                            + ", "
                            + participants
                            + " participants, and the bytes that these take");
        }
        return layout;
    }

    @Override
    public boolean needsSweep() {
        return true;
    }

    @Override
    public void sweep(AtomicBuffer block, long configA, long configB, int deadTag) {
        MpmcLayout layout = MpmcLayout.of(configA, configB);
        if (layout != null && layout.bytes() <= block.capacity()) {
            MpmcCore.sweep(block, layout, deadTag, Waiter.system());
        }
    }
}
