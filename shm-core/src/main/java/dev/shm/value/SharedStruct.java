package dev.shm.value;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.Claims;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A record of named, typed fields that is always read and written as a whole.
 *
 * <pre>{@code
 * SharedStruct quote = SharedStruct.of(region, "quote", "id:q price:d qty:i");
 * quote.update(q -> {
 *     q.setDouble("price", 2.5);
 *     q.setInt("qty", q.getInt("qty") + 1);
 * });
 * StructRecord seen = quote.read();
 * }</pre>
 *
 * <p>The spec lists up to 512 fields as {@code name:code}, separated by white space; the codes are
 * those of {@link TypeCode}. Names are Java identifiers in ASCII.
 *
 * <p><b>Threads and processes.</b> Any number of readers and writers. Readers never wait: a read is
 * repeated when a record was published meanwhile. Writers wait for one another, without any order
 * among them; an interrupt does not end the wait. A writer that lives and does not go on, as a
 * stopped process does, holds up other writers for {@link dev.shm.region.RegionOptions#maxWait
 * maxWait} at the most, which then get {@link IllegalStateException}; it never holds up a reader.
 *
 * <p><b>Memory effects.</b> What came before a write is visible to whoever has read what it wrote.
 *
 * <p><b>If a process dies.</b> Readers go on with the record that was published last, and never see
 * a half-written one. The next writer takes over as soon as the death is noticed, within
 * milliseconds as a rule; the dead writer's change has not happened.
 */
public final class SharedStruct implements AutoCloseable {
    private final Block block;
    private final StructSpec spec;
    private final StructCopies copies;

    private final ReentrantLock writing;
    private final StructRecord scratch;

    private SharedStruct(Block block, StructSpec spec) {
        this.block = block;
        this.spec = spec;
        this.copies =
                new StructCopies(
                        block.buffer(), spec, block.region().liveness(), block.maxWaitNanos());
        Writer writer = block.companion(Writer.class, memory -> new Writer(spec));
        this.writing = writer.writing;
        this.scratch = writer.scratch;
        if (writer.guarded.compareAndSet(false, true)) {
            block.guard(writer.claims);
        }
    }

    /** What all handles of this attachment share, since they write under one tag. */
    private static final class Writer {
        /**
         * Held by the thread that writes: closing waits for it, so that no claim of a living
         * participant is left behind on a closed handle.
         */
        final ReentrantLock writing = new ReentrantLock();

        final Claims claims = Claims.under(writing);

        /** The writer's, while it holds the lock. */
        final StructRecord scratch;

        final AtomicBoolean guarded = new AtomicBoolean();

        Writer(StructSpec spec) {
            this.scratch = new StructRecord(spec);
        }
    }

