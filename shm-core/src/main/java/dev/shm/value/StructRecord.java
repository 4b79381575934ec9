package dev.shm.value;

import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a {@link SharedStruct} on the Java heap, which belongs to whoever made it.
 *
 * <pre>{@code
 * StructRecord quote = struct.newRecord();
 * quote.setLong("id", 7);
 * quote.setDouble("price", 2.5);
 * struct.write(quote);
 * }</pre>
 *
 * <p>Fields are named, or numbered from 0 in the order of the spec; the number saves looking up the
 * name. Every accessor works on every type code and throws {@link ArithmeticException} rather than
 * lose a value: see the table in {@link TypeCode}. A name that is not in the spec is an {@link
 * IllegalArgumentException}, a number out of range an {@link IndexOutOfBoundsException}.
 *
 * <p><b>Threads and processes.</b> A record is as little thread-safe as an array, and changes to it
 * are seen by nobody until it is written.
 *
 * <p><b>Memory effects.</b> None.
 *
 * <p><b>If a process dies.</b> Its records are gone; what it had published stays.
 */
public final class StructRecord {
    private static final int WORD_MASK = Long.BYTES - 1;
    private static final int WORD_SHIFT = 3;

    private final StructSpec spec;

    /** One copy as it is in shared memory; no field crosses the border between two longs. */
    private final long[] words;

    StructRecord(StructSpec spec) {
        this.spec = spec;
        this.words = new long[spec.dataBytes() / Long.BYTES];
    }

    private StructRecord(StructRecord other) {
        this.spec = other.spec;
        this.words = other.words.clone();
    }

    /**
     * Returns the fields in their order.
     *
     * @return an immutable list.
     */
    public List<StructField> fields() {
        return spec.fields();
    }

    /**
     * Makes an independent copy.
     *
     * @return the copy.
     */
    public StructRecord copy() {
        return new StructRecord(this);
    }

    /** Sets all fields to zero. */
    public void clear() {
        Arrays.fill(words, 0);
    }

    /**
     * Reads a field by name, boxed to the natural type of its code.
     *
     * @return see {@link TypeCode}.
     */
    public Number get(String name) {
        StructField field = spec.field(name);
        return Conversion.toNumber(field.type(), raw(field));
    }

