package dev.shm.codec;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A long in 8 little-endian bytes. */
final class LongCodec implements Codec<Long> {

    static final LongCodec INSTANCE = new LongCodec();

    private LongCodec() {}

    @Override
    public int maxBytes() {
        return Long.BYTES;
    }

    @Override
    public int encode(Long value, MutableDirectBuffer target, int index) {
        target.putLong(index, value, ByteOrder.LITTLE_ENDIAN);
        return Long.BYTES;
    }

    @Override
    public Long decode(DirectBuffer source, int index, int length) {
        Checks.requireLength(length, Long.BYTES);
        return source.getLong(index, ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public String toString() {
        return "longs()";
    }
}
