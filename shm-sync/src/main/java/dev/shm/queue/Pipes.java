package dev.shm.queue;

import dev.shm.wait.Deadline;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits on several pipes and processes at once.
 *
 * <pre>{@code
 * Pipes.Ready ready = Pipes.await(List.of(left, right), List.of(child), 5, TimeUnit.SECONDS);
 * for (PipeEnd end : ready.ends()) {
 *     handle(end.recv());                           // does not wait
 * }
 * }</pre>
 *
 * <p><b>Threads and processes.</b> As for receiving: one thread at a time for each end. The ends
 * may be of different pipes and regions. Nobody wakes who waits for several: the thread looks at
 * all of them, without a pause for some microseconds and then every millisecond, later every four.
 * Whoever needs to be woken within microseconds waits at one end, with {@link PipeEnd#poll(long,
 * TimeUnit)}.
 *
 * <p><b>Memory effects.</b> Those of receiving.
 *
 * <p><b>If a process dies.</b> An end whose other end is over is ready: receiving from it throws
 * {@link java.io.EOFException}.
 */
public final class Pipes {
    private static final int SPINS = 200;
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private Pipes() {}

    /**
     * What is ready.
     *
     * @param ends that have a message, or whose other end is over, in the order in which they were
     *     given.
     * @param processes that have ended, in the order in which they were given.
     */
    public record Ready(List<PipeEnd> ends, List<ProcessHandle> processes) {

        /**
         * Whether nothing is.
         *
         * @return true when the time ran out.
         */
        public boolean isEmpty() {
            return ends.isEmpty() && processes.isEmpty();
        }
    }

    /**
     * Waits until receiving from one of the ends would not wait, or one of the processes has ended.
     *
     * @param ends to wait for, each of which can receive.
     * @param processes to wait for.
     * @param timeout the longest time to wait; zero or less does not wait.
     * @param unit of the timeout.
     * @return all that are ready; nothing if the time ran out.
     * @throws InterruptedException if the thread was interrupted while it waited.
     * @throws IllegalStateException if an end, its pipe or the region was closed, or it only sends.
     */
    public static Ready await(
            Collection<PipeEnd> ends,
            Collection<ProcessHandle> processes,
            long timeout,
            TimeUnit unit)
            throws InterruptedException {
        Deadline deadline = Deadline.after(timeout, unit);
        Thread waiting = Thread.currentThread();
        List<CompletableFuture<?>> exits =
                processes.stream()
                        .<CompletableFuture<?>>map(
                                process ->
                                        process.onExit().thenRun(() -> LockSupport.unpark(waiting)))
                        .toList();
        try {
            return await(ends, processes, deadline);
        } finally {
            exits.forEach(exit -> exit.cancel(false));
        }
    }

    private static Ready await(
            Collection<PipeEnd> ends, Collection<ProcessHandle> processes, Deadline deadline)
            throws InterruptedException {
        int spins = SPINS;
        long nanos = FIRST_NANOS;
        while (true) {
            Ready ready = look(ends, processes);
            if (!ready.isEmpty() || deadline.isExpired()) {
                return ready;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (spins-- > 0) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(ends, Math.min(nanos, deadline.remainingNanos()));
                nanos = Math.min(2 * nanos, LONGEST_NANOS);
            }
        }
    }

    private static Ready look(Collection<PipeEnd> ends, Collection<ProcessHandle> processes) {
        return new Ready(
                ends.stream().filter(PipeEnd::poll).toList(),
                processes.stream().filter(process -> !process.isAlive()).toList());
    }
}
