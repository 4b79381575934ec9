package dev.shm.sync;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.concurrent.TimeUnit;

/**
 * A flag that threads of many processes wait for.
 *
 * <pre>{@code
 * SharedEvent ready = SharedEvent.of(region, "ready");
 * ready.await();                                    // in some processes
 * ready.set();                                      // in another: all of them go on
 * SharedEvent turn = SharedEvent.of(region, "turn", SharedEvent.Mode.AUTO_RESET);
 * turn.set();                                       // one of those who wait goes on
 * }</pre>
 *
 * <p>With {@link Mode#MANUAL_RESET} the event stays set until somebody clears it, and {@code set();
 * clear();} lets everybody pass who is waiting at that time. With {@link Mode#AUTO_RESET} each set
 * lets one wait pass, which clears the event; a set that finds nobody waiting is remembered, and
 * further sets before it is taken are the same set.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. Setting
 * never blocks, takes no lock and may be done anywhere. There is no order among those who wait.
 * Threads that wait may be interrupted, and virtual threads do not pin their carrier.
 *
 * <p><b>Memory effects.</b> What a thread did before it set the event is visible to every thread
 * whose wait that set ended, and to those who see it in {@link #isSet}.
 *
 * <p><b>If a process dies.</b> An event belongs to nobody, so nothing is taken back. A set happened
 * or it did not; if the setter died before it woke those who wait, they go on within 70 ms. With
 * {@link Mode#AUTO_RESET} a process that dies in {@code await} may have taken a set with it.
 *
 * <p>Closing the handle, or its region, ends the waits that go through it with {@link
 * IllegalStateException}: those that had begun at once, and one that was just beginning within 70
 * ms.
 */
public final class SharedEvent implements AutoCloseable {

    /** What happens to an event that is set, when a wait ends. Part of its configuration. */
    public enum Mode {
        /** It stays set: everybody passes. */
        MANUAL_RESET("manual reset"),
        /** It is cleared: one passes. */
        AUTO_RESET("automatic reset");

        private final String words;

        Mode(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    private final Block block;
    private final MappedBuffer buffer;
    private final Mode mode;
    private final EventCore core;
    private final HandleClosing closing;

    private SharedEvent(Block block) {
        this.block = block;
        this.buffer = block.buffer();
        this.mode = SharedEventType.mode(block);
        this.core =
                new EventCore(
                        buffer,
                        mode == Mode.AUTO_RESET,
                        block.region().liveness(),
                        Waiter.system(),
                        TickPolicy.STANDARD);
        this.closing =
                new HandleClosing(
                        block,
                        core::hasSlept,
                        memory ->
                                EventCore.wakeEverybody(
                                        memory, mode == Mode.AUTO_RESET, Waiter.system()));
    }

    /**
     * Opens an event with manual reset, or creates it clear.
     *
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedEvent of(SharedRegion region, String name) {
        return of(region, name, Mode.MANUAL_RESET);
    }

    /**
     * Opens an event, or creates it clear.
     *
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else, or to an event of the
     *     other mode.
     */
    public static SharedEvent of(SharedRegion region, String name, Mode mode) {
        return attach(region, name, mode, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an event with manual reset, clear.
     *
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedEvent create(SharedRegion region, String name) {
        return create(region, name, Mode.MANUAL_RESET);
    }

    /**
     * Creates an event, clear.
     *
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedEvent create(SharedRegion region, String name, Mode mode) {
        return attach(region, name, mode, AttachMode.CREATE);
    }

    /**
     * Opens an event that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedEvent open(SharedRegion region, String name) {
        return region.attach(name, SharedEventType.INSTANCE).handle(SharedEvent::new);
    }

    private static SharedEvent attach(
            SharedRegion region, String name, Mode mode, AttachMode attachMode) {
        ObjectSpec spec =
                new ObjectSpec(
                        SharedEventType.INSTANCE,
                        SharedEventType.code(mode),
                        0,
                        EventLayout.BYTES,
                        mode.toString(),
                        memory -> {});
        return region.attach(name, spec, attachMode).handle(SharedEvent::new);
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
     * Returns what ends a set.
     *
     * @return as given at creation.
     */
    public Mode mode() {
        return mode;
    }

    /**
     * Whether the event is set. A volatile read.
     *
     * @return true from a set to a clear or, with {@link Mode#AUTO_RESET}, to the wait that takes
     *     it.
     */
    public boolean isSet() {
        return (buffer.getIntVolatile(EventLayout.STATE) & EventLayout.SET) != 0;
    }

    /** Sets the event. Does nothing if it is set. */
    public void set() {
        core.set();
    }

    /**
     * Clears the event. Does nothing if it is clear. With {@link Mode#AUTO_RESET} it takes back a
     * set that nobody has taken.
     */
    public void clear() {
        core.clear();
    }

    /**
     * Waits until the event is set.
     *
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void await() throws InterruptedException {
        core.await(Deadline.never());
    }

    /**
     * Waits until the event is set, or the time has run out.
     *
     * @param timeout the longest time to wait; zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean await(long timeout, TimeUnit unit) throws InterruptedException {
        return core.await(Deadline.after(timeout, unit));
    }

    /** Lets go of the event, which stays in the region. Later calls throw IllegalStateException. */
    @Override
    public void close() {
        closing.close();
    }

    @Override
    public String toString() {
        return block.describe(
                "SharedEvent",
                () ->
                        mode
                                + (isSet() ? ", set" : ", clear")
                                + ", waiters="
                                + Handles.yesOrNo(core.hasWaiters()));
    }
}
