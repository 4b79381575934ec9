package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import java.util.function.Supplier;

/** What stands in the directory of what has a {@link SlotLayout}. */
final class SlotFormat {
    private SlotFormat() {}

    /** The layout of one that is to be made. */
    static SlotLayout layout(int capacity, Codec<?> codec) {
        SlotLayout layout = SlotLayout.of(capacity, codec.maxBytes());
        if (layout == null) {
            throw new IllegalArgumentException(
                    "capacity="
                            + capacity
                            + " codec.maxBytes="
                            + codec.maxBytes()
                            + ": capacity must be 1 to "
                            + SlotLayout.MAX_CAPACITY
                            + ", and all together less than 2 GiB");
        }
        return layout;
    }

    /** The layout of one that is in the directory. */
    static SlotLayout layout(Block block, Codec<?> codec) {
        SlotLayout layout = SlotLayout.of(block.configA(), block.configB());
        if (layout == null || layout.bytes() != block.buffer().capacity()) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " capacity="
                            + block.configA()
                            + " maxBytes="
                            + block.configB()
                            + " bytes="
                            + block.buffer().capacity()
                            + ", expected: a capacity of 1 to "
                            + SlotLayout.MAX_CAPACITY
                            + ", and the bytes that these take");
        }
        if (layout.maxBytes() != codec.maxBytes()) {
            throw new IllegalArgumentException(
                    "name="
                            + block.name()
                            + ": has "
                            + layout
                            + ", asked for was codec="
                            + codec
                            + " with maxBytes="
                            + codec.maxBytes());
        }
        return layout;
    }

    static ObjectSpec spec(ObjectType type, SlotLayout layout) {
        return new ObjectSpec(
                type,
                layout.capacity(),
                layout.maxBytes(),
                layout.bytes(),
                layout.toString(),
                layout::initialize);
    }

    /** What one in the directory was made with, in words. */
    static String describe(long configA, long configB) {
        SlotLayout layout = SlotLayout.of(configA, configB);
        return layout == null ? "unreadable configuration" : layout.toString();
    }

    /** Makes a handle of a block, which is let go if that fails. */
    static <T> T handle(Block block, Supplier<T> handle) {
        try {
            return handle.get();
        } catch (RuntimeException e) {
            block.close();
            throw e;
        }
    }
}
