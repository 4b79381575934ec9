package dev.shm.region;

import dev.shm.memory.MappedBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.agrona.concurrent.AtomicBuffer;

/**
 * This process's handle on the memory of one named object. Every shared object is a view of one.
 *
 * <p><b>Threads and processes.</b> May be closed by any thread while others use the memory: they
 * get {@link IllegalStateException} from their next access. A store that had passed its check when
 * the block was closed may still land.
 *
 * <p><b>If a process dies.</b> Its hold on the object goes with its participant slot.
 */
public final class Block implements AutoCloseable {
    private final SharedRegion region;
    private final String name;
    private final int entry;
    private final MappedBuffer memory;
    private final long configA;
    private final long configB;
    private final AtomicBoolean closed = new AtomicBoolean();

    Block(SharedRegion region, String name, Directory.Opened opened) {
        this.region = region;
        this.name = name;
        this.entry = opened.entry();
        this.memory = opened.memory();
        this.configA = opened.configA();
        this.configB = opened.configB();
    }

    /**
     * Returns the object's memory.
     *
     * @return a buffer of exactly the object's size; closing the block ends its use, and not that
     *     of buffers which the caller made from it, as {@link SharedRegion#buffer} says.
     */
    public MappedBuffer buffer() {
        return memory;
    }

    /**
     * Makes another buffer over the object's memory, which ends with the region and not with this
     * block: for what has begun when the block is closed and must be finished.
     *
     * @return a buffer of exactly the object's size.
     * @throws IllegalStateException when this handle or the region is closed.
     */
    public MappedBuffer lastingBuffer() {
        return region.lasting(memory);
    }

    /**
     * Returns the object's name.
     *
     * @return the name in the directory.
     */
    public String name() {
        return name;
    }

    /**
     * Returns the region that the object is in.
     *
     * @return an open region, or one closed meanwhile.
     */
    public SharedRegion region() {
        return region;
    }

    /**
     * Returns the first word of the object's configuration.
     *
     * @return as given at creation.
     */
    public long configA() {
        return configA;
    }

    /**
     * Returns the second word of the object's configuration.
     *
     * @return as given at creation.
     */
    public long configB() {
        return configB;
    }

    /**
     * Returns how long to wait for a process that lives and does not go on.
     *
     * @return nanoseconds, as {@link RegionOptions#maxWait} set them.
     */
    public long maxWaitNanos() {
        return region.maxWaitNanos();
    }

    int entry() {
        return entry;
    }

    /**
     * Names the claims that this handle's user makes in the shared memory. Closing the region waits
     * for those in progress, up to a second: once we have left, others take our claims over, and a
     * store of ours that came after that would land in what is theirs.
     *
     * @param claims that the user of the handle keeps; they are held weakly here.
     */
    public void guard(Claims claims) {
        region.guard(claims);
    }

    /**
     * Returns the object that all handles of this attachment on this shared object have in common,
     * such as the name of the thread that holds a lock. The first handle that asks makes it; it
     * lasts until the last handle is closed.
     *
     * @param type its class.
     * @param factory makes it over the object's memory; that buffer is not any handle's own, and
     *     stays valid until the last handle is closed. It must not use the region.
     * @param <T> its class.
     * @return the same object for all of them.
     * @throws ClassCastException when another handle made one of another class.
     * @throws IllegalStateException when this handle or the region is closed.
     */
    public <T> T companion(Class<T> type, Function<AtomicBuffer, T> factory) {
        return type.cast(region.companion(this, factory));
    }

    /**
     * Tells whether this handle was closed, by itself or with its region.
     *
     * @return true when the memory can no longer be used through it.
     */
    public boolean isClosed() {
        return !memory.isValid();
    }

    /** Lets this handle go. The object stays; closing again does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            region.release(name, entry, memory);
        }
    }

    /**
     * Makes a handle whose memory this block is; the block is closed if that fails.
     *
     * @param constructor of the handle.
     * @param <T> its class.
     * @return what the constructor returned.
     */
    public <T> T handle(Function<Block, T> constructor) {
        try {
            return constructor.apply(this);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Describes a handle whose memory this block is, for its {@code toString}, which must not fail
     * when it is closed.
     *
     * @param type what it is.
     * @param state looks at the memory; not asked when this block is closed.
     * @return such as {@code SharedLatch[name=start, count=3]}.
     */
    public String describe(String type, Supplier<String> state) {
        return type + "[name=" + name + ", " + ifOpen(state).orElse("closed") + "]";
    }

    /**
     * Looks at the memory, for a description.
     *
     * @param state what it looks like.
     * @return nothing when this block is closed, or was closed meanwhile.
     */
    public Optional<String> ifOpen(Supplier<String> state) {
        if (!isClosed()) {
            try {
                return Optional.of(state.get());
            } catch (IllegalStateException closedMeanwhile) {
                // Falls through: there is nothing to show any more.
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "Block[region="
                + region.name()
                + ", name="
                + name
                + ", bytes="
                + memory.capacity()
                + "]";
    }
}
