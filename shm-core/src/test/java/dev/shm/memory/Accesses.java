package dev.shm.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;

/** The methods of a buffer as data, so that a test can say one thing of all of them. */
final class Accesses {

    /** Uses the buffer at an index. */
    interface At {
        void use(AtomicBuffer buffer, int index);
    }

    /** Uses {@code length} bytes of the buffer from an index on. */
    interface Over {
        void use(AtomicBuffer buffer, int index, int length);
    }

    /** A method that reads or writes {@code size} bytes at an index. */
    record Fixed(String name, int size, boolean writes, boolean atomic, At at) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A method that reads or writes as many bytes as its caller says. */
    record Ranged(String name, boolean writes, Over over) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final ByteOrder BIG = ByteOrder.BIG_ENDIAN;
    private static final ByteBuffer SCRATCH = ByteBuffer.allocateDirect(64);
    private static final MappedBuffer SCRATCH_MAPPED = new MappedBuffer(SCRATCH);

    private Accesses() {}

    static List<Fixed> fixed() {
        return List.of(
                plainGet("getLong", 8, (b, i) -> b.getLong(i)),
                plainGet("getLong/order", 8, (b, i) -> b.getLong(i, BIG)),
                plainGet("getInt", 4, (b, i) -> b.getInt(i)),
                plainGet("getInt/order", 4, (b, i) -> b.getInt(i, BIG)),
                plainGet("getShort", 2, (b, i) -> b.getShort(i)),
                plainGet("getShort/order", 2, (b, i) -> b.getShort(i, BIG)),
                plainGet("getChar", 2, (b, i) -> b.getChar(i)),
                plainGet("getChar/order", 2, (b, i) -> b.getChar(i, BIG)),
                plainGet("getDouble", 8, (b, i) -> b.getDouble(i)),
                plainGet("getDouble/order", 8, (b, i) -> b.getDouble(i, BIG)),
                plainGet("getFloat", 4, (b, i) -> b.getFloat(i)),
                plainGet("getFloat/order", 4, (b, i) -> b.getFloat(i, BIG)),
                plainGet("getByte", 1, (b, i) -> b.getByte(i)),
                plainPut("putLong", 8, (b, i) -> b.putLong(i, 1)),
                plainPut("putLong/order", 8, (b, i) -> b.putLong(i, 1, BIG)),
                plainPut("putInt", 4, (b, i) -> b.putInt(i, 1)),
                plainPut("putInt/order", 4, (b, i) -> b.putInt(i, 1, BIG)),
                plainPut("putShort", 2, (b, i) -> b.putShort(i, (short) 1)),
                plainPut("putShort/order", 2, (b, i) -> b.putShort(i, (short) 1, BIG)),
                plainPut("putChar", 2, (b, i) -> b.putChar(i, '1')),
                plainPut("putChar/order", 2, (b, i) -> b.putChar(i, '1', BIG)),
                plainPut("putDouble", 8, (b, i) -> b.putDouble(i, 1)),
                plainPut("putDouble/order", 8, (b, i) -> b.putDouble(i, 1, BIG)),
                plainPut("putFloat", 4, (b, i) -> b.putFloat(i, 1)),
                plainPut("putFloat/order", 4, (b, i) -> b.putFloat(i, 1, BIG)),
                plainPut("putByte", 1, (b, i) -> b.putByte(i, (byte) 1)),
                atomicGet("getLongVolatile", 8, (b, i) -> b.getLongVolatile(i)),
                atomicGet("getLongAcquire", 8, (b, i) -> b.getLongAcquire(i)),
                atomicGet("getLongOpaque", 8, (b, i) -> b.getLongOpaque(i)),
                atomicGet("getIntVolatile", 4, (b, i) -> b.getIntVolatile(i)),
                atomicGet("getIntAcquire", 4, (b, i) -> b.getIntAcquire(i)),
                atomicGet("getIntOpaque", 4, (b, i) -> b.getIntOpaque(i)),
                atomicGet("getShortVolatile", 2, (b, i) -> b.getShortVolatile(i)),
                atomicGet("getCharVolatile", 2, (b, i) -> b.getCharVolatile(i)),
                atomicGet("getByteVolatile", 1, (b, i) -> b.getByteVolatile(i)),
                atomicPut("putLongVolatile", 8, (b, i) -> b.putLongVolatile(i, 1)),
                atomicPut("putLongRelease", 8, (b, i) -> b.putLongRelease(i, 1)),
                atomicPut("putLongOrdered", 8, (b, i) -> b.putLongOrdered(i, 1)),
                atomicPut("putLongOpaque", 8, (b, i) -> b.putLongOpaque(i, 1)),
                atomicPut("addLongOpaque", 8, (b, i) -> b.addLongOpaque(i, 1)),
                atomicPut("addLongRelease", 8, (b, i) -> b.addLongRelease(i, 1)),
                atomicPut("addLongOrdered", 8, (b, i) -> b.addLongOrdered(i, 1)),
                atomicPut("compareAndSetLong", 8, (b, i) -> b.compareAndSetLong(i, 0, 1)),
                atomicPut("compareAndExchangeLong", 8, (b, i) -> b.compareAndExchangeLong(i, 0, 1)),
                atomicPut("getAndSetLong", 8, (b, i) -> b.getAndSetLong(i, 1)),
                atomicPut("getAndAddLong", 8, (b, i) -> b.getAndAddLong(i, 1)),
                atomicPut("putIntVolatile", 4, (b, i) -> b.putIntVolatile(i, 1)),
                atomicPut("putIntRelease", 4, (b, i) -> b.putIntRelease(i, 1)),
                atomicPut("putIntOrdered", 4, (b, i) -> b.putIntOrdered(i, 1)),
                atomicPut("putIntOpaque", 4, (b, i) -> b.putIntOpaque(i, 1)),
                atomicPut("addIntOpaque", 4, (b, i) -> b.addIntOpaque(i, 1)),
                atomicPut("addIntRelease", 4, (b, i) -> b.addIntRelease(i, 1)),
                atomicPut("addIntOrdered", 4, (b, i) -> b.addIntOrdered(i, 1)),
                atomicPut("compareAndSetInt", 4, (b, i) -> b.compareAndSetInt(i, 0, 1)),
                atomicPut("compareAndExchangeInt", 4, (b, i) -> b.compareAndExchangeInt(i, 0, 1)),
                atomicPut("getAndSetInt", 4, (b, i) -> b.getAndSetInt(i, 1)),
                atomicPut("getAndAddInt", 4, (b, i) -> b.getAndAddInt(i, 1)),
                atomicPut("putShortVolatile", 2, (b, i) -> b.putShortVolatile(i, (short) 1)),
                atomicPut("putCharVolatile", 2, (b, i) -> b.putCharVolatile(i, '1')),
                atomicPut("putByteVolatile", 1, (b, i) -> b.putByteVolatile(i, (byte) 1)));
    }

