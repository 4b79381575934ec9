package dev.shm.process;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a map, a stripe at a time: what it shows of a stripe was there at one instant.
 *
 * @param <T> what it makes of an entry.
 */
final class MapIterator<T> implements Iterator<T> {
    private final IntFunction<@Nullable List<byte[]>> stripes;
    private final BiFunction<byte[], byte[], T> decoder;
    private final Consumer<T> removal;

    private int stripe;
    private @Nullable List<byte[]> copies = List.of();
    private int index;
    private @Nullable T last;

    /**
     * An iterator at the beginning.
     *
     * @param stripes copies the entries of a stripe, key and value in turn; null after the last.
     * @param removal takes an entry out of the map.
     */
    MapIterator(
            IntFunction<@Nullable List<byte[]>> stripes,
            BiFunction<byte[], byte[], T> decoder,
            Consumer<T> removal) {
        this.stripes = stripes;
        this.decoder = decoder;
        this.removal = removal;
    }

    @Override
    public boolean hasNext() {
        while (copies != null && index == copies.size()) {
            copies = stripes.apply(stripe++);
            index = 0;
        }
        return copies != null;
    }

    @Override
    public T next() {
        if (!hasNext() || copies == null) {
            throw new NoSuchElementException();
        }
        T entry = decoder.apply(copies.get(index), copies.get(index + 1));
        index += 2;
        last = entry;
        return entry;
    }

    @Override
    public void remove() {
        if (last == null) {
            throw new IllegalStateException("next has not been called since the last remove");
        }
        removal.accept(last);
        last = null;
    }
}
