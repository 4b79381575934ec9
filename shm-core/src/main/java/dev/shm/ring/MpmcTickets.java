package dev.shm.ring;

import static dev.shm.ring.MpmcLayout.ABORTED;
import static dev.shm.ring.MpmcLayout.DROP;
import static dev.shm.ring.MpmcLayout.HEAD;
import static dev.shm.ring.MpmcLayout.ONE;
import static dev.shm.ring.MpmcLayout.ORPHAN;
import static dev.shm.ring.MpmcLayout.POSITION;
import static dev.shm.ring.MpmcLayout.REDELIVERY;
import static dev.shm.ring.MpmcLayout.SET;
import static dev.shm.ring.MpmcLayout.SLOT;
import static dev.shm.ring.MpmcLayout.TAIL;
import static dev.shm.ring.MpmcLayout.VERSION;

import dev.shm.memory.KillPoint;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Who has claimed which position of an {@link MpmcRing}, and what becomes of the claims of the
 * dead. The names stand in the words that {@link MpmcLayout} pictures; {@link MpmcCore} says when
 * they are written.
 */
final class MpmcTickets {
    /** The answer where nobody has a claim any more, or yet. */
    static final int NOBODY = 0;

    /** The answer where the words contradict each other. */
    static final int CONTRADICTION = -1;

    private final AtomicBuffer claims;
    private final AtomicBuffer memory;
    private final MpmcLayout layout;
    private final int sequences;
    private final int producers;
    private final int consumers;

    /**
     * The tickets of one ring.
     *
     * @param claims where head and tail are reached; no claim is made once it was closed.
     * @param memory where everything else is.
     */
    MpmcTickets(AtomicBuffer claims, AtomicBuffer memory, MpmcLayout layout) {
        this.claims = claims;
        this.memory = memory;
        this.layout = layout;
        this.sequences = layout.sequences();
        this.producers = layout.producers();
        this.consumers = layout.consumers();
    }

    /** Says whose slot ours is, before our first claim. */
    void enter(int tag) {
        memory.putIntVolatile(layout.tagCell(tag & (int) SLOT), tag); // (N)
    }

    /** Names the producer of a position on top of which we are about to claim. */
    void attributeProducer(long position, long tail) {
        attribute(producers, position, claimer(tail));
    }

    /** Names the consumer of a position on top of which we are about to claim. */
    void attributeConsumer(long position, long head) {
        attribute(consumers, position, claimer(head));
    }

    /**
     * Who has claimed a position that was seen FREE at the head.
     *
     * @return a tag, {@link #NOBODY} if it was published meanwhile, or {@link #CONTRADICTION}.
     */
    int producerOf(long position) {
        return claimer(producers, TAIL, position);
    }

    /**
     * Who has taken a position that was seen FULL or ABORTED.
     *
     * @return a tag, {@link #NOBODY} if nobody has yet or it was released meanwhile, or {@link
     *     #CONTRADICTION}.
     */
    int consumerOf(long position) {
        return claimer(consumers, HEAD, position);
    }

    /** Gives a dead producer's position up; false if it was done or published meanwhile. */
    boolean abort(long position) {
        return memory.compareAndSetLong(sequence(position), position, position | ABORTED); // (B)
    }

    /**
     * Takes a position from a dead consumer.
     *
     * @param owner as {@link #consumerOf} named it, and dead.
     * @param heir who has the position now.
     * @return false if somebody else has it, or nobody needs it any more.
     */
    boolean takeOver(long position, int owner, int heir) {
        if (!isUnfinished(position)) { // asked after the death: the owner cannot release it now
            return false;
        }
        attribute(consumers, position, owner);
        KillPoint.at("mpmc.inherit.attributed");
        return memory.compareAndSetLong(
                entry(consumers, position),
                layout.entry(position, owner),
                layout.entry(position, heir)); // (R)
    }

    /** Says that a dead consumer may have left something; consumers look through the ring. */
    void announceRedelivery() {
        announce(SET);
        KillPoint.at("mpmc.redelivery.announced");
    }

    /** Says that whatever is in the ring is to be dropped, for ever. */
    void announceDrop() {
        announce(SET | DROP);
    }

