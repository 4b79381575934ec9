package dev.shm.memory;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.AsciiEncoding;
import org.agrona.AsciiNumberFormatException;
import org.agrona.AsciiSequenceView;
import org.agrona.DirectBuffer;
import org.agrona.LangUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Agrona's {@link AtomicBuffer} over mapped or other direct memory, for which the JVM needs no
 * flag.
 *
 * <pre>{@code
 * MappedBuffer buffer = new MappedBuffer(channel.map(MapMode.READ_WRITE, 0, 1 << 20));
 * buffer.putLong(8, 42);                              // plain
 * buffer.putIntRelease(0, 1);                         // whoever acquires the 1 sees the 42
 * MappedBuffer part = buffer.slice(4096, 1024);
 * part.invalidate("block=orders is closed");          // part throws from now on, buffer does not
 * }</pre>
 *
 * <p>All numbers are little-endian on every machine, except where a method is given a {@link
 * ByteOrder}. Bounds are always checked, and no property switches that off. A read-only {@code
 * ByteBuffer} can be read; writing to it throws {@link ReadOnlyBufferException}.
 *
 * <p>It differs from Agrona's {@code UnsafeBuffer} where safety asks for it. It wraps direct memory
 * only, since atomic access needs memory that the garbage collector does not move. It has no {@link
 * #addressOffset()}, so an {@code UnsafeBuffer} cannot wrap it or copy from it: ask this side to
 * copy. Misaligned atomic access throws {@link IllegalStateException} and names the index, where an
 * {@code UnsafeBuffer} would be slow, torn or stopped by the processor.
 *
 * <p><b>Threads and processes.</b> Any number of threads of any number of processes that map the
 * same memory may use their buffers at once. Only {@code wrap} is not for concurrent use.
 *
 * <p><b>Memory effects.</b> They are those of {@link VarHandle}, and the method names say which:
 *
 * <pre>
 *  name              mode                           types               index
 *  ----------------  -----------------------------  ------------------  ----------------
 *  getX, putX        plain; may be seen in parts    all, bytes, text    any
 *  XOpaque           opaque                         int long            multiple of size
 *  XAcquire          acquire                        int long            multiple of size
 *  XRelease          release (XOrdered: the same)   int long            multiple of size
 *  XVolatile         volatile                       byte to long        multiple of size
 *  getAnd, compare   volatile read-modify-write     int long            multiple of size
 *  addXRelease       release read-modify-write      int long            multiple of size
 *  addXOpaque        an opaque read and an opaque   int long            multiple of size
 *                    write, for a single writer
 * </pre>
 *
 * <p>What counts is a multiple of the address: {@link #verifyAlignment()} tells whether index 0 is
 * one.
 *
 * <p><b>If a process dies.</b> The memory keeps every store that the process made, in the order
 * that the access modes promise. Plain stores of several bytes may be there in part, so data is
 * published last, by a release store or a compare-and-set.
 */
public final class MappedBuffer implements AtomicBuffer {
    /*
     * Overview.
     *
     * Every access takes `bytes` once, checks the bounds against it and works on what it took.
     * invalidate() swaps in CLOSED, which has no bytes, so the bounds check that must be made
     * anyway is also the check for use after close. An access that took `bytes` before the swap
     * ends as if it had come before it, safely, since the ByteBuffer that it holds keeps the
     * memory mapped. So a race with invalidate() gives a result or IllegalStateException and
     * nothing else. Whoever meets CLOSED takes the lock before it reads `reason`, which was set
     * under that lock before CLOSED was.
     *
     * `bytes` is plain, so that a getter stays a handful of instructions. A thread that spins on
     * an acquire, opaque or volatile read still meets the swap: no later read may move before an
     * acquire read, so each turn loads `bytes` anew (HotSpot keeps that order for opaque reads
     * too), and caches are coherent. A loop of plain reads need not meet it, as it need not see
     * any other change.
     *
     * at() asks Objects.checkIndex what the VarHandle is about to ask; C2 finds two equal checks
     * and keeps one.
     */

    private static final VarHandle SHORT =
            MethodHandles.byteBufferViewVarHandle(short[].class, LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteBufferViewVarHandle(int[].class, LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, LITTLE_ENDIAN);

    /** Stands for no memory; told by identity from a valid buffer of length zero. */
    private static final ByteBuffer CLOSED = ByteBuffer.allocateDirect(0);

    /** What {@link #setMemory} copies at a time: it stays in the first-level cache. */
    private static final int FILL_BYTES = 16 * 1024;

    private static final String DIRECT_ONLY =
            "only direct memory is allowed, as atomic access needs memory that the garbage"
                    + " collector does not move";

    private final Object lock = new Object();

    /** Exactly what this buffer spans. Nobody else has this object, so its limit stays. */
    private ByteBuffer bytes = CLOSED;

    private ByteBuffer wrapped = CLOSED;
    private int wrapAdjustment;

    /** How far index 0 is beyond a multiple of four bytes. */
    private int skew;

    private @Nullable String reason;
    private final List<MappedBuffer> parts = new ArrayList<>(0);

    /**
     * A buffer over all of {@code direct}, whatever its position, limit and byte order.
     *
     * @throws IllegalArgumentException if {@code direct} is on the heap
     */
    public MappedBuffer(ByteBuffer direct) {
        span(direct, 0, direct.capacity());
    }

    private MappedBuffer(ByteBuffer direct, int offset, int length) {
        span(direct, offset, length);
    }

    /**
     * An independent buffer over a part of this one: closing one does not close the other.
     *
     * @throws IndexOutOfBoundsException if the part does not lie in this buffer
     */
    public MappedBuffer slice(int offset, int length) {
        range(offset, length);
        return new MappedBuffer(byteBuffer(), wrapAdjustment + offset, length);
    }

    /**
     * A buffer over a part of this one that lets go of the memory when this one does.
     *
     * @throws IndexOutOfBoundsException if the part does not lie in this buffer
     */
    public MappedBuffer part(int offset, int length) {
        MappedBuffer part = slice(offset, length);
        synchronized (lock) {
            if (reason != null) {
                throw closed();
            }
            parts.add(part);
        }
        return part;
    }

    /**
     * Lets go of the memory: every access of this buffer that begins later throws {@link
     * IllegalStateException} with this reason, in every thread. The first reason stays.
     */
    public void invalidate(String reason) {
        Objects.requireNonNull(reason, "reason");
        synchronized (lock) {
            if (this.reason == null) {
                this.reason = reason;
                bytes = CLOSED;
                wrapped = CLOSED;
                parts.forEach(part -> part.invalidate(reason));
            }
        }
    }

    /** True until {@link #invalidate}. */
    public boolean isValid() {
        synchronized (lock) {
            return reason == null;
        }
    }

    private void span(ByteBuffer direct, int offset, int length) {
        if (!direct.isDirect()) {
            throw new IllegalArgumentException("buffer=" + direct + ": " + DIRECT_ONLY);
        }
        if (isOutside(offset, length, direct.capacity())) {
            throw outOfBounds(offset, length, direct.capacity());
        }
        ByteBuffer part = direct.duplicate().clear().slice(offset, length);
        synchronized (lock) {
            if (reason != null) {
                throw closed();
            }
            // Even a thread that got this buffer through a data race must not see a ByteBuffer
            // without its address.
            VarHandle.releaseFence();
            bytes = part;
            wrapped = direct;
            wrapAdjustment = offset;
            skew = part.alignmentOffset(0, Integer.BYTES);
        }
    }

    // --- Checks ---

    /** The memory, of which the {@code length} bytes from {@code index} on may be used. */
    private ByteBuffer at(int index, int length) {
        ByteBuffer b = bytes;
        try {
            Objects.checkIndex(index, b.limit() - length + 1);
        } catch (IndexOutOfBoundsException e) {
            throw isClosed(b) ? closed() : outOfBounds(index, length, b.limit());
        }
        return b;
    }

    /** As {@link #at}, for a length that is not known to be positive. */
    private ByteBuffer range(int index, int length) {
        ByteBuffer b = bytes();
        if (isOutside(index, length, b.limit())) {
            throw outOfBounds(index, length, b.limit());
        }
        return b;
    }

    private ByteBuffer bytes() {
        ByteBuffer b = bytes;
        if (isClosed(b)) {
            throw closed();
        }
        return b;
    }

    @SuppressWarnings("ReferenceEquality") // Not equals: a valid buffer may be empty too.
    private static boolean isClosed(ByteBuffer b) {
        return b == CLOSED;
    }

    private IllegalStateException closed() {
        synchronized (lock) {
            return new IllegalStateException(reason);
        }
    }

    private static boolean isOutside(int index, int length, int capacity) {
        return index < 0 || length < 0 || length > capacity - index;
    }

    private static IndexOutOfBoundsException outOfBounds(int index, int length, int capacity) {
        return new IndexOutOfBoundsException(
                "index=" + index + " length=" + length + " capacity=" + capacity);
    }

    @Override
    public void checkLimit(int limit) {
        int capacity = capacity();
        if (limit > capacity) {
            throw new IndexOutOfBoundsException("limit=" + limit + " capacity=" + capacity);
        }
    }

    @Override
    public void boundsCheck(int index, int length) {
        range(index, length);
    }

    @Override
    public void verifyAlignment() {
        int excess = bytes().alignmentOffset(0, ALIGNMENT);
        if (excess != 0) {
            throw new IllegalStateException(
                    "excess="
                            + excess
                            + ": index 0 must be at a multiple of "
                            + ALIGNMENT
                            + " bytes");
        }
    }

    // --- What is wrapped ---

    /** Refused: atomic access needs memory that the garbage collector does not move. */
    @Override
    public void wrap(byte[] buffer) {
        throw new UnsupportedOperationException("byte[]: " + DIRECT_ONLY);
    }

    /** Refused: atomic access needs memory that the garbage collector does not move. */
    @Override
    public void wrap(byte[] buffer, int offset, int length) {
        wrap(buffer);
    }

    /**
     * Spans all of {@code buffer}.
     *
     * @throws IllegalArgumentException if {@code buffer} is on the heap
     */
    @Override
    public void wrap(ByteBuffer buffer) {
        span(buffer, 0, buffer.capacity());
    }

    /**
     * Spans a part of {@code buffer}.
     *
     * @throws IllegalArgumentException if {@code buffer} is on the heap
     */
    @Override
    public void wrap(ByteBuffer buffer, int offset, int length) {
        span(buffer, offset, length);
    }

    /**
     * Spans all of {@code buffer}.
     *
     * @throws IllegalArgumentException if no direct {@code ByteBuffer} is behind {@code buffer}
     */
    @Override
    public void wrap(DirectBuffer buffer) {
        wrap(buffer, 0, buffer.capacity());
    }

    /**
     * Spans a part of {@code buffer}.
     *
     * @throws IllegalArgumentException if no direct {@code ByteBuffer} is behind {@code buffer}
     */
    @Override
    public void wrap(DirectBuffer buffer, int offset, int length) {
        ByteBuffer direct = buffer.byteBuffer();
        if (direct == null) {
            throw new IllegalArgumentException(
                    "buffer=" + buffer + " has no ByteBuffer: " + DIRECT_ONLY);
        }
        buffer.boundsCheck(offset, length);
        span(direct, buffer.wrapAdjustment() + offset, length);
    }

    /** Refused: nothing could check an address. */
    @Override
    public void wrap(long address, int length) {
        throw new UnsupportedOperationException(
                "address="
                        + address
                        + ": nothing could check an address; wrap a direct ByteBuffer");
    }

    /**
     * Refused: whoever used the address could reach beyond the bounds, or memory that is no longer
     * mapped.
     */
    @Override
    public long addressOffset() {
        throw new UnsupportedOperationException(
                "the address would lead around the bounds check; let this buffer do the copying, or"
                        + " use byteBuffer()");
    }

    /** Always null: the memory is not on the heap. */
    @Override
    public byte @Nullable [] byteArray() {
        return null;
    }

    /**
     * The direct buffer that was wrapped: index i of this buffer is index {@code i +
     * wrapAdjustment()} of that one. What it gives access to is beyond the reach of {@link
     * #invalidate}.
     */
    @Override
    public ByteBuffer byteBuffer() {
        ByteBuffer direct = wrapped;
        if (isClosed(direct)) {
            throw closed();
        }
        return direct;
    }

    @Override
    public int wrapAdjustment() {
        return wrapAdjustment;
    }

    @Override
    public int capacity() {
        return bytes().limit();
    }

    @Override
    public boolean isExpandable() {
        return false;
    }

    // --- long ---

    @Override
    public long getLong(int index) {
        return (long) LONG.get(at(index, Long.BYTES), index);
    }

    @Override
    public void putLong(int index, long value) {
        LONG.set(at(index, Long.BYTES), index, value);
    }

    @Override
    public long getLong(int index, ByteOrder byteOrder) {
        return ordered(getLong(index), byteOrder);
    }

    @Override
    public void putLong(int index, long value, ByteOrder byteOrder) {
        putLong(index, ordered(value, byteOrder));
    }

    @Override
    public long getLongVolatile(int index) {
        return (long) LONG.getVolatile(at(index, Long.BYTES), index);
    }

    @Override
    public void putLongVolatile(int index, long value) {
        LONG.setVolatile(at(index, Long.BYTES), index, value);
    }

    @Override
    public long getLongAcquire(int index) {
        return (long) LONG.getAcquire(at(index, Long.BYTES), index);
    }

    @Override
    public void putLongRelease(int index, long value) {
        LONG.setRelease(at(index, Long.BYTES), index, value);
    }

    @Override
    public void putLongOrdered(int index, long value) {
        putLongRelease(index, value);
    }

    @Override
    public long getLongOpaque(int index) {
        return (long) LONG.getOpaque(at(index, Long.BYTES), index);
    }

    @Override
    public void putLongOpaque(int index, long value) {
        LONG.setOpaque(at(index, Long.BYTES), index, value);
    }

    @Override
    public long addLongOpaque(int index, long increment) {
        ByteBuffer b = at(index, Long.BYTES);
        long value = (long) LONG.getOpaque(b, index);
        LONG.setOpaque(b, index, value + increment);
        return value;
    }

    @Override
    public long addLongRelease(int index, long increment) {
        return (long) LONG.getAndAddRelease(at(index, Long.BYTES), index, increment);
    }

    @Override
    public long addLongOrdered(int index, long increment) {
        return addLongRelease(index, increment);
    }

    @Override
    public boolean compareAndSetLong(int index, long expectedValue, long updateValue) {
        return LONG.compareAndSet(at(index, Long.BYTES), index, expectedValue, updateValue);
    }

    @Override
    public long compareAndExchangeLong(int index, long expectedValue, long updateValue) {
        return (long)
                LONG.compareAndExchange(at(index, Long.BYTES), index, expectedValue, updateValue);
    }

    @Override
    public long getAndSetLong(int index, long value) {
        return (long) LONG.getAndSet(at(index, Long.BYTES), index, value);
    }

    @Override
    public long getAndAddLong(int index, long delta) {
        return (long) LONG.getAndAdd(at(index, Long.BYTES), index, delta);
    }

    // --- int ---

    @Override
    public int getInt(int index) {
        return (int) INT.get(at(index, Integer.BYTES), index);
    }

    @Override
    public void putInt(int index, int value) {
        INT.set(at(index, Integer.BYTES), index, value);
    }

    @Override
    public int getInt(int index, ByteOrder byteOrder) {
        return ordered(getInt(index), byteOrder);
    }

    @Override
    public void putInt(int index, int value, ByteOrder byteOrder) {
        putInt(index, ordered(value, byteOrder));
    }

    @Override
    public int getIntVolatile(int index) {
        return (int) INT.getVolatile(at(index, Integer.BYTES), index);
    }

    @Override
    public void putIntVolatile(int index, int value) {
        INT.setVolatile(at(index, Integer.BYTES), index, value);
    }

    @Override
    public int getIntAcquire(int index) {
        return (int) INT.getAcquire(at(index, Integer.BYTES), index);
    }

    @Override
    public void putIntRelease(int index, int value) {
        INT.setRelease(at(index, Integer.BYTES), index, value);
    }

    @Override
    public void putIntOrdered(int index, int value) {
        putIntRelease(index, value);
    }

    @Override
    public int getIntOpaque(int index) {
        return (int) INT.getOpaque(at(index, Integer.BYTES), index);
    }

    @Override
    public void putIntOpaque(int index, int value) {
        INT.setOpaque(at(index, Integer.BYTES), index, value);
    }

    @Override
    public int addIntOpaque(int index, int increment) {
        ByteBuffer b = at(index, Integer.BYTES);
        int value = (int) INT.getOpaque(b, index);
        INT.setOpaque(b, index, value + increment);
        return value;
    }

    @Override
    public int addIntRelease(int index, int increment) {
        return (int) INT.getAndAddRelease(at(index, Integer.BYTES), index, increment);
    }

    @Override
    public int addIntOrdered(int index, int increment) {
        return addIntRelease(index, increment);
    }

    @Override
    public boolean compareAndSetInt(int index, int expectedValue, int updateValue) {
        return INT.compareAndSet(at(index, Integer.BYTES), index, expectedValue, updateValue);
    }

    @Override
    public int compareAndExchangeInt(int index, int expectedValue, int updateValue) {
        return (int)
                INT.compareAndExchange(at(index, Integer.BYTES), index, expectedValue, updateValue);
    }

    @Override
    public int getAndSetInt(int index, int value) {
        return (int) INT.getAndSet(at(index, Integer.BYTES), index, value);
    }

    @Override
    public int getAndAddInt(int index, int delta) {
        return (int) INT.getAndAdd(at(index, Integer.BYTES), index, delta);
    }

    // --- short and char ---

    @Override
    public short getShort(int index) {
        return (short) SHORT.get(at(index, Short.BYTES), index);
    }

    @Override
    public void putShort(int index, short value) {
        SHORT.set(at(index, Short.BYTES), index, value);
    }

    @Override
    public short getShort(int index, ByteOrder byteOrder) {
        return ordered(getShort(index), byteOrder);
    }

    @Override
    public void putShort(int index, short value, ByteOrder byteOrder) {
        putShort(index, ordered(value, byteOrder));
    }

    @Override
    public short getShortVolatile(int index) {
        return (short) SHORT.getVolatile(at(index, Short.BYTES), index);
    }

    @Override
    public void putShortVolatile(int index, short value) {
        SHORT.setVolatile(at(index, Short.BYTES), index, value);
    }

    @Override
    public char getChar(int index) {
        return (char) getShort(index);
    }

    @Override
    public void putChar(int index, char value) {
        putShort(index, (short) value);
    }

    @Override
    public char getChar(int index, ByteOrder byteOrder) {
        return (char) getShort(index, byteOrder);
    }

    @Override
    public void putChar(int index, char value, ByteOrder byteOrder) {
        putShort(index, (short) value, byteOrder);
    }

    @Override
    public char getCharVolatile(int index) {
        return (char) getShortVolatile(index);
    }

    @Override
    public void putCharVolatile(int index, char value) {
        putShortVolatile(index, (short) value);
    }

    // --- double and float ---

    @Override
    public double getDouble(int index) {
        return Double.longBitsToDouble(getLong(index));
    }

    @Override
    public void putDouble(int index, double value) {
        putLong(index, Double.doubleToRawLongBits(value));
    }

    @Override
    public double getDouble(int index, ByteOrder byteOrder) {
        return Double.longBitsToDouble(getLong(index, byteOrder));
    }

    @Override
    public void putDouble(int index, double value, ByteOrder byteOrder) {
        putLong(index, Double.doubleToRawLongBits(value), byteOrder);
    }

    @Override
    public float getFloat(int index) {
        return Float.intBitsToFloat(getInt(index));
    }

    @Override
    public void putFloat(int index, float value) {
        putInt(index, Float.floatToRawIntBits(value));
    }

    @Override
    public float getFloat(int index, ByteOrder byteOrder) {
        return Float.intBitsToFloat(getInt(index, byteOrder));
    }

    @Override
    public void putFloat(int index, float value, ByteOrder byteOrder) {
        putInt(index, Float.floatToRawIntBits(value), byteOrder);
    }

    private static long ordered(long value, ByteOrder order) {
        return order == LITTLE_ENDIAN ? value : Long.reverseBytes(value);
    }

    private static int ordered(int value, ByteOrder order) {
        return order == LITTLE_ENDIAN ? value : Integer.reverseBytes(value);
    }

    private static short ordered(short value, ByteOrder order) {
        return order == LITTLE_ENDIAN ? value : Short.reverseBytes(value);
    }

    // --- byte ---

    @Override
    public byte getByte(int index) {
        return at(index, Byte.BYTES).get(index);
    }

    @Override
    public void putByte(int index, byte value) {
        at(index, Byte.BYTES).put(index, value);
    }

    /** Reads the aligned int around the byte, as VarHandles have no view of bytes. */
    @Override
    public byte getByteVolatile(int index) {
        ByteBuffer b = bytes;
        int lane = (index + skew) & 3;
        int word = index - lane;
        if (word >= 0 && word <= b.limit() - Integer.BYTES) {
            return (byte) ((int) INT.getVolatile(b, word) >>> lane * Byte.SIZE);
        }
        return getByteVolatileAtEdge(index);
    }

    /** For the first and last bytes, whose int may be partly outside. */
    private byte getByteVolatileAtEdge(int index) {
        ByteBuffer b = at(index, Byte.BYTES);
        VarHandle.fullFence();
        byte value = b.get(index);
        VarHandle.acquireFence();
        return value;
    }

    /**
     * A byte is stored whole by every processor, so fences do, and its neighbours are left alone.
     */
    @Override
    public void putByteVolatile(int index, byte value) {
        ByteBuffer b = at(index, Byte.BYTES);
        VarHandle.releaseFence();
        b.put(index, value);
        VarHandle.fullFence();
    }

    // --- Bytes ---

    @Override
    public void setMemory(int index, int length, byte value) {
        ByteBuffer b = range(index, length);
        int first = Math.min(length, FILL_BYTES);
        fill(b, index, first, value);
        for (int done = first; done < length; done += first) {
            b.put(index + done, b, index, Math.min(first, length - done));
        }
    }

    private static void fill(ByteBuffer b, int index, int length, byte value) {
        long eight = (value & 0xFFL) * 0x0101_0101_0101_0101L;
        int end = index + length;
        int i = index;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            LONG.set(b, i, eight);
        }
        for (; i < end; i++) {
            b.put(i, value);
        }
    }

    @Override
    public void getBytes(int index, byte[] dst) {
        getBytes(index, dst, 0, dst.length);
    }

    @Override
    public void getBytes(int index, byte[] dst, int offset, int length) {
        range(index, length).get(index, dst, offset, length);
    }

    @Override
    public void putBytes(int index, byte[] src) {
        putBytes(index, src, 0, src.length);
    }

    @Override
    public void putBytes(int index, byte[] src, int offset, int length) {
        range(index, length).put(index, src, offset, length);
    }

    @Override
    public void getBytes(int index, ByteBuffer dstBuffer, int length) {
        int position = dstBuffer.position();
        getBytes(index, dstBuffer, position, length);
        dstBuffer.position(position + length);
    }

    @Override
    public void getBytes(int index, ByteBuffer dstBuffer, int dstOffset, int length) {
        ByteBuffer b = range(index, length);
        unlimited(dstBuffer).put(/* index= */ dstOffset, b, /* offset= */ index, length);
    }

    @Override
    public void putBytes(int index, ByteBuffer srcBuffer, int length) {
        int position = srcBuffer.position();
        putBytes(index, srcBuffer, position, length);
        srcBuffer.position(position + length);
    }

    @Override
    public void putBytes(int index, ByteBuffer srcBuffer, int srcIndex, int length) {
        range(index, length).put(index, unlimited(srcBuffer), srcIndex, length);
    }

    /** Copies; {@code dstBuffer} may be of any class. */
    @Override
    public void getBytes(int index, MutableDirectBuffer dstBuffer, int dstIndex, int length) {
        ByteBuffer b = range(index, length);
        if (dstBuffer instanceof MappedBuffer mapped) {
            mapped.range(dstIndex, length).put(dstIndex, b, index, length);
        } else {
            dstBuffer.putBytes(dstIndex, b.duplicate(), index, length);
        }
    }

    /** Copies; {@code srcBuffer} may be of any class. */
    @Override
    public void putBytes(int index, DirectBuffer srcBuffer, int srcIndex, int length) {
        ByteBuffer b = range(index, length);
        if (srcBuffer instanceof MappedBuffer mapped) {
            b.put(index, mapped.range(srcIndex, length), srcIndex, length);
        } else if (b.isReadOnly()) {
            // The other class may write by address, which a read-only mapping answers with a
            // signal.
            throw new ReadOnlyBufferException();
        } else {
            srcBuffer.getBytes(srcIndex, b.duplicate(), index, length);
        }
    }

    /** Agrona's absolute copies go by capacity, those of ByteBuffer by limit. */
    private static ByteBuffer unlimited(ByteBuffer buffer) {
        return buffer.limit() == buffer.capacity() ? buffer : buffer.duplicate().clear();
    }

    // --- ASCII text ---

    @Override
    public String getStringAscii(int index) {
        return getStringAscii(index, LITTLE_ENDIAN);
    }

    @Override
    public int getStringAscii(int index, Appendable appendable) {
        return getStringAscii(index, appendable, LITTLE_ENDIAN);
    }

    @Override
    public String getStringAscii(int index, ByteOrder byteOrder) {
        return getStringAscii(index, getInt(index, byteOrder));
    }

    @Override
    public int getStringAscii(int index, Appendable appendable, ByteOrder byteOrder) {
        int length = getInt(index, byteOrder);
        return getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public String getStringAscii(int index, int length) {
        return text(index + STR_HEADER_LEN, length, US_ASCII);
    }

    @Override
    public int getStringAscii(int index, int length, Appendable appendable) {
        ByteBuffer b = range(index, length + STR_HEADER_LEN);
        return appendAscii(b, index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public String getStringWithoutLengthAscii(int index, int length) {
        return text(index, length, US_ASCII);
    }

    @Override
    public int getStringWithoutLengthAscii(int index, int length, Appendable appendable) {
        return appendAscii(range(index, length), index, length, appendable);
    }

    private static int appendAscii(ByteBuffer b, int index, int length, Appendable appendable) {
        try {
            for (int i = index; i < index + length; i++) {
                byte c = b.get(i);
                appendable.append(c < 0 ? '?' : (char) c);
            }
        } catch (IOException e) {
            LangUtil.rethrowUnchecked(e);
        }
        return length;
    }

    @Override
    public int putStringAscii(int index, @Nullable String value) {
        return putStringAscii(index, value, LITTLE_ENDIAN);
    }

    @Override
    public int putStringAscii(int index, @Nullable CharSequence value) {
        return putStringAscii(index, value, LITTLE_ENDIAN);
    }

    @Override
    public int putStringAscii(int index, @Nullable String value, ByteOrder byteOrder) {
        return putStringAscii(index, (CharSequence) value, byteOrder);
    }

    @Override
    public int putStringAscii(int index, @Nullable CharSequence value, ByteOrder byteOrder) {
        CharSequence text = value == null ? "" : value;
        int length = text.length();
        ByteBuffer b = range(index, STR_HEADER_LEN + length);
        INT.set(b, index, ordered(length, byteOrder));
        putAscii(b, index + STR_HEADER_LEN, text, 0, length);
        return STR_HEADER_LEN + length;
    }

    @Override
    public int putStringWithoutLengthAscii(int index, @Nullable String value) {
        return putStringWithoutLengthAscii(index, (CharSequence) value);
    }

    @Override
    public int putStringWithoutLengthAscii(int index, @Nullable CharSequence value) {
        return putStringWithoutLengthAscii(index, value, 0, Integer.MAX_VALUE);
    }

    @Override
    public int putStringWithoutLengthAscii(
            int index, @Nullable String value, int valueOffset, int length) {
        return putStringWithoutLengthAscii(index, (CharSequence) value, valueOffset, length);
    }

    @Override
    public int putStringWithoutLengthAscii(
            int index, @Nullable CharSequence value, int valueOffset, int length) {
        if (value == null) {
            return 0;
        }
        int count = Math.min(value.length() - valueOffset, length);
        putAscii(range(index, count), index, value, valueOffset, count);
        return count;
    }

    private static void putAscii(
            ByteBuffer b, int index, CharSequence value, int offset, int length) {
        for (int i = 0; i < length; i++) {
            char c = value.charAt(offset + i);
            b.put(index + i, (byte) (c > 127 ? '?' : c));
        }
    }

    // --- UTF-8 text ---

    @Override
    public String getStringUtf8(int index) {
        return getStringUtf8(index, LITTLE_ENDIAN);
    }

    @Override
    public String getStringUtf8(int index, ByteOrder byteOrder) {
        return getStringUtf8(index, getInt(index, byteOrder));
    }

    @Override
    public String getStringUtf8(int index, int length) {
        return text(index + STR_HEADER_LEN, length, UTF_8);
    }

    @Override
    public String getStringWithoutLengthUtf8(int index, int length) {
        return text(index, length, UTF_8);
    }

    private String text(int index, int length, Charset charset) {
        ByteBuffer b = range(index, length);
        byte[] encoded = new byte[length];
        b.get(index, encoded);
        return new String(encoded, charset);
    }

    @Override
    public int putStringUtf8(int index, @Nullable String value) {
        return putStringUtf8(index, value, LITTLE_ENDIAN);
    }

    @Override
    public int putStringUtf8(int index, @Nullable String value, ByteOrder byteOrder) {
        return putStringUtf8(index, value, byteOrder, Integer.MAX_VALUE);
    }

    @Override
    public int putStringUtf8(int index, @Nullable String value, int maxEncodedLength) {
        return putStringUtf8(index, value, LITTLE_ENDIAN, maxEncodedLength);
    }

    @Override
    public int putStringUtf8(
            int index, @Nullable String value, ByteOrder byteOrder, int maxEncodedLength) {
        byte[] encoded = utf8(value);
        if (encoded.length > maxEncodedLength) {
            throw new IllegalArgumentException(
                    "encodedLength=" + encoded.length + ": allowed 0.." + maxEncodedLength);
        }
        ByteBuffer b = range(index, STR_HEADER_LEN + encoded.length);
        INT.set(b, index, ordered(encoded.length, byteOrder));
        b.put(index + STR_HEADER_LEN, encoded);
        return STR_HEADER_LEN + encoded.length;
    }

    @Override
    public int putStringWithoutLengthUtf8(int index, @Nullable String value) {
        byte[] encoded = utf8(value);
        putBytes(index, encoded);
        return encoded.length;
    }

    /** Null is written as the word, as Agrona does. */
    private static byte[] utf8(@Nullable String value) {
        return String.valueOf(value).getBytes(UTF_8);
    }

    // --- Numbers as ASCII text ---

    @Override
    public int parseIntAscii(int index, int length) {
        return AsciiEncoding.parseIntAscii(ascii(index, length), 0, length);
    }

    @Override
    public long parseLongAscii(int index, int length) {
        return AsciiEncoding.parseLongAscii(ascii(index, length), 0, length);
    }

    @Override
    public int parseNaturalIntAscii(int index, int length) {
        return AsciiEncoding.parseIntAscii(unsigned(ascii(index, length)), 0, length);
    }

    @Override
    public long parseNaturalLongAscii(int index, int length) {
        return AsciiEncoding.parseLongAscii(unsigned(ascii(index, length)), 0, length);
    }

    private CharSequence ascii(int index, int length) {
        range(index, length);
        return new AsciiSequenceView(this, index, length);
    }

    private static CharSequence unsigned(CharSequence number) {
        if (number.length() > 0 && number.charAt(0) == AsciiEncoding.MINUS_SIGN) {
            throw new AsciiNumberFormatException("number=" + number + ": must have no sign");
        }
        return number;
    }

    @Override
    public int putIntAscii(int index, int value) {
        return putLongAscii(index, value);
    }

    @Override
    public int putLongAscii(int index, long value) {
        if (value == Long.MIN_VALUE) {
            putBytes(index, AsciiEncoding.MIN_LONG_VALUE);
            return AsciiEncoding.MIN_LONG_VALUE.length;
        }
        if (value >= 0) {
            return putNaturalLongAscii(index, value);
        }
        int digits = AsciiEncoding.digitCount(-value);
        ByteBuffer b = range(index, 1 + digits);
        b.put(index, AsciiEncoding.MINUS_SIGN);
        putDigits(b, index + 1, digits, -value);
        return 1 + digits;
    }

    @Override
    public int putNaturalIntAscii(int index, int value) {
        return putNaturalLongAscii(index, value);
    }

    @Override
    public int putNaturalLongAscii(int index, long value) {
        requireNatural(value);
        int digits = AsciiEncoding.digitCount(value);
        putDigits(range(index, digits), index, digits, value);
        return digits;
    }

    @Override
    public void putNaturalPaddedIntAscii(int index, int length, int value) {
        requireNatural(value);
        if (putDigits(range(index, length), index, length, value) != 0) {
            throw new NumberFormatException(
                    "value=" + value + " length=" + length + ": has more digits");
        }
    }

    @Override
    public int putNaturalIntAsciiFromEnd(int value, int endExclusive) {
        requireNatural(value);
        int digits = AsciiEncoding.digitCount(value);
        int index = endExclusive - digits;
        ByteBuffer b = range(index, digits);
        if (value == 0) {
            return endExclusive; // Agrona writes no digit for zero here.
        }
        putDigits(b, index, digits, value);
        return index;
    }

    private static void requireNatural(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("value=" + value + ": must not be negative");
        }
    }

    /** Writes the last {@code digits} digits of {@code value}, and returns what is left of it. */
    private static long putDigits(ByteBuffer b, int index, int digits, long value) {
        long left = value;
        for (int i = index + digits - 1; i >= index; i--) {
            b.put(i, (byte) (AsciiEncoding.ZERO + left % 10));
            left /= 10;
        }
        return left;
    }

    // --- As an object ---

    /**
     * Compares eight bytes at a time, as signed little-endian longs, then lengths, as {@code
     * UnsafeBuffer} does.
     */
    @Override
    public int compareTo(DirectBuffer that) {
        if (this == that) {
            return 0;
        }
        int capacity = capacity();
        int common = Math.min(capacity, that.capacity());
        int i = 0;
        for (; i <= common - Long.BYTES; i += Long.BYTES) {
            int order = Long.compare(getLong(i), that.getLong(i, LITTLE_ENDIAN));
            if (order != 0) {
                return order;
            }
        }
        for (; i < common; i++) {
            int order = Byte.compare(getByte(i), that.getByte(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(capacity, that.capacity());
    }

    /** Whether {@code obj} is a {@code MappedBuffer} of the same length and bytes. */
    @Override
    public boolean equals(@Nullable Object obj) {
        return this == obj || obj instanceof MappedBuffer that && bytes().equals(that.bytes());
    }

    @Override
    public int hashCode() {
        ByteBuffer b = bytes();
        int hash = 19;
        int i = 0;
        for (; i <= b.limit() - Long.BYTES; i += Long.BYTES) {
            hash = 31 * hash + Long.hashCode((long) LONG.get(b, i));
        }
        for (; i < b.limit(); i++) {
            hash = 31 * hash + b.get(i);
        }
        return hash;
    }

    @Override
    public String toString() {
        synchronized (lock) {
            return reason != null
                    ? "MappedBuffer{invalid: " + reason + "}"
                    : "MappedBuffer{capacity="
                            + bytes.limit()
                            + ", wrapAdjustment="
                            + wrapAdjustment
                            + ", byteBuffer="
                            + wrapped
                            + "}";
        }
    }
}