    /**
     * Opens a struct, or creates it with all fields zero.
     *
     * @param spec such as {@code "id:q price:d qty:i"}.
     * @return a handle.
     * @throws IllegalArgumentException if the spec is wrong, the struct has another, or the name
     *     belongs to something else.
     */
    public static SharedStruct of(SharedRegion region, String name, String spec) {
        return attach(region, name, spec, record -> {}, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a struct, or creates it with initial values.
     *
     * @param spec such as {@code "id:q price:d qty:i"}.
     * @param initial sets the fields at birth; an existing struct stays as it is.
     * @return a handle.
     * @throws IllegalArgumentException if the spec is wrong, the struct has another, or the name
     *     belongs to something else.
     */
    public static SharedStruct of(
            SharedRegion region, String name, String spec, Consumer<StructRecord> initial) {
        return attach(region, name, spec, initial, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a struct with all fields zero.
     *
     * @param spec such as {@code "id:q price:d qty:i"}.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if the spec is wrong.
     */
    public static SharedStruct create(SharedRegion region, String name, String spec) {
        return attach(region, name, spec, record -> {}, AttachMode.CREATE);
    }

    /**
     * Creates a struct with initial values.
     *
     * @param spec such as {@code "id:q price:d qty:i"}.
     * @param initial sets the fields at birth.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if the spec is wrong.
     */
    public static SharedStruct create(
            SharedRegion region, String name, String spec, Consumer<StructRecord> initial) {
        return attach(region, name, spec, initial, AttachMode.CREATE);
    }

    /**
     * Opens a struct that must be there; its spec is what it was created with.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedStruct open(SharedRegion region, String name) {
        return region.attach(name, SharedStructType.INSTANCE)
                .handle(block -> new SharedStruct(block, SharedStructType.check(block)));
    }

    private static SharedStruct attach(
            SharedRegion region,
            String name,
            String text,
            Consumer<StructRecord> initial,
            AttachMode mode) {
        StructSpec spec = StructSpec.parse(text);
        StructRecord record = new StructRecord(spec);
        initial.accept(record);
        ObjectSpec object =
                new ObjectSpec(
                        SharedStructType.INSTANCE,
                        spec.textBytes().length,
                        spec.hash(),
                        StructLayout.bytes(spec.textBytes().length, spec.dataBytes()),
                        spec.toString(),
                        memory -> SharedStructType.initialize(memory, spec, record.words()));
        return region.attach(name, object, mode)
                .handle(block -> new SharedStruct(block, SharedStructType.check(block, spec)));
    }

    /**
     * Copies the record.
     *
     * @return a new record, independent of later writes.
     */
    public StructRecord read() {
        StructRecord record = newRecord();
        copies.read(record.words());
        return record;
    }

    /**
     * Copies the record without making a new one.
     *
     * @param record of this struct's spec; all of it is replaced.
     * @return the same record.
     * @throws IllegalArgumentException if it is of another spec.
     */
    public StructRecord read(StructRecord record) {
        requireSame(record);
        copies.read(record.words());
        return record;
    }

    /**
     * Replaces the record by another.
     *
     * @param record of this struct's spec.
     * @throws IllegalArgumentException if it is of another spec.
     * @throws IllegalStateException if this thread is inside an {@link #update} of this struct, the
     *     handle is closed, or another writer lives and does not go on.
     */
    public void write(StructRecord record) {
        requireSame(record);
        enter();
        try {
            copies.publish(copies.claim(), record.words());
        } finally {
            writing.unlock();
        }
    }

    /**
     * Changes the record: no other writer comes between reading it and publishing the change.
     *
     * <p>Keep the function short, for all other writers wait for it.
     *
     * @param change gets the current record, which is its own only while it runs. If it throws,
     *     nothing is changed.
     * @throws IllegalStateException if this thread is inside an {@code update} of this struct, the
     *     handle is closed, or another writer lives and does not go on.
     */
    public void update(Consumer<? super StructRecord> change) {
        enter();
        try {
            long claimed = copies.claim();
            boolean changed = false;
            try {
                copies.readClaimed(claimed, scratch.words());
                change.accept(scratch);
                changed = true;
            } finally {
                if (!changed) {
                    copies.abort(claimed);
                }
            }
            copies.publish(claimed, scratch.words());
        } finally {
            writing.unlock();
        }
    }

    /**
     * Counts the records that have been published, modulo 2<sup>33</sup>.
     *
     * @return a number that moves with every write.
     */
    public long version() {
        return copies.version();
    }

    /**
     * Makes a record with all fields zero.
     *
     * @return a record that {@link #write} and {@link #read(StructRecord)} take.
     */
    public StructRecord newRecord() {
        return new StructRecord(spec);
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return block.name();
    }

    /**
     * Returns the spec, normalised: one space between fields.
     *
     * @return such as {@code "id:q price:d qty:i"}.
     */
    public String spec() {
        return spec.text();
    }

    /**
     * Returns the fields in their order.
     *
     * @return an immutable list.
     */
    public List<StructField> fields() {
        return spec.fields();
    }

    /**
     * Lets go of the struct, which stays in the region; waits for a write of this process that is
     * under way. Later calls throw IllegalStateException.
     *
     * @throws IllegalStateException if this thread is inside an {@link #update} of this struct.
     */
    @Override
    public void close() {
        enter();
        try {
            block.close();
        } finally {
            writing.unlock();
        }
    }

    private void enter() {
        if (writing.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "struct=" + name() + ": this thread is inside an update of it");
        }
        writing.lock();
    }

    private void requireSame(StructRecord record) {
        if (!record.spec().equals(spec)) {
            throw new IllegalArgumentException(
                    "record spec=" + record.spec() + ", allowed: " + spec);
        }
    }

    @Override
    public String toString() {
        return block.describe("SharedStruct", () -> "spec=" + spec + ", " + read());
    }
}
