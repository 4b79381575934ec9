package dev.shm.process;

import dev.shm.region.SharedRegion;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ProcessPool} is made with.
 *
 * <pre>{@code
 * ProcessPool pool = ProcessPool.builder().workers(4).retries(1).jvmOption("-Xmx64m").start();
 * }</pre>
 *
 * <p><b>Threads and processes.</b> For one thread; makes any number of pools.
 */
public final class PoolBuilder {
    private static final int MAX_WORKERS = 1000;
    private static final long EXIT_SECONDS = 10;

    private final SharedProcess.Builder process = SharedProcess.Builder.withoutRegion();
    private int workers = Runtime.getRuntime().availableProcessors();
    private int retries;
    private long maxTasksPerChild = Long.MAX_VALUE;
    private long exitNanos = TimeUnit.SECONDS.toNanos(EXIT_SECONDS);
    private @Nullable PoolAction initializer;

    PoolBuilder() {}

    /**
     * Sets how many workers there are.
     *
     * @param count 1 to 1,000.
     * @return this builder.
     * @throws IllegalArgumentException for another number.
     */
    public PoolBuilder workers(int count) {
        if (count < 1 || count > MAX_WORKERS) {
            throw new IllegalArgumentException(
                    "workers=" + count + ": must be 1 to " + MAX_WORKERS);
        }
        workers = count;
        return this;
    }

    /**
     * Adds a region that is opened in all workers, where {@link CurrentProcess#regions} has it.
     *
     * @param shared must stay open as long as workers are started.
     * @return this builder.
     */
    public PoolBuilder region(SharedRegion shared) {
        process.region(shared);
        return this;
    }

    /**
     * Adds an option of the workers' JVMs, after those of this JVM. They start in two thirds of the
     * time with {@code -XX:SharedArchiveFile}, where there is an archive of their classes.
     *
     * @param option as it is written on a command line, in one word.
     * @return this builder.
     */
    public PoolBuilder jvmOption(String option) {
        process.jvmOption(option);
        return this;
    }

    /**
     * Sets whether the workers have the options of this JVM.
     *
     * @param inherited as {@link SharedProcess.Builder#inheritJvmOptions}.
     * @return this builder.
     */
    public PoolBuilder inheritJvmOptions(boolean inherited) {
        process.inheritJvmOptions(inherited);
        return this;
    }

    /**
     * Sets what each worker runs before its first task. If it throws, the pool is broken: all tasks
     * fail with {@link BrokenPoolException}. The pool waits for it, when it is closed too, as for
     * any task.
     *
     * @param first is sent to each worker.
     * @return this builder.
     * @throws IllegalArgumentException if it cannot be serialised.
     */
    public PoolBuilder initializer(PoolAction first) {
        Wire.writeTask(first);
        initializer = first;
        return this;
    }

    /**
     * Sets after how many tasks a worker is replaced by a new one; a chunk counts as one. The old
     * one ends by {@link System#exit}, whatever threads tasks have left behind there.
     *
     * @param tasks 1 or more.
     * @return this builder.
     * @throws IllegalArgumentException for another number.
     */
    public PoolBuilder maxTasksPerChild(long tasks) {
        if (tasks < 1) {
            throw new IllegalArgumentException("tasks=" + tasks + ": must be 1 or more");
        }
        maxTasksPerChild = tasks;
        return this;
    }

    /**
     * Sets how long the exit hooks of a worker may take: of one that is no longer needed, and of
     * one in which a task has called {@link System#exit}. Then it is killed. Else they have ten
     * seconds.
     *
     * @param timeout zero or less kills it at once.
     * @param unit of the timeout.
     * @return this builder.
     */
    public PoolBuilder exitTimeout(long timeout, TimeUnit unit) {
        exitNanos = unit.toNanos(timeout);
        return this;
    }

    /**
     * Says that tasks are idempotent: it does no harm to run one again whose worker died in the
     * middle of it.
     *
     * @param times how often at most a task is run again; 0 is never.
     * @return this builder.
     * @throws IllegalArgumentException for a negative number.
     */
    public PoolBuilder retries(int times) {
        if (times < 0) {
            throw new IllegalArgumentException("times=" + times + ": must be 0 or more");
        }
        retries = times;
        return this;
    }

    /**
     * Makes the pool, and starts its workers.
     *
     * @return a pool whose workers are starting.
     * @throws java.io.UncheckedIOException if there is no room for the region.
     */
    public ProcessPool start() {
        return new ProcessPool(
                new PoolStaff.Terms(
                        workers, retries, maxTasksPerChild, exitNanos, initializer, process));
    }
}