    static List<Ranged> ranged() {
        return List.of(
                new Ranged("boundsCheck", false, (b, i, n) -> b.boundsCheck(i, n)),
                new Ranged("getBytes/array", false, (b, i, n) -> b.getBytes(i, new byte[64], 0, n)),
                new Ranged("getBytes/buffer", false, (b, i, n) -> b.getBytes(i, direct(), n)),
                new Ranged("getBytes/buffer+at", false, (b, i, n) -> b.getBytes(i, direct(), 0, n)),
                new Ranged("getBytes/mapped", false, (b, i, n) -> b.getBytes(i, mapped(), 0, n)),
                new Ranged(
                        "getString/ascii", false, (b, i, n) -> b.getStringWithoutLengthAscii(i, n)),
                new Ranged(
                        "getString/append",
                        false,
                        (b, i, n) -> b.getStringWithoutLengthAscii(i, n, new StringBuilder())),
                new Ranged(
                        "getString/utf8", false, (b, i, n) -> b.getStringWithoutLengthUtf8(i, n)),
                new Ranged("setMemory", true, (b, i, n) -> b.setMemory(i, n, (byte) 1)),
                new Ranged("putBytes/array", true, (b, i, n) -> b.putBytes(i, new byte[64], 0, n)),
                new Ranged("putBytes/buffer", true, (b, i, n) -> b.putBytes(i, direct(), n)),
                new Ranged("putBytes/buffer+at", true, (b, i, n) -> b.putBytes(i, direct(), 0, n)),
                new Ranged("putBytes/mapped", true, (b, i, n) -> b.putBytes(i, mapped(), 0, n)));
    }

    private static ByteBuffer direct() {
        return SCRATCH.duplicate();
    }

    private static MappedBuffer mapped() {
        return SCRATCH_MAPPED;
    }

    private static Fixed plainGet(String name, int size, At at) {
        return new Fixed(name, size, false, false, at);
    }

    private static Fixed plainPut(String name, int size, At at) {
        return new Fixed(name, size, true, false, at);
    }

    private static Fixed atomicGet(String name, int size, At at) {
        return new Fixed(name, size, false, true, at);
    }

    private static Fixed atomicPut(String name, int size, At at) {
        return new Fixed(name, size, true, true, at);
    }
}
