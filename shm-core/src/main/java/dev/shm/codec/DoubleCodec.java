package dev.shm.codec;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A double as the 8 little-endian bytes of its bits. */
final class DoubleCodec implements Codec<Double> {

    static final DoubleCodec INSTANCE = new DoubleCodec();

    private DoubleCodec() {}

    @Override
    public int maxBytes() {
        return Double.BYTES;
    }

    @Override
    public int encode(Double value, MutableDirectBuffer target, int index) {
        target.putLong(index, Double.doubleToRawLongBits(value), ByteOrder.LITTLE_ENDIAN);
        return Double.BYTES;
    }

    @Override
    public Double decode(DirectBuffer source, int index, int length) {
        Checks.requireLength(length, Double.BYTES);
        return Double.longBitsToDouble(source.getLong(index, ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    public String toString() {
        return "doubles()";
    }
}
