package dev.shm.queue;

import dev.shm.region.ObjectType;
import dev.shm.ring.BlockingRing;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/** A {@link RingQueue} in the directory. */
abstract class RingQueueType implements ObjectType {
    private final int code;
    private final String name;

    RingQueueType(int code, String name) {
        this.code = code;
        this.name = name;
    }

    @Override
    public int code() {
        return code;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return BlockingRing.describe(configA, configB);
    }

    @Override
    public boolean needsSweep() {
        return true;
    }

    @Override
    public void sweep(AtomicBuffer block, long configA, long configB, int deadTag) {
        BlockingRing.sweep(block, configA, configB, deadTag);
    }
}
