package dev.shm.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionFormatException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** Owners, who do not exclude each other, leave alone what is another's. */
class CellHeapTest {
    private static final int CELLS = 4;
    private static final int AT = 64;
    private static final int OURS = 1;
    private static final int THEIRS = 2;
    private static final byte[] KEY = {7};

    private final MappedBuffer memory =
            new MappedBuffer(ByteBuffer.allocateDirect(AT + CELLS * CellLayout.BYTES));
    private final CellHeap heap = heap(memory);

    private static CellHeap heap(AtomicBuffer buffer) {
        return new CellHeap(buffer, "it", 0, AT, CELLS);
    }

    private static byte[] value(int owner) {
        return new byte[] {(byte) owner};
    }

    private int write(int owner) {
        return heap.write(owner, KEY, value(owner));
    }

    @Test
    void aCellThatAnotherTakesFirst_isLeftToIt() {
        int[] theirs = {0};
        AtomicBuffer watched =
                Interception.of(
                        memory,
                        (target, method, arguments) -> {
                            Object seen = Interception.proceed(target, method, arguments);
                            if (theirs[0] == 0 && method.getName().equals("getIntVolatile")) {
                                theirs[0] = write(THEIRS);
                            }
                            return seen;
                        });
        int ours = heap(watched).write(OURS, KEY, value(OURS));
        assertArrayEquals(value(OURS), heap.value(ours));
        assertArrayEquals(value(THEIRS), heap.value(theirs[0]));
        heap.free(theirs[0], THEIRS);
        heap.free(ours, OURS);
        assertEquals(CELLS, heap.freeCells());
    }

    @Test
    void aRepair_freesWhatItsOwnerHasLost_alone() {
        int theirs = write(THEIRS);
        int ours = write(OURS);
        write(OURS);
        BitSet used = new BitSet();
        heap.mark(ours, OURS, used);
        heap.freeUnmarked(OURS, used);
        assertEquals(CELLS - 2, heap.freeCells());
        heap.free(theirs, THEIRS);
        heap.free(ours, OURS);
        assertEquals(CELLS, heap.freeCells());
    }

    @Test
    void whatIsAnothers_isNeitherFreedNorMarked() {
        int theirs = write(THEIRS);
        assertThrows(RegionFormatException.class, () -> heap.free(theirs, OURS));
        assertThrows(RegionFormatException.class, () -> heap.mark(theirs, OURS, new BitSet()));
        assertEquals(CELLS - 1, heap.freeCells());
        heap.free(theirs, THEIRS);
        assertThrows(RegionFormatException.class, () -> heap.free(theirs, THEIRS));
    }
}
