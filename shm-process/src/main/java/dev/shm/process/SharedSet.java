package dev.shm.process;

import dev.shm.codec.Codec;
import dev.shm.region.SharedRegion;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;
import java.util.Spliterator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded {@link Set} that threads of any number of processes share.
 *
 * <pre>{@code
 * SharedSet<String> seen = SharedSet.of(region, "seen", 10_000, Codecs.utf8(64));
 * if (seen.add(name)) { ... }                       // true in one process only
 * }</pre>
 *
 * <p>It is a {@link SharedMap} whose values are empty, and can be opened as one; all that is said
 * there of keys goes for its elements.
 *
 * <p><b>Threads and processes.</b> As for a map: adding, removing and looking for one element are
 * instants, what concerns several is not.
 *
 * <p><b>Memory effects.</b> What came before a change is visible to whoever sees the change.
 *
 * <p><b>If a process dies.</b> What was added is there, what was removed is not; the element that
 * its process died with is there or is not.
 *
 * @param <E> the type of the elements.
 */
public final class SharedSet<E> extends AbstractSet<E> implements AutoCloseable {
    private final SharedMap<E, Nothing> map;

    private SharedSet(SharedMap<E, Nothing> map) {
        this.map = map;
    }

    /** The value of every element. */
    private enum Nothing implements Codec<Nothing> {
        NOTHING;

        @Override
        public int maxBytes() {
            return 1; // there must be one
        }

        @Override
        public int encode(Nothing value, MutableDirectBuffer target, int index) {
            return 0;
        }

        @Override
        public Nothing decode(DirectBuffer source, int index, int length) {
            return NOTHING;
        }
    }

    /**
     * Opens a set, or creates it empty, with room for elements as large as the codec allows.
     *
     * @param capacity how many elements it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a set with other
     *     numbers, or the set would be too large.
     */
    public static <E> SharedSet<E> of(
            SharedRegion region, String name, int capacity, Codec<E> codec) {
        return of(region, name, capacity, (long) capacity * codec.maxBytes(), codec);
    }

    /**
     * Opens a set, or creates it empty.
     *
     * @param capacity how many elements it holds.
     * @param bytes of all encoded elements that it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a set with other
     *     numbers, or the set would be too large.
     */
    public static <E> SharedSet<E> of(
            SharedRegion region, String name, int capacity, long bytes, Codec<E> codec) {
        return new SharedSet<>(SharedMap.of(region, name, capacity, bytes, codec, Nothing.NOTHING));
    }

    /**
     * Creates an empty set, with room for elements as large as the codec allows.
     *
     * @param capacity how many elements it holds.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if the set would be too large.
     */
    public static <E> SharedSet<E> create(
            SharedRegion region, String name, int capacity, Codec<E> codec) {
        long bytes = (long) capacity * codec.maxBytes();
        return new SharedSet<>(
                SharedMap.create(region, name, capacity, bytes, codec, Nothing.NOTHING));
    }

    /**
     * Opens a set that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static <E> SharedSet<E> open(SharedRegion region, String name, Codec<E> codec) {
        return new SharedSet<>(SharedMap.open(region, name, codec, Nothing.NOTHING));
    }

    /**
     * Adds an element.
     *
     * @return true if it was not there.
     * @throws IllegalArgumentException if the codec refuses the element.
     * @throws IllegalStateException if there is no room, or the handle or the region is closed.
     */
    @Override
    public boolean add(E element) {
        return map.putIfAbsent(element, Nothing.NOTHING) == null;
    }

    @Override
    public boolean contains(Object object) {
        return map.containsKey(object);
    }

    @Override
    public boolean remove(Object object) {
        return map.remove(object) != null;
    }

    /** Goes through the elements as the iterators of a map do. */
    @Override
    public Iterator<E> iterator() {
        return map.keySet().iterator();
    }

    @Override
    public Spliterator<E> spliterator() {
        return map.keySet().spliterator();
    }

    @Override
    public int size() {
        return map.size();
    }

    @Override
    public void clear() {
        map.clear();
    }

    /**
     * Returns how many elements the set was created for.
     *
     * @return at least 1.
     */
    public int capacity() {
        return map.capacity();
    }

    /**
     * Returns the set's name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return map.name();
    }

    /** Lets go of the set, which stays in the region. Later calls throw IllegalStateException. */
    @Override
    public void close() {
        map.close();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    @Override
    public String toString() {
        return map.describe("SharedSet", copy -> copy.keySet().toString());
    }
}
