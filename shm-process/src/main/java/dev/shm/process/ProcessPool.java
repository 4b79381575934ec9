package dev.shm.process;

import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Worker JVMs that run tasks, one at a time each.
 *
 * <pre>{@code
 * try (ProcessPool pool = ProcessPool.of(4)) {
 *     List<Integer> squares = pool.map(x -> x * x, List.of(1, 2, 3));
 *     CompletableFuture<String> name = pool.submit(() -> SharedProcess.current().name());
 * }
 * }</pre>
 *
 * <p>Tasks, what they capture and are given, and their results travel by Java serialization through
 * rings in shared memory; there are no sockets, and no files but the region. A task that cannot be
 * serialised is refused by the method that it is given to. A result that cannot is a {@link
 * TransferException}. What a task throws is thrown here: the same type and message, with the stack
 * trace of there as its last cause, a {@link RemoteTraceException}.
 *
 * <p>Many small items are sent in chunks. Whoever gives no chunk size gets four chunks for each
 * worker.
 *
 * <p><b>Threads and processes.</b> Any number of threads of the process that made the pool. The
 * futures are completed by threads of the pool, one for each worker: what depends on them without
 * {@code Async} holds a worker up, and must not wait for the pool's end. Cancelling a future does
 * not stop its task; one that was not sent to a worker yet is not run, nor are such items of a map.
 * So it is where a thread is interrupted that waits for results. A worker ends by {@link
 * System#exit} when it is no longer needed: its exit hooks run, {@linkplain PoolBuilder#exitTimeout
 * for ten seconds} at most, and threads that tasks have left behind do not keep it.
 *
 * <p><b>Memory effects.</b> What came before handing in a task is visible to it, and what the task
 * did is visible to whoever has its result.
 *
 * <p><b>If a process dies.</b> If it is a worker, another one takes its place. A task that it had
 * begun fails with {@link WorkerDiedException}, unless the pool was told that tasks are {@linkplain
 * PoolBuilder#retries idempotent}: then it is run again. All other tasks are run as if nothing had
 * happened, but for one that three workers died of while they received it, as where it is longer
 * than their memory: it fails, too. If it is this process, the workers end, and the pool's region
 * can be {@linkplain SharedRegion#reclaim reclaimed}.
 */
public final class ProcessPool implements ExecutorService, AutoCloseable {
    private static final int CHUNKS_PER_WORKER = 4;
    private static final AtomicInteger POOLS = new AtomicInteger();

    private final String name;
    private final int workers;
    private final WorkQueue queue = new WorkQueue();
    private final PoolStaff staff;

    ProcessPool(PoolStaff.Terms terms) {
        name = "pool-" + ProcessHandle.current().pid() + "-" + POOLS.incrementAndGet();
        workers = terms.workers();
        staff = new PoolStaff(name, terms, queue, this::thread);
    }

    private Thread thread(Runnable seat) {
        Thread thread = new Thread(seat, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Makes a pool, and starts its workers.
     *
     * @param workers how many, 1 to 1,000.
     * @return a pool whose workers are starting.
     * @throws IllegalArgumentException for another number.
     * @throws java.io.UncheckedIOException if there is no room for the region.
     */
    public static ProcessPool of(int workers) {
        return builder().workers(workers).start();
    }

    /**
     * Begins to describe a pool.
     *
     * @return a builder of a pool with as many workers as there are processors.
     */
    public static PoolBuilder builder() {
        return new PoolBuilder();
    }

    @SuppressWarnings("unchecked") // the task returns what its type says
    private <T> CompletableFuture<T> send(Object task, PoolJob job) {
        return send(task, job, outcome -> (T) outcome);
    }

    private <T> CompletableFuture<T> send(
            Object task, PoolJob job, Function<@Nullable Object, T> result) {
        CompletableFuture<T> future = new CompletableFuture<>();
        PoolSingle<T> listener = new PoolSingle<>(future, result);
        queue.addAll(List.of(PoolWork.ofTask(task.toString(), Wire.writeTask(job), listener)));
        return future;
    }

    /**
     * Has a task run.
     *
     * @param task a lambda, as a rule.
     * @param <T> the type of its result.
     * @return a future of its result.
     * @throws IllegalArgumentException if it cannot be serialised.
     * @throws java.util.concurrent.RejectedExecutionException if the pool was shut down.
     */
    public <T> CompletableFuture<T> submit(PoolTask<T> task) {
        return send(task, PoolJob.of(task));
    }

    /**
     * Has an action run.
     *
     * @param action a lambda, as a rule.
     * @return a future that is completed with null after it.
     * @throws IllegalArgumentException if it cannot be serialised.
     * @throws java.util.concurrent.RejectedExecutionException if the pool was shut down.
     */
    public CompletableFuture<@Nullable Void> submit(PoolAction action) {
        return send(action, PoolJob.of(action));
    }

    /**
     * {@inheritDoc}
     *
     * @param task must be serialisable.
     * @throws IllegalArgumentException if it is not.
     */
    @Override
    public <T> CompletableFuture<T> submit(Callable<T> task) {
        return send(task, PoolJob.of(task));
    }

    /**
     * {@inheritDoc}
     *
     * @param action must be serialisable.
     * @throws IllegalArgumentException if it is not.
     */
    @Override
    public CompletableFuture<?> submit(Runnable action) {
        return send(action, PoolJob.of(action));
    }

    /**
     * {@inheritDoc}
     *
     * @param action must be serialisable; the result need not be.
     * @throws IllegalArgumentException if it is not.
     */
    @Override
    public <T> CompletableFuture<T> submit(Runnable action, T result) {
        return send(action, PoolJob.of(action), nothing -> result);
    }

    /**
     * {@inheritDoc}
     *
     * @param action must be serialisable; what it throws nobody hears.
     * @throws IllegalArgumentException if it is not.
     */
    @Override
    public void execute(Runnable action) {
        var unused = submit(action);
    }

    /**
     * Has a task run, and waits for it.
     *
     * @param task a lambda, as a rule.
     * @param <T> the type of its result.
     * @return its result.
     * @throws ExecutionException if it throws, with that as cause.
     * @throws InterruptedException if the thread is interrupted.
     */
    public <T> T apply(PoolTask<T> task) throws ExecutionException, InterruptedException {
        return Futures.get(submit(task));
    }

    /**
     * Has a task run, and tells one of two callbacks.
     *
     * @param task a lambda, as a rule.
     * @param callback is given the result, in a thread of the pool.
     * @param errorCallback is given what the task throws, in a thread of the pool. What a callback
     *     throws is logged.
     * @param <T> the type of its result.
     * @return a future of its result, completed before the callback runs.
     */
    public <T> CompletableFuture<T> applyAsync(
            PoolTask<T> task, Consumer<? super T> callback, Consumer<Throwable> errorCallback) {
        CompletableFuture<T> future = submit(task);
        Futures.tell(future, callback, errorCallback);
        return future;
    }

    /**
     * Applies a function to each item, and waits for all.
     *
     * @param function a lambda, as a rule.
     * @param items are read before this returns.
     * @param <T> the type of the items.
     * @param <R> the type of the results.
     * @return the results, in the order of the items, in a list whose size is fixed.
     * @throws ExecutionException if it throws for any item, with what it threw for the first of
     *     them as cause; all others have been done then too.
     * @throws InterruptedException if the thread is interrupted.
     */
    public <T, R> List<R> map(PoolFunction<? super T, ? extends R> function, Collection<T> items)
            throws ExecutionException, InterruptedException {
        return map(function, items, chunk(items.size()));
    }

    /**
     * Applies a function to each item, and waits for all.
     *
     * @param function a lambda, as a rule.
     * @param items are read before this returns.
     * @param chunk how many items are sent to a worker at a time, 1 or more.
     * @param <T> the type of the items.
     * @param <R> the type of the results.
     * @return the results, in the order of the items.
     * @throws ExecutionException as {@link #map(PoolFunction, Collection)}.
     * @throws InterruptedException if the thread is interrupted.
     */
    public <T, R> List<R> map(
            PoolFunction<? super T, ? extends R> function, Iterable<T> items, int chunk)
            throws ExecutionException, InterruptedException {
        return Futures.get(PoolMap.<T, R>ofAll(this, function, items, chunk, more -> {}));
    }

    /**
     * Applies a function to each item, waits for all, and shows a progress bar on the standard
     * error meanwhile. Nothing is shown where that is no terminal, or where {@code
     * me.tongfei:progressbar} is not on the class path.
     *
     * @param title stands before the bar.
     * @param function a lambda, as a rule.
     * @param items are read before this returns.
     * @param <T> the type of the items.
     * @param <R> the type of the results.
     * @return the results, in the order of the items.
     * @throws ExecutionException as {@link #map(PoolFunction, Collection)}.
     * @throws InterruptedException if the thread is interrupted.
     */
    public <T, R> List<R> mapWithProgress(
            String title, PoolFunction<? super T, ? extends R> function, Collection<T> items)
            throws ExecutionException, InterruptedException {
        try (PoolProgress progress = PoolProgress.onTerminal(title, items.size())) {
            int chunk = chunk(items.size());
            return Futures.get(PoolMap.<T, R>ofAll(this, function, items, chunk, progress::add));
        }
    }

    /**
     * Applies a function to each item.
     *
     * @param function a lambda, as a rule.
     * @param items are read before this returns.
     * @param <T> the type of the items.
     * @param <R> the type of the results.
     * @return a future of the results, as {@link #map(PoolFunction, Collection)} returns them.
     */
    public <T, R> CompletableFuture<List<R>> mapAsync(
            PoolFunction<? super T, ? extends R> function, Collection<T> items) {
        return PoolMap.ofAll(this, function, items, chunk(items.size()), more -> {});
    }

    /**
     * Applies a function to each item.
     *
     * @param function a lambda, as a rule.
     * @param items are read before this returns.
     * @param chunk how many items are sent to a worker at a time, 1 or more.
     * @param <T> the type of the items.
     * @param <R> the type of the results.
     * @return a future of the results, as {@link #map(PoolFunction, Iterable, int)} returns them.
     */
    public <T, R> CompletableFuture<List<R>> mapAsync(
            PoolFunction<? super T, ? extends R> function, Iterable<T> items, int chunk) {
        return PoolMap.ofAll(this, function, items, chunk, more -> {});
    }

    /**
     * Applies a function to each item, and tells one of two callbacks.
     *
     * @param function a lambda, as a rule.
     * @param items are read before this returns.
     * @param callback is given all results, in a thread of the pool.
     * @param errorCallback is given what the function threw, in a thread of the pool. What a
     *     callback throws is logged.
     * @param <T> the type of the items.
     * @param <R> the type of the results.
     * @return a future of the results, completed before the callback runs.
     */
    public <T, R> CompletableFuture<List<R>> mapAsync(
            PoolFunction<? super T, ? extends R> function,
            Collection<T> items,
            Consumer<? super List<R>> callback,
            Consumer<Throwable> errorCallback) {
        CompletableFuture<List<R>> future = mapAsync(function, items);
        Futures.tell(future, callback, errorCallback);
        return future;
    }

    /**
     * Applies a function of two arguments to each pair, and waits for all.
     *
     * @param function a lambda, as a rule.
     * @param pairs such as {@link Map#entry} makes; their parts must be serialisable.
     * @param <A> the type of the first argument.
     * @param <B> the type of the second argument.
     * @param <R> the type of the results.
     * @return the results, in the order of the pairs.
     * @throws ExecutionException as {@link #map(PoolFunction, Collection)}.
     * @throws InterruptedException if the thread is interrupted.
     */
    public <A, B, R> List<R> starmap(
            PoolBiFunction<? super A, ? super B, ? extends R> function,
            Collection<Map.Entry<A, B>> pairs)
            throws ExecutionException, InterruptedException {
        return Futures.get(this.<A, B, R>starmapAsync(function, pairs));
    }

    /**
     * Applies a function of two arguments to each pair, and waits for all.
     *
     * @param function a lambda, as a rule.
     * @param pairs as for {@link #starmap(PoolBiFunction, Collection)}.
     * @param chunk how many pairs are sent to a worker at a time, 1 or more.
     * @param <A> the type of the first argument.
     * @param <B> the type of the second argument.
     * @param <R> the type of the results.
     * @return the results, in the order of the pairs.
     * @throws ExecutionException as {@link #map(PoolFunction, Collection)}.
     * @throws InterruptedException if the thread is interrupted.
     */
    public <A, B, R> List<R> starmap(
            PoolBiFunction<? super A, ? super B, ? extends R> function,
            Iterable<Map.Entry<A, B>> pairs,
            int chunk)
            throws ExecutionException, InterruptedException {
        return Futures.get(this.<A, B, R>starmapAsync(function, pairs, chunk));
    }

    /**
     * Applies a function of two arguments to each pair.
     *
     * @param function a lambda, as a rule.
     * @param pairs as for {@link #starmap(PoolBiFunction, Collection)}; are read before this
     *     returns.
     * @param <A> the type of the first argument.
     * @param <B> the type of the second argument.
     * @param <R> the type of the results.
     * @return a future of the results, as {@link #starmap(PoolBiFunction, Collection)} returns
     *     them.
     */
    public <A, B, R> CompletableFuture<List<R>> starmapAsync(
            PoolBiFunction<? super A, ? super B, ? extends R> function,
            Collection<Map.Entry<A, B>> pairs) {
        return starmapAsync(function, pairs, chunk(pairs.size()));
    }

    /**
     * Applies a function of two arguments to each pair.
     *
     * @param function a lambda, as a rule.
     * @param pairs as for {@link #starmap(PoolBiFunction, Collection)}; are read before this
     *     returns.
     * @param chunk how many pairs are sent to a worker at a time, 1 or more.
     * @param <A> the type of the first argument.
     * @param <B> the type of the second argument.
     * @param <R> the type of the results.
     * @return a future of the results, as {@link #starmap(PoolBiFunction, Collection)} returns
     *     them.
     */
    public <A, B, R> CompletableFuture<List<R>> starmapAsync(
            PoolBiFunction<? super A, ? super B, ? extends R> function,
            Iterable<Map.Entry<A, B>> pairs,
            int chunk) {
        return mapAsync(PoolPairs.<A, B, R>both(function), PoolPairs.arguments(pairs), chunk);
    }

    /**
     * Applies a function to items as they are asked for: what is taken from the iterator in advance
     * is what keeps the workers busy.
     *
     * @param function a lambda, as a rule.
     * @param items are read by whoever takes results.
     * @param chunk how many items are sent to a worker at a time, 1 or more.
     * @param <T> the type of the items.
     * @param <R> the type of the results.
     * @return the results, in the order of the items, for one thread. Where the function throws for
     *     an item, {@code next} throws {@link java.util.concurrent.CompletionException} with that
     *     as cause, and goes on with the next item when it is called again. So it is, with {@link
     *     InterruptedException} as cause, where its thread is interrupted while it waits; the
     *     thread is still interrupted then, and no result is lost. What the iterator throws comes
     *     after the results before it.
     */
    public <T, R> Iterator<R> imap(
            PoolFunction<? super T, ? extends R> function, Iterable<T> items, int chunk) {
        return new PoolIterator<T, R>(this, function, items, chunk, true);
    }

    /**
     * Applies a function to items as {@link #imap} does; results come as they are ready.
     *
     * @param function a lambda, as a rule.
     * @param items are read by whoever takes results.
     * @param chunk how many items are sent to a worker at a time, 1 or more.
     * @param <T> the type of the items.
     * @param <R> the type of the results.
     * @return the results in any order, else as {@link #imap}.
     */
    public <T, R> Iterator<R> imapUnordered(
            PoolFunction<? super T, ? extends R> function, Iterable<T> items, int chunk) {
        return new PoolIterator<T, R>(this, function, items, chunk, false);
    }

    /**
     * Returns a stream whose elements the workers compute, as it goes along: side by side, also
     * where the stream is sequential, as it is at first. What follows in the stream runs in this
     * process; {@link Stream#parallel} has it run in several threads, and reads further ahead in
     * the source: by more and more items, from 1,024 on.
     *
     * @param function a lambda, as a rule.
     * @param items the source.
     * @param chunk how many items are sent to a worker at a time, 1 or more.
     * @param <T> the type of the items.
     * @param <R> the type of the elements.
     * @return an ordered stream; it fails as {@link #imap} does.
     */
    public <T, R> Stream<R> stream(
            PoolFunction<? super T, ? extends R> function, Iterable<T> items, int chunk) {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        imap(function, items, chunk), Spliterator.ORDERED),
                false);
    }

    private int chunk(int items) {
        int chunks = CHUNKS_PER_WORKER * workers;
        return Math.max(1, (items + chunks - 1) / chunks);
    }

    void addAll(List<PoolWork> work) {
        queue.addAll(work);
    }

    int workers() {
        return workers;
    }

    private <T> List<CompletableFuture<T>> submitAll(Collection<? extends Callable<T>> tasks) {
        List<CompletableFuture<T>> futures = new ArrayList<>();
        try {
            tasks.forEach(task -> futures.add(submit(task)));
        } catch (RuntimeException refused) {
            Futures.cancel(futures);
            throw refused;
        }
        return futures;
    }

    private <T> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, Deadline deadline)
            throws InterruptedException {
        List<CompletableFuture<T>> futures = submitAll(tasks);
        Futures.awaitAll(futures, deadline);
        return new ArrayList<>(futures);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
            throws InterruptedException {
        return invokeAll(tasks, Deadline.never());
    }

    @Override
    public <T> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return invokeAll(tasks, Deadline.after(timeout, unit));
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        try {
            return Futures.awaitAny(submitAll(tasks), Deadline.never());
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return Futures.awaitAny(submitAll(tasks), Deadline.after(timeout, unit));
    }

    /** Takes no more tasks. Those that were handed in are run, and then the workers end. */
    @Override
    public void shutdown() {
        queue.shutDown();
    }

    /**
     * Takes no more tasks, and sends none that wait to a worker: their futures are cancelled. Those
     * that were begun are gone on with, and so are small ones that were sent ahead to a worker
     * behind the one that it runs: they may still be run.
     *
     * @return an empty list: tasks have futures, which tell more.
     */
    @Override
    public List<Runnable> shutdownNow() {
        queue.shutDown();
        CancellationException because = new CancellationException("the pool was shut down");
        queue.drain().forEach(work -> work.listener().failed(because));
        return List.of();
    }

    /**
     * Kills the workers. The futures of all tasks that are not done fail with {@link
     * CancellationException}.
     */
    public void terminate() {
        staff.end(new CancellationException("the pool was terminated"));
    }

    /**
     * Waits until all workers have ended, after {@link #shutdown}, {@link #shutdownNow} or {@link
     * #terminate}.
     *
     * @throws IllegalStateException if the pool is running.
     * @throws InterruptedException if the thread is interrupted.
     */
    public void join() throws InterruptedException {
        if (!isShutdown()) {
            throw new IllegalStateException("pool=" + name + ": is running, shut it down first");
        }
        staff.terminated().await();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return staff.terminated().await(timeout, unit);
    }

    @Override
    public boolean isShutdown() {
        return queue.isShutDown();
    }

    @Override
    public boolean isTerminated() {
        return staff.terminated().getCount() == 0;
    }

    /**
     * Shuts the pool down, and waits until all tasks are done and all workers have ended: for ever,
     * if a task never ends and nobody terminates the pool. If the thread is interrupted, it does.
     */
    @Override
    public void close() {
        shutdown();
        boolean interrupted = false;
        while (!isTerminated()) {
            try {
                staff.terminated().await();
            } catch (InterruptedException e) {
                interrupted = true;
                terminate();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        String state = isTerminated() ? "terminated" : isShutdown() ? "shut down" : "running";
        return "ProcessPool[name="
                + name
                + ", "
                + state
                + ", workers="
                + workers
                + ", waiting="
                + queue.size()
                + "]";
    }
}
