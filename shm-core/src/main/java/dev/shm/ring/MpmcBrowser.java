package dev.shm.ring;

import static dev.shm.ring.MpmcLayout.DROP;
import static dev.shm.ring.MpmcLayout.FULL;
import static dev.shm.ring.MpmcLayout.HEAD;
import static dev.shm.ring.MpmcLayout.ONE;
import static dev.shm.ring.MpmcLayout.POSITION;
import static dev.shm.ring.MpmcLayout.REDELIVERY;
import static dev.shm.ring.MpmcLayout.SET;
import static dev.shm.ring.MpmcLayout.TAIL;

import dev.shm.wait.Liveness;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/** Looks at the messages of an {@link MpmcRing} that nobody has taken, and leaves them there. */
final class MpmcBrowser {
    private final AtomicBuffer claims;
    private final AtomicBuffer memory;
    private final MpmcLayout layout;
    private final MpmcTickets tickets;
    private final Liveness liveness;

    /** A browser of one handle; arguments as for {@link MpmcCore}. */
    MpmcBrowser(AtomicBuffer claims, AtomicBuffer memory, MpmcLayout layout, Liveness liveness) {
        this.claims = claims;
        this.memory = memory;
        this.layout = layout;
        this.tickets = new MpmcTickets(claims, memory, layout);
        this.liveness = liveness;
    }

    /** Where to begin: before all messages, also those that have come back. */
    long begin() {
        boolean isOwed = (claims.getLongVolatile(REDELIVERY) & SET) != 0;
        return (claims.getLongVolatile(HEAD) & POSITION) - (isOwed ? layout.span() : 0);
    }

    boolean isBeforeEnd(long position) {
        return (claims.getLongVolatile(TAIL) & POSITION) - position > 0;
    }

    /**
     * Where to look instead of a position that is left behind: what is more than a lap below the
     * tail is gone, its index claimed again. So it ends soon, wherever a damaged head points.
     */
    long atLeastLastLap(long position) {
        long first = (claims.getLongVolatile(TAIL) & POSITION) - layout.span();
        return first - position > 0 ? first : position;
    }

    /**
     * Copies a message.
     *
     * @return its length, or -1 if none is there, or not any more.
     */
    int copy(long position, MutableDirectBuffer target) {
        int message = layout.messages() + layout.index(position) * layout.stride();
        int length = isThere(position) ? memory.getInt(message + MpmcLayout.LENGTH) : -1;
        if (length < 0 || length > layout.maxLength()) {
            return -1;
        }
        target.putBytes(0, memory, message + MpmcLayout.PAYLOAD, length);
        // A CAS that changes nothing: the copy came before it, as no load could promise.
        long full = position | FULL;
        return memory.compareAndSetLong(sequence(position), full, full) ? length : -1;
    }

    /** Whether a living producer is at work on a position, so that its message is to come. */
    boolean isToCome(long position) {
        if (memory.getLongVolatile(sequence(position)) != position) {
            return false;
        }
        int owner = tickets.producerOf(position);
        return owner > 0 && !liveness.isDead(owner);
    }

    /** How many messages have come back and were not taken anew. */
    int owed() {
        if ((claims.getLongVolatile(REDELIVERY) & SET) == 0) {
            return 0;
        }
        int owed = 0;
        long head = claims.getLongVolatile(HEAD) & POSITION;
        for (long position = head - layout.span(); position != head; position += ONE) {
            owed += isThere(position) ? 1 : 0;
        }
        return owed;
    }

    private boolean isThere(long position) {
        if (memory.getLongVolatile(sequence(position)) != (position | FULL)) {
            return false;
        }
        long head = claims.getLongVolatile(HEAD) & POSITION;
        return position - head >= 0 || isOwed(position);
    }

    private boolean isOwed(long position) {
        int owner = tickets.consumerOf(position);
        return owner > 0 && liveness.isDead(owner) && !isDropping();
    }

    /** Then what the dead had comes back to nobody. */
    private boolean isDropping() {
        return (claims.getLongVolatile(REDELIVERY) & DROP) != 0;
    }

    private int sequence(long position) {
        return layout.sequences() + layout.index(position) * Long.BYTES;
    }
}
