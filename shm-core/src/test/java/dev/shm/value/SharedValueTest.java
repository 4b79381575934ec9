package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedValueTest extends TwoAttachments {
    // Factories.

    @ParameterizedTest
    @EnumSource
    void of_createsZero_andOpensTheSameElsewhere(TypeCode type) {
        SharedValue here = SharedValue.of(region, "v", type.code());
        assertEquals(0.0, here.getDouble());
        SharedValue there = SharedValue.of(sameRegion, "v", type.code());
        SharedValue opened = SharedValue.open(sameRegion, "v");
        here.setInt(1);
        assertEquals(1, there.getInt());
        assertEquals(1, opened.getInt());
        assertEquals(type, opened.type());
        assertEquals(type.code(), opened.code());
        assertEquals("v", opened.name());
    }

    @Test
    void of_initialValueIsTheCreatorsOnly() {
        SharedValue price = SharedValue.of(region, "price", 'd', 3.14);
        assertEquals(3.14, SharedValue.of(sameRegion, "price", 'd', 99.0).getDouble());
        assertEquals(3.14, price.getDouble());
        assertTrue(SharedValue.of(region, "flag", '?', true).getBoolean());
        assertTrue(SharedValue.of(sameRegion, "flag", '?', false).getBoolean());
        assertEquals(-5, SharedValue.create(region, "n", 'h', -5).getInt());
        assertTrue(SharedValue.create(region, "yes", '?', true).getBoolean());
    }

    @Test
    void of_anInitialValueThatDoesNotFit_createsNothing() {
        assertThrows(ArithmeticException.class, () -> SharedValue.of(region, "b", 'b', 128));
        assertThrows(ArithmeticException.class, () -> SharedValue.create(region, "b", 'i', 0.5));
        assertEquals(List.of(), region.names());
    }

    @Test
    void create_refusesANameThatIsTaken() {
        SharedValue.create(region, "v", 'q');
        assertThrows(IllegalStateException.class, () -> SharedValue.create(sameRegion, "v", 'q'));
    }

    /** BEHAVIOURS 19.5: opening what is not there. */
    @Test
    void open_refusesANameThatIsNot() {
        assertThrows(NoSuchElementException.class, () -> SharedValue.open(region, "v"));
    }

    @Test
    void of_anotherCodeOrType_namesBoth() {
        SharedValue.of(region, "v", 'i');
        SharedAdder.of(region, "adder");
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> SharedValue.of(sameRegion, "v", 'q'));
        assertTrue(e.getMessage().contains("'i'"), e.getMessage());
        assertTrue(e.getMessage().contains("'q'"), e.getMessage());
        e = assertThrows(IllegalArgumentException.class, () -> SharedValue.open(region, "adder"));
        assertTrue(e.getMessage().contains("SharedAdder"), e.getMessage());
        assertTrue(e.getMessage().contains("SharedValue"), e.getMessage());
    }

    /** BEHAVIOURS 7.5. */
    @Test
    void of_anUnknownCode_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> SharedValue.of(region, "v", 'x'));
        assertEquals(List.of(), region.names());
    }

    // Accessors: the same as those of a record, whose conversions TypeCodeTest proves.

    @ParameterizedTest
    @EnumSource
    void accessors_doWhatThoseOfARecordDo(TypeCode type) {
        SharedValue value = SharedValue.of(region, "v", type.code());
        StructRecord record = new StructRecord(StructSpec.parse("x:" + type.code()));
        Random random = new Random(type.code());
        for (int round = 0; round < 4_000; round++) {
            long n = random.nextLong() >> random.nextInt(64);
            double d = random.nextBoolean() ? n : Double.longBitsToDouble(random.nextLong());
            int accessor = random.nextInt(9);
            assertEquals(
                    outcome(() -> set(record, accessor, n, d)),
                    outcome(() -> set(value, accessor, n, d)));
            for (int a = 0; a < 9; a++) {
                int reader = a;
                assertEquals(outcome(() -> get(record, reader)), outcome(() -> get(value, reader)));
            }
            assertEquals(outcome(() -> record.getLong(0)), outcome(value::getLongOpaque));
            assertEquals(outcome(() -> record.getLong(0)), outcome(value::getLongPlain));
        }
        assertEquals(
                outcome(() -> set(record, 3, 1, 0)),
                outcome(
                        () -> {
                            value.setLongPlain(1);
                            return null;
                        }));
        assertEquals(1, value.getInt());
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

    private static Object set(StructRecord record, int accessor, long n, double d) {
        switch (accessor) {
            case 0 -> record.setByte(0, (byte) n);
            case 1 -> record.setShort(0, (short) n);
            case 2 -> record.setInt(0, (int) n);
            case 3 -> record.setLong(0, n);
            case 4 -> record.setFloat(0, (float) d);
            case 5 -> record.setDouble(0, d);
            case 6 -> record.setBoolean(0, n < 0);
            case 7 -> record.setCodePoint(0, (int) n);
            default -> record.set(0, n < 0 ? (Number) d : (Number) BigInteger.valueOf(n));
        }
        return null;
    }

    private static Object set(SharedValue value, int accessor, long n, double d) {
        switch (accessor) {
            case 0 -> value.setByte((byte) n);
            case 1 -> value.setShort((short) n);
            case 2 -> value.setInt((int) n);
            case 3 -> value.setLong(n);
            case 4 -> value.setFloat((float) d);
            case 5 -> value.setDouble(d);
            case 6 -> value.setBoolean(n < 0);
            case 7 -> value.setCodePoint((int) n);
            default -> value.set(n < 0 ? (Number) d : (Number) BigInteger.valueOf(n));
        }
        return null;
    }

    private static Object get(StructRecord record, int accessor) {
        return switch (accessor) {
            case 0 -> record.getByte(0);
            case 1 -> record.getShort(0);
            case 2 -> record.getInt(0);
            case 3 -> record.getLong(0);
            case 4 -> record.getFloat(0);
            case 5 -> record.getDouble(0);
            case 6 -> record.getBoolean(0);
            case 7 -> record.getCodePoint(0);
            default -> record.get(0);
        };
    }

    private static Object get(SharedValue value, int accessor) {
        return switch (accessor) {
            case 0 -> value.getByte();
            case 1 -> value.getShort();
            case 2 -> value.getInt();
            case 3 -> value.getLong();
            case 4 -> value.getFloat();
            case 5 -> value.getDouble();
            case 6 -> value.getBoolean();
            case 7 -> value.getCodePoint();
            default -> value.get();
        };
    }

    // Atomic operations.

    @ParameterizedTest
    @ValueSource(chars = {'b', 'B', 'c', 'h', 'H', 'i', 'I', 'l', 'q', 'L', 'Q', '?'})
    void sums_wrapAtTheWidth(char code) {
        TypeCode type = TypeCode.of(code);
        SharedValue value = SharedValue.of(region, "v", code, type.maxValue());
        BigInteger max = new BigInteger(type.maxValue().toString());
        BigInteger min = new BigInteger(type.minValue().toString());
        assertEquals(max.longValue(), value.getAndAdd(1));
        assertEquals(min, new BigInteger(value.get().toString()));
        assertEquals(max.longValue(), value.addAndGet(-1));
        assertEquals(max, new BigInteger(value.get().toString()));
        BigInteger count = max.subtract(min).add(BigInteger.ONE);
        Random random = new Random(code);
        BigInteger expected = max;
        for (int round = 0; round < 1_000; round++) {
            long delta = random.nextLong() >> random.nextInt(64);
            assertEquals(expected.longValue(), value.getAndAdd(delta));
            expected = expected.add(BigInteger.valueOf(delta)).subtract(min).mod(count).add(min);
            assertEquals(expected, new BigInteger(value.get().toString()));
        }
    }

    @Test
    void sums_ofCodePoints_stayCodePoints() {
        SharedValue value = SharedValue.of(region, "v", 'u', (int) 'a');
        assertEquals('a', value.getAndAdd(1));
        assertEquals('c', value.addAndGet(1));
        assertThrows(ArithmeticException.class, () -> value.getAndAdd(0x110000));
        assertThrows(ArithmeticException.class, () -> value.addAndGet(-'d'));
        assertEquals('c', value.getCodePoint());
    }

    @ParameterizedTest
    @ValueSource(chars = {'b', 'B', 'c', 'h', 'H', 'i', 'I', 'l', 'q', 'u', '?'})
    void compareAndSet_andGetAndSet_work(char code) {
        SharedValue value = SharedValue.of(region, "v", code);
        assertFalse(value.compareAndSet(1, 0));
        assertTrue(value.compareAndSet(0, 1));
        assertEquals(1, value.getAndSet(0));
        assertEquals(0, value.getInt());
        long max = TypeCode.of(code).maxValue().longValue();
        assertTrue(value.compareAndSet(0, max));
        assertEquals(max, value.getLong());
        assertTrue(value.compareAndSet(max, 0));
        if (max != Long.MAX_VALUE) {
            assertThrows(ArithmeticException.class, () -> value.getAndSet(max + 1));
            assertThrows(ArithmeticException.class, () -> value.compareAndSet(0, max + 1));
            assertThrows(ArithmeticException.class, () -> value.compareAndSet(max + 1, 0));
        }
        assertEquals(0, value.getLong());
    }

    @ParameterizedTest
    @ValueSource(chars = {'L', 'Q'})
    void atomics_ofUnsignedLongs_speak64Bits(char code) {
        SharedValue value = SharedValue.of(region, "v", code);
        assertEquals(0, value.getAndSet(-1));
        assertEquals(new BigInteger("18446744073709551615"), value.get());
        assertThrows(ArithmeticException.class, value::getLong);
        assertTrue(value.compareAndSet(-1, Long.MIN_VALUE));
        assertEquals(BigInteger.ONE.shiftLeft(63), value.get());
        assertEquals(Long.MIN_VALUE, value.getAndAdd(Long.MIN_VALUE));
        assertEquals(0, value.getLong());
    }

    @ParameterizedTest
    @ValueSource(chars = {'f', 'd'})
    void doubleForms_ofAtomics(char code) {
        SharedValue value = SharedValue.of(region, "v", code, 0.5);
        assertEquals(0.5, value.getAndAdd(0.25));
        assertEquals(1.0, value.addAndGet(0.25));
        assertEquals(1.0, value.getAndSet(-0.0));
        assertFalse(value.compareAndSet(0.0, 2.0));
        assertTrue(value.compareAndSet(-0.0, Double.NaN));
        assertFalse(value.compareAndSet(1.0, 2.0));
        assertTrue(value.compareAndSet(Double.NaN, 2.0));
        assertEquals(2.0, value.getDouble());
        assertEquals(2.0, value.getAndSet(code == 'f' ? Float.MAX_VALUE : Double.MAX_VALUE));
        assertEquals(
                Double.POSITIVE_INFINITY,
                value.addAndGet(code == 'f' ? Float.MAX_VALUE : Double.MAX_VALUE));
    }

    @Test
    void doubleForms_ofFloats_roundOrRefuse() {
        SharedValue value = SharedValue.of(region, "v", 'f', 0.1f);
        assertEquals(0.1f + 0.2f, value.addAndGet(0.2));
        assertThrows(ArithmeticException.class, () -> value.getAndAdd(1e300));
        assertThrows(ArithmeticException.class, () -> value.getAndSet(1e300));
        assertThrows(ArithmeticException.class, () -> value.compareAndSet(0.0, 1e300));
        assertEquals(0.1f + 0.2f, value.getFloat());
    }

    @Test
    void atomics_ofTheWrongForm_areRefused() {
        SharedValue d = SharedValue.of(region, "d", 'd');
        assertThrows(UnsupportedOperationException.class, () -> d.getAndAdd(1));
        assertThrows(UnsupportedOperationException.class, () -> d.addAndGet(1));
        assertThrows(UnsupportedOperationException.class, () -> d.getAndSet(1));
        assertThrows(UnsupportedOperationException.class, () -> d.compareAndSet(0, 1));
        SharedValue q = SharedValue.of(region, "q", 'q');
        UnsupportedOperationException e =
                assertThrows(UnsupportedOperationException.class, () -> q.getAndAdd(1.0));
        assertTrue(e.getMessage().contains("long form"), e.getMessage());
        assertThrows(UnsupportedOperationException.class, () -> q.addAndGet(1.0));
        assertThrows(UnsupportedOperationException.class, () -> q.getAndSet(1.0));
        assertThrows(UnsupportedOperationException.class, () -> q.compareAndSet(0.0, 1.0));
        assertEquals(0, q.getLong());
        assertEquals(0.0, d.getDouble());
    }

    /** BEHAVIOURS 7.4: threads on two mappings lose no update, whatever the width. */
    @ParameterizedTest
    @ValueSource(chars = {'b', 'B', 'c', 'h', 'H', 'i', 'I', 'l', 'L', 'q', 'Q'})
    void getAndAdd_losesNothing(char code) throws Exception {
        SharedValue here = SharedValue.of(region, "v", code);
        SharedValue there = SharedValue.of(sameRegion, "v", code);
        int each = 20_001;
        together(
                () -> repeat(each, () -> here.getAndAdd(1)),
                () -> repeat(each, () -> there.addAndGet(1)),
                () -> repeat(each, () -> here.getAndAdd(3)));
        long bits = TypeCode.of(code).raw(5L * each);
        assertEquals(bits, here.getLong());
    }

    /** BEHAVIOURS 7.4. */
    @ParameterizedTest
    @ValueSource(chars = {'f', 'd'})
    void getAndAdd_ofDoubles_losesNothing(char code) throws Exception {
        SharedValue here = SharedValue.of(region, "v", code);
        SharedValue there = SharedValue.of(sameRegion, "v", code);
        int each = 20_000;
        together(
                () -> repeat(each, () -> here.getAndAdd(1.0)),
                () -> repeat(each, () -> there.addAndGet(1.0)));
        assertEquals(2.0 * each, here.getDouble());
    }

    /** Exactly one of those who compare-and-set the same value wins each round. */
    @ParameterizedTest
    @ValueSource(chars = {'b', 'H', 'i', 'q'})
    void compareAndSet_hasOneWinner(char code) throws Exception {
        SharedValue here = SharedValue.of(region, "v", code);
        SharedValue there = SharedValue.of(sameRegion, "v", code);
        SharedValue wins = SharedValue.of(region, "wins", 'q');
        int target = 20_000;
        Runnable contender =
                () -> {
                    SharedValue mine = Thread.currentThread().getId() % 2 == 0 ? here : there;
                    while (wins.getLong() < target) {
                        long seen = mine.getLong();
                        if (mine.compareAndSet(seen, (seen + 1) & 0x7F)) {
                            wins.getAndAdd(1);
                        }
                    }
                };
        together(contender, contender, contender);
        assertEquals(wins.getLong() & 0x7F, here.getLong());
    }

    /** A set publishes what came before it, as setRelease does. */
    @ParameterizedTest
    @ValueSource(chars = {'h', 'i', 'q', 'd'})
    void set_publishesWhatCameBefore(char code) throws Exception {
        SharedValue flag = SharedValue.of(region, "flag", code);
        SharedValue data = SharedValue.of(region, "data", 'q');
        int last = 30_000;
        together(
                () -> {
                    for (int i = 1; i <= last; i++) {
                        data.setLongPlain(i);
                        flag.setInt(i);
                    }
                },
                () -> {
                    int seen;
                    do {
                        seen = flag.getInt();
                        long published = data.getLongPlain();
                        assertTrue(published >= seen, published + " < " + seen);
                    } while (seen < last);
                });
    }

    private static void repeat(int times, Runnable action) {
        for (int i = 0; i < times; i++) {
            action.run();
        }
    }

    static void together(Runnable... tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.length);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (Runnable task : tasks) {
                futures.add(threads.submit(task));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    // Handles.

    @Test
    void close_letsThisHandleGo_andOnlyIt() {
        SharedValue value = SharedValue.of(region, "v", 'q', 5);
        SharedValue other = SharedValue.of(region, "v", 'q');
        value.close();
        value.close();
        assertThrows(IllegalStateException.class, value::getLong);
        assertThrows(IllegalStateException.class, () -> value.setLong(1));
        assertThrows(IllegalStateException.class, () -> value.getAndAdd(1));
        assertThrows(IllegalStateException.class, value::getInt);
        assertEquals(5, other.getLong());
        region.close();
        assertThrows(IllegalStateException.class, other::getLong);
        assertEquals(5, SharedValue.open(sameRegion, "v").getLong());
    }

    @Test
    void toString_showsNameCodeAndValue() {
        SharedValue value = SharedValue.of(region, "v", 'q', 5);
        assertEquals("SharedValue[name=v, code='q', value=5]", value.toString());
        assertEquals(
                "SharedValue[name=t, code='?', value=true]",
                SharedValue.of(region, "t", '?', true).toString());
        assertEquals(
                "SharedValue[name=u, code='u', value=U+1F600]",
                SharedValue.of(region, "u", 'u', 0x1F600).toString());
        value.close();
        assertEquals("SharedValue[name=v, code='q', closed]", value.toString());
    }
}
