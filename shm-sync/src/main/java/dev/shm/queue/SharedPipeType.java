package dev.shm.queue;

import dev.shm.queue.SharedPipe.Mode;
import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.region.RegionFormatException;
import org.agrona.DirectBuffer;

/**
 * {@link SharedPipe} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 *
 * <p>No sweep: an end names who took it, and whoever waits for that one looks whether it lives.
 */
public final class SharedPipeType implements ObjectType {
    static final SharedPipeType INSTANCE = new SharedPipeType();

    /** For {@code ServiceLoader}. */
    public SharedPipeType() {}

    @Override
    public int code() {
        return 71;
    }

    @Override
    public String name() {
        return "SharedPipe";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return describe(configA, configB == Mode.ONE_WAY.directions() ? Mode.ONE_WAY : Mode.DUPLEX);
    }

    static String describe(long capacity, Mode mode) {
        return mode + ", capacity " + capacity;
    }

    static Mode mode(Block block) {
        for (Mode mode : Mode.values()) {
            if (mode.directions() == block.configB()) {
                return mode;
            }
        }
        throw new RegionFormatException(
                "object=" + block.name() + " directions=" + block.configB() + ", expected: 1 or 2");
    }

    /** The capacity that the pipe was created with. */
    static int capacity(Block block, Mode mode) {
        long capacity = block.configA();
        int bytes = block.buffer().capacity();
        if (!PipeLayout.isCapacity(capacity)
                || bytes != PipeLayout.bytes((int) capacity, mode.directions())) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " capacity="
                            + capacity
                            + " bytes="
                            + bytes
                            + ", expected: a power of two from "
                            + PipeLayout.MIN_CAPACITY
                            + " to "
                            + PipeLayout.MAX_CAPACITY
                            + ", and the bytes that go with it");
        }
        return (int) capacity;
    }
}
