package dev.shm.value;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedArrayTest extends TwoAttachments {
    // Factories.

    @ParameterizedTest
    @EnumSource
    void of_createsZeros_andOpensTheSameElsewhere(TypeCode type) {
        SharedArray here = SharedArray.of(region, "a", type.code(), 7);
        assertEquals(0, here.longStream().sum());
        SharedArray there = SharedArray.of(sameRegion, "a", type.code(), 7);
        SharedArray opened = SharedArray.open(sameRegion, "a");
        here.setInt(6, 1);
        assertEquals(1, there.getInt(6));
        assertEquals(1, opened.getInt(6));
        assertEquals(7, opened.length());
        assertEquals(type, opened.type());
        assertEquals(type.code(), opened.code());
        assertEquals("a", opened.name());
    }

    @Test
    void of_initialElementsAreTheCreatorsOnly() {
        SharedArray ints = SharedArray.of(region, "i", 'i', new int[] {1, -2, 3});
        assertArrayEquals(new int[] {1, -2, 3}, ints.intStream().toArray());
        SharedArray again = SharedArray.of(sameRegion, "i", 'i', new int[3]);
        assertArrayEquals(new int[] {1, -2, 3}, again.intStream().toArray());
        SharedArray longs = SharedArray.of(region, "h", 'h', new long[] {5, -6});
        assertArrayEquals(new long[] {5, -6}, longs.longStream().toArray());
        SharedArray doubles = SharedArray.create(region, "f", 'f', new double[] {0.5, 1e30});
        assertArrayEquals(new double[] {0.5, (float) 1e30}, doubles.doubleStream().toArray());
        SharedArray bytes = SharedArray.create(region, "c", 'c', new byte[] {1, -1});
        assertArrayEquals(new int[] {1, 255}, bytes.intStream().toArray());
        SharedArray q = SharedArray.create(region, "q", 'q', new long[] {Long.MIN_VALUE});
        assertEquals(Long.MIN_VALUE, q.getLong(0));
        SharedArray points = SharedArray.create(region, "u", 'u', new int[] {0x1F600});
        assertEquals(0x1F600, points.getCodePoint(0));
    }

    @Test
    void of_initialElementsThatDoNotFit_createNothing() {
        assertThrows(
                ArithmeticException.class,
                () -> SharedArray.of(region, "a", 'B', new int[] {1, -1}));
        assertThrows(
                ArithmeticException.class,
                () -> SharedArray.create(region, "a", 'i', new double[] {0.5}));
        assertThrows(
                ArithmeticException.class, () -> SharedArray.of(region, "a", 'B', new byte[] {-1}));
        assertThrows(
                ArithmeticException.class,
                () -> SharedArray.of(region, "a", 'u', new long[] {0x110000}));
        assertEquals(List.of(), region.names());
    }

    /** BEHAVIOURS 8.6, 19.4: too long, or nothing at all. */
    @Test
    void of_checksTheLength() {
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 28}) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> SharedArray.of(region, "a", 'q', length));
            assertTrue(e.getMessage().contains("length=" + length), e.getMessage());
            assertTrue(e.getMessage().contains("1 to 268435455"), e.getMessage());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> SharedArray.of(region, "a", 'q', new long[0]));
        assertEquals(List.of(), region.names());
    }

    @Test
    void of_anotherCodeOrLength_namesBoth() {
        SharedArray.of(region, "a", 'i', 10);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedArray.of(sameRegion, "a", 'i', 11));
        assertTrue(e.getMessage().contains("'i' x 10"), e.getMessage());
        assertTrue(e.getMessage().contains("'i' x 11"), e.getMessage());
        e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SharedArray.of(sameRegion, "a", 'I', 10));
        assertTrue(e.getMessage().contains("'I' x 10"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> SharedValue.open(region, "a"));
        assertThrows(IllegalStateException.class, () -> SharedArray.create(region, "a", 'i', 10));
        assertThrows(NoSuchElementException.class, () -> SharedArray.open(region, "b"));
    }

    /** BEHAVIOURS 8.2: memory that is used again is zero again. */
    @Test
    void of_afterRemove_isZeroAgain() {
        for (int round = 0; round < 3; round++) {
            SharedArray array = SharedArray.create(region, "a", 'i', 1000);
            assertEquals(0, array.longStream().map(Math::abs).sum());
            array.fill(-1);
            array.close();
            assertTrue(region.remove("a"));
        }
    }

    // Accessors: the same as those of a record, whose conversions TypeCodeTest proves.

    @ParameterizedTest
    @EnumSource
    void accessors_doWhatThoseOfARecordDo_andLeaveNeighboursAlone(TypeCode type) {
        int length = 5;
        SharedArray array = SharedArray.of(region, "a", type.code(), length);
        StringBuilder spec = new StringBuilder();
        for (int i = 0; i < length; i++) {
            spec.append("x").append(i).append(':').append(type.code()).append(' ');
        }
        StructRecord record = new StructRecord(StructSpec.parse(spec.toString()));
        Random random = new Random(type.code());
        for (int round = 0; round < 4_000; round++) {
            int index = random.nextInt(length);
            long n = random.nextLong() >> random.nextInt(64);
            double d = random.nextBoolean() ? n : Double.longBitsToDouble(random.nextLong());
            int accessor = random.nextInt(9);
            assertEquals(
                    outcome(() -> set(record, index, accessor, n, d)),
                    outcome(() -> set(array, index, accessor, n, d)));
            for (int i = 0; i < length; i++) {
                int at = i;
                int reader = (round + i) % 9;
                assertEquals(
                        outcome(() -> get(record, at, reader)),
                        outcome(() -> get(array, at, reader)));
            }
            assertEquals(
                    outcome(() -> record.getLong(index)),
                    outcome(() -> array.getLongOpaque(index)));
            assertEquals(
                    outcome(() -> record.getLong(index)), outcome(() -> array.getLongPlain(index)));
        }
        array.setLongPlain(4, 1);
        assertEquals(1, array.getInt(4));
        assertEquals(outcome(() -> record.get(3)), outcome(() -> array.get(3)));
    }

    private static Object outcome(Callable<?> call) {
        try {
            return String.valueOf(call.call());
        } catch (ArithmeticException e) {
            return e.getMessage();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Object set(StructRecord record, int i, int accessor, long n, double d) {
        switch (accessor) {
            case 0 -> record.setByte(i, (byte) n);
            case 1 -> record.setShort(i, (short) n);
            case 2 -> record.setInt(i, (int) n);
            case 3 -> record.setLong(i, n);
            case 4 -> record.setFloat(i, (float) d);
            case 5 -> record.setDouble(i, d);
            case 6 -> record.setBoolean(i, n < 0);
            case 7 -> record.setCodePoint(i, (int) n);
            default -> record.set(i, n < 0 ? (Number) d : (Number) BigInteger.valueOf(n));
        }
        return null;
    }

    private static Object set(SharedArray array, int i, int accessor, long n, double d) {
        switch (accessor) {
            case 0 -> array.setByte(i, (byte) n);
            case 1 -> array.setShort(i, (short) n);
            case 2 -> array.setInt(i, (int) n);
            case 3 -> array.setLong(i, n);
            case 4 -> array.setFloat(i, (float) d);
            case 5 -> array.setDouble(i, d);
            case 6 -> array.setBoolean(i, n < 0);
            case 7 -> array.setCodePoint(i, (int) n);
            default -> array.set(i, n < 0 ? (Number) d : (Number) BigInteger.valueOf(n));
        }
        return null;
    }

    private static Object get(StructRecord record, int i, int accessor) {
        return switch (accessor) {
            case 0 -> record.getByte(i);
            case 1 -> record.getShort(i);
            case 2 -> record.getInt(i);
            case 3 -> record.getLong(i);
            case 4 -> record.getFloat(i);
            case 5 -> record.getDouble(i);
            case 6 -> record.getBoolean(i);
            case 7 -> record.getCodePoint(i);
            default -> record.get(i);
        };
    }

    private static Object get(SharedArray array, int i, int accessor) {
        return switch (accessor) {
            case 0 -> array.getByte(i);
            case 1 -> array.getShort(i);
            case 2 -> array.getInt(i);
            case 3 -> array.getLong(i);
            case 4 -> array.getFloat(i);
            case 5 -> array.getDouble(i);
            case 6 -> array.getBoolean(i);
            case 7 -> array.getCodePoint(i);
            default -> array.get(i);
        };
    }

    /** BEHAVIOURS 8.5: text up to the first byte 0, and all bytes raw. */
    @ParameterizedTest
    @ValueSource(strings = {"", "x", "hello", "gr\u00fc\u00dfe", "\ud83d\ude00", "12345678"})
    void text_comesBack_andZerosBehindIt(String text) {
        SharedArray here = SharedArray.of(region, "a", 'c', 10);
        here.fill(0x7F);
        here.slice(1, 9).setText(text);
        SharedArray there = SharedArray.open(sameRegion, "a");
        assertEquals(text, there.slice(1, 9).getText());
        byte[] raw = new byte[10];
        there.copyTo(0, raw, 0, 10);
        byte[] expected = Arrays.copyOf(("\u007f" + text).getBytes(UTF_8), 10);
        expected[9] = 0x7F;
        assertArrayEquals(expected, raw);
    }

    @Test
    void text_ofBytesThatAreNone() {
        SharedArray array =
                SharedArray.of(region, "a", 'c', new byte[] {'a', (byte) 0xFF, 'b', 0, 'c'});
        assertEquals("a\ufffdb", array.getText());
        assertEquals("c", array.slice(4, 5).getText());
        assertEquals("", array.slice(4, 4).getText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"123456", "12345\u00fc", "1\u00002", "\ud800", "1\udc00"})
    void text_thatDoesNotFit_changesNothing(String text) {
        SharedArray array = SharedArray.of(region, "a", 'c', 5);
        array.setText("seven");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> array.setText(text));
        assertTrue(e.getMessage().contains("allowed: "), e::getMessage);
        assertEquals("seven", array.getText());
    }

    @ParameterizedTest
    @ValueSource(chars = {'?', 'b', 'B', 'u', 'i', 'd'})
    void text_needsTheCodeOfBytes(char code) {
        SharedArray array = SharedArray.of(region, "a", code, 5);
        assertThrows(UnsupportedOperationException.class, array::getText);
        assertThrows(UnsupportedOperationException.class, () -> array.setText(""));
    }

    /** BEHAVIOURS 8.6. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 5, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void everyAccessor_checksTheIndex(int index) {
        for (char code : new char[] {'b', 'i', 'q', 'd'}) {
            SharedArray array = SharedArray.of(region, "a" + code, code, 5);
            List<Executable> accesses = new ArrayList<>();
            for (int a = 0; a < 9; a++) {
                int accessor = a;
                accesses.add(() -> get(array, index, accessor));
                accesses.add(() -> set(array, index, accessor, 0, 0));
            }
            accesses.add(() -> array.getLongOpaque(index));
            accesses.add(() -> array.getLongPlain(index));
            accesses.add(() -> array.setLongPlain(index, 0));
            if (code == 'd') {
                accesses.add(() -> array.getAndAdd(index, 1.0));
                accesses.add(() -> array.addAndGet(index, 1.0));
                accesses.add(() -> array.getAndSet(index, 1.0));
                accesses.add(() -> array.compareAndSet(index, 0.0, 1.0));
            } else {
                accesses.add(() -> array.getAndAdd(index, 1));
                accesses.add(() -> array.addAndGet(index, 1));
                accesses.add(() -> array.getAndSet(index, 1));
                accesses.add(() -> array.compareAndSet(index, 0, 1));
            }
            for (Executable access : accesses) {
                IndexOutOfBoundsException e = assertThrows(IndexOutOfBoundsException.class, access);
                assertEquals("index=" + index + ", length=5", e.getMessage());
            }
            assertEquals(0.0, array.doubleStream().sum());
        }
    }

    // Atomic operations; their arithmetic is SharedValueTest's.

    @ParameterizedTest
    @ValueSource(chars = {'b', 'B', 'c', 'h', 'H', 'i', 'I', 'l', 'L', 'q', 'Q'})
    void atomics_reachTheRightElement(char code) {
        SharedArray array = SharedArray.of(region, "a", code, 9);
        for (int i = 0; i < 9; i++) {
            array.setInt(i, 10 * i);
        }
        assertEquals(30, array.getAndAdd(3, 1));
        assertEquals(42, array.addAndGet(4, 2));
        assertEquals(50, array.getAndSet(5, 7));
        assertTrue(array.compareAndSet(8, 80, 9));
        assertFalse(array.compareAndSet(7, 71, 9));
        assertArrayEquals(new int[] {0, 10, 20, 31, 42, 7, 60, 70, 9}, array.intStream().toArray());
    }

    @ParameterizedTest
    @ValueSource(chars = {'f', 'd'})
    void atomics_ofDoubles_reachTheRightElement(char code) {
        SharedArray array = SharedArray.of(region, "a", code, new double[] {0, 10, 20, 30, 40});
        assertEquals(10, array.getAndAdd(1, 0.5));
        assertEquals(20.5, array.addAndGet(2, 0.5));
        assertEquals(30, array.getAndSet(3, 7.5));
        assertTrue(array.compareAndSet(4, 40.0, 9.5));
        assertArrayEquals(new double[] {0, 10.5, 20.5, 7.5, 9.5}, array.doubleStream().toArray());
    }

    /** Threads hammer neighbours in one int; each must end with exactly its own count. */
    @ParameterizedTest
    @ValueSource(chars = {'b', 'B', 'c', 'h', 'H', '?'})
    void atomics_ofNarrowCodes_leaveNeighboursAlone(char code) throws Exception {
        SharedArray here = SharedArray.of(region, "a", code, 8);
        SharedArray there = SharedArray.of(sameRegion, "a", code, 8);
        int each = 30_000;
        Runnable[] tasks = new Runnable[4];
        for (int t = 0; t < tasks.length; t++) {
            SharedArray array = t % 2 == 0 ? here : there;
            int index = 1 + t;
            tasks[t] =
                    () -> {
                        for (int i = 0; i < each; i++) {
                            array.getAndAdd(index, index);
                        }
                    };
        }
        SharedValueTest.together(tasks);
        TypeCode type = TypeCode.of(code);
        for (int i = 0; i < 8; i++) {
            boolean hammered = i >= 1 && i <= tasks.length;
            assertEquals(hammered ? type.wrap((long) each * i) : 0, here.getLong(i), "at " + i);
        }
    }

    /** A plain store of one element beside a CAS of its neighbour: neither is lost. */
    @ParameterizedTest
    @ValueSource(chars = {'b', 'h'})
    void stores_besideAtomics_areNotUndone(char code) throws Exception {
        SharedArray array = SharedArray.of(region, "a", code, 2);
        int each = 200_000;
        SharedValueTest.together(
                () -> {
                    for (int i = 0; i < each; i++) {
                        array.setByte(0, (byte) i);
                        assertEquals((byte) i, array.getByte(0));
                    }
                },
                () -> {
                    for (int i = 0; i < each; i++) {
                        array.getAndAdd(1, 1);
                    }
                });
        assertEquals(TypeCode.of(code).wrap(each), array.getLong(1));
    }

    // Many elements at once.

    @ParameterizedTest
    @EnumSource
    void fill_setsEveryElement(TypeCode type) {
        SharedArray array = SharedArray.of(region, "a", type.code(), 11);
        for (long value : new long[] {1, 0, type.maxValue().longValue() / 3 & 0x155555}) {
            if (value <= 1 || type != TypeCode.BOOLEAN) {
                array.fill(value);
                array.forEach(n -> assertEquals(value, n.longValue()));
                array.slice(3, 5).fill(0);
                assertEquals(9 * value, array.longStream().sum());
            }
        }
        array.fill(1.0);
        assertEquals(11.0, array.doubleStream().sum());
        if (type.kind() != TypeCode.Kind.FLOATING) {
            assertThrows(ArithmeticException.class, () -> array.fill(0.5));
            if (type != TypeCode.LONG && type != TypeCode.LONG_LONG && !type.isUnsigned64()) {
                assertThrows(ArithmeticException.class, () -> array.fill(Long.MAX_VALUE));
            }
        } else {
            array.fill(-0.25);
            assertEquals(-0.25 * 11, array.doubleStream().sum());
        }
    }

    /** Every pattern of bits in every code, so that no fill takes a wrong short cut. */
    @ParameterizedTest
    @ValueSource(chars = {'H', 'I', 'q'})
    void fill_knowsWhenAllBytesAreEqual(char code) {
        SharedArray array = SharedArray.of(region, "a", code, 3);
        for (long value : new long[] {0x0101, 0x0100, 0x1111, 0xFFFF, 0x00FF, 0x4242}) {
            array.fill(value);
            assertArrayEquals(new long[] {value, value, value}, array.longStream().toArray());
        }
        if (code == 'q') {
            array.fill(0x4242_4242_4242_4242L);
            assertEquals(0x4242_4242_4242_4242L, array.getLong(2));
            array.fill(-2L);
            assertEquals(-2, array.getLong(2));
        }
    }

    @Test
    void copies_ofBytes() {
        for (char code : new char[] {'b', 'B', 'c'}) {
            SharedArray array = SharedArray.of(region, "a" + code, code, 6);
            array.copyFrom(1, new byte[] {9, -1, 2, 9}, 1, 2);
            byte[] back = new byte[4];
            array.copyTo(0, back, 1, 3);
            assertArrayEquals(new byte[] {0, 0, -1, 2}, back);
            assertEquals(code == 'b' ? -1 : 255, array.getInt(1));
        }
        SharedArray flags = SharedArray.of(region, "flags", '?', 4);
        flags.copyFrom(0, new byte[] {1, 0, 1}, 0, 3);
        assertTrue(flags.getBoolean(2));
        assertThrows(ArithmeticException.class, () -> flags.copyFrom(0, new byte[] {0, 2}, 0, 2));
        assertTrue(flags.getBoolean(0));
    }

    @Test
    void copies_ofShortsIntsAndLongs() {
        SharedArray h = SharedArray.of(region, "h", 'h', 6);
        h.copyFrom(1, new short[] {9, -1, 0x1234}, 1, 2);
        assertArrayEquals(new int[] {0, -1, 0x1234, 0, 0, 0}, h.intStream().toArray());
        short[] shorts = new short[3];
        h.copyTo(0, shorts, 0, 3);
        assertArrayEquals(new short[] {0, -1, 0x1234}, shorts);

        SharedArray i = SharedArray.of(region, "i", 'i', 6);
        i.copyFrom(4, new int[] {-1, 0x12345678}, 0, 2);
        assertArrayEquals(new int[] {0, 0, 0, 0, -1, 0x12345678}, i.intStream().toArray());
        int[] ints = new int[2];
        i.copyTo(4, ints, 0, 2);
        assertArrayEquals(new int[] {-1, 0x12345678}, ints);

        SharedArray q = SharedArray.of(region, "q", 'Q', 3);
        q.copyFrom(0, new long[] {1, -1, 3}, 0, 3);
        assertEquals(new BigInteger("18446744073709551615"), q.get(1));
        long[] longs = new long[3];
        q.copyTo(0, longs, 0, 3);
        assertArrayEquals(new long[] {1, -1, 3}, longs);

        SharedArray u = SharedArray.of(region, "u", 'u', 3);
        u.copyFrom(0, new int[] {'a', 0x1F600, 'c'}, 0, 3);
        assertEquals(0x1F600, u.getCodePoint(1));
        assertThrows(ArithmeticException.class, () -> u.copyFrom(0, new int[] {'x', -1}, 0, 2));
        assertEquals('a', u.getCodePoint(0));
    }

    @Test
    void copies_ofFloatsAndDoubles() {
        SharedArray f = SharedArray.of(region, "f", 'f', 3);
        f.copyFrom(1, new float[] {1.5f, -0.0f}, 0, 2);
        float[] floats = new float[3];
        f.copyTo(0, floats, 0, 3);
        assertArrayEquals(new float[] {0, 1.5f, -0.0f}, floats);
        SharedArray d = SharedArray.of(region, "d", 'd', 3);
        d.copyFrom(1, new double[] {1.5, Double.NaN}, 0, 2);
        double[] doubles = new double[3];
        d.copyTo(0, doubles, 0, 3);
        assertArrayEquals(new double[] {0, 1.5, Double.NaN}, doubles);
    }

    @Test
    void copies_ofOtherCodes_areRefused() {
        SharedArray array = SharedArray.of(region, "a", 'i', 4);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> array.copyTo(0, new long[4], 0, 4));
        assertTrue(e.getMessage().contains("code='i' array=long[]"), e.getMessage());
        assertTrue(e.getMessage().contains("int[]"), e.getMessage());
        List<Executable> others =
                List.of(
                        () -> array.copyTo(0, new byte[4], 0, 4),
                        () -> array.copyTo(0, new short[4], 0, 4),
                        () -> array.copyTo(0, new float[4], 0, 4),
                        () -> array.copyTo(0, new double[4], 0, 4),
                        () -> array.copyFrom(0, new byte[4], 0, 4),
                        () -> array.copyFrom(0, new short[4], 0, 4),
                        () -> array.copyFrom(0, new long[4], 0, 4),
                        () -> array.copyFrom(0, new float[4], 0, 4),
                        () -> array.copyFrom(0, new double[4], 0, 4));
        others.forEach(other -> assertThrows(IllegalArgumentException.class, other));
    }

    /** BEHAVIOURS 8.6. */
    @Test
    void copies_checkBothRanges() {
        SharedArray array = SharedArray.of(region, "a", 'q', 4);
        int[][] wrong = {
            {-1, 0, 1},
            {4, 0, 1},
            {0, 0, 5},
            {3, 0, 2},
            {0, -1, 1},
            {0, 4, 1},
            {0, 0, -1},
            {0, 3, 2},
            {Integer.MAX_VALUE, 0, 2},
            {2, 0, Integer.MAX_VALUE}
        };
        for (int[] w : wrong) {
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> array.copyTo(w[0], new long[4], w[1], w[2]));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> array.copyFrom(w[0], new long[] {1, 1, 1, 1}, w[1], w[2]));
        }
        assertEquals(0, array.longStream().sum());
        array.copyTo(4, new long[0], 0, 0);
    }

    @Test
    void slice_isALiveView() {
        SharedArray array = SharedArray.of(region, "a", 'h', new int[] {0, 1, 2, 3, 4, 5, 6});
        SharedArray slice = array.slice(2, 5);
        assertEquals(3, slice.length());
        assertArrayEquals(new int[] {2, 3, 4}, slice.intStream().toArray());
        slice.setInt(0, 20);
        assertEquals(20, array.getInt(2));
        array.setInt(4, 40);
        assertEquals(40, slice.getInt(2));
        SharedArray inner = slice.slice(1, 3);
        inner.getAndAdd(1, 2);
        assertEquals(42, array.getInt(4));
        short[] copy = new short[2];
        inner.copyTo(0, copy, 0, 2);
        assertArrayEquals(new short[] {3, 42}, copy);
        inner.copyFrom(1, new short[] {7}, 0, 1);
        assertArrayEquals(new int[] {0, 1, 20, 3, 7, 5, 6}, array.intStream().toArray());
        IndexOutOfBoundsException e =
                assertThrows(IndexOutOfBoundsException.class, () -> slice.getInt(3));
        assertEquals("index=3, length=3", e.getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> slice.getInt(-1));
        assertEquals(0, array.slice(7, 7).length());
        assertFalse(array.slice(7, 7).iterator().hasNext());
        for (int[] w : new int[][] {{-1, 2}, {3, 2}, {0, 8}, {8, 8}}) {
            assertThrows(IndexOutOfBoundsException.class, () -> array.slice(w[0], w[1]));
        }
    }

    @Test
    void iteration_readsWhenItComesToIt() {
        SharedArray array = SharedArray.of(region, "a", 'i', new int[] {1, 2, 3});
        Iterator<Number> iterator = array.iterator();
        assertEquals(1, iterator.next());
        array.setInt(1, 20);
        assertEquals(20, iterator.next());
        assertEquals(3, iterator.next());
        assertFalse(iterator.hasNext());
        assertThrows(NoSuchElementException.class, iterator::next);
        PrimitiveIterator.OfLong longs = array.longStream().iterator();
        assertEquals(1, longs.nextLong());
        assertEquals(24, array.intStream().sum());
        assertEquals(24, array.longStream().parallel().sum());
        assertEquals(24.0, array.doubleStream().sum());
    }

    // Handles.

    @Test
    void close_closesTheSlices_andNotTheOtherWayRound() {
        SharedArray array = SharedArray.of(region, "a", 'q', 4);
        SharedArray slice = array.slice(1, 2);
        slice.close();
        slice.setLong(0, 5);
        array.close();
        array.close();
        assertThrows(IllegalStateException.class, () -> array.getLong(0));
        assertThrows(IllegalStateException.class, () -> slice.getLong(0));
        assertThrows(IllegalStateException.class, () -> array.fill(0));
        assertThrows(IllegalStateException.class, () -> array.copyTo(0, new long[4], 0, 4));
        assertThrows(IllegalStateException.class, () -> array.copyFrom(0, new long[4], 0, 4));
        assertEquals(5, SharedArray.open(region, "a").getLong(1));
    }

    @Test
    void toString_showsTheFirstElements() {
        SharedArray array = SharedArray.of(region, "a", 'i', new int[] {1, 2, 3});
        assertEquals("SharedArray[name=a, code='i', length=3, values=[1, 2, 3]]", array.toString());
        SharedArray many = SharedArray.of(region, "many", 'B', 1000);
        assertEquals(
                "SharedArray[name=many, code='B', length=1000, values=[0, 0, 0, 0, 0, 0, 0, 0, 0,"
                        + " 0, 0, 0, 0, 0, 0, 0, ...]]",
                many.toString());
        array.close();
        assertEquals("SharedArray[name=a, code='i', length=3, closed]", array.toString());
    }
}
