package dev.shm.sync;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.value.Embedded;
import dev.shm.value.SharedArray;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SharedArray} with a lock, for changes that take more than one step.
 *
 * <pre>{@code
 * SynchronizedArray bins = SynchronizedArray.of(region, "bins", 'i', 1024);
 * bins.with(a -> a.setInt(1, a.getInt(0)));
 * long sum = bins.compute(a -> a.longStream().sum());
 * }</pre>
 *
 * <p>One step on one element is atomic without the lock. Calls on many elements are not; under the
 * lock nobody sees them half done who takes the lock as well.
 *
 * <p><b>Threads and processes.</b> Any number of both. Whoever uses {@link #array()} without the
 * lock is not kept out by those who hold it.
 *
 * <p><b>Memory effects.</b> Those of {@link SharedLock}.
 *
 * <p><b>If a process dies.</b> As with {@link SharedLock}: when it held the lock the repair handler
 * runs, if the handle was given one, and else {@link #with} and {@link #compute} throw {@link
 * OwnerDiedException} until somebody calls {@link SharedLock#markConsistent()} on {@link #lock()}.
 */
public final class SynchronizedArray implements AutoCloseable {
    private final Block block;
    private final SharedArray array;
    private final SharedLock lock;

    private SynchronizedArray(
            Block block,
            @Nullable SharedLock given,
            @Nullable Consumer<? super SharedArray> repair) {
        this.block = block;
        char code = SynchronizedLayout.code(block.configA());
        this.array =
                Embedded.array(
                        block, code, SynchronizedLayout.length(block.configA()), this::close);
        this.lock = Guard.of(block, Embedded.bytes(code, array.length()), given, array, repair);
    }

    /**
     * Opens an array with a lock of its own, or creates it with all elements zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param length number of elements, at least 1.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, the length is out of range, or the
     *     name belongs to something else.
     */
    public static SynchronizedArray of(SharedRegion region, String name, char code, int length) {
        return attach(region, name, code, length, null, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens an array with a lock of its own, or creates it with all elements zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param length number of elements, at least 1.
     * @param repair runs after the death of an owner of the lock, holding it; when it returns the
     *     array is taken for repaired.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, the length is out of range, or the
     *     name belongs to something else.
     */
    public static SynchronizedArray of(
            SharedRegion region,
            String name,
            char code,
            int length,
            Consumer<? super SharedArray> repair) {
        return attach(region, name, code, length, null, repair, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Opens an array that a given lock guards, or creates it with all elements zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param length number of elements, at least 1.
     * @param lock that everybody gives who opens the array.
     * @return a handle.
     * @throws IllegalArgumentException if there is no such code, the length is out of range, or the
     *     name belongs to something else, such as an array with another lock.
     */
    public static SynchronizedArray of(
            SharedRegion region, String name, char code, int length, SharedLock lock) {
        return attach(region, name, code, length, lock, null, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an array with a lock of its own and all elements zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param length number of elements, at least 1.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if there is no such code, or the length is out of range.
     */
    public static SynchronizedArray create(
            SharedRegion region, String name, char code, int length) {
        return attach(region, name, code, length, null, null, AttachMode.CREATE);
    }

    /**
     * Creates an array with a lock of its own and all elements zero.
     *
     * @param code see {@link dev.shm.value.TypeCode}.
     * @param length number of elements, at least 1.
     * @param repair runs after the death of an owner of the lock, holding it; when it returns the
     *     array is taken for repaired.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if there is no such code, or the length is out of range.
     */
    public static SynchronizedArray create(
            SharedRegion region,
            String name,
            char code,
            int length,
            Consumer<? super SharedArray> repair) {
        return attach(region, name, code, length, null, repair, AttachMode.CREATE);
    }

    /**
     * Opens an array that must be there and have a lock of its own.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, such as an array that
     *     a given lock guards.
     */
    public static SynchronizedArray open(SharedRegion region, String name) {
        return attach(region, name, null, null);
    }

    /**
     * Opens an array that must be there and have a lock of its own.
     *
     * @param repair runs after the death of an owner of the lock, holding it; when it returns the
     *     array is taken for repaired.
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, such as an array that
     *     a given lock guards.
     */
    public static SynchronizedArray open(
            SharedRegion region, String name, Consumer<? super SharedArray> repair) {
        return attach(region, name, null, repair);
    }

    /**
     * Opens an array that must be there and be guarded by a given lock.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else, such as an array with
     *     another lock.
     */
    public static SynchronizedArray open(SharedRegion region, String name, SharedLock lock) {
        return attach(region, name, lock, null);
    }

    private static SynchronizedArray attach(
            SharedRegion region,
            String name,
            @Nullable SharedLock given,
            @Nullable Consumer<? super SharedArray> repair) {
        return region.attach(name, SynchronizedArrayType.INSTANCE)
                .handle(block -> new SynchronizedArray(block, given, repair));
    }

    private static SynchronizedArray attach(
            SharedRegion region,
            String name,
            char code,
            int length,
            @Nullable SharedLock given,
            @Nullable Consumer<? super SharedArray> repair,
            AttachMode mode) {
        int contentBytes = Embedded.bytes(code, length);
        long config = SynchronizedLayout.config(code, length);
        ObjectSpec spec =
                new ObjectSpec(
                        SynchronizedArrayType.INSTANCE,
                        config,
                        Guard.id(given),
                        SynchronizedLayout.bytes(contentBytes, given == null),
                        SynchronizedArrayType.describe(config, Guard.id(given)),
                        Guard.image(contentBytes, given, memory -> {}));
        return region.attach(name, spec, mode)
                .handle(block -> new SynchronizedArray(block, given, repair));
    }

    /**
     * Does something with the array, holding the lock.
     *
     * @param body is given {@link #array()}; what it throws is thrown on, with the lock given up.
     * @throws OwnerDiedException if an owner of the lock died and nobody has repaired; the body was
     *     not run.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public void with(Consumer<? super SharedArray> body) {
        lock.lock();
        try {
            body.accept(array);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finds something out about the array, or changes it, holding the lock.
     *
     * @param body is given {@link #array()}; what it throws is thrown on, with the lock given up.
     * @param <R> what is found out.
     * @return what the body returns.
     * @throws OwnerDiedException if an owner of the lock died and nobody has repaired; the body was
     *     not run.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public <R> R compute(Function<? super SharedArray, ? extends R> body) {
        lock.lock();
        try {
            return body.apply(array);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the array itself, which knows nothing of the lock.
     *
     * @return the same object each time; closing it closes this handle.
     */
    public SharedArray array() {
        return array;
    }

    /**
     * Returns the lock.
     *
     * @return the same object each time: the one given, or the array's own, which closes with this
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
     * Lets go of the array, which stays in the region, and of its lock, unless that was given.
     * Later calls throw IllegalStateException, but for those of {@link #array()} as long as a
     * thread of this process holds the array's own lock, or is just taking it: they end with the
     * unlock.
     */
    @Override
    public void close() {
        Guard.close(block, lock);
    }

    @Override
    public String toString() {
        return block.describe(
                "SynchronizedArray",
                () ->
                        SynchronizedArrayType.describe(block.configA(), 0)
                                + ", lock: "
                                + Locks.describe(block.region(), lock.core().mutex()));
    }
}
