package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.sync.SharedEvent.Mode;
import org.agrona.DirectBuffer;

/**
 * {@link SharedEvent} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 *
 * <p>No sweep: an event has no owner.
 */
public final class SharedEventType implements ObjectType {
    static final SharedEventType INSTANCE = new SharedEventType();

    private static final long MANUAL_RESET = 0;
    private static final long AUTO_RESET = 1;

    /** For {@code ServiceLoader}. */
    public SharedEventType() {}

    @Override
    public int code() {
        return 37;
    }

    @Override
    public String name() {
        return "SharedEvent";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return isMode(configA) ? mode(configA).toString() : "mode " + configA;
    }

    static long code(Mode mode) {
        return mode == Mode.MANUAL_RESET ? MANUAL_RESET : AUTO_RESET;
    }

    /** The mode that the event was created with. */
    static Mode mode(Block block) {
        long code = block.configA();
        Handles.check(block, isMode(code), "mode=" + code, "0 or 1");
        Handles.checkBytes(block, EventLayout.BYTES);
        return mode(code);
    }

    private static boolean isMode(long code) {
        return code == MANUAL_RESET || code == AUTO_RESET;
    }

    private static Mode mode(long code) {
        return code == MANUAL_RESET ? Mode.MANUAL_RESET : Mode.AUTO_RESET;
    }
}
