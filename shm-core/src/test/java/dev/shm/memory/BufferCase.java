package dev.shm.memory;

import java.io.StringWriter;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.agrona.BitUtil;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One random call: two buffers over memories of equal content, and arguments for both. */
final class BufferCase {
    private static final int CAPACITY = 64;
    private static final ByteBuffer ARENA = ByteBuffer.allocateDirect(4096).alignedSlice(8);

    /** An argument for a MappedBuffer and its twin for an UnsafeBuffer. */
    record Pair(Object ours, Object theirs) {}

    final AtomicBuffer ours;
    final AtomicBuffer theirs;
    final ByteBuffer ourMemory;
    final ByteBuffer theirMemory;
    final Pair[] arguments;

    private final Random random;
    private final Method method;
    private int used;
    private boolean expandable;

    BufferCase(Random random, Method method) {
        this.random = random;
        this.method = method;
        byte[] content = content(CAPACITY + 16);
        ourMemory = direct(content);
        theirMemory = direct(content);
        int offset =
                isAtomic() || method.getName().equals("verifyAlignment") ? 8 : random.nextInt(17);
        ours = new MappedBuffer(ourMemory).slice(offset, CAPACITY);
        theirs = new UnsafeBuffer(theirMemory, offset, CAPACITY);
        arguments = Stream.of(method.getParameterTypes()).map(this::argument).toArray(Pair[]::new);
        constrain();
    }

    Object[] arguments(Function<Pair, Object> side) {
        return Stream.of(arguments).map(side).toArray();
    }

    boolean grows(Pair argument) {
        return argument.ours() instanceof MutableDirectBuffer buffer && buffer.isExpandable();
    }

    @Override
    public String toString() {
        return method + " with " + Arrays.toString(arguments) + " on " + ours;
    }

    private boolean isAtomic() {
        return method.getName()
                .matches(".*(Volatile|Acquire|Release|Ordered|Opaque)|compareAnd.*|getAnd.*");
    }

    /**
     * Keeps the arguments within what is not an intended difference, and buffers that grow small.
     */
    private void constrain() {
        if (isAtomic()) {
            change(0, index -> index & -size());
        }
        if (method.getName().startsWith("putNatural")) {
            for (int i = 0; i < arguments.length; i++) {
                change(i, value -> value == Integer.MIN_VALUE ? 0 : value);
            }
            int value = method.getName().endsWith("FromEnd") ? 0 : arguments.length - 1;
            change(value, Math::abs);
            if (arguments[value].ours() instanceof Long number) {
                long natural = number & Long.MAX_VALUE;
                arguments[value] = new Pair(natural, natural);
            }
        }
        for (int i = 0; expandable && i < arguments.length; i++) {
            change(i, value -> Math.min(value, 2 * CAPACITY));
        }
    }

    private void change(int position, Function<Integer, Integer> function) {
        if (arguments[position].ours() instanceof Integer number) {
            Integer changed = function.apply(number);
            arguments[position] = new Pair(changed, changed);
        }
    }

    private int size() {
        String name = method.getName();
        return name.contains("Long") ? 8 : name.contains("Int") ? 4 : name.contains("Byte") ? 1 : 2;
    }

    private Pair argument(Class<?> type) {
        if (type == byte[].class) {
            byte[] bytes = content(random.nextInt(CAPACITY + 4));
            return new Pair(bytes, bytes.clone());
        } else if (type == ByteBuffer.class) {
            return byteBuffer();
        } else if (type == Appendable.class) {
            return new Pair(new StringWriter(), new StringWriter());
        } else if (type.isAssignableFrom(MutableDirectBuffer.class)) {
            return directBuffer();
        }
        Object value = value(type);
        return new Pair(value, value);
    }

    private Object value(Class<?> type) {
        if (type == int.class) {
            return number();
        } else if (type == long.class) {
            return bits();
        } else if (type == short.class) {
            return (short) bits();
        } else if (type == char.class) {
            return (char) bits();
        } else if (type == byte.class) {
            return (byte) bits();
        } else if (type == double.class) {
            return random.nextBoolean() ? random.nextGaussian() : Double.longBitsToDouble(bits());
        } else if (type == float.class) {
            return random.nextBoolean() ? random.nextFloat() : Float.intBitsToFloat((int) bits());
        } else if (type == ByteOrder.class) {
            return random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        } else if (type == String.class) {
            return text();
        } else if (type == CharSequence.class) {
            String text = text();
            return text == null || random.nextBoolean() ? text : CharBuffer.wrap(text);
        }
        throw new AssertionError("no argument of " + type + " for " + method);
    }

