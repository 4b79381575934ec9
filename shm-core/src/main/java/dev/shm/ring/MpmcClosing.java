package dev.shm.ring;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.Claims;
import dev.shm.wait.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * Keeps the operations of one handle and its closing apart. No claim is made after it has begun,
 * and those in progress are waited for: they are visible in the ring itself, so that operations pay
 * nothing. One that had passed its last check and claims just afterwards may not be seen: a store
 * that stands still between its check and itself is what no handle can wait for. What it took for
 * its user goes back. Those that sleep are woken, and find the handle closed.
 *
 * <p>The memory is let go, and may be another object's then, when nothing is in progress any more:
 * at the end of closing as a rule, else by whoever ends the last operation, or with the region.
 */
final class MpmcClosing implements Claims {
    private static final long PATIENCE_SECONDS = 1;
    private static final long SPINS = 100;
    private static final long YIELDS = 10;
    private static final long MIN_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final MappedBuffer claims;
    private final String because;
    private final MpmcTickets tickets;
    private final MpmcHeld held;
    private final MpmcSleepers sleepers;
    private final Runnable letGo;
    private final int self;
    private final long span;
    private volatile boolean begun;

    private final ReentrantLock lock = new ReentrantLock(); // held for as long as hold() waits
    private volatile boolean lookAgain; // asked of whoever has the lock in end()
    private volatile boolean isLetGo;

    // Guarded by the lock.
    private boolean isLooking;
    private long seen; // below it nothing of ours has been in progress since closing began
    private long end; // and from here on nothing can be

    /**
     * The closing of one handle.
     *
     * @param claims its own view of head and tail.
     * @param because what is thrown when that is used afterwards.
     * @param tickets over memory that stays valid.
     * @param span how far apart the positions of one index are.
     * @param held what users have in their hands, which is not waited for.
     * @param sleepers of the ring, over memory that stays valid.
     * @param letGo lets go of that memory, which may be another object's then.
     * @param self our tag.
     */
    MpmcClosing(
            MappedBuffer claims,
            String because,
            MpmcTickets tickets,
            long span,
            MpmcHeld held,
            MpmcSleepers sleepers,
            Runnable letGo,
            int self) {
        this.claims = claims;
        this.because = because;
        this.tickets = tickets;
        this.held = held;
        this.sleepers = sleepers;
        this.letGo = letGo;
        this.self = self;
        this.span = span;
    }

    boolean hasBegun() {
        return begun;
    }

    /** Lets nothing begin any more, and waits a second at most for what is in progress. */
    void begin() {
        hold(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public boolean hold(long time, TimeUnit unit) {
        lock.lock();
        try {
            claims.invalidate(because);
            begun = true;
            return awaitQuiet(Deadline.after(time, unit)); // at once when it was let go
        } catch (IllegalStateException e) {
            return true; // the region was closed before, or is just now by another thread
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets go of the memory if nothing is in progress in it any more; whether it is let go. Waits
     * for nobody: an operation calls it that others may be waiting for.
     */
    boolean end() {
        lookAgain = true;
        while (lookAgain && lock.tryLock()) {
            try {
                lookAgain = false;
                if (!isLetGo && hold(0, TimeUnit.NANOSECONDS) && !held.isEnding()) {
                    sleepers.wakeAnnounced(); // for those who were to, and found the handle closed
                    isLetGo = true;
                    letGo.run();
                }
            } finally {
                lock.unlock();
            }
        }
        return isLetGo;
    }

    private boolean awaitQuiet(Deadline deadline) {
        if (!isLooking) {
            sleepers.wakeAnnounced(); // ours leave, others look again
            end = tickets.tail();
            seen = end - span;
            isLooking = true;
        }
        IdleStrategy idle = new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS);
        for (; seen != end; seen += MpmcLayout.ONE) {
            while (tickets.isInProgress(seen, self, held)) {
                if (deadline.isExpired()) {
                    return false;
                }
                idle.idle();
            }
        }
        return true;
    }

    /** Nothing: what was closed stays closed. */
    @Override
    public void resume() {}
}
