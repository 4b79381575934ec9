package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.ObjectType;
import org.agrona.DirectBuffer;

/**
 * {@link SharedReadWriteLock} in the directory. Internal: public only so that {@code ServiceLoader}
 * finds it.
 *
 * <p>Needs no sweep: a reader's cell names its participant, so that the next writer drops what the
 * dead have left, and whoever has their slot next cannot be taken for them. The writer's word stays
 * as the dead one left it, since the next writer must be told.
 */
public final class SharedReadWriteLockType implements ObjectType {
    static final SharedReadWriteLockType INSTANCE = new SharedReadWriteLockType();

    /** For {@code ServiceLoader}. */
    public SharedReadWriteLockType() {}

    @Override
    public int code() {
        return 34;
    }

    @Override
    public String name() {
        return "SharedReadWriteLock";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return configA + " participants";
    }

    /** How many cells a lock has that another process made. */
    static int cells(Block block) {
        int cells = block.region().maxParticipants();
        long found = block.configA();
        Handles.check(block, found == cells, "cells=" + found, String.valueOf(cells));
        Handles.checkBytes(block, ReadWriteLayout.bytes(cells));
        return cells;
    }
}
