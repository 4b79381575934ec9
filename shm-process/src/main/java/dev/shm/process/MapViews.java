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
import java.util.function.Consumer;
import java.util.function.IntFunction;
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
    private final Coder<K> keys;
    private final Coder<V> values;

    /**
     * The views of a map.
     *
     * @param stripes copies the entries of a stripe, key and value in turn; null after the last.
     */
    MapViews(
            SharedMap<K, V> map,
            IntFunction<@Nullable List<byte[]>> stripes,
            Coder<K> keys,
            Coder<V> values) {
        this.map = map;
        this.stripes = stripes;
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

    private final class Values extends AbstractCollection<V> {
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
