package dev.shm.value;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SharedAdder}: one cell for each slot of the region's participant table.
 *
 * <pre>
 *  offset         size  field     written by              access
 *  -------------  ----  --------  ----------------------  --------------------------
 *  slot * 128        8  sum       slot's participants     atomic add / acquire
 *  slot * 128 + 8  120  reserved  nobody                  zero
 *
 *  slot: the low 12 bits of the participant's tag, less 1
 *  directory: configA = number of cells, configB = 0, bytes = configA * 128
 * </pre>
 *
 * <p>A cell outlives its participant and goes on with the next one of the same slot: it is never
 * zeroed, so the sum of all cells is the sum of all that was ever added.
 */
final class AdderLayout {
    static final int CELL_BYTES = CacheLine.BYTES;

    private static final int SLOT_MASK = (1 << 12) - 1;

    private AdderLayout() {}

    static int bytes(int cells) {
        return cells * CELL_BYTES;
    }

    static int cell(int slot) {
        return slot * CELL_BYTES;
    }

    static int slot(int tag) {
        return (tag & SLOT_MASK) - 1;
    }
}
