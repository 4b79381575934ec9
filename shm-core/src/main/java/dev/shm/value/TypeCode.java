package dev.shm.value;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What an element of shared memory is: one letter that fixes its width, its range and what it
 * means.
 *
 * <p>The letters are those of Python's {@code ctypes}, most of them also of its {@code array} and
 * {@code struct}, but the widths are the same on every platform. All are stored little-endian.
 *
 * <pre>
 *  code  bytes  holds                                     get() gives
 *  ----  -----  ----------------------------------------  -----------
 *   ?      1    false or true, as 0 or 1                  Integer
 *   b      1    -128 to 127                               Byte
 *   B      1    0 to 255                                  Integer
 *   c      1    one raw byte, as a number 0 to 255        Integer
 *   h      2    -32768 to 32767                           Short
 *   H      2    0 to 65535                                Integer
 *   i      4    -2^31 to 2^31-1                           Integer
 *   I      4    0 to 2^32-1                               Long
 *   l, q   8    -2^63 to 2^63-1                           Long
 *   L, Q   8    0 to 2^64-1                               BigInteger
 *   u      4    a Unicode code point, 0 to 0x10FFFF       Integer
 *   f      4    IEEE 754 binary32                         Float
 *   d      8    IEEE 754 binary64                         Double
 * </pre>
 *
 * <h2>Conversions</h2>
 *
 * <p>{@link SharedValue}, {@link SharedArray} and {@link StructRecord} have one accessor for each
 * Java type, and every accessor works on every code by the same rules, in both directions. <b>A
 * value that would be lost is never read or written: {@link ArithmeticException}</b>, with the
 * value, the code and the range in its message, and nothing is changed.
 *
 * <pre>
 *  from                   to                     works when
 *  ---------------------  ---------------------  ------------------------------------------------
 *  integer                integer                the value is in the target's range
 *  integer                f, d, float, double    always; rounds to nearest, as Java's widening does
 *  f, float               d, double              always, exactly
 *  d, double              f, float               NaN, infinite, or does not overflow; rounds
 *  f, d, float, double    integer                integral (-0.0 is 0) and in the target's range
 * </pre>
 *
 * <p>"Integer" is every code but {@code f} and {@code d}, and every Java type but {@code float} and
 * {@code double}, with these additions:
 *
 * <ul>
 *   <li>{@code ?} counts as 0 or 1, and so does {@code boolean}: {@code getBoolean} on an {@code
 *       'i'} that holds 2 throws. Any byte but 0 that a foreign program stored is read as true.
 *   <li>{@code c}: {@code getByte} and {@code setByte} move the 8 bits as they are, so {@code
 *       setByte((byte) -1)} makes {@code getInt} say 255.
 *   <li>{@code u}: every write, and every read of what a foreign program stored, must be a code
 *       point ({@link Character#isValidCodePoint}); so must what {@code getCodePoint} and {@code
 *       setCodePoint} move on any other code.
 *   <li>{@code L}, {@code Q}: {@code getLong} throws from 2^63 on; {@code get()} and {@code
 *       set(Number)} speak {@link java.math.BigInteger} and cover all of it.
 *   <li>{@code set(Number)} takes the boxes of Java's numbers, {@link java.math.BigInteger}, {@link
 *       java.math.BigDecimal} (into {@code f} and {@code d}: rounded), and the {@code
 *       java.util.concurrent.atomic} numbers. {@code Boolean} is no {@code Number}: use {@code
 *       setBoolean}.
 * </ul>
 *
 * <h2>Atomic operations</h2>
 *
 * <p>The {@code long} forms of {@code getAndAdd}, {@code addAndGet}, {@code getAndSet} and {@code
 * compareAndSet} are for all codes but {@code f} and {@code d}; the {@code double} forms are for
 * these two. The wrong form throws {@link UnsupportedOperationException}. Arguments are converted
 * as above. Beyond that:
 *
 * <ul>
 *   <li>Sums wrap at the code's width, as {@link java.util.concurrent.atomic.AtomicInteger}'s do,
 *       and for that the number to add is cut to the width, never refused: 255 plus 1 is 0 in
 *       {@code B}; {@code ?} is one bit wide, so adding 1 toggles it. A sum in {@code u} that is no
 *       code point throws and changes nothing.
 *   <li>On {@code L} and {@code Q} they speak in 64 bits: -1 stands for 2^64-1.
 *   <li>The {@code double} forms compare bits: NaN equals the same NaN, and -0.0 does not equal
 *       0.0. Sums are IEEE 754 sums, {@code f}'s in single precision; they may become infinite.
 * </ul>
 */
public enum TypeCode {
    /** {@code ?}. */
    BOOLEAN('?', 1, Kind.BOOLEAN, 0, 1),
    /** {@code b}. */
    BYTE('b', 1, Kind.INTEGER, Byte.MIN_VALUE, Byte.MAX_VALUE),
    /** {@code B}. */
    UNSIGNED_BYTE('B', 1, Kind.INTEGER, 0, 0xFF),
    /** {@code c}. */
    RAW_BYTE('c', 1, Kind.INTEGER, 0, 0xFF),
    /** {@code h}. */
    SHORT('h', 2, Kind.INTEGER, Short.MIN_VALUE, Short.MAX_VALUE),
    /** {@code H}. */
    UNSIGNED_SHORT('H', 2, Kind.INTEGER, 0, 0xFFFF),
    /** {@code i}. */
    INT('i', 4, Kind.INTEGER, Integer.MIN_VALUE, Integer.MAX_VALUE),
    /** {@code I}. */
    UNSIGNED_INT('I', 4, Kind.INTEGER, 0, 0xFFFF_FFFFL),
    /** {@code l}. */
    LONG('l', 8, Kind.INTEGER, Long.MIN_VALUE, Long.MAX_VALUE),
    /** {@code L}. */
    UNSIGNED_LONG('L', 8, Kind.INTEGER, 0, TypeCode.ALL_64_BITS),
    /** {@code q}. */
    LONG_LONG('q', 8, Kind.INTEGER, Long.MIN_VALUE, Long.MAX_VALUE),
    /** {@code Q}. */
    UNSIGNED_LONG_LONG('Q', 8, Kind.INTEGER, 0, TypeCode.ALL_64_BITS),
    /** {@code u}. */
    CODE_POINT('u', 4, Kind.CODE_POINT, 0, Character.MAX_CODE_POINT),
    /** {@code f}. */
    FLOAT('f', 4, Kind.FLOATING, 0, 0),
    /** {@code d}. */
    DOUBLE('d', 8, Kind.FLOATING, 0, 0);

