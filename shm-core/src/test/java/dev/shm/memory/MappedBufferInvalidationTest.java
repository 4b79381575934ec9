package dev.shm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.Accesses.Fixed;
import dev.shm.memory.Accesses.Ranged;
import dev.shm.testing.Latches;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** After {@code invalidate} there is only {@code IllegalStateException}, for everybody, at once. */
@Tag("optimised")
class MappedBufferInvalidationTest {
    private static final String REASON = "region=orders is closed";

    /** These touch no memory, or refuse what they are asked for in any case. */
    private static final Set<String> NO_ACCESS =
            Set.of("isExpandable", "byteArray", "wrapAdjustment", "addressOffset");

    private final ByteBuffer memory = ByteBuffer.allocateDirect(128).alignedSlice(8);
    private final MappedBuffer buffer = new MappedBuffer(memory);

    static Stream<Method> methods() {
        return Stream.of(AtomicBuffer.class.getMethods())
                .filter(method -> !NO_ACCESS.contains(method.getName()))
                .filter(method -> !method.getName().equals("wrap"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethod_throwsTheReason(Method method) {
        Object[] arguments =
                Stream.of(method.getParameterTypes())
                        .map(MappedBufferInvalidationTest::argument)
                        .toArray();
        buffer.invalidate(REASON);

        Throwable thrown =
                assertThrows(
                                InvocationTargetException.class,
                                () -> method.invoke(buffer, arguments))
                        .getCause();
        assertInstanceOf(IllegalStateException.class, thrown);
        assertEquals(REASON, thrown.getMessage());
    }

    private static Object argument(Class<?> type) {
        if (type == int.class) {
            return 1;
        } else if (type == long.class) {
            return 0L;
        } else if (type == short.class) {
            return (short) 0;
        } else if (type == char.class) {
            return 'c';
        } else if (type == byte.class) {
            return (byte) 0;
        } else if (type == double.class) {
            return 0.0;
        } else if (type == float.class) {
            return 0.0f;
        } else if (type == byte[].class) {
            return new byte[0];
        } else if (type == ByteBuffer.class) {
            return ByteBuffer.allocateDirect(0);
        } else if (type == ByteOrder.class) {
            return ByteOrder.LITTLE_ENDIAN;
        } else if (type == Appendable.class) {
            return new StringWriter();
        } else if (type.isAssignableFrom(String.class)
                && type != Object.class
                && type != Comparable.class) {
            return "0";
        }
        return new MappedBuffer(ByteBuffer.allocateDirect(8));
    }

    @Test
    void wrap_doesNotReviveIt() {
        buffer.invalidate(REASON);

        thrown(() -> buffer.wrap(memory));
        thrown(() -> buffer.wrap(memory, 0, 8));
        thrown(() -> buffer.wrap(new MappedBuffer(memory)));
        thrown(() -> buffer.wrap(new MappedBuffer(memory), 0, 8));
        thrown(() -> buffer.slice(0, 0));
    }

    @Test
    void asArgumentOrObject_throwsTheReason() {
        MappedBuffer other = new MappedBuffer(ByteBuffer.allocateDirect(128));
        buffer.invalidate(REASON);

        thrown(() -> other.putBytes(0, buffer, 0, 0));
        thrown(() -> other.getBytes(0, buffer, 0, 0));
        thrown(() -> other.wrap(buffer));
        thrown(() -> other.compareTo(buffer));
        thrown(() -> assertNotEquals(other, buffer));
        thrown(() -> assertEquals(0, buffer.hashCode()));
        assertEquals(buffer, buffer);
        assertEquals("MappedBuffer{invalid: " + REASON + "}", buffer.toString());
    }

    @Test
    void firstReasonStays() {
        assertTrue(buffer.isValid());
        buffer.invalidate(REASON);
        assertFalse(buffer.isValid());
        buffer.invalidate("block=a is closed");
        assertFalse(buffer.isValid());

        thrown(() -> buffer.getByte(0));
    }

    @Test
    void reasonIsNeeded() {
        assertThrows(NullPointerException.class, () -> buffer.invalidate(null));
        assertTrue(buffer.isValid());
    }

    @Test
    void slicesLiveOnTheirOwn() {
        MappedBuffer part = buffer.slice(8, 8);
        MappedBuffer partOfPart = part.slice(0, 8);
        part.invalidate(REASON);
        buffer.putLong(8, 5);

        thrown(() -> part.getLong(0));
        assertEquals(5, partOfPart.getLong(0));
        buffer.invalidate("other");
        assertEquals(5, partOfPart.getLong(0));
    }

    @Test
    void partsEndWithTheWhole() {
        MappedBuffer part = buffer.part(8, 8);
        MappedBuffer partOfPart = part.part(0, 8);
        MappedBuffer other = buffer.part(8, 8);
        part.putLong(0, 5);
        assertEquals(5, buffer.getLong(8));
        other.invalidate("other");
        assertEquals(5, partOfPart.getLong(0));
        buffer.invalidate(REASON);
        thrown(() -> part.getLong(0));
        thrown(() -> partOfPart.getLong(0));
        assertThrows(IllegalStateException.class, () -> other.getLong(0));
        thrown(() -> buffer.part(0, 0));
    }

    @Test
    void emptyBufferIsNotAnInvalidOne() {
        MappedBuffer empty = new MappedBuffer(ByteBuffer.allocateDirect(0));

        assertTrue(empty.isValid());
        assertEquals(0, empty.capacity());
        assertThrows(IndexOutOfBoundsException.class, () -> empty.getByte(0));
        empty.boundsCheck(0, 0);
        empty.invalidate(REASON);
        thrown(() -> empty.getByte(0));
        thrown(() -> empty.boundsCheck(0, 0));
        thrown(empty::capacity);
    }

    @Test
    void memoryIsLetGo() {
        assertSame(memory, buffer.byteBuffer());
        buffer.invalidate(REASON);
        thrown(buffer::byteBuffer);
    }

    /** How a thread may wait for a change of memory. */
    enum Spin {
        VOLATILE {
            @Override
            void turns(MappedBuffer buffer, long turns) {
                for (long i = 0; i < turns && buffer.getLongVolatile(0) == 0; i++) {}
            }
        },
        ACQUIRE {
            @Override
            void turns(MappedBuffer buffer, long turns) {
                for (long i = 0; i < turns && buffer.getLongAcquire(0) == 0; i++) {}
            }
        },
        OPAQUE {
            @Override
            void turns(MappedBuffer buffer, long turns) {
                for (long i = 0; i < turns && buffer.getLongOpaque(0) == 0; i++) {}
            }
        },
        INT_VOLATILE {
            @Override
            void turns(MappedBuffer buffer, long turns) {
                for (long i = 0; i < turns && buffer.getIntVolatile(0) == 0; i++) {}
            }
        },
        BYTE_VOLATILE {
            @Override
            void turns(MappedBuffer buffer, long turns) {
                for (long i = 0; i < turns && buffer.getByteVolatile(0) == 0; i++) {}
            }
        };

        abstract void turns(MappedBuffer buffer, long turns);
    }

    /**
     * Both threads take enough turns first that the endless loop runs as what the JIT made of it.
     * Were the read a plain one, that loop would not end.
     */
    @ParameterizedTest
    @EnumSource
    void spinningThread_meetsIt(Spin spin) throws Exception {
        for (int round = 0; round < 2; round++) {
            MappedBuffer spunOn = new MappedBuffer(memory);
            CountDownLatch spinning = new CountDownLatch(1);
            FutureTask<Void> spinner =
                    start(
                            () -> {
                                spinning.countDown();
                                thrown(() -> spin.turns(spunOn, Long.MAX_VALUE));
                            });
            Latches.await(spinning, spinner);
            spin.turns(new MappedBuffer(memory), 50_000_000);
            spunOn.invalidate(REASON);
            spinner.get();
        }
    }

    @Test
    void racingAccesses_giveAResultOrTheReason() throws Exception {
        List<Fixed> fixed = Accesses.fixed();
        List<Ranged> ranged = Accesses.ranged();
        LongAdder results = new LongAdder();
        for (int round = 0; round < 200; round++) {
            MappedBuffer raced = new MappedBuffer(memory);
            CountDownLatch running = new CountDownLatch(3);
            List<FutureTask<Void>> threads = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                int first = round + thread;
                threads.add(
                        start(
                                () -> {
                                    use(raced, fixed, ranged, first);
                                    results.increment();
                                    running.countDown();
                                    thrown(() -> useForever(raced, fixed, ranged, first, results));
                                }));
            }
            Latches.await(running, threads);
            raced.invalidate(REASON);
            for (FutureTask<Void> thread : threads) {
                thread.get();
            }
        }
        assertNotEquals(0, results.sum());
    }

    private static void useForever(
            MappedBuffer raced,
            List<Fixed> fixed,
            List<Ranged> ranged,
            int first,
            LongAdder results) {
        for (int i = first; ; i++) {
            use(raced, fixed, ranged, i);
            results.increment();
        }
    }

    private static void use(
            MappedBuffer raced, List<Fixed> fixed, List<Ranged> ranged, int number) {
        fixed.get(number % fixed.size()).at().use(raced, 8);
        ranged.get(number % ranged.size()).over().use(raced, 0, 64);
    }

    private interface Body {
        void run() throws Exception;
    }

    private static FutureTask<Void> start(Body body) {
        FutureTask<Void> task =
                new FutureTask<>(
                        () -> {
                            body.run();
                            return null;
                        });
        Thread thread = new Thread(task, "uses a MappedBuffer");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static void thrown(Runnable call) {
        assertEquals(REASON, assertThrows(IllegalStateException.class, call::run).getMessage());
    }
}
