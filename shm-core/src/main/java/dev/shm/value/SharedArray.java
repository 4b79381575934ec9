package dev.shm.value;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.StringJoiner;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of elements of one type that several processes share.
 *
 * <pre>{@code
 * SharedArray bins = SharedArray.of(region, "bins", 'i', 1024);
 * bins.setInt(7, 42);
 * bins.getAndAdd(7, 1);
 * long sum = bins.longStream().sum();
 * }</pre>
 *
 * <p>The letter is a {@link TypeCode}. Every accessor works on every code; one that would lose the
 * value throws {@link ArithmeticException} and changes nothing: the table is there. An index that
 * is not from 0 to {@link #length()} - 1 is an {@link IndexOutOfBoundsException}.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. Each call on
 * one element is atomic by itself and leaves its neighbours alone, however narrow they are. Calls
 * on many elements (bulk copies, {@code fill}, iteration, streams, {@code toString}) are not
 * atomic.
 *
 * <p><b>Memory effects.</b> Of calls on one element: as {@link SharedValue}. Iteration and streams
 * read each element as {@code get} does. Bulk copies and {@code fill} are plain memory accesses:
 * order them by something else, such as a value set after a fill and read before a copy.
 *
 * <p><b>If a process dies.</b> Each element is what was stored in it last, never half of it. A bulk
 * copy or fill may have been done in part.
 */
public final class SharedArray implements Iterable<Number>, AutoCloseable {
    private static final int SHOWN = 16;

    private final Block block;
    private final MappedBuffer buffer;
    private final TypeCode type;
    private final int base;
    private final int shift;
    private final int length;
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

    SharedArray(Block block, TypeCode type, int base, int length, Runnable close) {
        this.block = block;
        this.buffer = block.buffer();
        this.type = type;
        this.base = base;
        this.shift = Integer.numberOfTrailingZeros(type.bytes());
        this.length = length;
        this.close = close;
        boolean is64 = type.isSigned64() || type.isUnsigned64();
        this.longs = type.isSigned64() ? buffer : null;
        this.longs64 = is64 ? buffer : null;
        this.ints = type == TypeCode.INT ? buffer : null;
        this.doubles = type == TypeCode.DOUBLE ? buffer : null;
    }

    /**
     * Opens an array, or creates it with all elements zero.
     *
     * @param code see {@link TypeCode}.
     * @param length number of elements, at least 1; at most 2 GiB in all.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, the length is out of range, or the
     *     name belongs to something else.
     */
    public static SharedArray of(SharedRegion region, String name, char code, int length) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.zero(type, length), AttachMode.OPEN_OR_CREATE);
    }

    /** As {@link #of(SharedRegion, String, char, long[])}. */
    public static SharedArray of(SharedRegion region, String name, char code, byte[] initial) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.of(type, initial), AttachMode.OPEN_OR_CREATE);
    }

    /** As {@link #of(SharedRegion, String, char, long[])}. */
    public static SharedArray of(SharedRegion region, String name, char code, int[] initial) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.of(type, initial), AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens an array, or creates it with the elements of a Java array.
     *
     * @param code see {@link TypeCode}.
     * @param initial what it is at birth, and how long; an existing one stays as it is.
     * @return a handle.
     * @throws ArithmeticException if the code cannot hold one of the elements.
     * @throws IllegalArgumentException if there is no such code, the length is out of range, or the
     *     name belongs to something else.
     */
    public static SharedArray of(SharedRegion region, String name, char code, long[] initial) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.of(type, initial), AttachMode.OPEN_OR_CREATE);
    }

    /** As {@link #of(SharedRegion, String, char, long[])}. */
    public static SharedArray of(SharedRegion region, String name, char code, double[] initial) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.of(type, initial), AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an array with all elements zero.
     *
     * @param code see {@link TypeCode}.
     * @param length number of elements, at least 1; at most 2 GiB in all.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if there is no such code, the length is out of range.
     */
    public static SharedArray create(SharedRegion region, String name, char code, int length) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.zero(type, length), AttachMode.CREATE);
    }

    /** As {@link #create(SharedRegion, String, char, long[])}. */
    public static SharedArray create(SharedRegion region, String name, char code, byte[] initial) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.of(type, initial), AttachMode.CREATE);
    }

    /** As {@link #create(SharedRegion, String, char, long[])}. */
    public static SharedArray create(SharedRegion region, String name, char code, int[] initial) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.of(type, initial), AttachMode.CREATE);
    }

    /**
     * Creates an array with the elements of a Java array.
     *
     * @param code see {@link TypeCode}.
     * @param initial what it is at birth, and how long.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws ArithmeticException if the code cannot hold one of the elements.
     * @throws IllegalArgumentException if there is no such code, the length is out of range.
     */
    public static SharedArray create(SharedRegion region, String name, char code, long[] initial) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.of(type, initial), AttachMode.CREATE);
    }

    /** As {@link #create(SharedRegion, String, char, long[])}. */
    public static SharedArray create(
            SharedRegion region, String name, char code, double[] initial) {
        TypeCode type = TypeCode.of(code);
        return attach(region, name, ArrayImage.of(type, initial), AttachMode.CREATE);
    }

    /**
     * Opens an array that must be there; its code and length are what it was created with.
     *
     * @return a handle.
     * @throws NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedArray open(SharedRegion region, String name) {
        return region.attach(name, SharedArrayType.INSTANCE).handle(SharedArray::checked);
    }

    private static SharedArray checked(Block block) {
        TypeCode type = SharedArrayType.check(block);
        return new SharedArray(
                block, type, ArrayLayout.ELEMENTS, (int) block.configB(), block::close);
    }

    private static SharedArray attach(
            SharedRegion region, String name, ArrayImage image, AttachMode mode) {
        ObjectSpec spec =
                new ObjectSpec(
                        SharedArrayType.INSTANCE,
                        image.type().code(),
                        image.length(),
                        ArrayLayout.bytes(image.type(), image.length()),
                        SharedArrayType.config(image.type().code(), image.length()),
                        image::writeTo);
        Block block = region.attach(name, spec, mode);
        return new SharedArray(
                block, image.type(), ArrayLayout.ELEMENTS, image.length(), block::close);
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

    /**
     * Returns the number of elements.
     *
     * @return at least 1; a slice may have none.
     */
    public int length() {
        return length;
    }

    /** Reads an element as a byte, by the rules of {@link #getLong(int)}. */
    public byte getByte(int index) {
        return Conversion.toByte(type, Cells.load(buffer, offset(index), type));
    }

    /** Stores an element from a byte, by the rules of {@link #setLong(int, long)}. */
    public void setByte(int index, byte value) {
        Cells.store(buffer, offset(index), type, Conversion.fromByte(type, value));
    }

    /** Reads an element as a short, by the rules of {@link #getLong(int)}. */
    public short getShort(int index) {
        return Conversion.toShort(type, Cells.load(buffer, offset(index), type));
    }

    /** Stores an element from a short, by the rules of {@link #setLong(int, long)}. */
    public void setShort(int index, short value) {
        Cells.store(buffer, offset(index), type, Conversion.fromLong(type, value));
    }

    /** Reads an element as an int, by the rules of {@link #getLong(int)}. */
    public int getInt(int index) {
        return ints != null
                ? ints.getIntAcquire(intOffset(index))
                : Conversion.toInt(type, Cells.load(buffer, offset(index), type));
    }

    /** Stores an element from an int, by the rules of {@link #setLong(int, long)}. */
    public void setInt(int index, int value) {
        if (ints != null) {
            ints.putIntRelease(intOffset(index), value);
        } else {
            setLong(index, value);
        }
    }

    /**
     * Reads an element as a long.
     *
     * @return what was stored last.
     * @throws ArithmeticException if it is none, or out of range; see {@link TypeCode}.
     */
    public long getLong(int index) {
        return longs != null
                ? longs.getLongAcquire(longOffset(index))
                : Conversion.toLong(type, Cells.load(buffer, offset(index), type));
    }

    /**
     * Stores an element from a long.
     *
     * @throws ArithmeticException if the code cannot hold it; see {@link TypeCode}.
     */
    public void setLong(int index, long value) {
        if (longs != null) {
            longs.putLongRelease(longOffset(index), value);
        } else {
            Cells.store(buffer, offset(index), type, Conversion.fromLong(type, value));
        }
    }

    /** Reads an element as a float, by the rules of {@link #getLong(int)}. */
    public float getFloat(int index) {
        return Conversion.toFloat(type, Cells.load(buffer, offset(index), type));
    }

    /** Stores an element from a float, by the rules of {@link #setLong(int, long)}. */
    public void setFloat(int index, float value) {
        Cells.store(buffer, offset(index), type, Conversion.fromFloat(type, value));
    }

    /** Reads an element as a double, by the rules of {@link #getLong(int)}. */
    public double getDouble(int index) {
        return doubles != null
                ? Double.longBitsToDouble(doubles.getLongAcquire(longOffset(index)))
                : Conversion.toDouble(type, Cells.load(buffer, offset(index), type));
    }

    /** Stores an element from a double, by the rules of {@link #setLong(int, long)}. */
    public void setDouble(int index, double value) {
        if (doubles != null) {
            doubles.putLongRelease(longOffset(index), Double.doubleToRawLongBits(value));
        } else {
            Cells.store(buffer, offset(index), type, Conversion.fromDouble(type, value));
        }
    }

    /** Reads an element as a boolean, by the rules of {@link #getLong(int)}. */
    public boolean getBoolean(int index) {
        return Conversion.toBoolean(type, Cells.load(buffer, offset(index), type));
    }

    /** Stores an element from a boolean, by the rules of {@link #setLong(int, long)}. */
    public void setBoolean(int index, boolean value) {
        Cells.store(buffer, offset(index), type, Conversion.fromBoolean(type, value));
    }

    /** Reads an element as a Unicode code point, by the rules of {@link #getLong(int)}. */
    public int getCodePoint(int index) {
        return Conversion.toCodePoint(type, Cells.load(buffer, offset(index), type));
    }

    /** Stores an element from a Unicode code point, by the rules of {@link #setLong(int, long)}. */
    public void setCodePoint(int index, int value) {
        Cells.store(buffer, offset(index), type, Conversion.fromCodePoint(type, value));
    }

    /**
     * Reads an element, boxed to the natural type of the code.
     *
     * @return see {@link TypeCode}.
     */
    public Number get(int index) {
        return Conversion.toNumber(type, Cells.load(buffer, offset(index), type));
    }

    /**
     * Stores an element from a number of any of Java's types.
     *
     * @throws ArithmeticException if the code cannot hold it.
     */
    public void set(int index, Number value) {
        Cells.store(buffer, offset(index), type, Conversion.fromNumber(type, value));
    }

    /**
     * Reads an element in opaque mode: it is seen some time soon, and orders nothing else. Codes of
     * less than 8 bytes, and unsigned ones, are read as {@link #getLong} reads them.
     *
     * @return what was stored.
     * @throws ArithmeticException if it is no such number.
     */
    public long getLongOpaque(int index) {
        return longs != null ? longs.getLongOpaque(longOffset(index)) : getLong(index);
    }

    /**
     * Reads an element in plain mode: for memory that nobody writes meanwhile. Codes of less than 8
     * bytes, and unsigned ones, are read as {@link #getLong} reads them.
     *
     * @return what was stored.
     * @throws ArithmeticException if it is no such number.
     */
    public long getLongPlain(int index) {
        return longs != null ? longs.getLong(longOffset(index)) : getLong(index);
    }

    /**
     * Stores an element in plain mode: for memory that nobody reads until something else is
     * released. Codes of less than 8 bytes, and unsigned ones, are stored as {@link #setLong}
     * stores them.
     *
     * @throws ArithmeticException if the code cannot hold it.
     */
    public void setLongPlain(int index, long value) {
        if (longs != null) {
            longs.putLong(longOffset(index), value);
        } else {
            setLong(index, value);
        }
    }

    /**
     * Adds atomically; the sum wraps at the code's width.
     *
     * @return an element before.
     * @throws UnsupportedOperationException if the code is {@code f} or {@code d}.
     */
    public long getAndAdd(int index, long delta) {
        return longs64 != null
                ? longs64.getAndAddLong(longOffset(index), delta)
                : Cells.getAndAdd(buffer, offset(index), integer(), delta);
    }

    /**
     * Adds atomically; the sum wraps at the code's width.
     *
     * @return an element after.
     * @throws UnsupportedOperationException if the code is {@code f} or {@code d}.
     */
    public long addAndGet(int index, long delta) {
        return type.wrap(getAndAdd(index, delta) + delta);
    }

    /**
     * Replaces an element atomically.
     *
     * @return an element before.
     * @throws ArithmeticException if the code cannot hold the new one.
     * @throws UnsupportedOperationException if the code is {@code f} or {@code d}.
     */
    public long getAndSet(int index, long value) {
        return longs64 != null
                ? longs64.getAndSetLong(longOffset(index), value)
                : Cells.getAndSet(
                        buffer, offset(index), integer(), Conversion.fromLong(type, value));
    }

    /**
     * Replaces an element atomically if it is what is expected.
     *
     * @return whether it was, and is now {@code value}.
     * @throws ArithmeticException if the code cannot hold one of the two.
     * @throws UnsupportedOperationException if the code is {@code f} or {@code d}.
     */
    public boolean compareAndSet(int index, long expected, long value) {
        if (longs64 != null) {
            return longs64.compareAndSetLong(longOffset(index), expected, value);
        }
        return Cells.compareAndSet(
                buffer,
                offset(index),
                integer(),
                Conversion.fromLong(type, expected),
                Conversion.fromLong(type, value));
    }

    /**
     * Adds atomically, in the precision of the code.
     *
     * @return an element before.
     * @throws ArithmeticException if {@code delta} overflows {@code f}.
     * @throws UnsupportedOperationException unless the code is {@code f} or {@code d}.
     */
    public double getAndAdd(int index, double delta) {
        long raw = Conversion.fromDouble(floating(), delta);
        return Conversion.floating(type, Cells.getAndAddFloating(buffer, offset(index), type, raw));
    }

    /**
     * Adds atomically, in the precision of the code.
     *
     * @return an element after.
     * @throws ArithmeticException if {@code delta} overflows {@code f}.
     * @throws UnsupportedOperationException unless the code is {@code f} or {@code d}.
     */
    public double addAndGet(int index, double delta) {
        long raw = Conversion.fromDouble(floating(), delta);
        long before = Cells.getAndAddFloating(buffer, offset(index), type, raw);
        return Conversion.floating(type, Conversion.floatingSum(type, before, raw));
    }

    /**
     * Replaces an element atomically.
     *
     * @return an element before.
     * @throws ArithmeticException if the new one overflows {@code f}.
     * @throws UnsupportedOperationException unless the code is {@code f} or {@code d}.
     */
    public double getAndSet(int index, double value) {
        long raw = Conversion.fromDouble(floating(), value);
        return Conversion.floating(type, Cells.getAndSet(buffer, offset(index), type, raw));
    }

    /**
     * Replaces an element atomically if its bits are those of what is expected: NaN equals the same
     * NaN, and -0.0 does not equal 0.0.
     *
     * @return whether it was, and is now {@code value}.
     * @throws ArithmeticException if one of the two overflows {@code f}.
     * @throws UnsupportedOperationException unless the code is {@code f} or {@code d}.
     */
    public boolean compareAndSet(int index, double expected, double value) {
        return Cells.compareAndSet(
                buffer,
                offset(index),
                floating(),
                Conversion.fromDouble(type, expected),
                Conversion.fromDouble(type, value));
    }

    /**
     * Sets every element, as {@link #setLong} does, but plainly.
     *
     * @throws ArithmeticException if the code cannot hold it.
     */
    public void fill(long value) {
        Bulk.fill(buffer, base, length, type, Conversion.fromLong(type, value));
    }

    /**
     * Sets every element, as {@link #setDouble} does, but plainly.
     *
     * @throws ArithmeticException if the code cannot hold it.
     */
    public void fill(double value) {
        Bulk.fill(buffer, base, length, type, Conversion.fromDouble(type, value));
    }

    /**
     * Reads an array of code {@code c} as text in UTF-8 that ends before the first byte 0, or with
     * the array. Reads plainly, as {@link #copyTo(int, byte[], int, int)} does, which gives the raw
     * bytes.
     *
     * @return the text; bytes that are no UTF-8 read as U+FFFD.
     * @throws UnsupportedOperationException if the code is another.
     */
    public String getText() {
        requireText();
        return Bulk.getText(buffer, base, length);
    }

    /**
     * Stores text in UTF-8 in an array of code {@code c}, and zeros behind it, plainly.
     *
     * @throws IllegalArgumentException if it has more bytes than the array, a character U+0000 or
     *     an unpaired surrogate; nothing is changed.
     * @throws UnsupportedOperationException if the code is another.
     */
    public void setText(String text) {
        requireText();
        Bulk.setText(buffer, base, length, text);
    }

    /** As {@link #copyTo(int, long[], int, int)}, for codes {@code ? b B c}. */
    public void copyTo(int index, byte[] target, int targetIndex, int count) {
        Bulk.requireCode(type, byte[].class);
        int from = range(index, count);
        Bulk.copyTo(buffer, from, target, targetIndex, count);
    }

    /**
     * As {@link #copyFrom(int, long[], int, int)}, for codes {@code ? b B c}; ones that are no
     * {@code ?} throw ArithmeticException and nothing is copied.
     */
    public void copyFrom(int index, byte[] source, int sourceIndex, int count) {
        Bulk.requireCode(type, byte[].class);
        int to = range(index, count);
        Bulk.copyFrom(buffer, to, type, source, sourceIndex, count);
    }

    /** As {@link #copyTo(int, long[], int, int)}, for codes {@code h H}. */
    public void copyTo(int index, short[] target, int targetIndex, int count) {
        Bulk.requireCode(type, short[].class);
        int from = range(index, count);
        Bulk.copyTo(buffer, from, target, targetIndex, count);
    }

    /** As {@link #copyFrom(int, long[], int, int)}, for codes {@code h H}. */
    public void copyFrom(int index, short[] source, int sourceIndex, int count) {
        Bulk.requireCode(type, short[].class);
        int to = range(index, count);
        Bulk.copyFrom(buffer, to, source, sourceIndex, count);
    }

    /** As {@link #copyTo(int, long[], int, int)}, for codes {@code i I u}. */
    public void copyTo(int index, int[] target, int targetIndex, int count) {
        Bulk.requireCode(type, int[].class);
        int from = range(index, count);
        Bulk.copyTo(buffer, from, target, targetIndex, count);
    }

    /**
     * As {@link #copyFrom(int, long[], int, int)}, for codes {@code i I u}; ones that are no {@code
     * u} throw ArithmeticException and nothing is copied.
     */
    public void copyFrom(int index, int[] source, int sourceIndex, int count) {
        Bulk.requireCode(type, int[].class);
        int to = range(index, count);
        Bulk.copyFrom(buffer, to, type, source, sourceIndex, count);
    }

    /**
     * Copies elements into a Java array, bits as they are: unsigned ones too, without any check.
     *
     * @param index of the first element to copy.
     * @param target where to, for codes {@code l L q Q}.
     * @param targetIndex of the first element to replace.
     * @param count how many.
     * @throws IllegalArgumentException if the code is another.
     */
    public void copyTo(int index, long[] target, int targetIndex, int count) {
        Bulk.requireCode(type, long[].class);
        int from = range(index, count);
        Bulk.copyTo(buffer, from, target, targetIndex, count);
    }

    /**
     * Copies elements from a Java array, bits as they are: unsigned ones too, without any check.
     *
     * @param index of the first element to replace.
     * @param source where from, for codes {@code l L q Q}.
     * @param sourceIndex of the first element to copy.
     * @param count how many.
     * @throws IllegalArgumentException if the code is another.
     */
    public void copyFrom(int index, long[] source, int sourceIndex, int count) {
        Bulk.requireCode(type, long[].class);
        int to = range(index, count);
        Bulk.copyFrom(buffer, to, source, sourceIndex, count);
    }

    /** As {@link #copyTo(int, long[], int, int)}, for codes {@code f}. */
    public void copyTo(int index, float[] target, int targetIndex, int count) {
        Bulk.requireCode(type, float[].class);
        int from = range(index, count);
        Bulk.copyTo(buffer, from, target, targetIndex, count);
    }

    /** As {@link #copyFrom(int, long[], int, int)}, for codes {@code f}. */
    public void copyFrom(int index, float[] source, int sourceIndex, int count) {
        Bulk.requireCode(type, float[].class);
        int to = range(index, count);
        Bulk.copyFrom(buffer, to, source, sourceIndex, count);
    }

    /** As {@link #copyTo(int, long[], int, int)}, for codes {@code d}. */
    public void copyTo(int index, double[] target, int targetIndex, int count) {
        Bulk.requireCode(type, double[].class);
        int from = range(index, count);
        Bulk.copyTo(buffer, from, target, targetIndex, count);
    }

    /** As {@link #copyFrom(int, long[], int, int)}, for codes {@code d}. */
    public void copyFrom(int index, double[] source, int sourceIndex, int count) {
        Bulk.requireCode(type, double[].class);
        int to = range(index, count);
        Bulk.copyFrom(buffer, to, source, sourceIndex, count);
    }

    /**
     * Returns a live view of some of the elements, numbered from 0: it shares their memory. Closing
     * the view does nothing; closing the array closes its views.
     *
     * @param from the first element.
     * @param to the element after the last; the view is empty if it is {@code from}.
     * @return the view.
     */
    public SharedArray slice(int from, int to) {
        if (from < 0 || to < from || to > length) {
            throw new IndexOutOfBoundsException(
                    "from=" + from + " to=" + to + ", length=" + length);
        }
        return new SharedArray(block, type, base + (from << shift), to - from, () -> {});
    }

    /**
     * Returns the elements as ints, one after the other, as {@link #getInt} reads them.
     *
     * @return a stream that reads each element when it comes to it.
     */
    public IntStream intStream() {
        return IntStream.range(0, length).map(this::getInt);
    }

    /**
     * Returns the elements as longs, one after the other, as {@link #getLong} reads them.
     *
     * @return a stream that reads each element when it comes to it.
     */
    public LongStream longStream() {
        return IntStream.range(0, length).mapToLong(this::getLong);
    }

    /**
     * Returns the elements as doubles, one after the other, as {@link #getDouble} reads them.
     *
     * @return a stream that reads each element when it comes to it.
     */
    public DoubleStream doubleStream() {
        return IntStream.range(0, length).mapToDouble(this::getDouble);
    }

    /**
     * Returns the elements as {@link #get} boxes them. For many elements without boxing, take the
     * iterator of a stream.
     *
     * @return an iterator that reads each element when it comes to it.
     */
    @Override
    public Iterator<Number> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < length;
            }

            @Override
            public Number next() {
                if (next >= length) {
                    throw new NoSuchElementException("length=" + length);
                }
                return get(next++);
            }
        };
    }

    /** Lets go of the array, which stays in the region. Later calls throw IllegalStateException. */
    @Override
    public void close() {
        close.run();
    }

    private int offset(int index) {
        return base + (check(index) << shift);
    }

    private int longOffset(int index) {
        return base + check(index) * Long.BYTES;
    }

    private int intOffset(int index) {
        return base + check(index) * Integer.BYTES;
    }

    private int check(int index) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException("index=" + index + ", length=" + length);
        }
        return index;
    }

    /** The offset of the first of some elements that must all be there. */
    private int range(int index, int count) {
        if (index < 0 || count < 0 || index > length - count) {
            throw new IndexOutOfBoundsException(
                    "index=" + index + " count=" + count + ", length=" + length);
        }
        return base + (index << shift);
    }

    private TypeCode integer() {
        if (type.kind() == TypeCode.Kind.FLOATING) {
            throw new UnsupportedOperationException(
                    "code=" + type.quoted() + ": use the double form");
        }
        return type;
    }

    private void requireText() {
        if (type != TypeCode.RAW_BYTE) {
            throw new UnsupportedOperationException(
                    "code=" + type.quoted() + ": text needs code='c'");
        }
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
        return "SharedArray[name="
                + name()
                + ", code="
                + type.quoted()
                + ", length="
                + length
                + ", "
                + block.ifOpen(this::firstElements).orElse("closed")
                + "]";
    }

    private String firstElements() {
        StringJoiner text = new StringJoiner(", ", "values=[", length > SHOWN ? ", ...]" : "]");
        for (int i = 0; i < Math.min(length, SHOWN); i++) {
            text.add(Conversion.toText(type, Cells.load(buffer, offset(i), type)));
        }
        return text.toString();
    }
}
