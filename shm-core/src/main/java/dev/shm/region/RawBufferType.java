package dev.shm.region;

import org.agrona.DirectBuffer;

/** Blocks of memory without a type, as {@link SharedRegion#buffer} makes them. */
public final class RawBufferType implements ObjectType {
    static final RawBufferType INSTANCE = new RawBufferType();

    private static final int CODE = 1;

    /** For the service loader. */
    public RawBufferType() {}

    @Override
    public int code() {
        return CODE;
    }

    @Override
    public String name() {
        return "buffer";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        return "";
    }
}
