package dev.shm.value;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One number, truth value or character that several processes share.
 *
 * <pre>{@code
 * SharedValue hits = SharedValue.of(region, "hits", 'q');
 * SharedValue price = SharedValue.of(region, "price", 'd', 3.14); // the creator's only
 * hits.getAndAdd(1);
 * price.setDouble(2.5);
 * }</pre>
 *
 * <p>The letter is a {@link TypeCode}. Every accessor works on every code; one that would lose the
 * value throws {@link ArithmeticException} and changes nothing: the table is there.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. Each call is
 * atomic by itself; <em>two calls are not</em>: add with {@link #getAndAdd(long)}, not with a get
 * and a set.
 *
 * <p><b>Memory effects.</b> As {@code AtomicLong}'s {@code getAcquire} and {@code setRelease}: what
 * came before a set is visible to whoever reads what was set. The atomic operations do both.
 * Methods that end in {@code Opaque} and {@code Plain} say what they do.
 *
 * <p><b>If a process dies.</b> The value is what it stored last, never half of it.
 */
public final class SharedValue implements AutoCloseable {
    private final Block block;
    private final MappedBuffer buffer;
    private final TypeCode type;
    private final Runnable close;

    /*
     * The buffer again, where a code needs no conversion, else null: one test that costs no load
     * takes the fast path.
     */

    /** If the code is {@code q} or {@code l}. */
    private final @Nullable MappedBuffer longs;

    /** If the code is an integer of 8 bytes, for atomic operations. */
    private final @Nullable MappedBuffer longs64;

    /** If the code is {@code i}. */
    private final @Nullable MappedBuffer ints;

    /** If the code is {@code d}. */
    private final @Nullable MappedBuffer doubles;

    SharedValue(Block block, TypeCode type) {
        this(block, type, block::close);
    }

    /** The same as a part of something else, which it closes. */
    SharedValue(Block block, TypeCode type, Runnable close) {
        this.block = block;
        this.close = close;
        this.buffer = block.buffer();
        this.type = type;
        boolean is64 = type.isSigned64() || type.isUnsigned64();
        this.longs = type.isSigned64() ? buffer : null;
        this.longs64 = is64 ? buffer : null;
        this.ints = type == TypeCode.INT ? buffer : null;
        this.doubles = type == TypeCode.DOUBLE ? buffer : null;
    }

    /**
     * Opens a value, or creates it with all its bits zero.
     *
     * @param code see {@link TypeCode}.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else.
     */
    public static SharedValue of(SharedRegion region, String name, char code) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, type, 0, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a value, or creates it with an initial value.
     *
     * @param code see {@link TypeCode}.
     * @param initial what it is at birth; an existing one stays as it is.
     * @return a handle.
     * @throws ArithmeticException if the code cannot hold the initial value.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else.
     */
    public static SharedValue of(SharedRegion region, String name, char code, Number initial) {
        TypeCode type = TypeCode.of(code);
        long raw = Conversion.fromNumber(type, initial);
        return attach(region, name, type, raw, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a value, or creates it with an initial truth value.
     *
     * @param code see {@link TypeCode}.
     * @param initial what it is at birth; an existing one stays as it is.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else.
     */
    public static SharedValue of(SharedRegion region, String name, char code, boolean initial) {
        TypeCode type = TypeCode.of(code);
        long raw = Conversion.fromBoolean(type, initial);
        return attach(region, name, type, raw, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a value with all its bits zero.
     *
     * @param code see {@link TypeCode}.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if there is no such code.
     */
    public static SharedValue create(SharedRegion region, String name, char code) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, type, 0, AttachMode.CREATE);
    }

    /**
     * Creates a value.
     *
     * @param code see {@link TypeCode}.
     * @param initial what it is at birth.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws ArithmeticException if the code cannot hold the initial value.
     * @throws IllegalArgumentException if there is no such code.
     */
    public static SharedValue create(SharedRegion region, String name, char code, Number initial) {
        TypeCode type = TypeCode.of(code);
        long raw = Conversion.fromNumber(type, initial);
        return attach(region, name, type, raw, AttachMode.CREATE);
    }

    /**
     * Creates a truth value.
     *
     * @param code see {@link TypeCode}.
     * @param initial what it is at birth.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if there is no such code.
     */
    public static SharedValue create(SharedRegion region, String name, char code, boolean initial) {
        TypeCode type = TypeCode.of(code);
        long raw = Conversion.fromBoolean(type, initial);
        return attach(region, name, type, raw, AttachMode.CREATE);
    }

    /**
     * Opens a value that must be there; its code is what it was created with.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedValue open(SharedRegion region, String name) {
        return region.attach(name, SharedValueType.INSTANCE)
                .handle(block -> new SharedValue(block, SharedValueType.check(block)));
    }

    private static SharedValue attach(
            SharedRegion region, String name, TypeCode type, long raw, AttachMode mode) {
        ObjectSpec spec =
                new ObjectSpec(
                        SharedValueType.INSTANCE,
                        type.code(),
                        0,
                        ValueLayout.BYTES,
                        type.quoted(),
                        memory ->
                                memory.putLong(
                                        ValueLayout.VALUE,
                                        type.bits(raw),
                                        ByteOrder.LITTLE_ENDIAN));
        return new SharedValue(region.attach(name, spec, mode), type);
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return block.name();
    }

    /**
     * Returns the type code's letter.
     *
     * @return see {@link TypeCode}.
     */
    public char code() {
        return type.code();
    }

    /**
     * Returns the type code.
     *
     * @return what {@link #code()} stands for.
     */
    public TypeCode type() {
        return type;
    }

    /** Reads the value as a byte, by the rules of {@link #getLong()}. */
    public byte getByte() {
        return Conversion.toByte(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /** Stores the value from a byte, by the rules of {@link #setLong(long)}. */
    public void setByte(byte value) {
        Cells.store(buffer, ValueLayout.VALUE, type, Conversion.fromByte(type, value));
    }

    /** Reads the value as a short, by the rules of {@link #getLong()}. */
    public short getShort() {
        return Conversion.toShort(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /** Stores the value from a short, by the rules of {@link #setLong(long)}. */
    public void setShort(short value) {
        Cells.store(buffer, ValueLayout.VALUE, type, Conversion.fromLong(type, value));
    }

    /** Reads the value as an int, by the rules of {@link #getLong()}. */
    public int getInt() {
        return ints != null
                ? ints.getIntAcquire(ValueLayout.VALUE)
                : Conversion.toInt(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /** Stores the value from an int, by the rules of {@link #setLong(long)}. */
    public void setInt(int value) {
        if (ints != null) {
            ints.putIntRelease(ValueLayout.VALUE, value);
        } else {
            setLong(value);
        }
    }

    /**
     * Reads the value as a long.
     *
     * @return what was stored last.
     * @throws ArithmeticException if it is none, or out of range; see {@link TypeCode}.
     */
    public long getLong() {
        return longs != null
                ? longs.getLongAcquire(ValueLayout.VALUE)
                : Conversion.toLong(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /**
     * Stores the value from a long.
     *
     * @throws ArithmeticException if the code cannot hold it; see {@link TypeCode}.
     */
    public void setLong(long value) {
        if (longs != null) {
            longs.putLongRelease(ValueLayout.VALUE, value);
        } else {
            Cells.store(buffer, ValueLayout.VALUE, type, Conversion.fromLong(type, value));
        }
    }

    /** Reads the value as a float, by the rules of {@link #getLong()}. */
    public float getFloat() {
        return Conversion.toFloat(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /** Stores the value from a float, by the rules of {@link #setLong(long)}. */
    public void setFloat(float value) {
        Cells.store(buffer, ValueLayout.VALUE, type, Conversion.fromFloat(type, value));
    }

    /** Reads the value as a double, by the rules of {@link #getLong()}. */
    public double getDouble() {
        return doubles != null
                ? Double.longBitsToDouble(doubles.getLongAcquire(ValueLayout.VALUE))
                : Conversion.toDouble(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /** Stores the value from a double, by the rules of {@link #setLong(long)}. */
    public void setDouble(double value) {
        if (doubles != null) {
            doubles.putLongRelease(ValueLayout.VALUE, Double.doubleToRawLongBits(value));
        } else {
            Cells.store(buffer, ValueLayout.VALUE, type, Conversion.fromDouble(type, value));
        }
    }

    /** Reads the value as a boolean, by the rules of {@link #getLong()}. */
    public boolean getBoolean() {
        return Conversion.toBoolean(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /** Stores the value from a boolean, by the rules of {@link #setLong(long)}. */
    public void setBoolean(boolean value) {
        Cells.store(buffer, ValueLayout.VALUE, type, Conversion.fromBoolean(type, value));
    }

    /** Reads the value as a Unicode code point, by the rules of {@link #getLong()}. */
    public int getCodePoint() {
        return Conversion.toCodePoint(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /** Stores the value from a Unicode code point, by the rules of {@link #setLong(long)}. */
    public void setCodePoint(int value) {
        Cells.store(buffer, ValueLayout.VALUE, type, Conversion.fromCodePoint(type, value));
    }

    /**
     * Reads the value, boxed to the natural type of the code.
     *
     * @return see {@link TypeCode}.
     */
    public Number get() {
        return Conversion.toNumber(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }

    /**
     * Stores the value from a number of any of Java's types.
     *
     * @throws ArithmeticException if the code cannot hold it.
     */
    public void set(Number value) {
        Cells.store(buffer, ValueLayout.VALUE, type, Conversion.fromNumber(type, value));
    }

    /**
     * Reads the value in opaque mode: it is seen some time soon, and orders nothing else. Codes of
     * less than 8 bytes, and unsigned ones, are read as {@link #getLong} reads them.
     *
     * @return what was stored.
     * @throws ArithmeticException if it is no such number.
     */
    public long getLongOpaque() {
        return longs != null ? longs.getLongOpaque(ValueLayout.VALUE) : getLong();
    }

    /**
     * Reads the value in plain mode: for memory that nobody writes meanwhile. Codes of less than 8
     * bytes, and unsigned ones, are read as {@link #getLong} reads them.
     *
     * @return what was stored.
     * @throws ArithmeticException if it is no such number.
     */
    public long getLongPlain() {
        return longs != null ? longs.getLong(ValueLayout.VALUE) : getLong();
    }

    /**
     * Stores the value in plain mode: for memory that nobody reads until something else is
     * released. Codes of less than 8 bytes, and unsigned ones, are stored as {@link #setLong}
     * stores them.
     *
     * @throws ArithmeticException if the code cannot hold it.
     */
    public void setLongPlain(long value) {
        if (longs != null) {
            longs.putLong(ValueLayout.VALUE, value);
        } else {
            setLong(value);
        }
    }

    /**
     * Adds atomically; the sum wraps at the code's width.
     *
     * @return the value before.
     * @throws UnsupportedOperationException if the code is {@code f} or {@code d}.
     */
    public long getAndAdd(long delta) {
        return longs64 != null
                ? longs64.getAndAddLong(ValueLayout.VALUE, delta)
                : Cells.getAndAdd(buffer, ValueLayout.VALUE, integer(), delta);
    }

    /**
     * Adds atomically; the sum wraps at the code's width.
     *
     * @return the value after.
     * @throws UnsupportedOperationException if the code is {@code f} or {@code d}.
     */
    public long addAndGet(long delta) {
        return type.wrap(getAndAdd(delta) + delta);
    }

    /**
     * Replaces the value atomically.
     *
     * @return the value before.
     * @throws ArithmeticException if the code cannot hold the new one.
     * @throws UnsupportedOperationException if the code is {@code f} or {@code d}.
     */
    public long getAndSet(long value) {
        return longs64 != null
                ? longs64.getAndSetLong(ValueLayout.VALUE, value)
                : Cells.getAndSet(
                        buffer, ValueLayout.VALUE, integer(), Conversion.fromLong(type, value));
    }

    /**
     * Replaces the value atomically if it is what is expected.
     *
     * @return whether it was, and is now {@code value}.
     * @throws ArithmeticException if the code cannot hold one of the two.
     * @throws UnsupportedOperationException if the code is {@code f} or {@code d}.
     */
    public boolean compareAndSet(long expected, long value) {
        if (longs64 != null) {
            return longs64.compareAndSetLong(ValueLayout.VALUE, expected, value);
        }
        return Cells.compareAndSet(
                buffer,
                ValueLayout.VALUE,
                integer(),
                Conversion.fromLong(type, expected),
                Conversion.fromLong(type, value));
    }

    /**
     * Adds atomically, in the precision of the code.
     *
     * @return the value before.
     * @throws ArithmeticException if {@code delta} overflows {@code f}.
     * @throws UnsupportedOperationException unless the code is {@code f} or {@code d}.
     */
    public double getAndAdd(double delta) {
        long raw = Conversion.fromDouble(floating(), delta);
        return Conversion.floating(
                type, Cells.getAndAddFloating(buffer, ValueLayout.VALUE, type, raw));
    }

    /**
     * Adds atomically, in the precision of the code.
     *
     * @return the value after.
     * @throws ArithmeticException if {@code delta} overflows {@code f}.
     * @throws UnsupportedOperationException unless the code is {@code f} or {@code d}.
     */
    public double addAndGet(double delta) {
        long raw = Conversion.fromDouble(floating(), delta);
        long before = Cells.getAndAddFloating(buffer, ValueLayout.VALUE, type, raw);
        return Conversion.floating(type, Conversion.floatingSum(type, before, raw));
    }

    /**
     * Replaces the value atomically.
     *
     * @return the value before.
     * @throws ArithmeticException if the new one overflows {@code f}.
     * @throws UnsupportedOperationException unless the code is {@code f} or {@code d}.
     */
    public double getAndSet(double value) {
        long raw = Conversion.fromDouble(floating(), value);
        return Conversion.floating(type, Cells.getAndSet(buffer, ValueLayout.VALUE, type, raw));
    }

    /**
     * Replaces the value atomically if its bits are those of what is expected: NaN equals the same
     * NaN, and -0.0 does not equal 0.0.
     *
     * @return whether it was, and is now {@code value}.
     * @throws ArithmeticException if one of the two overflows {@code f}.
     * @throws UnsupportedOperationException unless the code is {@code f} or {@code d}.
     */
    public boolean compareAndSet(double expected, double value) {
        return Cells.compareAndSet(
                buffer,
                ValueLayout.VALUE,
                floating(),
                Conversion.fromDouble(type, expected),
                Conversion.fromDouble(type, value));
    }

    /** Lets go of the value, which stays in the region. Later calls throw IllegalStateException. */
    @Override
    public void close() {
        close.run();
    }

    private TypeCode integer() {
        if (type.kind() == TypeCode.Kind.FLOATING) {
            throw new UnsupportedOperationException(
                    "code=" + type.quoted() + ": use the double form");
        }
        return type;
    }

    private TypeCode floating() {
        if (type.kind() != TypeCode.Kind.FLOATING) {
            throw new UnsupportedOperationException(
                    "code=" + type.quoted() + ": use the long form");
        }
        return type;
    }

    @Override
    public String toString() {
        return "SharedValue[name="
                + name()
                + ", code="
                + type.quoted()
                + ", "
                + block.ifOpen(() -> "value=" + asText()).orElse("closed")
                + "]";
    }

    private String asText() {
        return Conversion.toText(type, Cells.load(buffer, ValueLayout.VALUE, type));
    }
}
