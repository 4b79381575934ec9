package dev.shm.ring;

import dev.shm.region.Block;
import dev.shm.region.Claims;
import dev.shm.wait.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Keeps the calls of a role and its closing apart: once it is closed no call begins, and who closes
 * waits for the one in progress. A successor may have the role from then on, so no store of ours
 * may come later.
 *
 * <p><b>Threads and processes.</b> One thread at a time calls, and pays two plain stores. Any
 * thread closes, once.
 */
final class RoleGuard implements Claims {
    /*
     * Overview.
     *
     *   enter   caller = me (E); closed? then caller = 0 and out (X)
     *   leave   caller = 0 (L)
     *   close   closed = true (C); a millisecond later: wait until caller is 0 (W)
     *
     * The caller does without a fence between (E) and (X): a processor keeps a store back for some
     * nanoseconds, and before the millisecond is over it is visible. So a call that did not see (C) is seen
     * by (W), and waited for.
     */
    private static final long GRACE_MILLIS = 1;
    private static final long NOBODY = 0;
    private static final long SOMEBODY = -1;

    private final String role;
    private final BooleanSupplier isGone;
    private final long graceMillis;
    private final AtomicLong caller = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * Guards a role.
     *
     * @param role how messages call it.
     * @param isGone whether what it is a role of went, and the role with it.
     * @param graceMillis how long a store may take to be seen.
     */
    RoleGuard(String role, BooleanSupplier isGone, long graceMillis) {
        this.role = role;
        this.isGone = isGone;
        this.graceMillis = graceMillis;
    }

    /** Guards a role in a block, which messages call so; closing the region waits for its calls. */
    static RoleGuard of(Block block, String role) {
        RoleGuard guard = new RoleGuard(role, block::isClosed, GRACE_MILLIS);
        block.guard(guard);
        return guard;
    }

    /** Begins a call that calls nobody back. */
    void enter() {
        caller.setOpaque(SOMEBODY); // (E)
        if (closed) { // (X)
            caller.setRelease(NOBODY);
            throw isClosedNow();
        }
    }

    /** Begins a call that calls a handler, or that no handler may make; nor may it close. */
    void enterOutside() {
        if (caller.getPlain() != NOBODY) {
            throw new IllegalStateException(role + " is in use; a handler must not use it");
        }
        caller.setOpaque(Thread.currentThread().getId()); // (E)
        if (closed) { // (X)
            caller.setRelease(NOBODY);
            throw isClosedNow();
        }
    }

    /** Ends a call. */
    void leave() {
        caller.setRelease(NOBODY); // (L)
    }

    private IllegalStateException isClosedNow() {
        return new IllegalStateException(role + " is closed");
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Closes, waits for the call in progress, and gives up what is guarded. Does nothing the second
     * time.
     *
     * @throws IllegalStateException if the call is this thread's.
     */
    void close(Runnable giveUp) {
        if (!over.get()) {
            close();
            if (over.compareAndSet(false, true)) {
                try {
                    giveUp.run();
                } catch (IllegalStateException e) {
                    if (!isGone.getAsBoolean()) {
                        throw e;
                    }
                }
            }
        }
    }

    /**
     * Closes, and waits for the call in progress, however long it takes.
     *
     * @throws IllegalStateException if it is this thread's.
     */
    void close() {
        if (isCaller()) {
            throw new IllegalStateException(role + " is in use by this thread");
        }
        close(Deadline.never());
    }

    /** Closes, and waits that long for the call in progress, unless it is this thread's. */
    @Override
    public boolean hold(long time, TimeUnit unit) {
        return over.get() || isCaller() || close(Deadline.after(time, unit));
    }

    /** Nothing: what was closed stays closed. */
    @Override
    public void resume() {}

    private boolean isCaller() {
        return caller.getPlain() == Thread.currentThread().getId();
    }

    private boolean close(Deadline deadline) {
        closed = true; // (C)
        boolean interrupted = false;
        Deadline grace = Deadline.after(graceMillis, TimeUnit.MILLISECONDS);
        boolean left = false;
        while (!left && !deadline.isExpired()) {
            LockSupport.parkNanos(this, grace.remainingNanos());
            interrupted |= Thread.interrupted();
            left = grace.isExpired() && caller.getAcquire() == NOBODY; // (W) pairs with (L)
            if (grace.isExpired()) {
                grace = Deadline.after(graceMillis, TimeUnit.MILLISECONDS);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return left;
    }
}
