package dev.shm.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * The table of conversions in {@link TypeCode}, once for value, array and struct: pure functions
 * between Java's types and the raw values that {@link TypeCode#raw} makes.
 */
final class Conversion {
    private static final double TWO_63 = 0x1p63;
    private static final double TWO_64 = 0x1p64;
    private static final BigInteger MASK_64 =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    private Conversion() {}

    // Raw values to Java.

    static long toLong(TypeCode code, long raw) {
        switch (code.kind()) {
            case FLOATING -> {
                double value = floating(code, raw);
                if (!(value >= -TWO_63 && value < TWO_63 && value == Math.rint(value))) {
                    throw cannotRead(code, value, "long");
                }
                return (long) value;
            }
            case CODE_POINT -> {
                if (!isCodePoint(raw)) {
                    throw outOfRange(code, raw);
                }
                return raw;
            }
            default -> {
                if (raw < 0 && code.isUnsigned64()) {
                    throw cannotRead(code, unsigned(raw), "long");
                }
                return raw;
            }
        }
    }

    static int toInt(TypeCode code, long raw) {
        long value = toLong(code, raw);
        if ((int) value != value) {
            throw cannotRead(code, value, "int");
        }
        return (int) value;
    }

    static short toShort(TypeCode code, long raw) {
        long value = toLong(code, raw);
        if ((short) value != value) {
            throw cannotRead(code, value, "short");
        }
        return (short) value;
    }

    static byte toByte(TypeCode code, long raw) {
        if (code == TypeCode.RAW_BYTE) {
            return (byte) raw;
        }
        long value = toLong(code, raw);
        if ((byte) value != value) {
            throw cannotRead(code, value, "byte");
        }
        return (byte) value;
    }

    static double toDouble(TypeCode code, long raw) {
        if (code.kind() == TypeCode.Kind.FLOATING) {
            return floating(code, raw);
        }
        if (raw < 0 && code.isUnsigned64()) {
            return halved(raw) * 2.0;
        }
        return toLong(code, raw);
    }

    static float toFloat(TypeCode code, long raw) {
        switch (code) {
            case FLOAT -> {
                return Float.intBitsToFloat((int) raw);
            }
            case DOUBLE -> {
                double value = Double.longBitsToDouble(raw);
                float rounded = (float) value;
                if (Float.isInfinite(rounded) && !Double.isInfinite(value)) {
                    throw cannotRead(code, value, "float");
                }
                return rounded;
            }
            default -> {
                if (raw < 0 && code.isUnsigned64()) {
                    return halved(raw) * 2.0f;
                }
                return toLong(code, raw);
            }
        }
    }

    static boolean toBoolean(TypeCode code, long raw) {
        long value = toLong(code, raw);
        if (value != 0 && value != 1) {
            throw cannotRead(code, value, "boolean");
        }
        return value == 1;
    }

    static int toCodePoint(TypeCode code, long raw) {
        long value = toLong(code, raw);
        if (!isCodePoint(value)) {
            throw cannotRead(code, value, "code point");
        }
        return (int) value;
    }

    static Number toNumber(TypeCode code, long raw) {
        return switch (code) {
            case BYTE -> (byte) raw;
            case SHORT -> (short) raw;
            case BOOLEAN, UNSIGNED_BYTE, RAW_BYTE, UNSIGNED_SHORT, INT -> (int) raw;
            case CODE_POINT -> (int) toLong(code, raw);
            case UNSIGNED_INT, LONG, LONG_LONG -> raw;
            case UNSIGNED_LONG, UNSIGNED_LONG_LONG -> unsigned(raw);
            case FLOAT -> Float.intBitsToFloat((int) raw);
            case DOUBLE -> Double.longBitsToDouble(raw);
        };
    }

    /** For toString: never throws, whatever a foreign program stored. */
    static String toText(TypeCode code, long raw) {
        return switch (code) {
            case BOOLEAN -> String.valueOf(raw != 0);
            case CODE_POINT -> String.format("U+%04X", raw);
            default -> toNumber(code, raw).toString();
        };
    }

    // Java to raw values.

    static long fromLong(TypeCode code, long value) {
        switch (code) {
            case FLOAT -> {
                return bits((float) value);
            }
            case DOUBLE -> {
                return Double.doubleToRawLongBits((double) value);
            }
            default -> {
                if (!code.contains(value)) {
                    throw outOfRange(code, value);
                }
                return value;
            }
        }
    }

    static long fromByte(TypeCode code, byte value) {
        return code == TypeCode.RAW_BYTE ? value & 0xFF : fromLong(code, value);
    }

    static long fromDouble(TypeCode code, double value) {
        switch (code) {
            case DOUBLE -> {
                return Double.doubleToRawLongBits(value);
            }
            case FLOAT -> {
                float rounded = (float) value;
                if (Float.isInfinite(rounded) && !Double.isInfinite(value)) {
                    throw outOfRange(code, value);
                }
                return bits(rounded);
            }
            default -> {
                return integral(code, value);
            }
        }
    }

    static long fromFloat(TypeCode code, float value) {
        return code == TypeCode.FLOAT ? bits(value) : fromDouble(code, value);
    }

    static long fromBoolean(TypeCode code, boolean value) {
        return fromLong(code, value ? 1 : 0);
    }

    static long fromCodePoint(TypeCode code, int value) {
        if (!isCodePoint(value)) {
            throw outOfRange(TypeCode.CODE_POINT, value);
        }
        return fromLong(code, value);
    }

