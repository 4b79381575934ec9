package dev.shm.process;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The results of a {@link PoolMap}, as they are asked for. A window of chunks is under way; one is
 * sent for each that is received.
 *
 * <p><b>Threads and processes.</b> For one thread.
 */
final class PoolIterator<T, R> implements Iterator<R> {
    /** Chunks that are under way for each worker: one runs, one waits. */
    private static final int AHEAD = 2;

    private final ProcessPool pool;
    private final PoolMap map;
    private final Iterator<T> items;
    private final int chunk;
    private final boolean ordered;
    private final int window;

    /** What was sent, in that order; or what has come back, in that order. */
    private final BlockingQueue<CompletableFuture<@Nullable Object[]>> chunks =
            new LinkedBlockingQueue<>();

    private int underWay;
    private @Nullable Object[] current = new @Nullable Object[0];
    private int next; // in it
    private @Nullable RuntimeException inputFailed;

    PoolIterator(
            ProcessPool pool,
            PoolFunction<? super T, ? extends R> function,
            Iterable<T> items,
            int chunk,
            boolean ordered) {
        this.pool = pool;
        this.map = new PoolMap(function);
        this.chunk = PoolMap.checkChunk(chunk);
        this.items = items.iterator();
        this.ordered = ordered;
        this.window = AHEAD * pool.workers();
        fill();
    }

    /** Sends chunks until the window is full. */
    private void fill() {
        try {
            while (inputFailed == null && underWay < window && sendNext()) {
                underWay++;
            }
        } catch (RuntimeException e) {
            inputFailed = e; // after the results of what was sent before
        }
    }

    private boolean sendNext() {
        @Nullable Object[] next = nextItems();
        if (next.length == 0) {
            return false;
        }
        CompletableFuture<@Nullable Object[]> outcomes = new CompletableFuture<>();
        Listener listener = new Listener(outcomes, next.length);
        pool.addAll(List.of(map.work(next, 0, next.length, listener)));
        if (ordered) {
            chunks.add(outcomes);
        } else {
            var unused = outcomes.thenRun(() -> chunks.add(outcomes));
        }
        return true;
    }

    /** The next chunk's; empty at the end. */
    private @Nullable Object[] nextItems() {
        List<T> some = new ArrayList<>();
        while (some.size() < chunk && items.hasNext()) {
            some.add(items.next());
        }
        return some.toArray();
    }

    /** Completes a future with the outcomes of a chunk. */
    private record Listener(CompletableFuture<@Nullable Object[]> future, int items)
            implements PoolWork.Listener {
        @Override
        public void completed(@Nullable Object[] outcomes) {
            future.complete(Outcomes.rebuilt(outcomes));
        }

        @Override
        public void failed(Throwable why) {
            future.complete(Outcomes.failures(items, why));
        }
    }

    @Override
    public boolean hasNext() {
        return next < current.length || underWay > 0 || inputFailed != null;
    }

    @Override
    @SuppressWarnings("unchecked") // the function returns what its type says
    public R next() {
        if (next == current.length) {
            advance();
        }
        Object outcome = current[next++];
        if (outcome instanceof Outcomes.Failure failure) {
            throw new CompletionException(failure.thrown());
        }
        return (R) outcome;
    }

    private void advance() {
        if (underWay == 0) {
            RuntimeException failed = inputFailed;
            inputFailed = null;
            throw failed != null ? failed : new NoSuchElementException();
        }
        current = take();
        next = 0;
        underWay--;
        fill();
    }

    /** Ends early when it is interrupted, which loses nothing. */
    private @Nullable Object[] take() {
        try {
            CompletableFuture<@Nullable Object[]> first =
                    ordered ? chunks.element() : chunks.take(); // which is done
            @Nullable Object[] outcomes = Exits.await(first);
            if (ordered) {
                chunks.remove();
            }
            return outcomes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }
}
