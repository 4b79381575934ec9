package dev.shm.region;

import dev.shm.memory.MappedBuffer;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.Waiter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A file of memory that several processes of one host map at once, with named objects in it.
 *
 * <pre>{@code
 * try (SharedRegion region = SharedRegion.openOrCreate("orders", 1 << 20)) {
 *     SharedValue hits = SharedValue.of(region, "hits", 'q');
 *     hits.getAndAdd(1);
 * }
 * }</pre>
 *
 * <p><b>Threads and processes.</b> Every method may be called by any thread. Each opening joins as
 * a participant of its own: opening twice in one JVM is like opening in two processes. Regions are
 * found by name in the directory that {@link RegionOptions#named} tells, or by path. A region stays
 * until {@link #delete(String)} or {@link #reclaim(String)}, whoever exits.
 *
 * <p><b>Memory effects.</b> What the creator of a region or an object wrote into it happens-before
 * any other process's successful opening of it.
 *
 * <p><b>If a process dies.</b> The kernel tells the others within milliseconds, whatever it was
 * doing: what it was creating is created by the next who wants it, what it had open is given back,
 * and nobody waits for it. A process that is stopped counts as alive. A JVM that exits without
 * {@link #close} is treated like one that died. Should this process ever be declared dead by
 * mistake, every further use of the region throws {@link IllegalStateException} and says so.
 *
 * <p>Limits: one file of at most 2 GiB, on a local file system, read and written by all who open
 * it. If it is cut short while it is mapped, an access to what is gone is an {@link InternalError},
 * or, if it is an atomic operation that was not compiled yet, ends the JVM by SIGBUS.
 */
public final class SharedRegion implements AutoCloseable {
    private static final long JOIN_PATIENCE_MILLIS = 100;

    private final RegionOptions options;
    private final LockFile lockFile;
    private final Object identity;
    private final MappedBuffer memory;
    private final RegionGeometry geometry;
    private final Participants participants;
    private final Directory directory;
    private final OpenBuffers openBuffers = new OpenBuffers();

    /** The handles of {@link #buffer}, by name; guarded by itself. */
    private final Map<String, Block> buffers = new HashMap<>();

    private final OpenClaims openClaims = new OpenClaims(TimeUnit.SECONDS.toNanos(1));

    /** Operations on the directory share it; closing waits for those in progress. */
    private final ReentrantReadWriteLock lifecycle = new ReentrantReadWriteLock();

    private SharedRegion(RegionOpener.Opened opened, Waiter waiter) {
        this.options = opened.options();
        this.lockFile = opened.lockFile();
        this.identity = opened.identity();
        this.memory = opened.memory();
        this.geometry = opened.geometry();
        DirectoryTable table = new DirectoryTable(name(), memory, geometry);
        this.participants =
                Participants.join(
                        name(),
                        new ParticipantTable(memory, geometry),
                        lockFile,
                        table::sweep,
                        Deadline.after(JOIN_PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        RobustMutex mutex =
                new RobustMutex(memory, RegionLayout.DIRECTORY_MUTEX, participants, waiter);
        this.directory = new Directory(name(), table, mutex, participants, options.waitNanos());
    }

    /** Joins a file that was just opened, with its creation lock held. */
    static SharedRegion joined(RegionOpener.Opened opened, Waiter waiter) {
        SharedRegion region = new SharedRegion(opened, waiter);
        try {
            Janitor.watch(region.lockFile, region);
        } catch (RuntimeException | Error e) { // no thread to be had, say
            region.participants.leave();
            region.participants.unlock();
            throw e;
        }
        return region;
    }

    /**
     * Creates a region that must not exist yet.
     *
     * @param name {@code [A-Za-z0-9][A-Za-z0-9._-]{0,62}}.
     * @param bytes usable for objects, 1 to about 2 GiB.
     * @return the region, open.
     * @throws IllegalArgumentException for a bad name or size.
     * @throws java.io.UncheckedIOException caused by {@link
     *     java.nio.file.FileAlreadyExistsException} when it exists, or by another {@link
     *     IOException}, such as a full disk.
     * @throws RegionFormatException when something else lies at its path.
     */
    public static SharedRegion create(String name, long bytes) {
        return create(RegionOptions.named(name).bytes(bytes));
    }

    /**
     * Creates a region that must not exist yet.
     *
     * @param options where and how; {@link RegionOptions#bytes} must be set.
     * @return the region, open.
     * @throws IllegalArgumentException for a bad size.
     * @throws java.io.UncheckedIOException as {@link #create(String, long)}.
     * @throws RegionFormatException when something else lies at its path.
     */
    public static SharedRegion create(RegionOptions options) {
        return RegionOpener.open(options, RegionOpener.Wanted.NEW);
    }

    /**
     * Opens a region that must exist.
     *
     * @param name its name.
     * @return the region, open.
     * @throws java.io.UncheckedIOException caused by {@link java.nio.file.NoSuchFileException} when
     *     there is none, or by another {@link IOException}.
     * @throws RegionFormatException when what lies at its path is no region, or is damaged, or is
     *     of a newer version.
     * @throws IllegalStateException when as many participants as it was made for have it open, or
     *     there were so many in its life that it must be made anew, some 260,000 for each of those.
     */
    public static SharedRegion open(String name) {
        return open(RegionOptions.named(name));
    }

    /**
     * Opens a region that must exist.
     *
     * @param options where; sizes are the region's own.
     * @return the region, open.
     * @throws java.io.UncheckedIOException as {@link #open(String)}.
     * @throws RegionFormatException as {@link #open(String)}.
     * @throws IllegalStateException as {@link #open(String)}.
     */
    public static SharedRegion open(RegionOptions options) {
        return RegionOpener.open(options, RegionOpener.Wanted.EXISTING);
    }

    /**
     * Opens a region, or creates it when there is none. An existing one keeps its size.
     *
     * @param name {@code [A-Za-z0-9][A-Za-z0-9._-]{0,62}}.
     * @param bytes usable for objects if it is created here, 1 to about 2 GiB.
     * @return the region, open.
     * @throws IllegalArgumentException for a bad name or size.
     * @throws java.io.UncheckedIOException caused by an {@link IOException}, such as a full disk.
     * @throws RegionFormatException as {@link #open(String)}.
     * @throws IllegalStateException as {@link #open(String)}.
     */
    public static SharedRegion openOrCreate(String name, long bytes) {
        return openOrCreate(RegionOptions.named(name).bytes(bytes));
    }

    /**
     * Opens a region, or creates it when there is none. An existing one keeps its size.
     *
     * @param options where and how; {@link RegionOptions#bytes} must be set.
     * @return the region, open.
     * @throws IllegalArgumentException for a bad size.
     * @throws java.io.UncheckedIOException as {@link #openOrCreate(String, long)}.
     * @throws RegionFormatException as {@link #open(String)}.
     * @throws IllegalStateException as {@link #open(String)}.
     */
    public static SharedRegion openOrCreate(RegionOptions options) {
        return RegionOpener.open(options, RegionOpener.Wanted.ANY);
    }

    /**
     * Deletes a region by name. Whoever has it open keeps what is mapped and may ask {@link
     * #isDeleted}; a region created under the name afterwards is another one.
     *
     * @param name its name.
     * @throws java.io.UncheckedIOException caused by {@link java.nio.file.NoSuchFileException} when
     *     there is none.
     * @throws RegionFormatException when what lies at its path is no region: it is left untouched.
     */
    public static void delete(String name) {
        delete(RegionOptions.named(name));
    }

    /**
     * Deletes a region.
     *
     * @param options where.
     * @throws java.io.UncheckedIOException as {@link #delete(String)}.
     * @throws RegionFormatException as {@link #delete(String)}.
     */
    public static void delete(RegionOptions options) {
        RegionOpener.delete(options, false);
    }

    /**
     * Deletes a region that no living participant has open, or what a creator left that died.
     *
     * @param name its name.
     * @throws IllegalStateException when somebody has it open; the message names the processes.
     * @throws java.io.UncheckedIOException as {@link #delete(String)}.
     * @throws RegionFormatException as {@link #delete(String)}.
     */
    public static void reclaim(String name) {
        reclaim(RegionOptions.named(name));
    }

    /**
     * Deletes a region that no living participant has open, or what a creator left that died.
     *
     * @param options where.
     * @throws IllegalStateException as {@link #reclaim(String)}.
     * @throws java.io.UncheckedIOException as {@link #delete(String)}.
     * @throws RegionFormatException as {@link #delete(String)}.
     */
    public static void reclaim(RegionOptions options) {
        RegionOpener.delete(options, true);
    }

    /**
     * Lists the regions in the directory of regions, damaged and abandoned ones too.
     *
     * @return one entry for each region file, by name.
     * @throws java.io.UncheckedIOException when the directory cannot be read.
     */
    public static List<RegionInfo> list() {
        return RegionListing.list(RegionOptions.directory());
    }

    /**
     * Returns the region's name.
     *
     * @return the name of its file without the suffix {@code .shm}.
     */
    public String name() {
        return options.name();
    }

    /**
     * Returns the region's file.
     *
     * @return an absolute path.
     */
    public Path path() {
        return options.path();
    }

    /**
     * Returns what is usable for objects.
     *
     * @return bytes, as given at creation and rounded up to whole lines of 128.
     */
    public long bytes() {
        return geometry.heapBytes();
    }

    /**
     * Returns how many participants the region was made for.
     *
     * @return 1 to 4095.
     */
    public int maxParticipants() {
        return geometry.maxParticipants();
    }

    /**
     * Returns the names of the objects.
     *
     * @return in no particular order.
     * @throws RegionFormatException when the directory is damaged.
     */
    public List<String> names() {
        return entries().stream().map(ObjectEntry::name).toList();
    }

    /**
     * Lists the objects.
     *
     * @return in no particular order; objects that are just being created are left out.
     * @throws RegionFormatException when the directory is damaged.
     */
    public List<ObjectEntry> entries() {
        return whileOpen(directory::list);
    }

    /**
     * Lists the living participants, after looking whether they are.
     *
     * @return one for each attachment.
     */
    public List<Participant> participants() {
        return whileOpen(participants::living);
    }

    /**
     * Returns this attachment's own participant.
     *
     * @return ourselves.
     */
    public Participant self() {
        return whileOpen(participants::describeSelf);
    }

    /**
     * Tells whether a participant has been found dead. Costs a load; a death is found out by the
     * janitor thread within about 100 ms, or sooner by whoever waits for the dead.
     *
     * @param participantId a {@link Participant#id}.
     * @return true also for one that left, and for a number that names nobody.
     */
    public boolean isDead(int participantId) {
        return participants.isDead(participantId);
    }

    /**
     * Removes an object from the directory. Who has it open keeps it; its memory is used again, and
     * zeroed, once the last of them has closed it or died.
     *
     * @param objectName its name.
     * @return false when there is no such object.
     * @throws IllegalStateException when a living process does not finish creating it.
     * @throws RegionFormatException when the directory is damaged.
     */
    public boolean remove(String objectName) {
        RegionOptions.checkName(objectName);
        return whileOpen(() -> directory.remove(objectName));
    }

    /**
     * Opens a raw block of memory, or creates it, all zero. However often it is asked for, this
     * attachment has one buffer for each such object, which stays open until the region is closed;
     * {@link #block} gives handles that can be closed one by one.
     *
     * <p>The end of the region is the end of this buffer, and of no other that was made from it by
     * the caller, such as a {@code slice}, its {@code byteBuffer()} or a wrap of it: those go on
     * reading and writing the memory, and never crash, but what is there may be another object's.
     *
     * @param objectName {@code [A-Za-z0-9][A-Za-z0-9._-]{0,62}}.
     * @param bytes its size in bytes, at least 1.
     * @return the memory, on a boundary of 128 bytes; little-endian, atomics included.
     * @throws IllegalArgumentException when the name is taken by something else or by a block of
     *     another size.
     * @throws IllegalStateException when there is no room.
     * @throws RegionFormatException when the directory is damaged.
     */
    public AtomicBuffer buffer(String objectName, int bytes) {
        Block block = block(objectName, bytes);
        synchronized (buffers) {
            Block first = buffers.get(objectName);
            if (first == null || first.entry() != block.entry()) {
                buffers.put(objectName, block); // the one before is of an object that was removed
                return block.buffer();
            }
            block.close();
            return first.buffer();
        }
    }

    /**
     * Opens a raw block of memory, or creates it, all zero, to be let go before the region is
     * closed.
     *
     * <pre>{@code
     * try (Block block = region.block("scratch", 4096)) {
     *     AtomicBuffer memory = block.buffer();
     * }
     * }</pre>
     *
     * @param objectName {@code [A-Za-z0-9][A-Za-z0-9._-]{0,62}}.
     * @param bytes its size in bytes, at least 1.
     * @return a new handle; {@link Block#buffer} is its memory, on a boundary of 128 bytes. What a
     *     caller makes from that goes on after the handle is closed, as {@link #buffer} says.
     * @throws IllegalArgumentException as {@link #buffer}.
     * @throws IllegalStateException as {@link #buffer}.
     * @throws RegionFormatException as {@link #buffer}.
     */
    public Block block(String objectName, int bytes) {
        ObjectSpec spec = new ObjectSpec(RawBufferType.INSTANCE, 0, 0, bytes, "", memory -> {});
        return attach(objectName, spec, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens an object, or creates it. For the implementations of shared objects.
     *
     * @param objectName {@code [A-Za-z0-9][A-Za-z0-9._-]{0,62}}.
     * @param spec what the object is, or is to be, made with.
     * @param mode whether it may exist.
     * @return a new handle on its memory.
     * @throws IllegalArgumentException when it exists and is made with something else, or for a bad
     *     name.
     * @throws IllegalStateException when it exists and must not, when there is no room, when a
     *     living creator does not finish it, or when the region is closed.
     * @throws RegionFormatException as {@link #buffer}.
     */
    public Block attach(String objectName, ObjectSpec spec, AttachMode mode) {
        return attach(objectName, spec.type(), spec, mode == AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens an object that exists. For the implementations of shared objects.
     *
     * @param objectName its name.
     * @param type what it must be.
     * @return a new handle on its memory.
     * @throws java.util.NoSuchElementException when there is no such object.
     * @throws IllegalArgumentException when it is of another type, or for a bad name.
     * @throws IllegalStateException when a living creator does not finish it, or when the region is
     *     closed.
     * @throws RegionFormatException when the directory is damaged.
     */
    public Block attach(String objectName, ObjectType type) {
        return attach(objectName, type, null, true);
    }

    private Block attach(
            String objectName, ObjectType type, @Nullable ObjectSpec spec, boolean mayExist) {
        RegionOptions.checkName(objectName);
        return whileOpen(
                () -> {
                    Directory.Opened opened = directory.attach(objectName, type, spec, mayExist);
                    openBuffers.add(opened.memory());
                    return new Block(this, objectName, opened);
                });
    }

    /** What all handles on one object share, over memory that lasts as long as any of them. */
    Object companion(Block block, Function<AtomicBuffer, ?> factory) {
        return whileOpen(
                () -> {
                    Supplier<MappedBuffer> view = () -> tracked(block.buffer());
                    return directory.companion(block, view, factory);
                });
    }

    /** A view of an object's memory that lasts as long as the region is open. */
    MappedBuffer lasting(MappedBuffer memory) {
        return whileOpen(() -> tracked(memory));
    }

    private MappedBuffer tracked(MappedBuffer memory) {
        MappedBuffer view = memory.slice(0, memory.capacity());
        openBuffers.add(view);
        return view;
    }

    /** Registers what a handle's user may have in progress. */
    void guard(Claims claims) {
        openClaims.add(claims);
    }

    /** Lets one handle go, unless closing the region does so. */
    void release(String objectName, int entry, MappedBuffer block) {
        block.invalidate("region=" + name() + " name=" + objectName + ": handle closed");
        Lock reading = lifecycle.readLock();
        if (!reading.tryLock()) {
            return; // our close has the other lock, gives all back, and may wait for our caller
        }
        try {
            if (!participants.isClosed() && participants.isActive()) {
                directory.release(entry);
            }
        } finally {
            reading.unlock();
        }
    }

    /**
     * Returns who lives and who is dead here. For the implementations of shared objects that wait.
     *
     * @return the liveness of the region's participants.
     */
    public Liveness liveness() {
        return participants;
    }

    long maxWaitNanos() {
        return options.waitNanos();
    }

    Participants membership() {
        return participants;
    }

    /**
     * Tells whether the region was deleted, or replaced by another one of its name, since it was
     * opened.
     *
     * @return true when opening its path now would not open this region.
     */
    public boolean isDeleted() {
        try {
            return !Files.exists(path(), LinkOption.NOFOLLOW_LINKS)
                    || !identity.equals(RegionFile.identityOf(path()));
        } catch (IOException e) {
            return true; // gone between the two
        }
    }

    /**
     * Tells whether this attachment was closed, or declared dead.
     *
     * @return true when it can no longer be used.
     */
    public boolean isClosed() {
        return participants.isClosed();
    }

    private <T> T whileOpen(Supplier<T> action) {
        Lock reading = lifecycle.readLock();
        reading.lock();
        try {
            participants.checkOpen();
            return action.get();
        } finally {
            reading.unlock();
        }
    }

    /**
     * Stops all use at once when another process took us for dead; it may have freed what we use.
     */
    void fenceIfDeclaredDead() {
        if (participants.isClosed() || participants.isActive()) {
            return;
        }
        String because = participants.declaredDead();
        if (participants.close(because)) {
            openBuffers.invalidateAll(because);
            memory.invalidate(because);
            leave();
        }
    }

    /**
     * Leaves the region: all handles on its objects are closed, and what this participant held is
     * given back. Threads that still use them get {@link IllegalStateException}, never a crash. The
     * memory stays mapped until nothing refers to it. Closing again does nothing.
     *
     * <p>Waits up to a second for each struct that a thread of this process is just updating.
     *
     * @throws RegionFormatException when an object is damaged from which what this participant held
     *     is to be given back; the region is closed, and others are left with that.
     */
    @Override
    public void close() {
        if (lifecycle.getReadHoldCount() > 0) {
            throw new IllegalStateException(
                    "region=" + name() + ": closed by an initializer of one of its objects");
        }
        String because = "region=" + name() + ": closed";
        if (!participants.close(because)) {
            return;
        }
        Lock writing = lifecycle.writeLock();
        writing.lock(); // what is in progress ends soon: waits see that we are closed
        try {
            // Claims first: what we hold is anybody's once we have left, and their stores are
            // plain.
            openClaims.runBetween(() -> openBuffers.invalidateAll(because));
            participants.leave();
        } finally {
            memory.invalidate(because);
            writing.unlock();
            leave();
        }
    }

    private void leave() {
        Janitor.unwatch(lockFile, this);
        participants.unlock();
        lockFile.release();
    }

    @Override
    public String toString() {
        return "SharedRegion[name="
                + name()
                + ", path="
                + path()
                + ", bytes="
                + bytes()
                + (isClosed() ? ", closed" : "")
                + "]";
    }
}
