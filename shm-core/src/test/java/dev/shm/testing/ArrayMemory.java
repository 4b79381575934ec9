package dev.shm.testing;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import org.agrona.concurrent.AtomicBuffer;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * An {@link AtomicBuffer} over an array, for Lincheck, which sees neither accesses to direct memory
 * nor what a proxy does. It has what rings and maps use; the many other methods are made up, and
 * throw.
 */
public abstract class ArrayMemory implements AtomicBuffer {
    private static final Constructor<?> WHOLE = whole();

    private final AtomicLongArray cells;
    private final int torn;

    /** Memory that is all zero; what is at one place is compared and set in two steps, if any. */
    ArrayMemory(int bytes, int torn) {
        this.cells = new AtomicLongArray(bytes / Long.BYTES);
        this.torn = torn;
    }

    /** Memory that is all zero. */
    public static AtomicBuffer of(int bytes) {
        return torn(bytes, -1);
    }

    /** The same with a fault: what is at one place is compared and set in two steps. */
    public static AtomicBuffer torn(int bytes, int place) {
        try {
            return (AtomicBuffer) WHOLE.newInstance(bytes, place);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("ArrayMemory", e);
        }
    }

    /** A class that has every method: those that are not here throw. */
    private static Constructor<?> whole() {
        String name = Type.getInternalName(ArrayMemory.class);
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        writer.visit(Opcodes.V17, Opcodes.ACC_FINAL, name + "Whole", null, name, null);
        MethodVisitor made = writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "(II)V", null, null);
        made.visitVarInsn(Opcodes.ALOAD, 0);
        made.visitVarInsn(Opcodes.ILOAD, 1);
        made.visitVarInsn(Opcodes.ILOAD, 2);
        made.visitMethodInsn(Opcodes.INVOKESPECIAL, name, "<init>", "(II)V", false);
        made.visitInsn(Opcodes.RETURN);
        made.visitMaxs(0, 0);
        Set<String> missing = new HashSet<>();
        for (Method method : ArrayMemory.class.getMethods()) {
            String type = Type.getMethodDescriptor(method);
            if (Modifier.isAbstract(method.getModifiers())
                    && missing.add(method.getName() + type)) {
                throwAlways(
                        writer.visitMethod(Opcodes.ACC_PUBLIC, method.getName(), type, null, null));
            }
        }
        try {
            return MethodHandles.lookup()
                    .defineClass(writer.toByteArray())
                    .getConstructor(int.class, int.class);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("ArrayMemory", e);
        }
    }

    private static void throwAlways(MethodVisitor method) {
        String exception = Type.getInternalName(UnsupportedOperationException.class);
        method.visitTypeInsn(Opcodes.NEW, exception);
        method.visitInsn(Opcodes.DUP);
        method.visitMethodInsn(Opcodes.INVOKESPECIAL, exception, "<init>", "()V", false);
        method.visitInsn(Opcodes.ATHROW);
        method.visitMaxs(0, 0);
    }

    @Override
    public long getLong(int index) {
        return cells.get(index / Long.BYTES);
    }

    @Override
    public long getLong(int index, ByteOrder order) {
        return getLong(index);
    }

    @Override
    public long getLongAcquire(int index) {
        return getLong(index);
    }

    @Override
    public long getLongVolatile(int index) {
        return getLong(index);
    }

    @Override
    public void putLong(int index, long value) {
        cells.set(index / Long.BYTES, value);
    }

    @Override
    public void putLong(int index, long value, ByteOrder order) {
        putLong(index, value);
    }

    @Override
    public void putLongRelease(int index, long value) {
        putLong(index, value);
    }

    @Override
    public boolean compareAndSetLong(int index, long expected, long value) {
        if (index != torn) {
            return cells.compareAndSet(index / Long.BYTES, expected, value);
        }
        boolean same = getLong(index) == expected;
        if (same) {
            putLong(index, value);
        }
        return same;
    }

    @Override
    public int getInt(int index) {
        return (int) (getLong(index) >>> shift(index));
    }

    @Override
    public int getIntVolatile(int index) {
        return getInt(index);
    }

    @Override
    public void putInt(int index, int value) {
        long seen;
        do {
            seen = getLong(index);
        } while (!cells.compareAndSet(index / Long.BYTES, seen, withInt(seen, index, value)));
    }

    @Override
    public void putIntRelease(int index, int value) {
        putInt(index, value);
    }

    @Override
    public void putIntVolatile(int index, int value) {
        putInt(index, value);
    }

    @Override
    public boolean compareAndSetInt(int index, int expected, int value) {
        long seen = getLong(index);
        while ((int) (seen >>> shift(index)) == expected) {
            if (index == torn) {
                putInt(index, value);
                return true;
            }
            if (cells.compareAndSet(index / Long.BYTES, seen, withInt(seen, index, value))) {
                return true;
            }
            seen = getLong(index);
        }
        return false;
    }

    @Override
    public int getAndAddInt(int index, int summand) {
        long seen;
        int before;
        do {
            seen = getLong(index);
            before = (int) (seen >>> shift(index));
        } while (!cells.compareAndSet(
                index / Long.BYTES, seen, withInt(seen, index, before + summand)));
        return before;
    }

    /** Of whole longs. */
    @Override
    public void setMemory(int index, int length, byte value) {
        long eight = (value & 0xFFL) * 0x0101_0101_0101_0101L;
        for (int i = index; i < index + length; i += Long.BYTES) {
            putLong(i, eight);
        }
    }

    /** To where nobody else writes meanwhile. */
    @Override
    public void putBytes(int index, byte[] source, int offset, int length) {
        for (int i = 0; i < length; i++) {
            int at = index + i;
            int shift = at % Long.BYTES * Byte.SIZE;
            long others = getLong(at) & ~(0xFFL << shift);
            putLong(at, others | (source[offset + i] & 0xFFL) << shift);
        }
    }

    @Override
    public void getBytes(int index, byte[] target, int offset, int length) {
        for (int i = 0; i < length; i++) {
            int at = index + i;
            target[offset + i] = (byte) (getLong(at) >>> at % Long.BYTES * Byte.SIZE);
        }
    }

    @Override
    public void boundsCheck(int index, int length) {
        if (index < 0 || index + length > cells.length() * Long.BYTES) {
            throw new IndexOutOfBoundsException("index=" + index + " length=" + length);
        }
    }

    private static long withInt(long both, int index, int value) {
        return both & ~(0xFFFF_FFFFL << shift(index))
                | Integer.toUnsignedLong(value) << shift(index);
    }

    private static int shift(int index) {
        return index % Long.BYTES == 0 ? 0 : Integer.SIZE;
    }
}
