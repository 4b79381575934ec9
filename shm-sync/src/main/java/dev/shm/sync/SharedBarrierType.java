package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.wait.Waiter;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * {@link SharedBarrier} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 *
 * <p>Swept: a member is known by its slot, so its death must have broken the barrier before another
 * participant gets the slot.
 */
public final class SharedBarrierType implements ObjectType {
    static final SharedBarrierType INSTANCE = new SharedBarrierType();

    /** For {@code ServiceLoader}. */
    public SharedBarrierType() {}

    @Override
    public int code() {
        return 38;
    }

    @Override
    public String name() {
        return "SharedBarrier";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return config(configA, configB);
    }

    static String config(long parties, long timeoutNanos) {
        String timeout = TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms";
        return parties + " parties" + (timeoutNanos == 0 ? "" : ", timeout " + timeout);
    }

    /** How many parties the barrier was created with. */
    static int parties(Block block) {
        long parties = block.configA();
        boolean allowed = parties >= 1 && parties <= BarrierLayout.MAX_PARTIES;
        String expected = "1 to " + BarrierLayout.MAX_PARTIES;
        Handles.check(block, allowed, "parties=" + parties, expected);
        Handles.checkBytes(block, BarrierLayout.bytes(block.region().maxParticipants()));
        return (int) parties;
    }

    /** The default timeout that the barrier was created with; 0 if none. */
    static long timeoutNanos(Block block) {
        long nanos = block.configB();
        Handles.check(block, nanos >= 0, "timeoutNanos=" + nanos, "0 or more");
        return nanos;
    }

    @Override
    public boolean needsSweep() {
        return true;
    }

    @Override
    public void sweep(AtomicBuffer block, long configA, long configB, int deadTag) {
        BarrierCore.sweep(block, deadTag, Waiter.system());
    }
}
