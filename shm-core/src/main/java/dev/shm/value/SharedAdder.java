package dev.shm.value;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;

/**
 * A counter that many processes add to at once without slowing each other down.
 *
 * <pre>{@code
 * SharedAdder requests = SharedAdder.of(region, "requests");
 * requests.increment();
 * long total = requests.sum();
 * }</pre>
 *
 * <p>Each participant of the region adds to a cell of its own, on a line of its own; {@link #sum}
 * adds all cells up. The adder takes 128 bytes for each participant that the region can have.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. Processes do
 * not contend; threads of one process share its cell. A sum is no snapshot: what others add while
 * it is taken may be in it or not, as with {@link java.util.concurrent.atomic.LongAdder}.
 *
 * <p><b>Memory effects.</b> What a thread did before it added is visible to whoever has seen the
 * addition in a sum.
 *
 * <p><b>If a process dies.</b> All that it added stays: cells only accumulate, and whoever gets the
 * dead participant's slot goes on from there. An addition happened or it did not.
 */
public final class SharedAdder implements AutoCloseable {
    private final Block block;
    private final MappedBuffer buffer;
    private final int cell;
    private final int cells;

    private SharedAdder(Block block) {
        this.block = block;
        this.buffer = block.buffer();
        this.cells = Math.toIntExact(block.configA());
        this.cell = AdderLayout.cell(AdderLayout.slot(block.region().self().id()));
        Formats.bytes(block, AdderLayout.bytes(cells));
    }

    /**
     * Opens an adder, or creates it at zero.
     *
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedAdder of(SharedRegion region, String name) {
        return attach(region, name, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an adder at zero.
     *
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedAdder create(SharedRegion region, String name) {
        return attach(region, name, AttachMode.CREATE);
    }

    /**
     * Opens an adder that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedAdder open(SharedRegion region, String name) {
        return region.attach(name, SharedAdderType.INSTANCE).handle(SharedAdder::checked);
    }

    private static SharedAdder checked(Block block) {
        int cells = block.region().maxParticipants();
        if (block.configA() != cells) {
            throw new RegionFormatException(
                    "object="
                            + block.name()
                            + " cells="
                            + block.configA()
                            + ", expected: "
                            + cells);
        }
        return new SharedAdder(block);
    }

    private static SharedAdder attach(SharedRegion region, String name, AttachMode mode) {
        int cells = region.maxParticipants();
        ObjectSpec spec =
                new ObjectSpec(
                        SharedAdderType.INSTANCE,
                        cells,
                        0,
                        AdderLayout.bytes(cells),
                        SharedAdderType.config(cells),
                        memory -> {});
        return region.attach(name, spec, mode).handle(SharedAdder::new);
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return block.name();
    }

    /** Adds a number, which may be negative. Sums wrap at 64 bits. */
    public void add(long delta) {
        buffer.getAndAddLong(cell, delta);
    }

    /** Adds 1. */
    public void increment() {
        add(1);
    }

    /** Adds -1. */
    public void decrement() {
        add(-1);
    }

    /**
     * Adds up what everybody has added, dead or alive.
     *
     * @return the sum; exact when nobody adds meanwhile.
     */
    public long sum() {
        long sum = 0;
        for (int slot = 0; slot < cells; slot++) {
            sum += buffer.getLongAcquire(AdderLayout.cell(slot));
        }
        return sum;
    }

    /** Lets go of the adder, which stays in the region. Later calls throw IllegalStateException. */
    @Override
    public void close() {
        block.close();
    }

    @Override
    public String toString() {
        return block.describe("SharedAdder", () -> "sum=" + sum());
    }
}
