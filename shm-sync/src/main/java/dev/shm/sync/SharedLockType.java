package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * {@link SharedLock} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 *
 * <p>Needs no sweep: the next owner must be told of a death, so the word stays as the dead one left
 * it, and whoever waits for it looks at each tick.
 */
public final class SharedLockType implements ObjectType {
    static final SharedLockType INSTANCE = new SharedLockType();

    private static final List<SharedLock.Mode> MODES =
            List.of(SharedLock.Mode.REENTRANT, SharedLock.Mode.NON_REENTRANT);

    /** For {@code ServiceLoader}. */
    public SharedLockType() {}

    @Override
    public int code() {
        return 32;
    }

    @Override
    public String name() {
        return "SharedLock";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return "mode " + (isMode(configA) ? MODES.get((int) configA) : configA);
    }

    private static boolean isMode(long code) {
        return code >= 0 && code < MODES.size();
    }

    /** What stands for a mode in the file. */
    static long code(SharedLock.Mode mode) {
        return MODES.indexOf(mode);
    }

    /** The mode of a lock that another process made. */
    static SharedLock.Mode mode(Block block) {
        long mode = block.configA();
        Handles.check(block, isMode(mode), "mode=" + mode, "0 or 1");
        Handles.checkBytes(block, LockLayout.BYTES);
        return MODES.get((int) block.configA());
    }

    /** What a lock is at birth. */
    static void initialise(MutableDirectBuffer memory, int offset) {
        long id = ThreadLocalRandom.current().nextLong();
        memory.putLong(offset + LockLayout.ID, id == 0 ? 1 : id, ByteOrder.LITTLE_ENDIAN);
    }
}
