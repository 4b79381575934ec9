package dev.shm.process;

import java.util.AbstractCollection;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A map's keys, values and entries as collections, which are live and whose iterators are weakly
 * consistent.
 *
 * @param <K> the type of the keys.
 * @param <V> the type of the values.
 */
final class MapViews<K, V> {
    private final SharedMap<K, V> map;
    private final IntFunction<@Nullable List<byte[]>> stripes;
    private final BiPredicate<byte[], byte[]> removal;
    private final Coder<K> keys;
    private final Coder<V> values;

    /**
     * The views of a map.
     *
     * @param stripes copies the entries of a stripe, key and value in turn; null after the last.
     * @param removal takes a key out if it has that value, and tells whether it has.
     */
    MapViews(
            SharedMap<K, V> map,
            IntFunction<@Nullable List<byte[]>> stripes,
            BiPredicate<byte[], byte[]> removal,
            Coder<K> keys,
            Coder<V> values) {
        this.map = map;
        this.stripes = stripes;
        this.removal = removal;
        this.keys = keys;
        this.values = values;
    }

    Set<K> keySet() {
        return new Keys();
    }

    Collection<V> values() {
        return new Values();
    }

    Set<Map.Entry<K, V>> entrySet() {
        return new Entries();
    }

    /** Goes through the map; at a time there are copies of the entries of one stripe. */
    private <T> Iterator<T> iterator(BiFunction<byte[], byte[], T> decoder, Consumer<T> removal) {
        return new MapIterator<>(stripes, decoder, removal);
    }

    /** For streams: others may change the size at any time. */
    private static <T> Spliterator<T> unsized(Iterator<T> iterator) {
        return Spliterators.spliteratorUnknownSize(iterator, Spliterator.NONNULL);
    }

    private final class Keys extends AbstractSet<K> {
        @Override
        public Iterator<K> iterator() {
            return MapViews.this.iterator((key, value) -> keys.decode(key), map::remove);
        }

        @Override
        public Spliterator<K> spliterator() {
            return unsized(iterator());
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public void clear() {
            map.clear();
        }

        @Override
        public boolean contains(Object object) {
            return map.containsKey(object);
        }

        @Override
        public boolean remove(Object object) {
            return map.remove(object) != null;
        }
    }

    /** Takes out the entries that a predicate holds for, unless they are changed meanwhile. */
    private boolean removeEntries(Predicate<? super Map.Entry<K, V>> predicate) {
        boolean removed = false;
        for (Iterator<Copy> copies = copies(); copies.hasNext(); ) {
            Copy copy = copies.next();
            removed |= predicate.test(entry(copy)) && remove(copy);
        }
        return removed;
    }

    private Map.Entry<K, V> entry(Copy copy) {
        return Map.entry(keys.decode(copy.key), values.decode(copy.value));
    }

    private Iterator<Copy> copies() {
        return iterator(
                Copy::new,
                copy -> {
                    var unused = remove(copy);
                });
    }

    /** Takes an entry out if it still is as it was; whether it has. */
    private boolean remove(Copy copy) {
        return removal.test(copy.key, copy.value);
    }

    /** The bytes of an entry. */
    private static final class Copy {
        private final byte[] key;
        private final byte[] value;

        Copy(byte[] key, byte[] value) {
            this.key = key;
            this.value = value;
        }
    }

    /** Whether there is one among those, arrays being compared by what is in them. */
    private static boolean isIn(Collection<?> those, Object value) {
        return those.contains(value)
                || value.getClass().isArray()
                        && those.stream().anyMatch(one -> Objects.deepEquals(one, value));
    }

    private static boolean isIn(Collection<?> those, Map.Entry<?, ?> entry) {
        boolean hasArray =
                entry.getKey().getClass().isArray() || entry.getValue().getClass().isArray();
        return those.contains(entry)
                || hasArray && those.stream().anyMatch(one -> isSame(one, entry));
    }

    private static boolean isSame(Object one, Map.Entry<?, ?> entry) {
        return one instanceof Map.Entry<?, ?> other
                && Objects.deepEquals(other.getKey(), entry.getKey())
                && Objects.deepEquals(other.getValue(), entry.getValue());
    }

    private final class Values extends AbstractCollection<V> {
        @Override
        public boolean removeIf(Predicate<? super V> predicate) {
            return removeEntries(entry -> predicate.test(entry.getValue()));
        }

        @Override
        public boolean removeAll(Collection<?> those) {
            Objects.requireNonNull(those, "those");
            return removeIf(value -> isIn(those, value));
        }

        @Override
        public boolean retainAll(Collection<?> those) {
            Objects.requireNonNull(those, "those");
            return removeIf(value -> !isIn(those, value));
        }

        @Override
        public boolean contains(Object object) {
            return object != null && map.containsValue(object);
        }

        @Override
        public boolean remove(Object object) {
            for (Iterator<Copy> copies = copies(); copies.hasNext(); ) {
                Copy copy = copies.next();
                if (Objects.deepEquals(object, values.decode(copy.value))
                        && MapViews.this.remove(copy)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public Iterator<V> iterator() {
            Iterator<Map.Entry<K, V>> entries = new Entries().iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return entries.hasNext();
                }

                @Override
                public V next() {
                    return entries.next().getValue();
                }

                @Override
                public void remove() {
                    entries.remove();
                }
            };
        }

        @Override
        public Spliterator<V> spliterator() {
            return unsized(iterator());
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public void clear() {
            map.clear();
        }
    }

    private final class Entries extends AbstractSet<Map.Entry<K, V>> {
        @Override
        public boolean removeIf(Predicate<? super Map.Entry<K, V>> predicate) {
            return removeEntries(predicate);
        }

        @Override
        public boolean removeAll(Collection<?> those) {
            Objects.requireNonNull(those, "those");
            return removeEntries(entry -> isIn(those, entry));
        }

        @Override
        public boolean retainAll(Collection<?> those) {
            Objects.requireNonNull(those, "those");
            return removeEntries(entry -> !isIn(those, entry));
        }

        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return MapViews.this.iterator(
                    (key, value) -> new Written(keys.decode(key), values.decode(value)),
                    entry -> map.remove(entry.getKey()));
        }

        @Override
        public Spliterator<Map.Entry<K, V>> spliterator() {
            return unsized(iterator());
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public void clear() {
            map.clear();
        }

        @Override
        public boolean contains(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                    && entry.getValue() != null
                    && Objects.deepEquals(entry.getValue(), map.get(entry.getKey()));
        }

        @Override
        public boolean remove(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                    && map.remove(entry.getKey(), entry.getValue());
        }
    }

    /** An entry that writes through. */
    private final class Written extends SimpleEntry<K, V> {
        private static final long serialVersionUID = 1;

        Written(K key, V value) {
            super(key, value);
        }

        @Override
        public V setValue(V value) {
            map.put(getKey(), value);
            return super.setValue(value);
        }
    }
}
