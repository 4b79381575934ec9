package dev.shm.region;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/**
 * The locks that handles hold while they have a claim in shared memory, so that leaving a region
 * can wait for them. They are held weakly, as the handles are.
 */
final class OpenClaims {
    private static final int FIRST_PURGE = 64;

    private final long patienceNanos;

    // All guarded by this.
    private final List<WeakReference<Lock>> locks = new ArrayList<>();
    private int purgeAt = FIRST_PURGE;

    /**
     * Makes an empty one.
     *
     * @param patienceNanos how long to wait for each claim; one lasts microseconds, unless its
     *     holder is inside code of the user's.
     */
    OpenClaims(long patienceNanos) {
        this.patienceNanos = patienceNanos;
    }

    synchronized void add(Lock lock) {
        if (locks.size() >= purgeAt) {
            locks.removeIf(reference -> reference.get() == null);
            purgeAt = Math.max(FIRST_PURGE, 2 * locks.size());
        }
        locks.add(new WeakReference<>(lock));
    }

    /** Runs what ends all access while no claim is in progress, or once patience has run out. */
    synchronized void runBetween(Runnable end) {
        List<Lock> held = new ArrayList<>();
        boolean interrupted = false;
        for (WeakReference<Lock> reference : locks) {
            Lock lock = reference.get();
            try {
                if (lock != null && lock.tryLock(patienceNanos, TimeUnit.NANOSECONDS)) {
                    held.add(lock);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        try {
            end.run();
        } finally {
            held.forEach(Lock::unlock);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
