package dev.shm.memory;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.BufferCase.Pair;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random calls of every method do to a {@code MappedBuffer} what they do to Agrona's {@code
 * UnsafeBuffer}: same result, same memory, same changes of the arguments, same kind of failure.
 * What differs on purpose is in {@link #differences()}.
 *
 * <p>A failure names its seed: {@code -Dshm.test.seed=...} repeats it, and {@code
 * -Dshm.test.cases=...} sets the number of calls of each method.
 */
@Tag("agrona-flag")
class MappedBufferUnsafeComparisonTest {
    private static final long SEED = Long.getLong("shm.test.seed", System.nanoTime());
    private static final int CASES = Integer.getInteger("shm.test.cases", 1_000);

    /** What MappedBuffer does not do, where UnsafeBuffer does. */
    record Difference(
            String what,
            String why,
            Class<? extends Exception> thrown,
            Consumer<AtomicBuffer> call) {
        @Override
        public String toString() {
            return what + ": " + why;
        }
    }

    static List<Difference> differences() {
        String noHeap = "atomic access needs memory that does not move";
        String noAddress = "nothing could check an address";
        String noSign = "a natural number has no sign; UnsafeBuffer writes rubbish";
        Class<? extends Exception> unsupported = UnsupportedOperationException.class;
        Class<? extends Exception> illegal = IllegalArgumentException.class;
        return List.of(
                new Difference("wrap(byte[])", noHeap, unsupported, b -> b.wrap(new byte[8])),
                new Difference(
                        "wrap(byte[],int,int)",
                        noHeap,
                        unsupported,
                        b -> b.wrap(new byte[8], 0, 8)),
                new Difference("wrap(long,int)", noAddress, unsupported, b -> b.wrap(0L, 0)),
                new Difference(
                        "addressOffset()",
                        "it leads around the bounds check",
                        unsupported,
                        b -> b.addressOffset()),
                new Difference(
                        "wrap(ByteBuffer) on heap",
                        noHeap,
                        illegal,
                        b -> b.wrap(ByteBuffer.allocate(8))),
                new Difference(
                        "wrap(DirectBuffer) on heap",
                        noHeap,
                        illegal,
                        b -> b.wrap(new UnsafeBuffer(new byte[8]))),
                new Difference(
                        "misaligned atomic access",
                        "some processors fault, others are slow",
                        IllegalStateException.class,
                        b -> b.getAndAddLong(4, 1)),
                new Difference(
                        "putNaturalLongAscii(int,long) < 0",
                        noSign,
                        illegal,
                        b -> b.putNaturalLongAscii(0, -1)),
                new Difference(
                        "putNaturalPaddedIntAscii(int,int,int) < 0",
                        noSign,
                        illegal,
                        b -> b.putNaturalPaddedIntAscii(0, 9, -1)),
                new Difference(
                        "getBytes into a read-only ByteBuffer",
                        "UnsafeBuffer writes to it",
                        ReadOnlyBufferException.class,
                        b -> b.getBytes(0, ByteBuffer.allocate(8).asReadOnlyBuffer(), 8)));
    }

    static List<Method> methods() {
        List<String> refused = differences().stream().map(Difference::what).toList();
        return Stream.of(AtomicBuffer.class.getMethods())
                .filter(method -> !refused.contains(signature(method)))
                .toList();
    }

    private static String signature(Method method) {
        return Stream.of(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(",", method.getName() + "(", ")"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethod_doesTheSame(Method method) {
        Random random = new Random(SEED ^ signature(method).hashCode());
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < CASES; i++) {
            BufferCase tried = new BufferCase(random, method);
            Outcome ours = call(method, tried.ours, tried.arguments(Pair::ours));
            Outcome theirs = call(method, tried.theirs, tried.arguments(Pair::theirs));

            int number = i;
            Supplier<String> context =
                    () -> "seed=" + SEED + " case=" + number + " " + tried + theirs + ours;
            assertEquals(theirs, ours, context);
            for (Pair pair : tried.arguments) {
                // A buffer that grows has done so when the other buffer refuses, or has not: no
                // promise.
                if (ours.kind().equals("result") || !tried.grows(pair)) {
                    assertEquals(view(pair.theirs()), view(pair.ours()), context);
                }
            }
            assertEquals(view(tried.theirs), view(tried.ours), context);
            assertEquals(view(tried.theirMemory), view(tried.ourMemory), context);
            outcomes.merge(ours.kind(), 1, Integer::sum);
        }
        assertTalks(method, outcomes);
    }

    /** Guards against cases that are all refused, or none. */
    private static void assertTalks(Method method, Map<String, Integer> outcomes) {
        String found = "seed=" + SEED + " " + outcomes;
        assertTrue(outcomes.getOrDefault("result", 0) >= CASES / 50, found);
        if (List.of(method.getParameterTypes()).contains(int.class)) {
            assertTrue(outcomes.getOrDefault("IndexOutOfBoundsException", 0) > 0, found);
        }
    }

    /** What a call came to: {@code result}, or the name of what it threw. */
    private record Outcome(String kind, Object value) {}

    private static Outcome call(Method method, AtomicBuffer buffer, Object[] arguments) {
        try {
            return new Outcome("result", view(method.invoke(buffer, arguments)));
        } catch (InvocationTargetException e) {
            Class<?> type = e.getCause().getClass();
            boolean bounds = e.getCause() instanceof IndexOutOfBoundsException;
            return new Outcome(
                    bounds ? "IndexOutOfBoundsException" : type.getSimpleName(), "thrown");
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** Something with equals that shows all of the object that a call may have changed. */
    private static Object view(Object object) {
        if (object instanceof byte[] bytes) {
            return ByteBuffer.wrap(bytes);
        } else if (object instanceof ByteBuffer buffer) {
            return List.of(buffer.position(), buffer.limit(), buffer.duplicate().clear());
        } else if (object instanceof DirectBuffer buffer) {
            byte[] bytes = new byte[buffer.capacity()];
            buffer.getBytes(0, bytes);
            return List.of(buffer.wrapAdjustment(), ByteBuffer.wrap(bytes));
        } else if (object instanceof Double number) {
            return Double.doubleToRawLongBits(number);
        } else if (object instanceof Float number) {
            return Float.floatToRawIntBits(number);
        } else if (object instanceof StringWriter text) {
            return text.toString();
        }
        return object == null ? "null" : object;
    }

    @Test
    void hashCode_isTheSame() {
        Random random = new Random(SEED);
        for (int i = 0; i < CASES; i++) {
            BufferCase tried = new BufferCase(random, methods().get(0));
            assertEquals(tried.theirs.hashCode(), tried.ours.hashCode(), "seed=" + SEED);
        }
    }

    @ParameterizedTest
    @MethodSource("differences")
    void differences_areRefusals(Difference difference) {
        AtomicBuffer ours = new MappedBuffer(ByteBuffer.allocateDirect(64).alignedSlice(8));
        AtomicBuffer theirs = new UnsafeBuffer(ByteBuffer.allocateDirect(64).alignedSlice(8));

        assertThrows(difference.thrown(), () -> difference.call().accept(ours));
        assertDoesNotThrow(() -> difference.call().accept(theirs));
    }

    /** UnsafeBuffer asks for the address; refusing it is what keeps the JVM from a crash. */
    @Test
    void unsafeBuffer_doesNotReachIntoMappedBuffer() {
        MappedBuffer ours = new MappedBuffer(ByteBuffer.allocateDirect(64));
        UnsafeBuffer theirs = new UnsafeBuffer(ByteBuffer.allocateDirect(64));

        assertThrows(UnsupportedOperationException.class, () -> theirs.wrap(ours));
        assertThrows(UnsupportedOperationException.class, () -> theirs.putBytes(0, ours, 0, 8));
        assertThrows(UnsupportedOperationException.class, () -> theirs.compareTo(ours));
        ours.getBytes(0, theirs, 0, 8);
        theirs.getBytes(0, ours, 0, 8);
    }

    /** UnsafeBuffer writes by address, whatever the ByteBuffer it is given says. */
    @Test
    void unsafeBuffer_doesNotWriteIntoReadOnlyMemory() {
        ByteBuffer memory = ByteBuffer.allocateDirect(64);
        MappedBuffer readOnly = new MappedBuffer(memory.asReadOnlyBuffer());
        UnsafeBuffer theirs = new UnsafeBuffer(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});

        assertThrows(ReadOnlyBufferException.class, () -> readOnly.putBytes(0, theirs, 0, 8));
        assertEquals(0, memory.getLong(0));
    }
}
