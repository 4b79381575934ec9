package dev.shm.codec;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Byte arrays as they are. */
final class BytesCodec implements Codec<byte[]> {

    private final int maxBytes;

    BytesCodec(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public int maxBytes() {
        return maxBytes;
    }

    @Override
    public int encode(byte[] value, MutableDirectBuffer target, int index) {
        Checks.requireFits(value.length, maxBytes);
        target.putBytes(index, value);
        return value.length;
    }

    @Override
    public byte[] decode(DirectBuffer source, int index, int length) {
        return Checks.copy(source, index, length, maxBytes);
    }

    @Override
    public String toString() {
        return "bytes(" + maxBytes + ")";
    }
}
