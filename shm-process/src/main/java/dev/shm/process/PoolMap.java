package dev.shm.process;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One function and many items, sent to the workers of a {@link ProcessPool} in chunks. */
final class PoolMap<T, R> {
    private final String words;
    private final byte[] function; // serialised
    private final Iterator<T> items;
    private final int chunk;

    PoolMap(PoolFunction<? super T, ? extends R> function, Iterator<T> items, int chunk) {
        if (chunk < 1) {
            throw new IllegalArgumentException("chunk=" + chunk + ": must be 1 or more");
        }
        this.words = function.toString();
        this.function = Wire.writeTask(new Chunk.Apply(function)).toByteArray();
        this.items = items;
        this.chunk = chunk;
    }

    /** The next chunk's items; empty at the end. */
    List<T> nextItems() {
        List<T> next = new ArrayList<>();
        while (next.size() < chunk && items.hasNext()) {
            next.add(items.next());
        }
        return next;
    }

    PoolWork work(List<T> next, PoolWork.Listener listener) {
        Wire.Bytes bytes = Chunk.write(function, Packing.pack(next));
        return new PoolWork(words + " of " + next.size() + " items", bytes, true, listener);
    }

    /**
     * Sends all items; the future has the results, or what was thrown for the first that failed.
     *
     * @param done is told how many more items are done, in threads of the pool, before the future
     *     is completed.
     */
    static <T, R> CompletableFuture<List<R>> ofAll(
            ProcessPool pool,
            PoolFunction<? super T, ? extends R> function,
            Iterable<T> items,
            int chunk,
            IntConsumer done) {
        PoolMap<T, R> map = new PoolMap<>(function, items.iterator(), chunk);
        List<PoolWork> all = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        Whole<R> whole = new Whole<>(parts, done);
        List<T> next = map.nextItems();
        while (!next.isEmpty()) { // all are serialised before the first is sent
            Part part = new Part(whole, next.size());
            parts.add(part);
            all.add(map.work(next, part));
            next = map.nextItems();
        }
        whole.begin();
        all.forEach(pool::add);
        return whole.future;
    }

    /** The results of all chunks. */
    private static final class Whole<R> {
        private final CompletableFuture<List<R>> future = new CompletableFuture<>();
        private final List<Part> parts;
        private final IntConsumer done;
        private final AtomicInteger open = new AtomicInteger();

        Whole(List<Part> parts, IntConsumer done) {
            this.parts = parts;
            this.done = done;
        }

        void begin() {
            open.set(parts.size());
            if (parts.isEmpty()) {
                future.complete(List.of());
            }
        }

        @SuppressWarnings("unchecked") // the function returns what its type says
        void partDone(int items) {
            done.accept(items);
            if (open.decrementAndGet() > 0) {
                return;
            }
            List<@Nullable Object> results = new ArrayList<>();
            for (Part part : parts) {
                for (Object outcome : part.outcomes) {
                    if (outcome instanceof Outcomes.Failure failure) {
                        future.completeExceptionally(failure.thrown());
                        return;
                    }
                    results.add(outcome);
                }
            }
            future.complete((List<R>) results);
        }
    }

    /** The results of one chunk. */
    private static final class Part implements PoolWork.Listener {
        private final Whole<?> whole;
        private final int items;
        private @Nullable Object[] outcomes = new @Nullable Object[0];

        Part(Whole<?> whole, int items) {
            this.whole = whole;
            this.items = items;
        }

        @Override
        public void completed(@Nullable Object[] all) {
            outcomes = Outcomes.rebuilt(all);
            whole.partDone(items);
        }

        @Override
        public void failed(Throwable why) {
            outcomes = Outcomes.failures(items, why);
            whole.partDone(items);
        }
    }
}
