package dev.shm.process;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a {@link ProcessPool}, the region that they share with it, and what becomes of
 * work whose worker does not do as it should.
 *
 * <p><b>Threads and processes.</b> Any thread of this process.
 */
final class PoolStaff implements PoolSeat.Rules {
    private static final int SHARES = 2; // chunks that must wait for each worker, to send one ahead
    private static final int START_FAILURES = 3;
    private static final int MAX_LOSSES = 3; // of workers that did not even begin a chunk
    private static final int STARTS_PER_PROCESSOR = 4;
    private static final int OBJECTS_PER_WORKER = 8; // a pipe, a value, a record; twice, and spare
    private static final int DIRECTIONS_PER_WORKER = 2 * 2; // of a pipe, and of the next worker's
    private static final int BYTES_PER_WORKER = 1 << 14; // besides
    private static final int SPARE_BYTES = 1 << 18;
    private static final int UNIQUE = 8; // hexadecimal digits

    /** For all pipes, but for many workers: a container may have no more than 64 MiB in all. */
    private static final int PIPES_BYTES = 1 << 24;

    private final Terms terms;
    private final String regionName;
    private final SharedRegion region;
    private final WorkQueue queue;
    private final List<PoolSeat> seats = new ArrayList<>();
    private final AtomicInteger seatsTaken;

    /** The more start at once, the later is the first of them ready. */
    private final Semaphore starting =
            new Semaphore(STARTS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors());

    private final AtomicInteger startFailures = new AtomicInteger(); // in a row
    private final CountDownLatch terminated = new CountDownLatch(1);

    /**
     * On which workers work.
     *
     * @param workers how many.
     * @param retries how often a task is run again whose worker died of it.
     * @param maxTasksPerChild after how many chunks a worker is replaced.
     * @param exitNanos how long a worker's exit hooks may take.
     * @param initializer what each does first.
     * @param process how they are started, but for the region; null if there is no other.
     */
    record Terms(
            int workers,
            int retries,
            long maxTasksPerChild,
            long exitNanos,
            @Nullable PoolAction initializer,
            SharedProcess.Builder process) {}

    /**
     * Begins to start the workers.
     *
     * @param name of the pool. The region has another one besides: it outlives a pool that was
     *     killed, and process ids come again, in a container soon.
     * @param threads makes one for each worker.
     */
    PoolStaff(String name, Terms terms, WorkQueue queue, ThreadFactory threads) {
        this.regionName = name + "-" + UUID.randomUUID().toString().substring(0, UNIQUE);
        this.terms = terms;
        this.queue = queue;
        int workers = terms.workers;
        seatsTaken = new AtomicInteger(workers);
        region =
                SharedRegion.create(
                        RegionOptions.named(regionName)
                                .bytes(workers * bytesPerWorker() + SPARE_BYTES)
                                .maxObjects(workers * OBJECTS_PER_WORKER + OBJECTS_PER_WORKER)
                                .maxParticipants(2 * workers + 2));
        SharedProcess.Builder process = terms.process.and(region).daemon(true);
        AtomicLong numbers = new AtomicLong();
        for (int i = 1; i <= workers; i++) {
            seats.add(new PoolSeat(name + "-worker-" + i, region, process, this, queue, numbers));
        }
        start(threads);
    }

    private void start(ThreadFactory threads) {
        int started = 0;
        try {
            for (PoolSeat seat : seats) {
                threads.newThread(seat).start();
                started++;
            }
        } finally {
            if (started < seats.size()) {
                end(new BrokenPoolException("a thread cannot be started", null));
                for (int left = started; left < seats.size(); left++) {
                    left();
                }
            }
        }
    }

    /** Comes to zero when all workers have ended, and none is started any more. */
    CountDownLatch terminated() {
        return terminated;
    }

    /** Ends everything, for this reason. */
    void end(RuntimeException because) {
        List<PoolWork> left = queue.end(because);
        seats.forEach(PoolSeat::kill);
        left.forEach(work -> work.listener().failed(because));
    }

    @Override
    public @Nullable PoolAction initializer() {
        return terms.initializer;
    }

    private long bytesPerWorker() {
        return DIRECTIONS_PER_WORKER * (long) pipeBytes() + BYTES_PER_WORKER;
    }

    @Override
    public int pipeBytes() {
        int share = PIPES_BYTES / (DIRECTIONS_PER_WORKER * terms.workers);
        return Math.max(PoolSeat.MIN_PIPE_BYTES, Integer.highestOneBit(share));
    }

    @Override
    public long maxTasks() {
        return terms.maxTasksPerChild;
    }

    @Override
    public long exitNanos() {
        return terms.exitNanos;
    }

    @Override
    public Semaphore starting() {
        return starting;
    }

    @Override
    public int many() {
        return SHARES * terms.workers;
    }

    @Override
    public void started() {
        startFailures.set(0);
    }

    @Override
    public void startFailed(SharedProcess worker) {
        if (startFailures.incrementAndGet() >= START_FAILURES) {
            String what = " workers in a row ended before they were ready, the last: ";
            end(new BrokenPoolException(START_FAILURES + what + worker, null));
        }
    }

    @Override
    public void initializerFailed(RemoteFailure why) {
        end(new BrokenPoolException("the initializer has failed", why.rebuild()));
    }

    @Override
    public void died(PoolWork work, SharedProcess worker) {
        if (work.died() <= terms.retries) {
            queue.putBack(work);
        } else {
            giveUp(work, worker);
        }
    }

    @Override
    public void lost(PoolWork work, SharedProcess worker) {
        if (work.lost() < MAX_LOSSES) {
            queue.putBack(work);
        } else {
            giveUp(work, worker);
        }
    }

    private void giveUp(PoolWork work, SharedProcess worker) {
        int code = worker.exitCode().orElseThrow();
        queue.giveUp(work, new WorkerDiedException(worker.pid(), code, work.toString()));
    }

    @Override
    public void left() {
        if (seatsTaken.decrementAndGet() == 0) {
            try {
                region.close();
            } finally {
                deleteRegion();
            }
        }
    }

    private void deleteRegion() {
        try {
            SharedRegion.delete(regionName);
        } finally {
            terminated.countDown(); // whatever is left behind: somebody waits
        }
    }

    @Override
    public void failed(Throwable why) {
        end(new BrokenPoolException("a worker cannot be started", why));
    }
}
