package dev.shm.region;

import dev.shm.wait.Deadline;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The claims of all handles of a region, so that leaving it can wait for them. They are held
 * weakly, as the handles are.
 */
final class OpenClaims {
    private static final int FIRST_PURGE = 64;

    private final long patienceNanos;

    // All guarded by this.
    private final List<WeakReference<Claims>> guarded = new ArrayList<>();
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

    synchronized void add(Claims claims) {
        if (guarded.size() >= purgeAt) {
            guarded.removeIf(reference -> reference.get() == null);
            purgeAt = Math.max(FIRST_PURGE, 2 * guarded.size());
        }
        guarded.add(new WeakReference<>(claims));
    }

    /** Runs what ends all access while no claim is in progress, or once patience has run out. */
    synchronized void runBetween(Runnable end) {
        List<Claims> held = new ArrayList<>();
        for (WeakReference<Claims> reference : guarded) {
            Claims claims = reference.get();
            if (claims != null && holds(claims)) {
                held.add(claims);
            }
        }
        try {
            end.run();
        } finally {
            held.forEach(Claims::resume);
        }
    }

    /** Holds claims up; an interrupted thread does so all the same, and stays interrupted. */
    private boolean holds(Claims claims) {
        Deadline patience = Deadline.after(patienceNanos, TimeUnit.NANOSECONDS);
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return claims.hold(patience.remainingNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
