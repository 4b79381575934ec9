package dev.shm.process;

import dev.shm.region.Block;
import dev.shm.region.ObjectEntry;
import dev.shm.region.SharedRegion;

/** Looks at the cells of a list, a map, a set or a namespace, whose name says which it is. */
public final class CellAudit {
    private CellAudit() {}

    /** Does something with the cells, of which there are so many. */
    private interface Use {
        int of(CellHeap heap, int cells);
    }

    /** How many are not free; all are where it is empty. */
    public static int taken(SharedRegion region, String name) {
        return use(region, name, (heap, cells) -> cells - heap.freeCells());
    }

    /** Leaves a record behind that nothing leads to, as a fault would. */
    public static void lose(SharedRegion region, String name) {
        use(region, name, (heap, cells) -> heap.write(1, new byte[1], new byte[1]));
    }

    private static int use(SharedRegion region, String name, Use use) {
        String kind =
                region.entries().stream()
                        .filter(entry -> entry.name().equals(name))
                        .findFirst()
                        .map(ObjectEntry::kind)
                        .orElseThrow();
        if (kind.equals(SharedListType.INSTANCE.name())) {
            try (Block block = region.attach(name, SharedListType.INSTANCE)) {
                ListLayout of = ListLayout.of(block.configA(), block.configB());
                return use.of(heap(block, of.ownersAt(), of.cellsAt(), of.cells()), of.cells());
            }
        }
        try (Block block = region.attach(name, SharedMapType.INSTANCE)) {
            MapLayout of = MapLayout.of(block.configA(), block.configB());
            return use.of(heap(block, of.ownersAt(), of.cellsAt(), of.cells()), of.cells());
        }
    }

    private static CellHeap heap(Block block, int owners, int cells, int count) {
        return new CellHeap(block.buffer(), block.name(), owners, cells, count);
    }
}
