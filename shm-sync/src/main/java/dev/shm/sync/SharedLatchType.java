package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import dev.shm.sync.SharedLatch.Mode;
import org.agrona.DirectBuffer;

/**
 * {@link SharedLatch} in the directory. Internal: public only so that {@code ServiceLoader} finds
 * it.
 *
 * <p>No sweep: tags never come back, so a party of the dead is known for one ever after, and
 * whoever waits for it finds out by a tick.
 */
public final class SharedLatchType implements ObjectType {
    static final SharedLatchType INSTANCE = new SharedLatchType();

    private static final long COUNT = 0;
    private static final long PARTIES = 1;

    /** For {@code ServiceLoader}. */
    public SharedLatchType() {}

    @Override
    public int code() {
        return 39;
    }

    @Override
    public String name() {
        return "SharedLatch";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return isMode(configB) ? config(configA, mode(configB)) : "mode " + configB;
    }

    static String config(long number, Mode mode) {
        return mode == Mode.COUNT ? "initial count " + number : number + " parties";
    }

    static long code(Mode mode) {
        return mode == Mode.COUNT ? COUNT : PARTIES;
    }

    static int bytes(int number, Mode mode) {
        return LatchLayout.bytes(mode == Mode.COUNT ? 0 : number);
    }

    /** The mode that the latch was created with. */
    static Mode mode(Block block) {
        long code = block.configB();
        Handles.check(block, isMode(code), "mode=" + code, "0 or 1");
        return mode(code);
    }

    /** The initial count, or the number of parties, that the latch was created with. */
    static int number(Block block, Mode mode) {
        long number = block.configA();
        int most = mode == Mode.COUNT ? Integer.MAX_VALUE : LatchLayout.MAX_PARTIES;
        int least = mode == Mode.COUNT ? 0 : 1;
        boolean allowed = number >= least && number <= most;
        Handles.check(block, allowed, "number=" + number, least + " to " + most);
        Handles.checkBytes(block, bytes((int) number, mode));
        return (int) number;
    }

    private static boolean isMode(long code) {
        return code == COUNT || code == PARTIES;
    }

    private static Mode mode(long code) {
        return code == COUNT ? Mode.COUNT : Mode.PARTIES;
    }
}
