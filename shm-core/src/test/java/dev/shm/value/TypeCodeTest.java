package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The codes, and every conversion against {@link Oracle}, through a {@link StructRecord}. */
class TypeCodeTest {
    private static final String ALL = "? b B c h H i I l L q Q u f d";
    private static final int RANDOM_SAMPLES = 500;

    // The codes.

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "?,1,BOOLEAN,false,0,1",
                "b,1,INTEGER,true,-128,127",
                "B,1,INTEGER,false,0,255",
                "c,1,INTEGER,false,0,255",
                "h,2,INTEGER,true,-32768,32767",
                "H,2,INTEGER,false,0,65535",
                "i,4,INTEGER,true,-2147483648,2147483647",
                "I,4,INTEGER,false,0,4294967295",
                "l,8,INTEGER,true,-9223372036854775808,9223372036854775807",
                "L,8,INTEGER,false,0,18446744073709551615",
                "q,8,INTEGER,true,-9223372036854775808,9223372036854775807",
                "Q,8,INTEGER,false,0,18446744073709551615",
                "u,4,CODE_POINT,false,0,1114111",
                "f,4,FLOATING,true,-3.4028235E38,3.4028235E38",
                "d,8,FLOATING,true,-1.7976931348623157E308,1.7976931348623157E308"
            })
    void of_knowsEveryCode(
            char code, int bytes, TypeCode.Kind kind, boolean signed, String min, String max) {
        TypeCode type = TypeCode.of(code);
        assertEquals(code, type.code());
        assertEquals(bytes, type.bytes());
        assertEquals(kind, type.kind());
        assertEquals(signed, type.isSigned());
        assertEquals(min, type.minValue().toString());
        assertEquals(max, type.maxValue().toString());
        assertTrue(type.range().startsWith(min + " to " + max), type.range());
    }

    /** BEHAVIOURS 7.5. */
    @ParameterizedTest
    @CsvSource({"x", "0", "Z", "\u00e9", "\u20ac"})
    void of_refusesOthers_andListsAll(char code) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TypeCode.of(code));
        assertTrue(e.getMessage().contains("'" + code + "'"), e.getMessage());
        assertTrue(e.getMessage().contains(ALL), e.getMessage());
    }

    @Test
    void values_areAllOfTheTable() {
        String codes =
                String.join(" ", Stream.of(TypeCode.values()).map(t -> "" + t.code()).toList());
        assertEquals(ALL, codes);
    }

    // Reading: every accessor on every code against the oracle.

    @ParameterizedTest
    @EnumSource
    void everyRead_isExactOrThrows(TypeCode type) {
        StructRecord record = record(type);
        for (long bits : bitsOf(type)) {
            record.words()[0] = type.bits(bits);
            Object meaning = Oracle.meaning(type.code(), type.bits(bits));
            readsInteger(record, type, meaning, byte.class, r -> (long) r.getByte(0));
            readsInteger(record, type, meaning, short.class, r -> (long) r.getShort(0));
            readsInteger(record, type, meaning, int.class, r -> (long) r.getInt(0));
            readsInteger(record, type, meaning, long.class, r -> r.getLong(0));
            readsInteger(record, type, meaning, boolean.class, r -> r.getBoolean(0) ? 1L : 0L);
            BigDecimal point = Oracle.integer(meaning, Oracle.range('u'));
            expect(
                    record,
                    type,
                    meaning,
                    point == null ? null : point.intValueExact(),
                    r -> r.getCodePoint(0));
            expect(record, type, meaning, Oracle.nearestDouble(meaning), r -> r.getDouble(0));
            expect(record, type, meaning, Oracle.nearestFloat(meaning), r -> r.getFloat(0));
            boxes(record, type, meaning);
        }
    }

    private static void readsInteger(
            StructRecord record,
            TypeCode type,
            @Nullable Object meaning,
            Class<?> target,
            Function<StructRecord, Long> read) {
        BigDecimal value = Oracle.integer(meaning, Oracle.range(target));
        Long expected = value == null ? null : (Long) value.longValueExact();
        if (type == TypeCode.RAW_BYTE && target == byte.class) {
            expected = (long) (byte) ((BigDecimal) meaning).intValueExact();
        }
        expect(record, type, meaning, expected, read);
    }

    private static void expect(
            StructRecord record,
            TypeCode type,
            @Nullable Object meaning,
            @Nullable Object expected,
            Function<StructRecord, ?> read) {
        if (expected == null) {
            long before = record.words()[0];
            ArithmeticException e =
                    assertThrows(
                            ArithmeticException.class,
                            () -> read.apply(record),
                            () -> type + " " + meaning);
            namesTheMatter(e, type);
            assertEquals(before, record.words()[0]);
        } else {
            assertEquals(expected, read.apply(record), () -> type + " " + meaning);
        }
    }

    private static void boxes(StructRecord record, TypeCode type, @Nullable Object meaning) {
        if (meaning == null) {
            assertThrows(ArithmeticException.class, () -> record.get(0));
            return;
        }
        Number box = record.get(0);
        Class<?> expected =
                switch (type.code()) {
                    case 'b' -> Byte.class;
                    case 'h' -> Short.class;
                    case '?', 'B', 'c', 'H', 'i', 'u' -> Integer.class;
                    case 'I', 'l', 'q' -> Long.class;
                    case 'L', 'Q' -> BigInteger.class;
                    case 'f' -> Float.class;
                    default -> Double.class;
                };
        assertEquals(expected, box.getClass());
        if (type.kind() == TypeCode.Kind.FLOATING) {
            assertEquals(meaning, Oracle.exact(box.doubleValue()));
        } else {
            assertEquals(meaning, new BigDecimal(box.toString()));
        }
    }

    // Writing: every accessor on every code against the oracle.

    @ParameterizedTest
    @EnumSource
    void everyWriteOfALong_isExactOrThrows(TypeCode type) {
        for (long value : longs()) {
            Object meaning = BigDecimal.valueOf(value);
            writes(type, meaning, r -> r.setLong(0, value));
            writes(type, meaning, r -> r.set(0, value));
            writes(type, meaning, r -> r.set(0, BigInteger.valueOf(value)));
            writes(type, meaning, r -> r.set(0, BigDecimal.valueOf(value)));
            writes(type, meaning, r -> r.set(0, new AtomicLong(value)));
            if ((int) value == value) {
                writes(type, meaning, r -> r.setInt(0, (int) value));
                writes(type, meaning, r -> r.set(0, (int) value));
                writes(type, meaning, r -> r.set(0, new AtomicInteger((int) value)));
            }
            if ((short) value == value) {
                writes(type, meaning, r -> r.setShort(0, (short) value));
                writes(type, meaning, r -> r.set(0, (short) value));
            }
            if ((byte) value == value) {
                Object byteMeaning =
                        type == TypeCode.RAW_BYTE ? BigDecimal.valueOf(value & 0xFF) : meaning;
                writes(type, byteMeaning, r -> r.setByte(0, (byte) value));
                writes(type, byteMeaning, r -> r.set(0, (byte) value));
            }
            if (value == 0 || value == 1) {
                writes(type, meaning, r -> r.setBoolean(0, value == 1));
            }
            if ((int) value == value) {
                boolean valid = Character.isValidCodePoint((int) value);
                writes(type, valid ? meaning : null, r -> r.setCodePoint(0, (int) value));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWriteOfADouble_isExactOrThrows(TypeCode type) {
        for (double value : doubles()) {
            Object meaning = Oracle.exact(value);
            writes(type, meaning, r -> r.setDouble(0, value));
            writes(type, meaning, r -> r.set(0, value));
            writes(type, Oracle.exact((float) value), r -> r.setFloat(0, (float) value));
            writes(type, Oracle.exact((float) value), r -> r.set(0, (float) value));
            if (meaning instanceof BigDecimal decimal) {
                writes(type, decimal, r -> r.set(0, decimal));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWriteOfABigNumber_isExactOrThrows(TypeCode type) {
        List<BigDecimal> values =
                List.of(
                        new BigDecimal(BigInteger.ONE.shiftLeft(63)),
                        new BigDecimal(BigInteger.ONE.shiftLeft(64)),
                        new BigDecimal(BigInteger.ONE.shiftLeft(64)).subtract(BigDecimal.ONE),
                        new BigDecimal(BigInteger.ONE.shiftLeft(63))
                                .negate()
                                .subtract(BigDecimal.ONE),
                        new BigDecimal("0.5"),
                        new BigDecimal("1e3"),
                        new BigDecimal("1e39"),
                        new BigDecimal("-1e309"),
                        new BigDecimal("123.000"),
                        new BigDecimal("0e5"));
        for (BigDecimal value : values) {
            writes(type, value, r -> r.set(0, value));
            if (value.stripTrailingZeros().scale() <= 0) {
                writes(type, value, r -> r.set(0, value.toBigIntegerExact()));
            }
        }
    }

    /** Numbers that would take gigabytes as integers are refused without becoming one. */
    @ParameterizedTest
    @MethodSource("integerTypes")
    void hugeExponents_areRefusedAtOnce(TypeCode type) {
        for (String text : List.of("1e1000000000", "-1e1000000000", "1e-1000000000")) {
            BigDecimal value = new BigDecimal(text);
            StructRecord record = record(type);
            assertThrows(ArithmeticException.class, () -> record.set(0, value));
        }
        StructRecord record = record(type);
        record.set(0, new BigDecimal("0e1000000000"));
        assertEquals(0, record.getInt(0));
    }

    static Stream<TypeCode> integerTypes() {
        return Stream.of(TypeCode.values()).filter(t -> t.kind() != TypeCode.Kind.FLOATING);
    }

    @Test
    void set_takesAdders_andRefusesForeignNumbers() {
        StructRecord record = record(TypeCode.DOUBLE);
        LongAdder longs = new LongAdder();
        longs.add(5);
        record.set(0, longs);
        assertEquals(5.0, record.getDouble(0));
        DoubleAdder doubles = new DoubleAdder();
        doubles.add(2.5);
        record.set(0, doubles);
        assertEquals(2.5, record.getDouble(0));
        Number foreign =
                new Number() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public int intValue() {
                        return 1;
                    }

                    @Override
                    public long longValue() {
                        return 1;
                    }

                    @Override
                    public float floatValue() {
                        return 1;
                    }

                    @Override
                    public double doubleValue() {
                        return 1;
                    }
                };
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> record.set(0, foreign));
        assertTrue(e.getMessage().contains("BigDecimal"), e.getMessage());
        assertEquals(2.5, record.getDouble(0));
    }

    private static void writes(
            TypeCode type,
            @Nullable Object meaning,
            java.util.function.Consumer<StructRecord> write) {
        StructRecord record = record(type);
        record.setInt(0, 1);
        long before = record.words()[0];
        Long bits = bitsFor(type, meaning);
        if (bits == null) {
            ArithmeticException e =
                    assertThrows(
                            ArithmeticException.class,
                            () -> write.accept(record),
                            () -> type + " " + meaning);
            assertTrue(e.getMessage().contains("allowed: "), e.getMessage());
            assertEquals(before, record.words()[0], "a refused write changes nothing");
        } else {
            write.accept(record);
            assertEquals(bits, record.words()[0], () -> type + " " + meaning);
        }
    }

    /** The bits that a meaning has in a code; null when the code cannot hold it. */
    private static @Nullable Long bitsFor(TypeCode type, @Nullable Object meaning) {
        if (meaning == null) {
            return null;
        }
        if (type == TypeCode.FLOAT) {
            Float value = Oracle.nearestFloat(meaning);
            return value == null ? null : (Long) (Float.floatToRawIntBits(value) & 0xFFFF_FFFFL);
        } else if (type == TypeCode.DOUBLE) {
            Double value = Oracle.nearestDouble(meaning);
            return value == null ? null : (Long) Double.doubleToRawLongBits(value);
        }
        BigDecimal value = Oracle.integer(meaning, Oracle.range(type.code()));
        return value == null ? null : (Long) type.bits(value.toBigIntegerExact().longValue());
    }

    private static void namesTheMatter(ArithmeticException e, TypeCode type) {
        assertTrue(e.getMessage().contains("value="), e.getMessage());
        assertTrue(e.getMessage().contains("code='" + type.code() + "'"), e.getMessage());
        assertTrue(e.getMessage().contains("allowed: "), e.getMessage());
    }

    // A few by hand, so that the oracle is not alone.

    @Test
    void examples() {
        StructRecord q = record(TypeCode.LONG_LONG);
        q.setLong(0, 1L << 40);
        ArithmeticException e = assertThrows(ArithmeticException.class, () -> q.getInt(0));
        assertEquals(
                "value=1099511627776 code='q' is no int, allowed: -2147483648 to 2147483647",
                e.getMessage());
        assertThrows(ArithmeticException.class, () -> record(TypeCode.UNSIGNED_BYTE).setInt(0, -1));
        assertThrows(
                ArithmeticException.class, () -> record(TypeCode.UNSIGNED_LONG_LONG).setInt(0, -1));
        e = assertThrows(ArithmeticException.class, () -> record(TypeCode.INT).setDouble(0, 3.5));
        assertEquals("value=3.5 code='i', allowed: -2147483648 to 2147483647", e.getMessage());
        assertThrows(ArithmeticException.class, () -> record(TypeCode.FLOAT).setDouble(0, 1e300));
        StructRecord big = record(TypeCode.UNSIGNED_LONG_LONG);
        big.set(0, new BigInteger("18446744073709551615"));
        assertThrows(ArithmeticException.class, () -> big.getLong(0));
        assertEquals(0x1p64, big.getDouble(0));
        StructRecord c = record(TypeCode.RAW_BYTE);
        c.setByte(0, (byte) -1);
        assertEquals(255, c.getInt(0));
        StructRecord u = record(TypeCode.CODE_POINT);
        u.setCodePoint(0, 0x1F600);
        assertEquals(0x1F600, u.getInt(0));
        assertThrows(ArithmeticException.class, () -> u.setCodePoint(0, 0x110000));
        StructRecord f = record(TypeCode.FLOAT);
        f.setDouble(0, 0.1);
        assertEquals(0.1f, f.getFloat(0));
        assertEquals((double) 0.1f, f.getDouble(0));
    }

    @Test
    void raw_bitsOfAForeignBoolean_areTrue() {
        assertEquals(1, TypeCode.BOOLEAN.raw(0xFE));
        assertEquals(0, TypeCode.BOOLEAN.raw(0xFF00));
    }

    @Test
    void isCode_isFalseForWhatAFileMayHold() {
        assertTrue(TypeCode.isCode('q'));
        for (long code : new long[] {0, -1, 'x', 0x100 + 'q', (1L << 32) + 'q', Long.MIN_VALUE}) {
            assertFalse(TypeCode.isCode(code));
        }
    }

    @Test
    void nothing_isNotANumber() {
        assertNull(Oracle.meaning('u', 0x110000));
        StructRecord record = record(TypeCode.CODE_POINT);
        record.words()[0] = 0x110000;
        List<BiConsumer<StructRecord, Integer>> reads =
                List.of(
                        StructRecord::getInt,
                        StructRecord::getCodePoint,
                        StructRecord::getDouble,
                        StructRecord::get);
        reads.forEach(
                read -> assertThrows(ArithmeticException.class, () -> read.accept(record, 0)));
        assertTrue(record.toString().contains("U+110000"), record.toString());
    }

    // Samples.

    private static StructRecord record(TypeCode type) {
        return new StructRecord(StructSpec.parse("x:" + type.code()));
    }

    /** All bit patterns of one byte; the borders and many others of wider codes. */
    private static long[] bitsOf(TypeCode type) {
        if (type.bytes() == Byte.BYTES) {
            return LongStream.range(0, 256).toArray();
        }
        List<Long> samples = new ArrayList<>();
        for (long value : longs()) {
            samples.add(value);
        }
        for (double value : doubles()) {
            samples.add(Double.doubleToRawLongBits(value));
            samples.add((long) Float.floatToRawIntBits((float) value));
        }
        return samples.stream().mapToLong(Long::longValue).toArray();
    }

    private static long[] longs() {
        List<Long> samples = new ArrayList<>();
        for (int bit = 0; bit < 64; bit++) {
            for (int d = -2; d <= 2; d++) {
                samples.add((1L << bit) + d);
                samples.add(-(1L << bit) + d);
            }
        }
        samples.add(0x10FFFFL);
        samples.add(0x110000L);
        Random random = new Random(5);
        for (int i = 0; i < RANDOM_SAMPLES; i++) {
            samples.add(random.nextLong() >> random.nextInt(64));
        }
        return samples.stream().mapToLong(Long::longValue).toArray();
    }

    private static double[] doubles() {
        List<Double> samples = new ArrayList<>();
        for (double border :
                new double[] {
                    0.0,
                    0.5,
                    1,
                    3.5,
                    127,
                    128,
                    255,
                    256,
                    32767,
                    32768,
                    65535,
                    65536,
                    0x10FFFF,
                    0x110000,
                    0x1p31,
                    0x1p32,
                    0x1p53,
                    0x1p62,
                    0x1p63,
                    0x1p64,
                    1e30,
                    1e300,
                    Float.MAX_VALUE,
                    Float.MAX_VALUE * (1 + 0x1p-25),
                    0x1p128,
                    Float.MIN_VALUE,
                    Double.MIN_VALUE,
                    Double.MAX_VALUE,
                    Double.POSITIVE_INFINITY,
                    Double.NaN
                }) {
            for (double value :
                    new double[] {border, Math.nextUp(border), Math.nextDown(border), border - 1}) {
                samples.add(value);
                samples.add(-value);
            }
        }
        Random random = new Random(6);
        for (int i = 0; i < RANDOM_SAMPLES; i++) {
            samples.add(Math.scalb(random.nextDouble() - 0.5, random.nextInt(-160, 160)));
            samples.add((double) (random.nextLong() >> random.nextInt(64)));
        }
        return samples.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
