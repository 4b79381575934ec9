package dev.shm.value;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import java.util.function.LongUnaryOperator;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Atomic operations with another thread in between, at each of their accesses. */
class CellsTest {
    private static final int ACCESSES = 8;

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(64));

    private interface Operation {
        long apply(AtomicBuffer buffer, int index);
    }

    @ParameterizedTest
    @EnumSource
    void getAndAdd_isAtomic(TypeCode type) {
        if (type.kind() != TypeCode.Kind.FLOATING) {
            atomic(
                    type,
                    (b, i) -> Cells.getAndAdd(b, i, type, 1),
                    raw -> Conversion.sum(type, raw, 1));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE"})
    void getAndAddFloating_isAtomic(TypeCode type) {
        long one = Conversion.fromLong(type, 1);
        atomic(
                type,
                (b, i) -> Cells.getAndAddFloating(b, i, type, one),
                raw -> Conversion.floatingSum(type, raw, one));
    }

    @ParameterizedTest
    @EnumSource
    void getAndSet_isAtomic(TypeCode type) {
        long one = Conversion.fromLong(type, 1);
        atomic(type, (b, i) -> Cells.getAndSet(b, i, type, one), raw -> one);
    }

    /** At each access the element itself changes, or the elements around it do. */
    private void atomic(TypeCode type, Operation operation, LongUnaryOperator expected) {
        long before = Conversion.fromLong(type, 0);
        long other = Conversion.fromLong(type, 1);
        int width = type.bytes();
        for (int index = 8; index < 16; index += width) {
            int at = index;
            for (int access = 0; access < ACCESSES; access++) {
                reset();
                boolean[] changed = {false};
                Runnable changesIt =
                        () -> {
                            Cells.store(memory, at, type, other);
                            changed[0] = true;
                        };
                long returned =
                        operation.apply(InterruptedBuffer.of(memory, access, changesIt), at);
                assertEquals(changed[0] ? other : before, returned, type + " access " + access);
                assertEquals(expected.applyAsLong(returned), Cells.load(memory, at, type));
                neighboursAre((byte) 0, at, width);

                reset();
                Runnable changesOthers = () -> fillAround(at, width);
                operation.apply(InterruptedBuffer.of(memory, access, changesOthers), at);
                assertEquals(expected.applyAsLong(before), Cells.load(memory, at, type));
                boolean reached = memory.getByte(0) != 0;
                neighboursAre(reached ? (byte) 0x55 : 0, at, width);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void compareAndSet_isAtomic(TypeCode type) {
        long zero = Conversion.fromLong(type, 0);
        long one = Conversion.fromLong(type, 1);
        for (int index = 8; index < 16; index += type.bytes()) {
            int at = index;
            for (int access = 0; access < ACCESSES; access++) {
                reset();
                Runnable changesOthers = () -> fillAround(at, type.bytes());
                AtomicBuffer view = InterruptedBuffer.of(memory, access, changesOthers);
                assertEquals(true, Cells.compareAndSet(view, at, type, zero, one));
                assertEquals(one, Cells.load(memory, at, type));
                neighboursAre(memory.getByte(0) != 0 ? (byte) 0x55 : 0, at, type.bytes());

                reset();
                boolean[] changed = {false};
                view =
                        InterruptedBuffer.of(
                                memory,
                                access,
                                () -> {
                                    Cells.store(memory, at, type, one);
                                    changed[0] = true;
                                });
                boolean done = Cells.compareAndSet(view, at, type, zero, zero);
                assertEquals(!changed[0], done, type + " access " + access);
                assertEquals(changed[0] ? one : zero, Cells.load(memory, at, type));
            }
        }
    }

    private void reset() {
        memory.setMemory(0, memory.capacity(), (byte) 0);
    }

    private void fillAround(int index, int width) {
        memory.setMemory(0, index, (byte) 0x55);
        memory.setMemory(index + width, memory.capacity() - index - width, (byte) 0x55);
    }

    private void neighboursAre(byte expected, int index, int width) {
        for (int i = 0; i < memory.capacity(); i++) {
            if (i < index || i >= index + width) {
                assertEquals(expected, memory.getByte(i), "at " + i);
            }
        }
    }
}