    static long fromNumber(TypeCode code, Number value) {
        if (value instanceof Byte n) {
            return fromByte(code, n);
        } else if (value instanceof Float n) {
            return fromFloat(code, n);
        } else if (value instanceof Double || value instanceof DoubleAdder) {
            return fromDouble(code, value.doubleValue());
        } else if (value instanceof BigInteger n) {
            return fromBigInteger(code, n);
        } else if (value instanceof BigDecimal n) {
            return fromBigDecimal(code, n);
        } else if (value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof AtomicLong
                || value instanceof AtomicInteger
                || value instanceof LongAdder) {
            return fromLong(code, value.longValue());
        }
        throw new IllegalArgumentException(
                "value="
                        + value
                        + " class="
                        + value.getClass().getName()
                        + ", allowed: the boxes of Java's numbers, BigInteger, BigDecimal,"
                        + " AtomicInteger, AtomicLong, LongAdder, DoubleAdder");
    }

    // Operations of the atomics.

    /** The sum at the code's width. */
    static long sum(TypeCode code, long raw, long delta) {
        long sum = code.wrap(raw + delta);
        if (code == TypeCode.CODE_POINT && !isCodePoint(sum)) {
            throw outOfRange(code, raw + delta);
        }
        return sum;
    }

    /** The IEEE sum; the number to add is a raw value of the same code. */
    static long floatingSum(TypeCode code, long raw, long delta) {
        if (code == TypeCode.FLOAT) {
            return bits(Float.intBitsToFloat((int) raw) + Float.intBitsToFloat((int) delta));
        }
        return Double.doubleToRawLongBits(
                Double.longBitsToDouble(raw) + Double.longBitsToDouble(delta));
    }

    static double floating(TypeCode code, long raw) {
        return code == TypeCode.FLOAT
                ? Float.intBitsToFloat((int) raw)
                : Double.longBitsToDouble(raw);
    }

    private static long fromBigInteger(TypeCode code, BigInteger value) {
        if (code.kind() == TypeCode.Kind.FLOATING) {
            return fromBigDecimal(code, new BigDecimal(value));
        }
        boolean fits =
                code.isUnsigned64()
                        ? value.signum() >= 0 && value.bitLength() <= Long.SIZE
                        : value.bitLength() < Long.SIZE && code.contains(value.longValue());
        if (!fits) {
            throw outOfRange(code, value);
        }
        return value.longValue();
    }

    private static long fromBigDecimal(TypeCode code, BigDecimal value) {
        switch (code) {
            case FLOAT -> {
                float rounded = value.floatValue();
                if (Float.isInfinite(rounded)) {
                    throw outOfRange(code, value);
                }
                return bits(rounded);
            }
            case DOUBLE -> {
                double rounded = value.doubleValue();
                if (Double.isInfinite(rounded)) {
                    throw outOfRange(code, value);
                }
                return Double.doubleToRawLongBits(rounded);
            }
            default -> {
                return fromBigInteger(code, integral(code, value));
            }
        }
    }

    /** A huge exponent is refused before it becomes a huge number. */
    private static BigInteger integral(TypeCode code, BigDecimal value) {
        if (value.signum() == 0) {
            return BigInteger.ZERO;
        }
        long digitsBeforePoint = (long) value.precision() - value.scale();
        if (digitsBeforePoint < 1 || digitsBeforePoint > Long.SIZE) {
            throw outOfRange(code, value);
        }
        try {
            return value.toBigIntegerExact();
        } catch (ArithmeticException fraction) {
            throw outOfRange(code, value);
        }
    }

    private static long integral(TypeCode code, double value) {
        if (value == Math.rint(value)) {
            if (value >= -TWO_63 && value < TWO_63 && code.contains((long) value)) {
                return (long) value;
            }
            if (code.isUnsigned64() && value >= TWO_63 && value < TWO_64) {
                return (long) (value - TWO_63) + Long.MIN_VALUE;
            }
        }
        throw outOfRange(code, value);
    }

    /**
     * Half of an unsigned number; the lowest bit stays, so that rounding later goes the same way.
     */
    private static long halved(long unsigned) {
        return unsigned >>> 1 | unsigned & 1;
    }

    private static long bits(float value) {
        return Float.floatToRawIntBits(value) & 0xFFFF_FFFFL;
    }

    private static BigInteger unsigned(long raw) {
        return BigInteger.valueOf(raw).and(MASK_64);
    }

    private static boolean isCodePoint(long value) {
        return value >= 0 && value <= Character.MAX_CODE_POINT;
    }

    private static ArithmeticException outOfRange(TypeCode code, Object value) {
        return new ArithmeticException(
                "value=" + value + " code=" + code.quoted() + ", allowed: " + code.range());
    }

    private static ArithmeticException cannotRead(TypeCode code, Object value, String type) {
        return new ArithmeticException(
                "value="
                        + value
                        + " code="
                        + code.quoted()
                        + " is no "
                        + type
                        + ", allowed: "
                        + rangeOf(type));
    }

    private static String rangeOf(String type) {
        return switch (type) {
            case "long" -> TypeCode.LONG.range();
            case "int" -> TypeCode.INT.range();
            case "short" -> TypeCode.SHORT.range();
            case "byte" -> TypeCode.BYTE.range();
            case "float" -> TypeCode.FLOAT.range();
            case "boolean" -> TypeCode.BOOLEAN.range();
            default -> TypeCode.CODE_POINT.range();
        };
    }
}
