package dev.shm.process;

import dev.shm.codec.Codec;
import dev.shm.process.MapStripe.Condition;
import dev.shm.process.MapStripe.Outcome;
import dev.shm.process.MapStripe.Result;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteOrder;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A bounded {@link ConcurrentMap} that threads of any number of processes share.
 *
 * <pre>{@code
 * SharedMap<String, Long> counts =
 *         SharedMap.of(region, "counts", 10_000, Codecs.utf8(64), Codecs.longs());
 * counts.put("a", 1L);
 * counts.merge("a", 1L, Long::sum);                 // 2, whoever else adds
 * for (var entry : counts.entrySet()) { ... }
 * }</pre>
 *
 * <p>It holds a fixed number of entries, and a fixed number of bytes of keys and values together,
 * both given at creation; what would be too much is refused by {@link IllegalStateException}, and
 * the map is as it was. To replace a value takes room for the new one beside the old, and while
 * others replace theirs what would just fit may be refused. Neither keys nor values are null. Two
 * keys are the same if their encoded bytes are; values are compared by {@code equals}, and arrays
 * by what is in them. What the codec refuses is refused by every method, also by {@link #get}.
 *
 * <p>Objects of one region are put into another by their names: a map may hold the name of a list.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. Each
 * operation on one key happens at one instant, {@link #compute}, {@link #merge} and their like
 * included; their functions may be called several times, run without any lock, and may use the map.
 * {@link #size}, {@link #clear}, {@link #putAll} and what goes through the whole map are no
 * instants. Iterators are weakly consistent: they never fail, they show each entry at most once,
 * and they may or may not show what changes meanwhile. A process that is stopped in the middle of
 * an operation holds up those on a sixteenth of the keys. {@link #toString} waits for nobody: where
 * it would have to it says that the map is in use.
 *
 * <p><b>Memory effects.</b> What came before a change is visible to whoever sees the change.
 *
 * <p><b>If a process dies.</b> A change whose method has returned is in the map. One whose process
 * died in it has happened or has not; half an entry is never seen. Whoever comes next to that part
 * of the map repairs it first.
 *
 * @param <K> the type of the keys.
 * @param <V> the type of the values.
 */
public final class SharedMap<K, V> extends AbstractMap<K, V>
        implements ConcurrentMap<K, V>, AutoCloseable {
    private static final Condition ALWAYS = before -> true;
    private static final Condition IF_ABSENT = before -> before == null;
    private static final Condition IF_PRESENT = before -> before != null;

    private final Handle<MapCore> handle;
    private final Coder<K> keys;
    private final Coder<V> values;
    private final MapViews<K, V> views;

    private SharedMap(Block block, Codec<K> keys, Codec<V> values) {
        Handle.checkBytes(block, () -> MapLayout.of(block.configA(), block.configB()).bytes());
        MapLayout layout = MapLayout.of(block.configA(), block.configB());
        this.keys = new Coder<>(keys, "key");
        this.values = new Coder<>(values, "value");
        this.handle =
                new Handle<>(
                        block,
                        MapCore.class,
                        memory ->
                                new MapCore(
                                        memory,
                                        layout,
                                        block.name(),
                                        block.region().liveness(),
                                        Waiter.system(),
                                        TickPolicy.STANDARD));
        this.views =
                new MapViews<>(
                        this,
                        this::stripe,
                        (key, value) -> changeFrom(key, value, null),
                        this.keys,
                        this.values);
    }

    /** Copies of the entries of a stripe; null if there is no such stripe. */
    private @Nullable List<byte[]> stripe(int index) {
        return handle.use(core -> index < core.stripes() ? core.entries(index) : null);
    }

    /**
     * Opens a map, or creates it empty, with room for entries as large as the codecs allow.
     *
     * @param capacity how many entries it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a map with other
     *     numbers, or the map would be too large.
     */
    public static <K, V> SharedMap<K, V> of(
            SharedRegion region, String name, int capacity, Codec<K> keys, Codec<V> values) {
        return of(region, name, capacity, room(capacity, keys, values), keys, values);
    }

    /**
     * Opens a map, or creates it empty.
     *
     * @param capacity how many entries it holds.
     * @param bytes of all encoded keys and values that it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a map with other
     *     numbers, or the map would be too large.
     */
    public static <K, V> SharedMap<K, V> of(
            SharedRegion region,
            String name,
            int capacity,
            long bytes,
            Codec<K> keys,
            Codec<V> values) {
        return attach(region, name, capacity, bytes, keys, values, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an empty map, with room for entries as large as the codecs allow.
     *
     * @param capacity how many entries it holds.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if the map would be too large.
     */
    public static <K, V> SharedMap<K, V> create(
            SharedRegion region, String name, int capacity, Codec<K> keys, Codec<V> values) {
        return create(region, name, capacity, room(capacity, keys, values), keys, values);
    }

    /**
     * Creates an empty map.
     *
     * @param capacity how many entries it holds.
     * @param bytes of all encoded keys and values that it holds.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if the map would be too large.
     */
    public static <K, V> SharedMap<K, V> create(
            SharedRegion region,
            String name,
            int capacity,
            long bytes,
            Codec<K> keys,
            Codec<V> values) {
        return attach(region, name, capacity, bytes, keys, values, AttachMode.CREATE);
    }

    /**
     * Opens a map that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static <K, V> SharedMap<K, V> open(
            SharedRegion region, String name, Codec<K> keys, Codec<V> values) {
        return region.attach(name, SharedMapType.INSTANCE)
                .handle(block -> new SharedMap<>(block, keys, values));
    }

    private static <K, V> SharedMap<K, V> attach(
            SharedRegion region,
            String name,
            int capacity,
            long bytes,
            Codec<K> keys,
            Codec<V> values,
            AttachMode mode) {
        ObjectSpec spec =
                new ObjectSpec(
                        SharedMapType.INSTANCE,
                        capacity,
                        bytes,
                        MapLayout.of(capacity, bytes).bytes(),
                        SharedMapType.describe(capacity, bytes),
                        memory ->
                                memory.putLong(
                                        MapLayout.SEED,
                                        ThreadLocalRandom.current().nextLong(),
                                        ByteOrder.LITTLE_ENDIAN));
        return region.attach(name, spec, mode)
                .handle(block -> new SharedMap<>(block, keys, values));
    }

    private static long room(int capacity, Codec<?> keys, Codec<?> values) {
        return capacity * ((long) keys.maxBytes() + values.maxBytes());
    }

    /**
     * Returns the value of a key.
     *
     * @param key of the type of the keys.
     * @return a new object; null if there is none.
     * @throws IllegalArgumentException if the codec refuses the key.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public @Nullable V get(Object key) {
        return decoded(bytes(encodedKey(key)));
    }

    @Override
    public boolean containsKey(Object key) {
        return bytes(encodedKey(key)) != null;
    }

    /**
     * Sets the value of a key.
     *
     * @return the value that it had; null if it had none.
     * @throws IllegalArgumentException if a codec refuses the key or the value.
     * @throws IllegalStateException if there is no room, or the handle or the region is closed.
     */
    @Override
    public @Nullable V put(K key, V value) {
        return decoded(change(keys.encode(key), ALWAYS, values.encode(value)).before());
    }

    @Override
    public @Nullable V putIfAbsent(K key, V value) {
        return decoded(change(keys.encode(key), IF_ABSENT, values.encode(value)).before());
    }

    @Override
    public @Nullable V replace(K key, V value) {
        return decoded(change(keys.encode(key), IF_PRESENT, values.encode(value)).before());
    }

    @Override
    public boolean replace(K key, V oldValue, V newValue) {
        return changeFrom(keys.encode(key), oldValue, values.encode(newValue));
    }

    @Override
    public @Nullable V remove(Object key) {
        return decoded(change(encodedKey(key), ALWAYS, null).before());
    }

    @Override
    public boolean remove(Object key, Object value) {
        return changeFrom(encodedKey(key), value, null);
    }

    @Override
    public @Nullable V compute(
            K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "function");
        byte[] encoded = keys.encode(key);
        while (true) {
            byte[] before = bytes(encoded);
            V value = function.apply(key, decoded(before));
            byte[] after = value == null ? null : values.encode(value);
            if ((before == null && after == null) || changeFrom(encoded, before, after)) {
                return value;
            }
        }
    }

    @Override
    public @Nullable V computeIfPresent(
            K key, BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "function");
        return compute(key, (k, v) -> v == null ? null : function.apply(k, v));
    }

    @Override
    public @Nullable V merge(
            K key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(value, "value");
        return compute(key, (k, v) -> v == null ? value : function.apply(v, value));
    }

    @Override
    public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function, "function");
        for (K key : keySet()) {
            computeIfPresent(key, (k, v) -> Objects.requireNonNull(function.apply(k, v), "value"));
        }
    }

    /**
     * Counts the entries, one part of the map after the other.
     *
     * @return what was so at some instants of the call.
     */
    @Override
    public int size() {
        return handle.use(MapCore::size);
    }

    /** Removes the entries, one after the other. */
    @Override
    public void clear() {
        handle.use(
                core -> {
                    core.clear();
                    return core;
                });
    }

    @Override
    public boolean containsValue(Object value) {
        Objects.requireNonNull(value, "value");
        return values().stream().anyMatch(found -> Objects.deepEquals(found, value));
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return views.entrySet();
    }

    @Override
    public Set<K> keySet() {
        return views.keySet();
    }

    @Override
    public Collection<V> values() {
        return views.values();
    }

    /**
     * Returns how many entries the map was created for.
     *
     * @return at least 1.
     */
    public int capacity() {
        return (int) handle.block().configA();
    }

    /**
     * Returns the map's name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return handle.name();
    }

    /**
     * Lets go of the map, which stays in the region. Later calls throw IllegalStateException;
     * operations in progress are finished.
     */
    @Override
    public void close() {
        handle.close();
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
        return describe("SharedMap", Map::toString);
    }

    /** In words, which a closed handle has too, and one of a map that is in use. */
    String describe(String type, Function<Map<K, V>, String> state) {
        return handle.describe(type, MapCore::tryEntries, copies -> state.apply(decoded(copies)));
    }

    private Map<K, V> decoded(List<byte[]> copies) {
        Map<K, V> decoded = new LinkedHashMap<>();
        for (int i = 0; i < copies.size(); i += 2) {
            decoded.put(keys.decode(copies.get(i)), values.decode(copies.get(i + 1)));
        }
        return decoded;
    }

    /** Whatever is asked for, in the bytes of a key. */
    @SuppressWarnings("unchecked") // the codec is the judge
    private byte[] encodedKey(Object key) {
        return keys.encode((K) key);
    }

    private byte @Nullable [] bytes(byte[] key) {
        return handle.use(core -> core.get(key));
    }

    private @Nullable V decoded(byte @Nullable [] value) {
        return value == null ? null : values.decode(value);
    }

    private Outcome change(byte[] key, Condition condition, byte @Nullable [] value) {
        Outcome outcome = handle.use(core -> core.change(key, condition, value));
        if (outcome.result() == Result.NO_CELLS || outcome.result() == Result.NO_SLOTS) {
            throw full(outcome.result(), key.length + (value == null ? 0L : value.length));
        }
        return outcome;
    }

    private boolean changeFrom(byte[] key, byte @Nullable [] before, byte @Nullable [] after) {
        return change(key, found -> Arrays.equals(found, before), after).result() == Result.DONE;
    }

    /** Changes what is equal to a value. */
    private boolean changeFrom(byte[] key, Object value, byte @Nullable [] after) {
        Objects.requireNonNull(value, "value");
        while (true) {
            byte[] found = bytes(key);
            if (found == null || !Objects.deepEquals(values.decode(found), value)) {
                return false;
            }
            if (changeFrom(key, found, after)) {
                return true;
            }
        }
    }

    private IllegalStateException full(Result why, long bytes) {
        Block block = handle.block();
        long room = block.configB();
        return new IllegalStateException(
                "map="
                        + name()
                        + " is full: entries="
                        + size()
                        + (why == Result.NO_SLOTS
                                ? " are too many for the stripe of this key; a map with capacity="
                                        + 2L * capacity()
                                        + " would take it"
                                : " leave no room for "
                                        + bytes
                                        + " bytes more, free are "
                                        + handle.use(MapCore::freeBytes)
                                        + "; a map with capacity="
                                        + (capacity() + 1L)
                                        + " and bytes="
                                        + (room + bytes)
                                        + " would take it"));
    }
}
