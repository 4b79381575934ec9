package dev.shm.sync;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.value.Embedded;
import dev.shm.value.SharedValue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SharedValue} with a lock, for changes that take more than one step.
 *
 * <pre>{@code
 * SynchronizedValue hits = SynchronizedValue.of(region, "hits", 'i');
 * hits.with(v -> v.setInt(2 * v.getInt()));
 * int now = hits.compute(SharedValue::getInt);
 * }</pre>
 *
 * <p>One step is atomic without the lock: {@link SharedValue#getAndAdd} on {@link #value()} is much
 * faster than adding under it. Two steps are not, lock or no lock, unless both are made under it.
 *
 * <p><b>Threads and processes.</b> Any number of both. Whoever uses {@link #value()} without the
 * lock is not kept out by those who hold it.
 *
 * <p><b>Memory effects.</b> Those of {@link SharedLock}.
 *
 * <p><b>If a process dies.</b> As with {@link SharedLock}: when it held the lock the repair handler
 * runs, if the handle was given one, and else {@link #with} and {@link #compute} throw {@link
 * OwnerDiedException} until somebody calls {@link SharedLock#markConsistent()} on {@link #lock()}.
 */
public final class SynchronizedValue implements AutoCloseable {
    private final Block block;
    private final SharedValue value;
    private final SharedLock lock;

    private SynchronizedValue(
            Block block,
            @Nullable SharedLock given,
            @Nullable Consumer<? super SharedValue> repair) {
        this.block = block;
        this.value = Embedded.value(block, block.configA(), this::close);
        this.lock = Guard.of(block, Long.BYTES, given, value, repair);
    }

    /**
     * Opens a value with a lock of its own, or creates it with all its bits zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else.
     */
    public static SynchronizedValue of(SharedRegion region, String name, char code) {
        return attach(region, name, code, 0, null, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a value with a lock of its own, or creates it.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param initial what it is at birth; an existing one stays as it is.
     * @return a handle.
     * @throws ArithmeticException if the code cannot hold the initial value.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else.
     */
    public static SynchronizedValue of(
            SharedRegion region, String name, char code, Number initial) {
        return attach(region, name, code, initial, null, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a value with a lock of its own, or creates it with all its bits zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param repair runs after the death of an owner of the lock, holding it; when it returns the
     *     value is taken for repaired.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else.
     */
    public static SynchronizedValue of(
            SharedRegion region, String name, char code, Consumer<? super SharedValue> repair) {
        return attach(region, name, code, 0, null, repair, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a value with a lock of its own, or creates it.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param initial what it is at birth; an existing one stays as it is.
     * @param repair runs after the death of an owner of the lock, holding it; when it returns the
     *     value is taken for repaired.
     * @return a handle.
     * @throws ArithmeticException if the code cannot hold the initial value.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else.
     */
    public static SynchronizedValue of(
            SharedRegion region,
            String name,
            char code,
            Number initial,
            Consumer<? super SharedValue> repair) {
        return attach(region, name, code, initial, null, repair, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a value that a given lock guards, or creates it with all its bits zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param lock that everybody gives who opens the value.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else, such as a value with another lock.
     */
    public static SynchronizedValue of(
            SharedRegion region, String name, char code, SharedLock lock) {
        return attach(region, name, code, 0, lock, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens a value that a given lock guards, or creates it.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param initial what it is at birth; an existing one stays as it is.
     * @param lock that everybody gives who opens the value.
     * @return a handle.
     * @throws ArithmeticException if the code cannot hold the initial value.
     * @throws IllegalArgumentException if there is no such code, or the name belongs to something
     *     else, such as a value with another lock.
     */
    public static SynchronizedValue of(
            SharedRegion region, String name, char code, Number initial, SharedLock lock) {
        return attach(region, name, code, initial, lock, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a value with a lock of its own and all its bits zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if there is no such code.
     */
    public static SynchronizedValue create(SharedRegion region, String name, char code) {
        return attach(region, name, code, 0, null, null, AttachMode.CREATE);
    }

    /**
     * Creates a value with a lock of its own.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param initial what it is at birth.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws ArithmeticException if the code cannot hold the initial value.
     * @throws IllegalArgumentException if there is no such code.
     */
    public static SynchronizedValue create(
            SharedRegion region, String name, char code, Number initial) {
        return attach(region, name, code, initial, null, null, AttachMode.CREATE);
    }

    /**
     * Creates a value with a lock of its own and all its bits zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param repair runs after the death of an owner of the lock, holding it; when it returns the
     *     value is taken for repaired.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if there is no such code.
     */
    public static SynchronizedValue create(
            SharedRegion region, String name, char code, Consumer<? super SharedValue> repair) {
        return attach(region, name, code, 0, null, repair, AttachMode.CREATE);
    }

    /**
     * Creates a value with a lock of its own.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param initial what it is at birth.
     * @param repair runs after the death of an owner of the lock, holding it; when it returns the
     *     value is taken for repaired.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws ArithmeticException if the code cannot hold the initial value.
     * @throws IllegalArgumentException if there is no such code.
     */
    public static SynchronizedValue create(
            SharedRegion region,
            String name,
            char code,
            Number initial,
            Consumer<? super SharedValue> repair) {
        return attach(region, name, code, initial, null, repair, AttachMode.CREATE);
    }

    /**
     * Opens a value that must be there and have a lock of its own.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, such as a value that
     *     a given lock guards.
     */
    public static SynchronizedValue open(SharedRegion region, String name) {
        return attach(region, name, null, null);
    }

    /**
     * Opens a value that must be there and have a lock of its own.
     *
     * @param repair runs after the death of an owner of the lock, holding it; when it returns the
     *     value is taken for repaired.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, such as a value that
     *     a given lock guards.
     */
    public static SynchronizedValue open(
            SharedRegion region, String name, Consumer<? super SharedValue> repair) {
        return attach(region, name, null, repair);
    }

    /**
     * Opens a value that must be there and be guarded by a given lock.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, such as a value with
     *     another lock.
     */
    public static SynchronizedValue open(SharedRegion region, String name, SharedLock lock) {
        return attach(region, name, lock, null);
    }

    private static SynchronizedValue attach(
            SharedRegion region,
            String name,
            @Nullable SharedLock given,
            @Nullable Consumer<? super SharedValue> repair) {
        return region.attach(name, SynchronizedValueType.INSTANCE)
                .handle(block -> new SynchronizedValue(block, given, repair));
    }

    private static SynchronizedValue attach(
            SharedRegion region,
            String name,
            char code,
            Number initial,
            @Nullable SharedLock given,
            @Nullable Consumer<? super SharedValue> repair,
            AttachMode mode) {
        long bits = Embedded.bits(code, initial);
        ObjectSpec spec =
                new ObjectSpec(
                        SynchronizedValueType.INSTANCE,
                        code,
                        Guard.id(given),
                        SynchronizedLayout.bytes(Long.BYTES, given == null),
                        SynchronizedValueType.describe(code, Guard.id(given)),
                        Guard.image(Long.BYTES, given, Guard.content(bits)));
        return region.attach(name, spec, mode)
                .handle(block -> new SynchronizedValue(block, given, repair));
    }

    /**
     * Does something with the value, holding the lock.
     *
     * @param body is given {@link #value()}; what it throws is thrown on, with the lock given up.
     * @throws OwnerDiedException if an owner of the lock died and nobody has repaired; the body was
     *     not run.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public void with(Consumer<? super SharedValue> body) {
        lock.lock();
        try {
            body.accept(value);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finds something out about the value, or changes it, holding the lock.
     *
     * @param body is given {@link #value()}; what it throws is thrown on, with the lock given up.
     * @param <R> what is found out.
     * @return what the body returns.
     * @throws OwnerDiedException if an owner of the lock died and nobody has repaired; the body was
     *     not run.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public <R> R compute(Function<? super SharedValue, ? extends R> body) {
        lock.lock();
        try {
            return body.apply(value);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the value itself, which knows nothing of the lock.
     *
     * @return the same object each time; closing it closes this handle.
     */
    public SharedValue value() {
        return value;
    }

    /**
     * Returns the lock.
     *
     * @return the same object each time: the one given, or the value's own, which closes with this
     *     handle.
     */
    public SharedLock lock() {
        return lock;
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
     * Lets go of the value, which stays in the region, and of its lock, unless that was given.
     * Later calls throw IllegalStateException, but for those of {@link #value()} as long as a
     * thread of this process holds the value's own lock, or is just taking it: they end with the
     * unlock.
     */
    @Override
    public void close() {
        Guard.close(block, lock);
    }

    @Override
    public String toString() {
        return block.describe(
                "SynchronizedValue",
                () ->
                        "value="
                                + value.get()
                                + ", lock: "
                                + Locks.describe(block.region(), lock.core().mutex()));
    }
}
