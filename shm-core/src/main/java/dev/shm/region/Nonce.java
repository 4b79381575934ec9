package dev.shm.region;

import java.util.UUID;

/** 128 random bits that tie a lock file to the one region file that it was made for. */
record Nonce(long low, long high) {
    static Nonce random() {
        UUID uuid = UUID.randomUUID();
        return new Nonce(uuid.getLeastSignificantBits(), uuid.getMostSignificantBits());
    }

    boolean isZero() {
        return low == 0 && high == 0;
    }

    @Override
    public String toString() {
        return Long.toHexString(high) + Long.toHexString(low);
    }
}
