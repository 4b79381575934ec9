package dev.shm.chaos;

import dev.shm.process.PoolBuilder;
import dev.shm.process.PoolTask;
import dev.shm.process.ProcessPool;
import dev.shm.process.SharedProcess;
import dev.shm.process.WorkerDiedException;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildJvm;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A pool whose workers are killed: every task has its result, but for one for each death, and no
 * task is run twice.
 */
final class PoolChaos implements AutoCloseable {
    private static final int WORKERS = 2;
    private static final int TASKS_AT_A_TIME = 4;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Patience patience;
    private final SharedRegion region;
    private final Runs runs; // only the client looks at it, until it has ended
    private final ProcessPool pool;
    private final Thread client = new Thread(this::use, "pool-client");
    private final Set<Long> workers = ConcurrentHashMap.newKeySet(); // that have done something
    private volatile boolean stopping;
    private volatile Throwable failure;
    private boolean hasFailed;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong died = new AtomicLong();
    private volatile long longestNanos;
    private int deaths;

    PoolChaos(Path file, Patience patience) {
        this.patience = patience;
        region = SharedRegion.create(RegionOptions.at(file).bytes(1 << 16));
        runs = new Runs(region);
        PoolBuilder builder = ProcessPool.builder().workers(WORKERS).region(region);
        Spares.FLAGS.forEach(builder::jvmOption);
        pool = builder.start();
        client.setDaemon(true);
        client.start();
    }

    /** What a worker makes of a number, and which worker it was. */
    private record Answer(long square, long pid) implements Serializable {}

    private record Square(long number) implements PoolTask<Answer> {
        @Override
        public Answer call() {
            Runs.ran(SharedProcess.current().region(), number);
            LockSupport.parkNanos(PAUSE_NANOS / 8); // so that it is killed here, too
            return new Answer(number * number, ProcessHandle.current().pid());
        }
    }

    private void use() {
        try {
            for (long number = 0; !stopping; number += TASKS_AT_A_TIME) {
                long begun = System.nanoTime();
                List<CompletableFuture<Answer>> answers = new ArrayList<>();
                for (int i = 0; i < TASKS_AT_A_TIME; i++) {
                    runs.begins(number + i);
                    answers.add(pool.submit(new Square(number + i)));
                }
                for (int i = 0; i < TASKS_AT_A_TIME; i++) {
                    expect(number + i, answers.get(i));
                }
                longestNanos = Math.max(longestNanos, System.nanoTime() - begun);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            failure = e;
        }
    }

    private void expect(long number, CompletableFuture<Answer> answer) throws InterruptedException {
        try {
            Answer found = answer.get(patience.actNanos(), TimeUnit.NANOSECONDS);
            if (found.square != number * number) {
                throw new AssertionError("number=" + number + " found=" + found);
            }
            workers.add(found.pid);
            done.incrementAndGet();
            runs.ended(number, true);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof WorkerDiedException)) {
                throw new AssertionError("number=" + number, e);
            }
            died.incrementAndGet();
            runs.ended(number, false);
        } catch (TimeoutException e) {
            throw new AssertionError("number=" + number + ": has no end, " + pool, e);
        }
    }

    /** Kills a worker that has done something; false if there is none. */
    boolean killOne(Random random) {
        List<Long> candidates = workers.stream().sorted().toList();
        if (candidates.isEmpty()) {
            return false;
        }
        long pid = candidates.get(random.nextInt(candidates.size()));
        workers.remove(pid);
        if (!ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false)) {
            return false;
        }
        ChildJvm.awaitThat(
                "the worker is gone",
                () -> ChildJvm.stat(pid).startsWith("Z") || ChildJvm.stat(pid).equals("gone"));
        workers.remove(pid); // an answer of it may have come last
        deaths++;
        return true;
    }

    void check() {
        if (failure != null) {
            hasFailed = true;
            throw new AssertionError("pool: " + failure, failure);
        }
    }

    /** Whether {@link #check} or {@link #end} has found something wrong. */
    boolean hasFailed() {
        return hasFailed;
    }

    Path file() {
        return region.path();
    }

    /** What its workers do. */
    String threads() {
        StringBuilder text = new StringBuilder("\n").append(pool);
        workers.forEach(pid -> text.append("\nworker=").append(pid).append(ChildJvm.threads(pid)));
        return text.toString();
    }

    /** Ends it, and demands that nothing was lost. */
    void end() throws InterruptedException {
        try {
            endClient();
        } catch (AssertionError e) {
            hasFailed = true;
            throw e;
        }
    }

    private void endClient() throws InterruptedException {
        stopping = true;
        try (Watched watched = new Watched(patience)) {
            watched.run("the tasks of the pool", client::join);
            check();
            watched.run("the pool", pool::close);
        }
        if (died() > deaths) {
            throw new AssertionError("pool: tasks failed=" + died() + " deaths=" + deaths);
        }
        runs.check();
    }

    long done() {
        return done.get();
    }

    long died() {
        return died.get();
    }

    int deaths() {
        return deaths;
    }

    long longestNanos() {
        return longestNanos;
    }

    /** The region is kept if something was found wrong with the pool. */
    @Override
    public void close() {
        stopping = true;
        pool.terminate();
        region.close();
        if (!hasFailed()) {
            SharedRegion.delete(RegionOptions.at(file()));
        }
    }
}
