package dev.shm.process;

import dev.shm.codec.Codec;
import dev.shm.process.ListCore.Outcome;
import dev.shm.process.ListCore.Result;
import dev.shm.process.ListCore.Snapshot;
import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.Spliterator;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A bounded {@link List} that threads of any number of processes share.
 *
 * <pre>{@code
 * SharedList<String> names = SharedList.of(region, "names", 1_000, Codecs.utf8(64));
 * names.add("a");
 * names.set(0, "b");
 * names.removeIf(name -> name.isEmpty());            // all at one instant
 * }</pre>
 *
 * <p>It holds a fixed number of elements, and a fixed number of their encoded bytes, both given at
 * creation; what would be too much is refused by {@link IllegalStateException}, and the list is as
 * it was. To replace an element takes room for the new one beside the old. Elements may be null.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. Each method
 * of this class happens at one instant, also those that go through the whole list; their functions
 * may be called several times and run without any lock. What goes through an index is another's
 * matter at the next instant: the element at an index may have moved. {@link #iterator} never
 * fails: it goes from index to index, so it shows what is there when it comes, and removes nothing.
 * Sublists and list iterators are those of {@link AbstractList}, call by call. A process that is
 * stopped in the middle of an operation holds up all others, but for {@link #toString}: that waits
 * for nobody, and says that the list is in use where it would have to.
 *
 * <p><b>Memory effects.</b> What came before a change is visible to whoever sees the change.
 *
 * <p><b>If a process dies.</b> A change whose method has returned is in the list. One whose process
 * died in it has happened or has not; half an element is never seen. Whoever comes next repairs the
 * list first.
 *
 * @param <E> the type of the elements.
 */
public final class SharedList<E> extends AbstractList<E> implements RandomAccess, AutoCloseable {
    private final Handle<ListCore> handle;
    private final Coder<E> coder;

    private SharedList(Block block, Codec<E> codec) {
        Handle.checkBytes(block, () -> ListLayout.of(block.configA(), block.configB()).bytes());
        ListLayout layout = ListLayout.of(block.configA(), block.configB());
        this.coder = new Coder<>(codec, "element");
        this.handle =
                new Handle<>(
                        block,
                        ListCore.class,
                        memory ->
                                new ListCore(
                                        memory,
                                        layout,
                                        block.name(),
                                        block.region().liveness(),
                                        Waiter.system(),
                                        TickPolicy.STANDARD));
    }

    /**
     * Opens a list, or creates it empty, with room for elements as large as the codec allows.
     *
     * @param capacity how many elements it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a list with
     *     other numbers, or the list would be too large.
     */
    public static <E> SharedList<E> of(
            SharedRegion region, String name, int capacity, Codec<E> codec) {
        return of(region, name, capacity, (long) capacity * codec.maxBytes(), codec);
    }

    /**
     * Opens a list, or creates it empty.
     *
     * @param capacity how many elements it holds.
     * @param bytes of all encoded elements that it holds.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a list with
     *     other numbers, or the list would be too large.
     */
    public static <E> SharedList<E> of(
            SharedRegion region, String name, int capacity, long bytes, Codec<E> codec) {
        return attach(region, name, capacity, bytes, codec, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates an empty list, with room for elements as large as the codec allows.
     *
     * @param capacity how many elements it holds.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if the list would be too large.
     */
    public static <E> SharedList<E> create(
            SharedRegion region, String name, int capacity, Codec<E> codec) {
        return create(region, name, capacity, (long) capacity * codec.maxBytes(), codec);
    }

    /**
     * Creates an empty list.
     *
     * @param capacity how many elements it holds.
     * @param bytes of all encoded elements that it holds.
     * @return a handle.
     * @throws IllegalStateException if the name is taken.
     * @throws IllegalArgumentException if the list would be too large.
     */
    public static <E> SharedList<E> create(
            SharedRegion region, String name, int capacity, long bytes, Codec<E> codec) {
        return attach(region, name, capacity, bytes, codec, AttachMode.CREATE);
    }

    /**
     * Opens a list that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static <E> SharedList<E> open(SharedRegion region, String name, Codec<E> codec) {
        return region.attach(name, SharedListType.INSTANCE)
                .handle(block -> new SharedList<>(block, codec));
    }

    private static <E> SharedList<E> attach(
            SharedRegion region,
            String name,
            int capacity,
            long bytes,
            Codec<E> codec,
            AttachMode mode) {
        ObjectSpec spec =
                new ObjectSpec(
                        SharedListType.INSTANCE,
                        capacity,
                        bytes,
                        ListLayout.of(capacity, bytes).bytes(),
                        SharedListType.describe(capacity, bytes),
                        memory -> {});
        return region.attach(name, spec, mode).handle(block -> new SharedList<>(block, codec));
    }

    /**
     * Returns the element at an index.
     *
     * @return a new object, or null.
     * @throws IndexOutOfBoundsException if there is no such index.
     * @throws IllegalStateException if the handle or the region is closed.
     */
    @Override
    public @Nullable E get(int index) {
        return found(handle.use(core -> core.get(index)), index);
    }

    /**
     * Replaces the element at an index.
     *
     * @return what was there.
     * @throws IndexOutOfBoundsException if there is no such index.
     * @throws IllegalArgumentException if the codec refuses the element.
     * @throws IllegalStateException if there is no room, or the handle or the region is closed.
     */
    @Override
    public @Nullable E set(int index, @Nullable E element) {
        byte[] encoded = encoded(element);
        Outcome outcome = handle.use(core -> core.set(index, encoded));
        checkRoom(outcome.result(), encoded == null ? 0 : encoded.length);
        return found(outcome, index);
    }

    @Override
    public boolean add(@Nullable E element) {
        return append(encodedAll(Collections.singletonList(element)));
    }

    @Override
    public void add(int index, @Nullable E element) {
        insert(index, encodedAll(Collections.singletonList(element)));
    }

    @Override
    public boolean addAll(Collection<? extends @Nullable E> elements) {
        return append(encodedAll(elements));
    }

    @Override
    public boolean addAll(int index, Collection<? extends @Nullable E> elements) {
        return insert(index, encodedAll(elements));
    }

    @Override
    public @Nullable E remove(int index) {
        return found(handle.use(core -> core.remove(index)), index);
    }

    @Override
    public boolean remove(@Nullable Object object) {
        return rewrite(
                elements -> {
                    int index = indexIn(elements, object);
                    if (index >= 0) {
                        elements.remove(index);
                    }
                    return index >= 0;
                });
    }

    @Override
    public boolean removeIf(Predicate<? super E> filter) {
        Objects.requireNonNull(filter, "filter");
        return rewrite(elements -> elements.removeIf(element -> filter.test(element.value)));
    }

    @Override
    public boolean removeAll(Collection<?> others) {
        return removeIf(others::contains);
    }

    @Override
    public boolean retainAll(Collection<?> others) {
        return removeIf(element -> !others.contains(element));
    }

    @Override
    public void replaceAll(UnaryOperator<E> operator) {
        Objects.requireNonNull(operator, "operator");
        rewrite(
                elements -> {
                    elements.replaceAll(element -> element(operator.apply(element.value)));
                    return true;
                });
    }

    @Override
    public void sort(@Nullable Comparator<? super E> order) {
        rewrite(
                elements -> {
                    elements.sort(Comparator.comparing(element -> element.value, ordering(order)));
                    return true;
                });
    }

    @SuppressWarnings(
            "unchecked") // as for every list: without an order the elements have their own
    private static <E> Comparator<? super E> ordering(@Nullable Comparator<? super E> order) {
        return order == null ? (Comparator<E>) Comparator.naturalOrder() : order;
    }

    @Override
    public void clear() {
        handle.use(
                core -> {
                    core.clear();
                    return core;
                });
    }

    @Override
    public int size() {
        return handle.use(ListCore::size);
    }

    @Override
    public boolean contains(@Nullable Object object) {
        return indexOf(object) >= 0;
    }

    /**
     * Returns where an object is first.
     *
     * @param object is compared by {@code equals}, and arrays by what is in them.
     * @return its index; -1 if it is not in the list.
     */
    @Override
    public int indexOf(@Nullable Object object) {
        return indexIn(elements(snapshot()), object);
    }

    @Override
    public int lastIndexOf(@Nullable Object object) {
        List<Element<E>> elements = elements(snapshot());
        Collections.reverse(elements);
        int index = indexIn(elements, object);
        return index < 0 ? -1 : elements.size() - 1 - index;
    }

    @Override
    public Object[] toArray() {
        return values().toArray();
    }

    @Override
    public <T> T[] toArray(T[] array) {
        return values().toArray(array);
    }

    /** For streams: of what is there at one instant. */
    @Override
    public Spliterator<E> spliterator() {
        return values().spliterator();
    }

    /** Goes from index to index, without end before it has come to one that is not there. */
    @Override
    public Iterator<E> iterator() {
        return new Iterator<>() {
            private int index;
            private @Nullable Outcome next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    next = handle.use(core -> core.get(index));
                }
                return next.result() == Result.DONE;
            }

            @Override
            public @Nullable E next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException();
                }
                E element = found(next, index);
                next = null;
                index++;
                return element;
            }
        };
    }

    /**
     * Returns how many elements the list was created for.
     *
     * @return at least 1.
     */
    public int capacity() {
        return (int) handle.block().configA();
    }

    /**
     * Returns the list's name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return handle.name();
    }

    /**
     * Lets go of the list, which stays in the region. Later calls throw IllegalStateException;
     * operations in progress are finished.
     */
    @Override
    public void close() {
        handle.close();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || values().equals(other);
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return handle.describe(
                "SharedList", ListCore::trySnapshot, seen -> values(seen).toString());
    }

    /** An element, and the bytes that it was read from, or is to be written in. */
    private static final class Element<E> {
        private final @Nullable E value;
        private final byte @Nullable [] bytes;

        Element(@Nullable E value, byte @Nullable [] bytes) {
            this.value = value;
            this.bytes = bytes;
        }
    }

    /** Changes a list; false if it is as it was. */
    @FunctionalInterface
    private interface Edit<E> {
        boolean change(List<Element<E>> elements);
    }

    /** Puts what an edit makes of all elements in their place, at one instant. */
    private boolean rewrite(Edit<E> edit) {
        while (true) {
            Snapshot snapshot = snapshot();
            List<Element<E>> elements = elements(snapshot);
            if (!edit.change(elements)) {
                return false;
            }
            List<byte @Nullable []> encoded = new ArrayList<>(elements.size());
            elements.forEach(element -> encoded.add(element.bytes));
            Result result = handle.use(core -> core.replaceAll(snapshot, encoded));
            if (result != Result.CHANGED_MEANWHILE) {
                checkRoom(result, bytes(encoded));
                return true;
            }
        }
    }

    private Snapshot snapshot() {
        return handle.use(ListCore::snapshot);
    }

    private List<Element<E>> elements(Snapshot snapshot) {
        List<Element<E>> elements = new ArrayList<>();
        for (byte[] bytes : snapshot.elements()) {
            elements.add(new Element<>(decoded(bytes), bytes));
        }
        return elements;
    }

    private List<@Nullable E> values() {
        return values(snapshot());
    }

    private List<@Nullable E> values(Snapshot snapshot) {
        List<@Nullable E> values = new ArrayList<>();
        elements(snapshot).forEach(element -> values.add(element.value));
        return values;
    }

    private static <E> int indexIn(List<Element<E>> elements, @Nullable Object object) {
        for (int i = 0; i < elements.size(); i++) {
            if (Objects.deepEquals(elements.get(i).value, object)) {
                return i;
            }
        }
        return -1;
    }

    private boolean append(List<byte @Nullable []> encoded) {
        checkRoom(handle.use(core -> core.append(encoded)), bytes(encoded));
        return !encoded.isEmpty();
    }

    private boolean insert(int index, List<byte @Nullable []> encoded) {
        Result result = handle.use(core -> core.insert(index, encoded));
        checkRoom(result, bytes(encoded));
        if (result == Result.NO_SUCH_INDEX) {
            throw noSuchIndex(index);
        }
        return !encoded.isEmpty();
    }

    private Element<E> element(@Nullable E value) {
        return new Element<>(value, encoded(value));
    }

    private List<byte @Nullable []> encodedAll(Collection<? extends @Nullable E> elements) {
        List<byte @Nullable []> encoded = new ArrayList<>(elements.size());
        for (E element : elements) {
            encoded.add(encoded(element));
        }
        return encoded;
    }

    private byte @Nullable [] encoded(@Nullable E element) {
        return element == null ? null : coder.encode(element);
    }

    private @Nullable E decoded(byte @Nullable [] bytes) {
        return bytes == null ? null : coder.decode(bytes);
    }

    private @Nullable E found(Outcome outcome, int index) {
        if (outcome.result() == Result.NO_SUCH_INDEX) {
            throw noSuchIndex(index);
        }
        return decoded(outcome.before());
    }

    private IndexOutOfBoundsException noSuchIndex(int index) {
        return new IndexOutOfBoundsException("list=" + name() + " index=" + index);
    }

    private static long bytes(List<byte @Nullable []> encoded) {
        return encoded.stream().mapToLong(bytes -> bytes == null ? 0 : bytes.length).sum();
    }

    private void checkRoom(Result result, long bytes) {
        if (result != Result.TOO_MANY && result != Result.NO_CELLS) {
            return;
        }
        Block block = handle.block();
        throw new IllegalStateException(
                "list="
                        + name()
                        + " is full: elements="
                        + size()
                        + ", capacity="
                        + block.configA()
                        + ", bytes="
                        + block.configB()
                        + (result == Result.TOO_MANY
                                ? "; one with more capacity would take it"
                                : " leave no room for "
                                        + bytes
                                        + " bytes, free are "
                                        + handle.use(ListCore::freeBytes)
                                        + "; one with bytes="
                                        + (block.configB() + bytes + CellLayout.BYTES)
                                        + " would take it"));
    }
}
