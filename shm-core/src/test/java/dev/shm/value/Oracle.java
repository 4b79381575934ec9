package dev.shm.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The conversions of {@link TypeCode} a second time, in the slowest way: by arithmetic on {@link
 * BigDecimal}, with doubles for what that has no word for (NaN, infinities, -0.0).
 */
final class Oracle {
    private static final BigDecimal TWO_64 = new BigDecimal(BigInteger.ONE.shiftLeft(64));

    private Oracle() {}

    /** Least and greatest value of a code that is no floating-point one. */
    static BigDecimal[] range(char code) {
        return switch (code) {
            case '?' -> range(0, 1);
            case 'b' -> range(-128, 127);
            case 'B', 'c' -> range(0, 255);
            case 'h' -> range(-32768, 32767);
            case 'H' -> range(0, 65535);
            case 'i' -> range(-2147483648L, 2147483647L);
            case 'I' -> range(0, 4294967295L);
            case 'l', 'q' -> range(Long.MIN_VALUE, Long.MAX_VALUE);
            case 'L', 'Q' -> new BigDecimal[] {BigDecimal.ZERO, TWO_64.subtract(BigDecimal.ONE)};
            case 'u' -> range(0, 0x10FFFF);
            default -> throw new AssertionError(code);
        };
    }

    /** The same of a Java type. */
    static BigDecimal[] range(Class<?> type) {
        if (type == byte.class) {
            return range('b');
        } else if (type == short.class) {
            return range('h');
        } else if (type == int.class) {
            return range('i');
        } else if (type == long.class) {
            return range('q');
        } else if (type == boolean.class) {
            return range('?');
        }
        throw new AssertionError(type);
    }

    private static BigDecimal[] range(long min, long max) {
        return new BigDecimal[] {BigDecimal.valueOf(min), BigDecimal.valueOf(max)};
    }

    /** What an element's bits mean: a BigDecimal, or a Double that is none; null: nothing. */
    static @Nullable Object meaning(char code, long bits) {
        switch (code) {
            case '?' -> {
                return (bits & 0xFF) == 0 ? BigDecimal.ZERO : BigDecimal.ONE;
            }
            case 'f' -> {
                return exact(Float.intBitsToFloat((int) bits));
            }
            case 'd' -> {
                return exact(Double.longBitsToDouble(bits));
            }
            default -> {
                int width = TypeCode.of(code).bytes() * 8;
                BigInteger unsigned =
                        BigInteger.valueOf(bits)
                                .and(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
                boolean negative = "bhilq".indexOf(code) >= 0 && unsigned.testBit(width - 1);
                BigInteger value =
                        negative ? unsigned.subtract(BigInteger.ONE.shiftLeft(width)) : unsigned;
                BigDecimal decimal = new BigDecimal(value);
                return code == 'u' && decimal.compareTo(range('u')[1]) > 0 ? null : decimal;
            }
        }
    }

    static Object exact(double value) {
        boolean odd =
                Double.isNaN(value)
                        || Double.isInfinite(value)
                        || Double.doubleToRawLongBits(value) == Long.MIN_VALUE;
        return odd ? (Object) value : new BigDecimal(value);
    }

    /** The whole number that a meaning is, if it is one in the range; null when it is not. */
    static @Nullable BigDecimal integer(@Nullable Object meaning, BigDecimal[] range) {
        if (meaning instanceof Double odd) {
            return odd == 0 ? BigDecimal.ZERO : null;
        }
        BigDecimal value = (BigDecimal) meaning;
        if (value == null
                || value.remainder(BigDecimal.ONE).signum() != 0
                || value.compareTo(range[0]) < 0
                || value.compareTo(range[1]) > 0) {
            return null;
        }
        return value;
    }

    /** The nearest double; null when there is none. */
    static @Nullable Double nearestDouble(@Nullable Object meaning) {
        if (meaning == null || meaning instanceof Double) {
            return (Double) meaning;
        }
        double nearest = Double.parseDouble(meaning.toString());
        return Double.isInfinite(nearest) ? null : (Double) nearest;
    }

    /** The nearest float; null when there is none. */
    static @Nullable Float nearestFloat(@Nullable Object meaning) {
        if (meaning == null) {
            return null;
        } else if (meaning instanceof Double odd) {
            return odd.floatValue();
        }
        float nearest = Float.parseFloat(meaning.toString());
        return Float.isInfinite(nearest) ? null : (Float) nearest;
    }
}
