package dev.shm.ring;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.Claims;
import dev.shm.wait.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * Keeps the operations of one handle and its closing apart. No claim is made after it has begun,
 * and those in progress are waited for: they are visible in the ring itself, so that operations pay
 * nothing. One that had passed its last check and claims just afterwards is not seen; it finishes
 * all the same, over memory that outlasts the handle, and what it took for its user goes back.
 * Those that sleep are woken, and find the handle closed.
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
    private final BooleanSupplier letGo;
    private final int self;
    private final long span;

    /**
     * The closing of one handle.
     *
     * @param claims its own view of head and tail.
     * @param because what is thrown when that is used afterwards.
     * @param tickets over memory that stays valid.
     * @param span how far apart the positions of one index are.
     * @param held what users have in their hands, which is not waited for.
     * @param sleepers of the ring, over memory that stays valid.
     * @param letGo whether that memory may be another object's already.
     * @param self our tag.
     */
    MpmcClosing(
            MappedBuffer claims,
            String because,
            MpmcTickets tickets,
            long span,
            MpmcHeld held,
            MpmcSleepers sleepers,
            BooleanSupplier letGo,
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
        return !claims.isValid();
    }

    /** Lets nothing begin any more, and waits a second at most for what is in progress. */
    void begin() {
        hold(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public synchronized boolean hold(long time, TimeUnit unit) {
        claims.invalidate(because);
        if (letGo.getAsBoolean()) {
            return true;
        }
        try {
            sleepers.wakeAnnounced();
            return awaitQuiet(Deadline.after(time, unit));
        } catch (IllegalStateException e) {
            return true; // the region was closed before, or is just now by another thread
        }
    }

    private boolean awaitQuiet(Deadline deadline) {
        IdleStrategy idle = new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS);
        long tail = tickets.tail();
        for (long position = tail - span; position != tail; position += MpmcLayout.ONE) {
            while (tickets.isInProgress(position, self, held)) {
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