    private void announce(long bits) {
        long flag = memory.getLongVolatile(REDELIVERY);
        while (!memory.compareAndSetLong(REDELIVERY, flag, flag + VERSION | bits)) {
            flag = memory.getLongVolatile(REDELIVERY);
        }
    }

    /** Says that a scan has found nothing, unless there is something new. */
    void withdrawRedelivery(long flag) {
        if ((flag & DROP) == 0) {
            claims.compareAndSetLong(REDELIVERY, flag, flag & ~SET);
        }
    }

    /** Lets nobody claim a place for a message any more. */
    void close() {
        long tail = claims.getLongVolatile(TAIL);
        while (!isClosed(tail)) {
            long position = tail & POSITION;
            if (memory.getLongVolatile(sequence(position - ONE)) == position - ONE) {
                attributeProducer(position - ONE, tail); // (A)
                KillPoint.at("mpmc.close.attributed");
            }
            claims.compareAndSetLong(TAIL, tail, position | layout.closed()); // (X)
            tail = claims.getLongVolatile(TAIL);
        }
        KillPoint.at("mpmc.closed");
    }

    boolean isClosed(long tail) {
        return (tail & SLOT) == layout.closed();
    }

    /**
     * Gives back what a dead participant had claimed. Its claims lie within one lap below the tail:
     * nobody claims an index again before it is released.
     */
    void sweep(int deadTag) {
        announceRedelivery(); // first: consumers find what is a dead one's, orphaned or not
        long tail = tail();
        for (long position = tail - layout.span(); position != tail; position += ONE) {
            long sequence = memory.getLongVolatile(sequence(position));
            if (sequence == position) {
                if (producerOf(position) == deadTag) {
                    abort(position);
                    KillPoint.at("mpmc.sweep.aborted");
                }
            } else if ((sequence & POSITION) == position && consumerOf(position) == deadTag) {
                takeOver(position, deadTag, ORPHAN);
                KillPoint.at("mpmc.sweep.orphaned");
            }
        }
    }

    /** Where the next message goes. */
    long tail() {
        return claims.getLongVolatile(TAIL) & POSITION;
    }

    /** Whether a participant has a position that its user has not in his hands. */
    boolean isInProgress(long position, int tag, MpmcHeld held) {
        long sequence = memory.getLongVolatile(sequence(position));
        return (sequence & POSITION) == position
                && !held.contains(position)
                && tag == (sequence == position ? producerOf(position) : consumerOf(position))
                && memory.getLongVolatile(sequence(position)) == sequence;
    }

    private int claimer(int entries, int last, long position) {
        long claim = claims.getLongVolatile(last); // before the entry, and that before the sequence
        long entry = memory.getLongVolatile(entry(entries, position));
        if (layout.isFor(entry, position)) {
            return MpmcLayout.tagOf(entry);
        }
        long above = (claim & POSITION) - position;
        if (above == ONE) {
            return claimer(claim);
        }
        if (above <= 0) {
            return NOBODY;
        }
        boolean published = memory.getLongVolatile(sequence(position)) != position;
        boolean finished = entries == producers ? published : !isUnfinished(position);
        return finished ? NOBODY : CONTRADICTION;
    }

    /** The tag of who made the last claim; a nonsensical slot is a dead one's. */
    private int claimer(long claim) {
        int slot = (int) (claim & SLOT);
        int tag = slot < layout.cells() ? memory.getIntVolatile(layout.tagCell(slot)) : 0;
        return tag > 0 && tag <= MpmcLayout.TAG ? tag : ORPHAN;
    }

    private void attribute(int entries, long position, int tag) {
        int at = entry(entries, position);
        long named = layout.entry(position, tag);
        long entry = memory.getLongVolatile(at);
        while (!layout.isFor(entry, position)
                && isUnfinished(position) // else the entry may be about a later lap
                && !memory.compareAndSetLong(at, entry, named)) { // (A)
            entry = memory.getLongVolatile(at);
        }
    }

    /** Whether a position has not been released yet, whether it was published or not. */
    private boolean isUnfinished(long position) {
        return (memory.getLongVolatile(sequence(position)) & POSITION) == position;
    }

    private int sequence(long position) {
        return sequences + layout.index(position) * Long.BYTES;
    }

    private int entry(int entries, long position) {
        return entries + layout.index(position) * Long.BYTES;
    }
}
