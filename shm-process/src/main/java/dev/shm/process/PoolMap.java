package dev.shm.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One function and many items, sent to the workers of a {@link ProcessPool} in chunks. */
final class PoolMap {
    private final String words;
    private final byte[] function; // serialised

    PoolMap(PoolFunction<?, ?> function) {
        this.words = function.toString();
        this.function = Wire.writeTask(new PoolJob.Apply(function)).toByteArray();
    }

    static int checkChunk(int chunk) {
        if (chunk < 1) {
            throw new IllegalArgumentException("chunk=" + chunk + ": must be 1 or more");
        }
        return chunk;
    }

    /** Some of the items as work for the pool. */
    PoolWork work(@Nullable Object[] items, int from, int to, PoolWork.Listener listener) {
        try {
            Wire.Bytes packed = Packing.pack(items, from, to);
            return PoolWork.ofItems(words, function, packed, to - from, listener);
        } catch (IOException e) {
            throw Wire.refused(e);
        }
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
        PoolMap map = new PoolMap(function);
        checkChunk(chunk);
        @Nullable Object[] all = all(items);
        Whole<R> whole = new Whole<>(all.length, (all.length + chunk - 1L) / chunk, done);
        boolean atOnce = Packing.areNumbers(all); // else all are serialised before one is sent
        List<PoolWork> later = new ArrayList<>();
        for (int from = 0; from < all.length; ) {
            int to = (int) Math.min((long) from + chunk, all.length);
            PoolWork work = map.work(all, from, to, new Part(whole, from, to - from));
            if (atOnce) {
                pool.addAll(List.of(work));
            } else {
                later.add(work);
            }
            from = to;
        }
        if (!atOnce) {
            pool.addAll(later);
        }
        if (all.length == 0) {
            whole.future.complete(List.of());
        }
        return whole.future;
    }

    private static @Nullable Object[] all(Iterable<?> items) {
        if (items instanceof Collection<?> collection) {
            return collection.toArray();
        }
        List<@Nullable Object> all = new ArrayList<>();
        items.forEach(all::add);
        return all.toArray();
    }

    /** The results of all chunks. */
    private static final class Whole<R> {
        private final CompletableFuture<List<R>> future = new CompletableFuture<>();
        private final @Nullable Object[] outcomes;
        private final AtomicLong open; // chunks; the last sees what all have brought
        private final IntConsumer done;
        private boolean failed; // some item; written before the chunk is counted

        Whole(int items, long chunks, IntConsumer done) {
            this.outcomes = new @Nullable Object[items];
            this.open = new AtomicLong(chunks);
            this.done = done;
        }

        private void tellDone(int more) {
            try {
                done.accept(more);
            } catch (Throwable e) { // somebody waits for the results
                Logs.warn(ProcessPool.class, "the progress cannot be shown", e);
            }
        }

        @SuppressWarnings("unchecked") // the function returns what its type says
        void add(@Nullable Object[] some, int at) {
            if (Outcomes.haveFailure(some)) { // looked at here, while it is in a cache
                failed = true;
            }
            System.arraycopy(some, 0, outcomes, at, some.length);
            tellDone(some.length);
            if (open.decrementAndGet() > 0) {
                return;
            }
            if (failed) {
                future.completeExceptionally(Outcomes.firstFailure(outcomes));
            } else {
                future.complete((List<R>) Arrays.asList(outcomes));
            }
        }
    }

    /** Puts the outcomes of one chunk in their place. */
    private record Part(Whole<?> whole, int at, int items) implements PoolWork.Listener {
        @Override
        public void completed(@Nullable Object[] some) {
            whole.add(Outcomes.rebuilt(some), at);
        }

        @Override
        public void failed(Throwable why) {
            whole.add(Outcomes.failures(items, why), at);
        }

        @Override
        public boolean isDone() {
            return whole.future.isDone(); // before all chunks are: it was cancelled
        }
    }
}
