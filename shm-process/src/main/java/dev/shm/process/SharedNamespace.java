package dev.shm.process;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.region.SharedRegion;
import java.util.NoSuchElementException;
import java.util.TreeMap;

/**
 * Named values that threads of any number of processes share, one of each name.
 *
 * <pre>{@code
 * Codec<Object> codec = Codecs.serialized(Object.class, 256, Codecs.allow(Integer.class));
 * SharedNamespace settings = SharedNamespace.of(region, "settings", 32, codec);
 * settings.set("limit", 10);
 * int limit = settings.get("limit", Integer.class);
 * }</pre>
 *
 * <p>It is a {@link SharedMap} of names, of up to {@value #LONGEST_NAME} bytes of UTF-8, to values
 * that the codec knows; {@link #asMap} shows it as one. Names that begin with an underscore are
 * left out of {@link #toString}.
 *
 * <p><b>Threads and processes.</b> As for a map.
 *
 * <p><b>Memory effects.</b> What came before a change is visible to whoever sees the change.
 *
 * <p><b>If a process dies.</b> As for a map: a value is the old one or the new one.
 */
public final class SharedNamespace implements AutoCloseable {
    /** The longest name, in bytes of UTF-8. */
    public static final int LONGEST_NAME = 255;

    private final SharedMap<String, Object> map;

    private SharedNamespace(SharedMap<String, Object> map) {
        this.map = map;
    }

    /**
     * Opens a namespace, or creates it empty.
     *
     * @param capacity how many values it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a namespace with
     *     other numbers, or it would be too large.
     */
    public static SharedNamespace of(
            SharedRegion region, String name, int capacity, Codec<Object> codec) {
        return new SharedNamespace(
                SharedMap.of(region, name, capacity, Codecs.utf8(LONGEST_NAME), codec));
    }

    /**
     * Creates an empty namespace.
     *
     * @param capacity how many values it holds.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if it would be too large.
     */
    public static SharedNamespace create(
            SharedRegion region, String name, int capacity, Codec<Object> codec) {
        return new SharedNamespace(
                SharedMap.create(region, name, capacity, Codecs.utf8(LONGEST_NAME), codec));
    }

    /**
     * Opens a namespace that must be there.
     *
     * @return a handle.
     * @throws NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedNamespace open(SharedRegion region, String name, Codec<Object> codec) {
        return new SharedNamespace(SharedMap.open(region, name, Codecs.utf8(LONGEST_NAME), codec));
    }

    /**
     * Gives a name a value.
     *
     * @throws IllegalArgumentException if the name is too long, or the codec refuses the value.
     * @throws IllegalStateException if there is no room, or the handle or the region is closed.
     */
    public void set(String name, Object value) {
        map.put(name, value);
    }

    /**
     * Returns the value of a name.
     *
     * @param type of the value.
     * @param <T> of the value.
     * @return a new object.
     * @throws NoSuchElementException if there is no such name.
     * @throws ClassCastException if the value is of another type.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public <T> T get(String name, Class<T> type) {
        Object value = map.get(name);
        if (value == null) {
            throw noSuchName(name);
        }
        return type.cast(value);
    }

    /**
     * Tells whether a name has a value.
     *
     * @return a snapshot.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public boolean has(String name) {
        return map.containsKey(name);
    }

    /**
     * Takes a name and its value out.
     *
     * @throws NoSuchElementException if there is no such name.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    public void delete(String name) {
        if (map.remove(name) == null) {
            throw noSuchName(name);
        }
    }

    private NoSuchElementException noSuchName(String name) {
        return new NoSuchElementException("namespace=" + name() + " has no name=" + name);
    }

    /**
     * Returns the names and values as a map.
     *
     * @return the same object each time, and live; closing it closes this handle.
     */
    public SharedMap<String, Object> asMap() {
        return map;
    }

    /**
     * Returns the namespace's own name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return map.name();
    }

    /** Lets go of the namespace, which stays in the region. Later calls throw. */
    @Override
    public void close() {
        map.close();
    }

    @Override
    public String toString() {
        return map.describe(
                "SharedNamespace",
                copy -> {
                    TreeMap<String, Object> shown = new TreeMap<>(copy);
                    shown.keySet().removeIf(name -> name.startsWith("_"));
                    return "SharedNamespace" + shown;
                });
    }
}