    /** Sets a field by name. */
    public void set(String name, Number value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromNumber(field.type(), value));
    }

    /**
     * Reads a field by number, boxed to the natural type of its code.
     *
     * @return see {@link TypeCode}.
     */
    public Number get(int index) {
        StructField field = spec.field(index);
        return Conversion.toNumber(field.type(), raw(field));
    }

    /** Sets a field by number. */
    public void set(int index, Number value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromNumber(field.type(), value));
    }

    /**
     * Reads a field by name as a byte.
     *
     * @return its value.
     */
    public byte getByte(String name) {
        StructField field = spec.field(name);
        return Conversion.toByte(field.type(), raw(field));
    }

    /** Sets a field by name from a byte. */
    public void setByte(String name, byte value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromByte(field.type(), value));
    }

    /**
     * Reads a field by number as a byte.
     *
     * @return its value.
     */
    public byte getByte(int index) {
        StructField field = spec.field(index);
        return Conversion.toByte(field.type(), raw(field));
    }

    /** Sets a field by number from a byte. */
    public void setByte(int index, byte value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromByte(field.type(), value));
    }

    /**
     * Reads a field by name as a short.
     *
     * @return its value.
     */
    public short getShort(String name) {
        StructField field = spec.field(name);
        return Conversion.toShort(field.type(), raw(field));
    }

    /** Sets a field by name from a short. */
    public void setShort(String name, short value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromLong(field.type(), value));
    }

    /**
     * Reads a field by number as a short.
     *
     * @return its value.
     */
    public short getShort(int index) {
        StructField field = spec.field(index);
        return Conversion.toShort(field.type(), raw(field));
    }

    /** Sets a field by number from a short. */
    public void setShort(int index, short value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromLong(field.type(), value));
    }

    /**
     * Reads a field by name as an int.
     *
     * @return its value.
     */
    public int getInt(String name) {
        StructField field = spec.field(name);
        return Conversion.toInt(field.type(), raw(field));
    }

    /** Sets a field by name from an int. */
    public void setInt(String name, int value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromLong(field.type(), value));
    }

    /**
     * Reads a field by number as an int.
     *
     * @return its value.
     */
    public int getInt(int index) {
        StructField field = spec.field(index);
        return Conversion.toInt(field.type(), raw(field));
    }

    /** Sets a field by number from an int. */
    public void setInt(int index, int value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromLong(field.type(), value));
    }

    /**
     * Reads a field by name as a long.
     *
     * @return its value.
     */
    public long getLong(String name) {
        StructField field = spec.field(name);
        return Conversion.toLong(field.type(), raw(field));
    }

    /** Sets a field by name from a long. */
    public void setLong(String name, long value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromLong(field.type(), value));
    }

    /**
     * Reads a field by number as a long.
     *
     * @return its value.
     */
    public long getLong(int index) {
        StructField field = spec.field(index);
        return Conversion.toLong(field.type(), raw(field));
    }

    /** Sets a field by number from a long. */
    public void setLong(int index, long value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromLong(field.type(), value));
    }

    /**
     * Reads a field by name as a float.
     *
     * @return its value.
     */
    public float getFloat(String name) {
        StructField field = spec.field(name);
        return Conversion.toFloat(field.type(), raw(field));
    }

    /** Sets a field by name from a float. */
    public void setFloat(String name, float value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromFloat(field.type(), value));
    }

    /**
     * Reads a field by number as a float.
     *
     * @return its value.
     */
    public float getFloat(int index) {
        StructField field = spec.field(index);
        return Conversion.toFloat(field.type(), raw(field));
    }

    /** Sets a field by number from a float. */
    public void setFloat(int index, float value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromFloat(field.type(), value));
    }

    /**
     * Reads a field by name as a double.
     *
     * @return its value.
     */
    public double getDouble(String name) {
        StructField field = spec.field(name);
        return Conversion.toDouble(field.type(), raw(field));
    }

    /** Sets a field by name from a double. */
    public void setDouble(String name, double value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromDouble(field.type(), value));
    }

    /**
     * Reads a field by number as a double.
     *
     * @return its value.
     */
    public double getDouble(int index) {
        StructField field = spec.field(index);
        return Conversion.toDouble(field.type(), raw(field));
    }

    /** Sets a field by number from a double. */
    public void setDouble(int index, double value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromDouble(field.type(), value));
    }

    /**
     * Reads a field by name as a boolean.
     *
     * @return its value.
     */
    public boolean getBoolean(String name) {
        StructField field = spec.field(name);
        return Conversion.toBoolean(field.type(), raw(field));
    }

    /** Sets a field by name from a boolean. */
    public void setBoolean(String name, boolean value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromBoolean(field.type(), value));
    }

    /**
     * Reads a field by number as a boolean.
     *
     * @return its value.
     */
    public boolean getBoolean(int index) {
        StructField field = spec.field(index);
        return Conversion.toBoolean(field.type(), raw(field));
    }

    /** Sets a field by number from a boolean. */
    public void setBoolean(int index, boolean value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromBoolean(field.type(), value));
    }

    /**
     * Reads a field by name as a Unicode code point.
     *
     * @return its value.
     */
    public int getCodePoint(String name) {
        StructField field = spec.field(name);
        return Conversion.toCodePoint(field.type(), raw(field));
    }

    /** Sets a field by name from a Unicode code point. */
    public void setCodePoint(String name, int value) {
        StructField field = spec.field(name);
        put(field, Conversion.fromCodePoint(field.type(), value));
    }

    /**
     * Reads a field by number as a Unicode code point.
     *
     * @return its value.
     */
    public int getCodePoint(int index) {
        StructField field = spec.field(index);
        return Conversion.toCodePoint(field.type(), raw(field));
    }

    /** Sets a field by number from a Unicode code point. */
    public void setCodePoint(int index, int value) {
        StructField field = spec.field(index);
        put(field, Conversion.fromCodePoint(field.type(), value));
    }

    StructSpec spec() {
        return spec;
    }

    /** What shared memory holds, for {@link StructCopies}. */
    long[] words() {
        return words;
    }

    private long raw(StructField field) {
        int shift = (field.offset() & WORD_MASK) * Byte.SIZE;
        return field.type().raw(words[field.offset() >> WORD_SHIFT] >>> shift);
    }

    private void put(StructField field, long raw) {
        int shift = (field.offset() & WORD_MASK) * Byte.SIZE;
        long mask = -1L >>> (Long.SIZE - field.type().bytes() * Byte.SIZE) << shift;
        int word = field.offset() >> WORD_SHIFT;
        words[word] = words[word] & ~mask | raw << shift & mask;
    }

    /** Compares fields bit by bit: a NaN equals the same NaN. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StructRecord record
                && record.spec.equals(spec)
                && Arrays.equals(record.words, words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "StructRecord[", "]");
        for (StructField field : spec.fields()) {
            text.add(field.name() + "=" + Conversion.toText(field.type(), raw(field)));
        }
        return text.toString();
    }
}