    /** What a code means, apart from how wide it is. */
    public enum Kind {
        /** False or true. */
        BOOLEAN,
        /** A whole number. */
        INTEGER,
        /** A Unicode code point. */
        CODE_POINT,
        /** A binary floating-point number. */
        FLOATING
    }

    private static final long ALL_64_BITS = -1;
    private static final int MAX_ASCII = 0x7F;
    private static final TypeCode[] BY_CODE = new TypeCode[MAX_ASCII + 1];

    static {
        for (TypeCode type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final char code;
    private final int bytes;
    private final Kind kind;
    private final long min;
    private final long max;
    private final boolean signed;
    private final int unusedBits;

    TypeCode(char code, int bytes, Kind kind, long min, long max) {
        this.code = code;
        this.bytes = bytes;
        this.kind = kind;
        this.min = min;
        this.max = max;
        this.signed = min < 0 || kind == Kind.FLOATING;
        this.unusedBits = Long.SIZE - bytes * Byte.SIZE;
    }

    /**
     * Returns the type that a letter stands for.
     *
     * @param code the letter.
     * @return its type.
     * @throws IllegalArgumentException if it is none of the letters above; the message lists them.
     */
    public static TypeCode of(char code) {
        TypeCode type = code <= MAX_ASCII ? BY_CODE[code] : null;
        if (type == null) {
            throw new IllegalArgumentException("code='" + code + "', allowed: " + allCodes());
        }
        return type;
    }

    /** Whether a number read from a file is the letter of a type. */
    static boolean isCode(long code) {
        return code >= 0 && code <= MAX_ASCII && BY_CODE[(int) code] != null;
    }

    private static String allCodes() {
        return Arrays.stream(values())
                .map(type -> String.valueOf(type.code))
                .collect(Collectors.joining(" "));
    }

    /**
     * Returns the letter.
     *
     * @return such as {@code 'q'}.
     */
    public char code() {
        return code;
    }

    /**
     * Returns the width of one element, which is also its alignment.
     *
     * @return 1, 2, 4 or 8 bytes.
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Returns what an element means.
     *
     * @return the kind.
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Tells whether an element can be below zero.
     *
     * @return true for {@code b h i l q f d}.
     */
    public boolean isSigned() {
        return signed;
    }

    /**
     * Returns the least value, boxed as {@code get()} boxes.
     *
     * @return the least finite one for {@code f} and {@code d}.
     */
    public Number minValue() {
        return switch (this) {
            case FLOAT -> -Float.MAX_VALUE;
            case DOUBLE -> -Double.MAX_VALUE;
            default -> Conversion.toNumber(this, min);
        };
    }

    /**
     * Returns the greatest value, boxed as {@code get()} boxes.
     *
     * @return the greatest finite one for {@code f} and {@code d}.
     */
    public Number maxValue() {
        return switch (this) {
            case FLOAT -> Float.MAX_VALUE;
            case DOUBLE -> Double.MAX_VALUE;
            default -> Conversion.toNumber(this, max);
        };
    }

    /**
     * Returns the range in words, as error messages have it.
     *
     * @return such as {@code 0 to 255}.
     */
    public String range() {
        String finite = minValue() + " to " + maxValue();
        return kind == Kind.FLOATING ? finite + ", infinities and NaN" : finite;
    }

    /** Whether every long, seen as a number, is a value of this code. */
    boolean isSigned64() {
        return min == Long.MIN_VALUE;
    }

    /** Whether values from 2^63 on are stored as negative longs. */
    boolean isUnsigned64() {
        return max == ALL_64_BITS;
    }

    /** Whether a number that is not below 2^63 in magnitude is in range. */
    boolean contains(long value) {
        return value >= min && (value <= max || isUnsigned64());
    }

    /**
     * Makes a raw value of the bits of an element; higher bits are ignored. A raw value is the
     * number itself, {@code L} and {@code Q} as 64 bits, {@code f} and {@code d} as their IEEE
     * bits.
     */
    long raw(long bits) {
        return switch (kind) {
            case BOOLEAN -> (bits & 0xFF) == 0 ? 0 : 1;
            case INTEGER -> cut(bits);
            case CODE_POINT, FLOATING -> bits(bits);
        };
    }

    /** The bits of a raw value, and zero above them. */
    long bits(long raw) {
        return raw << unusedBits >>> unusedBits;
    }

    /** Cuts a sum to the code's width. */
    long wrap(long sum) {
        return kind == Kind.BOOLEAN ? sum & 1 : cut(sum);
    }

    private long cut(long bits) {
        return signed ? bits << unusedBits >> unusedBits : bits(bits);
    }

    /** The code in quotes, as messages have it. */
    String quoted() {
        return "'" + code + "'";
    }
}
