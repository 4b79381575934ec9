package dev.shm.region;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A kind of object in which participants hold claims that must be given back when they die.
 *
 * <pre>
 *  offset  size  field
 *  ------  ----  -----------------------------------------
 *       0     8  how many sweeps gave something back
 *       8     8  how many sweeps there were
 *      16   4*n  claims: the tag of who holds it, or zero
 * </pre>
 */
public final class ClaimType implements ObjectType {
    static final int EFFECTIVE_SWEEPS = 0;
    static final int SWEEPS = 8;
    static final int CLAIMS = 16;
    static final int BYTES = 128;

    private static final int CODE = 1001;

    /** For the service loader. */
    public ClaimType() {}

    /** What the tests make such an object with. */
    static ObjectSpec spec() {
        return new ObjectSpec(new ClaimType(), 3, 4, BYTES, "", memory -> {});
    }

    /** Takes a claim for a participant, wherever there is room. */
    static void claim(AtomicBuffer block, int tag) {
        int word = CLAIMS;
        while (!block.compareAndSetInt(word, 0, tag)) {
            word += Integer.BYTES;
        }
    }

    static boolean hasClaim(AtomicBuffer block, int tag) {
        for (int word = CLAIMS; word < BYTES; word += Integer.BYTES) {
            if (block.getIntVolatile(word) == tag) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int code() {
        return CODE;
    }

    @Override
    public String name() {
        return "claims";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        block.boundsCheck(0, BYTES);
        return "";
    }

    @Override
    public boolean needsSweep() {
        return true;
    }

    @Override
    public void sweep(AtomicBuffer block, long configA, long configB, int deadTag) {
        if (configA != 3 || configB != 4) {
            throw new IllegalStateException("configA=" + configA + " configB=" + configB);
        }
        boolean effective = false;
        for (int word = CLAIMS; word < BYTES; word += Integer.BYTES) {
            effective |= block.compareAndSetInt(word, deadTag, 0);
        }
        block.getAndAddLong(SWEEPS, 1);
        if (effective) {
            block.getAndAddLong(EFFECTIVE_SWEEPS, 1);
        }
    }
}
