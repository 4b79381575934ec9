package dev.shm.examples;

import dev.shm.examples.PoolCount.Found;
import dev.shm.examples.PoolCount.Task;
import dev.shm.process.ProcessPool;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * The workers of one job as a {@link ProcessPool} has them: some of them are killed on purpose, and
 * the pool does again what they were doing.
 */
final class PoolCrew implements AutoCloseable {
    private static final long TICK_MILLIS = 100;

    private final List<String> files;
    private final PoolWorkers workers;
    private final ProcessPool pool;
    private final AtExit end;

    /**
     * Starts the workers.
     *
     * @param seats how many work at a time.
     * @param kills how many are killed, while they hold a file.
     */
    PoolCrew(SharedRegion region, List<String> files, int seats, int kills) {
        this.files = files;
        this.workers = PoolWorkers.create(region, seats, kills);
        this.pool =
                ProcessPool.builder()
                        .workers(seats)
                        .region(region)
                        .initializer(PoolCount::begin)
                        .retries(kills + PoolWorkers.MAX_SURPRISES)
                        .start();
        this.end = new AtExit(this::stop);
    }

    /**
     * Has all the work done, and waits until all workers have ended.
     *
     * @param tick is told now and then how many bytes have been read.
     * @throws IOException when the pool fails.
     * @throws CancellationException when it was closed.
     */
    FileResults work(LongConsumer tick) throws IOException, InterruptedException {
        List<Task> tasks =
                IntStream.range(0, files.size()).mapToObj(i -> new Task(i, files.get(i))).toList();
        CompletableFuture<List<Found>> job = pool.mapAsync(PoolCount::count, tasks);
        while (!isDone(job)) {
            workers.killHolders();
            tick.accept(workers.progress().sum());
        }
        tick.accept(workers.progress().sum());
        pool.close();
        return new Results(files, job.join());
    }

    private static boolean isDone(CompletableFuture<?> job)
            throws IOException, InterruptedException {
        try {
            job.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNull(e.getCause());
            if (cause instanceof CancellationException cancelled) {
                throw cancelled;
            }
            throw new IOException(cause.toString(), e);
        }
    }

    /** Those that there were, once the work is done. */
    List<Crew.Member> ended() {
        return workers.all();
    }

    /** Kills whoever still runs, and returns when none does. Exiting the JVM does the same. */
    @Override
    public void close() {
        end.close();
    }

    private void stop() {
        pool.terminate();
        pool.close();
    }

    /** What tasks have returned, by file. */
    private record Results(List<String> names, List<Found> found) implements FileResults {
        @Override
        public int files() {
            return names.size();
        }

        @Override
        public String name(int file) {
            return names.get(file);
        }

        @Override
        public boolean isDone(int file) {
            return !isUnreadable(file);
        }

        @Override
        public boolean isUnreadable(int file) {
            return found.get(file).isUnreadable();
        }

        @Override
        public LineCounter.Count count(int file) {
            return new LineCounter.Count(found.get(file).lines(), found.get(file).bytes());
        }

        @Override
        public int worker(int file) {
            return found.get(file).worker();
        }
    }
}
