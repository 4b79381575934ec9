package dev.shm.process;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done in a {@link ProcessPool}, first come, first served.
 *
 * <p><b>Threads and processes.</b> Any thread of this process.
 */
final class WorkQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // All guarded by the lock.
    private final Deque<PoolWork> waiting = new ArrayDeque<>();
    private boolean shutDown; // nothing more comes in
    private @Nullable RuntimeException ended; // nothing more goes out, for this reason

    /**
     * Adds work at the end, all or nothing.
     *
     * @throws RejectedExecutionException if it was shut down or has ended.
     */
    void addAll(List<PoolWork> work) {
        lock.lock();
        try {
            if (shutDown || ended != null) {
                throw new RejectedExecutionException("the pool is not running", ended);
            }
            waiting.addAll(work);
            if (work.size() == 1) {
                changed.signal();
            } else {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Puts work back that was taken, before all other; fails it if the queue has ended. */
    void putBack(PoolWork work) {
        RuntimeException because;
        lock.lock();
        try {
            because = ended;
            if (because == null) {
                waiting.addFirst(work);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        if (because != null) {
            work.listener().failed(because);
        }
    }

    /** Fails work that was taken: for this reason, or the one for which the queue has ended. */
    void giveUp(PoolWork work, RuntimeException why) {
        RuntimeException because = ended();
        work.listener().failed(because == null ? why : because);
    }

    /**
     * Waits for work.
     *
     * @param canWork whether the worker that it is for is there; {@link #look} when that changes.
     * @return null if it is not, or if there is no work and none will come.
     */
    @Nullable PoolWork take(BooleanSupplier canWork) {
        lock.lock();
        try {
            dropDone();
            while (waiting.isEmpty() && !isOver() && canWork.getAsBoolean()) {
                changed.awaitUninterruptibly();
                dropDone();
            }
            if (canWork.getAsBoolean()) {
                return waiting.poll();
            }
            changed.signal(); // the signal that we were given is for somebody else
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes work for a worker that has some already, so that it need not wait for the next.
     *
     * @param many if there is less, it is left to those that have none.
     * @param fits whether it will do; else it is left, too.
     * @return null if there is none for it.
     */
    @Nullable PoolWork takeIf(int many, Predicate<PoolWork> fits) {
        lock.lock();
        try {
            dropDone();
            PoolWork next = waiting.size() < many ? null : waiting.peek();
            return next != null && fits.test(next) ? waiting.poll() : null;
        } finally {
            lock.unlock();
        }
    }

    /** Drops what would be next, but nobody waits for it any more: it was cancelled. */
    private void dropDone() {
        while (!waiting.isEmpty() && waiting.element().listener().isDone()) {
            waiting.remove();
        }
    }

    /** Makes everybody look again whether it can work. */
    void look() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing more in. */
    void shutDown() {
        lock.lock();
        try {
            shutDown = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets nothing more in or out; what was waiting is the caller's now. The first reason stays.
     */
    List<PoolWork> end(RuntimeException because) {
        lock.lock();
        try {
            shutDown = true;
            if (ended == null) {
                ended = because;
            }
            return drain();
        } finally {
            lock.unlock();
        }
    }

    /** Takes out all that waits. */
    List<PoolWork> drain() {
        lock.lock();
        try {
            List<PoolWork> left = new ArrayList<>(waiting);
            waiting.clear();
            changed.signalAll();
            return left;
        } finally {
            lock.unlock();
        }
    }

    boolean isShutDown() {
        lock.lock();
        try {
            return shutDown;
        } finally {
            lock.unlock();
        }
    }

    /** Why nothing goes out any more; null while it does. */
    @Nullable RuntimeException ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is nothing, and nothing will come; what a worker has may still be put back. */
    boolean isOver() {
        lock.lock();
        try {
            return ended != null || shutDown && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }
}