    /** Indices, lengths and values: mostly inside, some around the edges, some far off. */
    private int number() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> random.nextInt(CAPACITY);
            case 4, 5, 6 -> random.nextInt(20);
            case 7 -> random.nextInt(CAPACITY + 16) - 8;
            case 8 -> CAPACITY - random.nextInt(9);
            default ->
                    random.nextBoolean() ? random.nextInt() : Integer.MAX_VALUE - random.nextInt(9);
        };
    }

    private long bits() {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> random.nextInt(200) - 100;
            case 2 -> Long.MAX_VALUE + random.nextInt(3);
            case 3 -> random.nextLong() >> random.nextInt(64);
            default -> random.nextLong();
        };
    }

    private String text() {
        int length = random.nextInt(16);
        return switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 ->
                    random.ints(length, 0, 0x3000)
                            .collect(
                                    StringBuilder::new,
                                    StringBuilder::appendCodePoint,
                                    StringBuilder::append)
                            .toString();
            default ->
                    random.ints(length, ' ', 127)
                            .collect(
                                    StringBuilder::new,
                                    StringBuilder::appendCodePoint,
                                    StringBuilder::append)
                            .toString();
        };
    }

    /** Noise, digits for what parses, or mostly zeros for what looks for a length or compares. */
    private byte[] content(int length) {
        byte[] bytes = new byte[length];
        int kind = random.nextInt(3);
        for (int i = 0; i < length; i++) {
            bytes[i] =
                    (byte)
                            switch (kind) {
                                case 0 -> random.nextInt(256);
                                case 1 -> random.nextInt(30) == 0 ? '-' : '0' + random.nextInt(10);
                                default -> random.nextInt(6) == 0 ? random.nextInt(20) : 0;
                            };
        }
        return bytes;
    }

    /** Aligned to 8, and cut from one piece: allocating each would take most of the time. */
    private ByteBuffer direct(byte[] content) {
        ByteBuffer memory = ARENA.slice(used, content.length).put(0, content);
        used = BitUtil.align(used + content.length, Long.BYTES);
        return memory;
    }

    private Pair byteBuffer() {
        byte[] content = content(random.nextInt(CAPACITY + 16));
        boolean onHeap = random.nextBoolean() && !method.getName().equals("wrap");
        int skip = random.nextInt(content.length + 1);
        int limit =
                random.nextInt(4) == 0
                        ? skip + random.nextInt(content.length - skip + 1)
                        : content.length;
        ByteBuffer one = onHeap ? ByteBuffer.wrap(content.clone()) : direct(content);
        ByteBuffer two = onHeap ? ByteBuffer.wrap(content) : direct(content);
        return new Pair(
                one.limit(limit).position(Math.min(skip, limit)),
                two.limit(limit).position(Math.min(skip, limit)));
    }

    /** Buffers of several classes, and views of the memory that is being worked on. */
    private Pair directBuffer() {
        byte[] content = content(random.nextInt(CAPACITY + 16));
        boolean wrap = method.getName().equals("wrap");
        return switch (random.nextInt(wrap ? 3 : 6)) {
            case 0 ->
                    new Pair(new MappedBuffer(direct(content)), new UnsafeBuffer(direct(content)));
            case 1 -> sameMemory();
            case 2 ->
                    new Pair(new UnsafeBuffer(direct(content)), new UnsafeBuffer(direct(content)));
            case 3 -> new Pair(new UnsafeBuffer(content.clone()), new UnsafeBuffer(content));
            case 4 ->
                    expandable(
                            new ExpandableArrayBuffer(16), new ExpandableArrayBuffer(16), content);
            default ->
                    expandable(
                            new ExpandableDirectByteBuffer(16),
                            new ExpandableDirectByteBuffer(16),
                            content);
        };
    }

    private Pair sameMemory() {
        int offset = random.nextInt(ourMemory.capacity());
        int length = random.nextInt(ourMemory.capacity() - offset);
        return new Pair(
                new MappedBuffer(ourMemory).slice(offset, length),
                new UnsafeBuffer(theirMemory, offset, length));
    }

    private Pair expandable(MutableDirectBuffer one, MutableDirectBuffer two, byte[] content) {
        expandable = true;
        one.putBytes(0, content);
        two.putBytes(0, content);
        return new Pair(one, two);
    }
}
