package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedCondition} in the directory. Internal: public only so that {@code ServiceLoader}
 * finds it.
 *
 * <p>Needs no sweep: cells change only under the lock, which a sweeper does not hold. The cells of
 * the dead are freed, and their signals passed on, by whoever signals or waits next.
 */
public final class SharedConditionType implements ObjectType {
    static final SharedConditionType INSTANCE = new SharedConditionType();

    /** For {@code ServiceLoader}. */
    public SharedConditionType() {}

    @Override
    public int code() {
        return 33;
    }

    @Override
    public String name() {
        return "SharedCondition";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return describe(configA, configB, ConditionLayout.readLock(block));
    }

    static String describe(long cells, long lockId, String lock) {
        return cells + " cells, lock=" + lock + " id=" + Long.toHexString(lockId);
    }

    /** How many cells a condition has that another process made. */
    static int cells(Block block) {
        long cells = block.configA();
        boolean possible = cells >= 1 && cells <= ConditionLayout.MAX_CELLS;
        Handles.check(block, possible, "cells=" + cells, "1 to " + ConditionLayout.MAX_CELLS);
        Handles.checkBytes(block, ConditionLayout.bytes((int) cells));
        return (int) cells;
    }
}
