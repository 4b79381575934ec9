package dev.shm.ring;

import static dev.shm.ring.MpmcLayout.ABORTED;
import static dev.shm.ring.MpmcLayout.FULL;
import static dev.shm.ring.MpmcLayout.HEAD;
import static dev.shm.ring.MpmcLayout.ITEM_EPOCH;
import static dev.shm.ring.MpmcLayout.LENGTH;
import static dev.shm.ring.MpmcLayout.ONE;
import static dev.shm.ring.MpmcLayout.ORPHAN;
import static dev.shm.ring.MpmcLayout.POSITION;
import static dev.shm.ring.MpmcLayout.REDELIVERY;
import static dev.shm.ring.MpmcLayout.SET;
import static dev.shm.ring.MpmcLayout.SLOT;
import static dev.shm.ring.MpmcLayout.SPACE_EPOCH;
import static dev.shm.ring.MpmcLayout.TAIL;
import static dev.shm.ring.MpmcLayout.TYPE;
import static dev.shm.ring.MpmcLayout.WAITING;

import dev.shm.memory.KillPoint;
import dev.shm.region.RegionFormatException;
import dev.shm.wait.Liveness;
import dev.shm.wait.Waiter;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * The protocol of {@link MpmcRing}; one object for each handle.
 *
 * <p>A <em>claim</em> is a position, as it stands in the upper bits of the words, and the WAITING
 * bit that making it has taken away: whoever ends the claim then owes a wake.
 */
final class MpmcCore {
    /*
     * Overview (ALGORITHMS 6T; the words are pictured in MpmcLayout).
     *
     *   claim    T = tail, at position t, whose sequence is FREE for t (F). If t-1 is FREE still, name its
     *            producer, which T names, in producer[t-1] (A). CAS tail T -> t+1, naming us (P).
     *            Write the message. sequence[t] = FULL, released (E). If T had WAITING: itemEpoch, wake all.
     *   take     H = head, at position h, whose sequence is FULL or ABORTED for h (G). If h-1 is not released
     *            yet, name its consumer, which H names, in consumer[h-1] (A). CAS head H -> h+1, naming us (C).
     *            Read the message, unless ABORTED. sequence[h] = FREE for h+C, released (D).
     *            If H had WAITING: spaceEpoch, wake all.
     *   skip     at the head, claimed by a producer that is dead: CAS sequence FREE -> ABORTED (B)
     *   redeliver  below the head, not released, its consumer dead: CAS consumer[p] from the dead one's name to
     *            ours (R); then as after (C)
     *
     * Who has a position is always known (rule R2). The last claim's owner stands in tail or head itself, put
     * there by the claim's own CAS; (A) makes the name durable before the next CAS buries it. (A) writes only
     * while the position below is seen unfinished after the entry was read: an entry of a later lap cannot be
     * there yet, so no later name is overwritten, and a late (A) writes what is true or what nobody asks.
     * The slot in the word stands for a tag by way of the participant's own cell, stored (N) before its first
     * claim. Another participant gets the slot, and the cell, only after the sweep of the first: what it had
     * claimed is ABORTED, released, or named ORPHAN by then.
     *
     * Nothing is lost. (E) releases the message to (G), (D) the index to (F). A position is taken once by (C),
     * and again only by (R), which needs that its owner is dead and has not released it: the dead store
     * nothing, so (D) is done once for each position. FULL positions leave only by (D).
     *
     * Nothing is stuck. Killed before (P) or (C): nothing was done. Between (P) and (E): (B), by whoever comes
     * to it or by the sweep. Between (C) and (D): (R), by whoever finds it; the sweep, and a producer that
     * finds the ring full, announce that there is something to find. A scan that finds nothing withdraws the
     * announcement, unless there was another meanwhile. Killed in (A), (B), (R), the sweep: each is one CAS
     * that may be done twice, and a redeliverer is the position's named consumer. Killed before a wake that it
     * owed: sleepers go on by their tick.
     */

    /** Set in what {@link #take} returns where another consumer had the message before. */
    static final long AGAIN = 2;

    /** What a claim or a take returns that got nothing. */
    static final long NONE = 1;

    /** What a take returns that got nothing since a living producer is in its way. */
    static final long BLOCKED = 1 | 2;

    /** What {@link #lookAhead} answers where it is worth looking again. */
    private static final long RETRY = 0;

    private final AtomicBuffer claims;
    private final AtomicBuffer memory;
    private final MpmcLayout layout;
    private final MpmcTickets tickets;
    private final Liveness liveness;
    private final Waiter waiter;
    private final int self;
    private final int slot;
    private final int mask;
    private final int sequences;
    private final int messages;
    private final int stride;
    private final long span;

    /**
     * The ring in a block of memory. We have joined the region.
     *
     * @param claims where head and tail are reached; once that is closed nothing is claimed, and
     *     what was claimed can still be ended.
     * @param memory where everything else is.
     */
    MpmcCore(
            AtomicBuffer claims,
            AtomicBuffer memory,
            MpmcLayout layout,
            Liveness liveness,
            Waiter waiter) {
        this.claims = claims;
        this.memory = memory;
        this.layout = layout;
        this.tickets = new MpmcTickets(claims, memory, layout);
        this.liveness = liveness;
        this.waiter = waiter;
        this.self = liveness.self();
        this.slot = self & (int) SLOT;
        this.mask = layout.capacity() - 1;
        this.sequences = layout.sequences();
        this.messages = layout.messages();
        this.stride = layout.stride();
        this.span = layout.span();
        tickets.enter(self);
    }

    /** Fills memory that is all zero, with an empty ring whose next message has this number. */
    static void initialize(MutableDirectBuffer memory, MpmcLayout layout, long first) {
        long position = MpmcLayout.position(first);
        put(memory, TAIL, position);
        put(memory, HEAD, position);
        for (int i = 0; i < layout.capacity(); i++) {
            put(memory, layout.sequences() + layout.index(position) * Long.BYTES, position);
            position += ONE;
        }
    }

    private static void put(MutableDirectBuffer memory, int index, long value) {
        memory.putLong(index, value, ByteOrder.LITTLE_ENDIAN);
    }

    /** Whether a claim or a take got nothing. */
    static boolean isNothing(long claim) {
        return (claim & NONE) != 0;
    }

    /** Whether another consumer had what was taken before. */
    static boolean isAgain(long claim) {
        return (claim & AGAIN) != 0;
    }

    /**
     * Claims the next position for a message.
     *
     * @return {@link #NONE} if the ring is full: the position's index was not released yet.
     */
    long claim() {
        while (true) {
            long tail = claims.getLongVolatile(TAIL);
            long position = tail & POSITION;
            long sequence = memory.getLongAcquire(sequence(position)); // (F) pairs with (D)
            if (sequence == position) {
                long below = position - ONE;
                if (memory.getLongAcquire(sequence(below)) == below) {
                    tickets.attributeProducer(below, tail); // (A)
                    KillPoint.at("mpmc.claim.attributed");
                }
                if (claims.compareAndSetLong(TAIL, tail, position + ONE | slot)) { // (P)
                    KillPoint.at("mpmc.claimed");
                    return position | tail & WAITING;
                }
            } else if (claims.getLongVolatile(TAIL) == tail) {
                lookBehind(position - span, sequence);
                return NONE;
            }
        }
    }

    /** Makes a claimed message visible. */
    void publish(long claim) {
        long position = claim & POSITION;
        memory.putLongRelease(sequence(position), position | FULL); // (E) pairs with (G)
        KillPoint.at("mpmc.published");
        if ((claim & WAITING) != 0) {
            wake(ITEM_EPOCH);
        }
    }

    /** Publishes a message that took its time, or gives its place up. */
    void end(long claim, boolean publish) {
        long position = claim & POSITION;
        long state = publish ? FULL : ABORTED;
        liveness.checkOpen();
        if (!memory.compareAndSetLong(sequence(position), position, position | state)) { // (E)
            throw lost(position);
        }
        KillPoint.at("mpmc.ended");
        if ((claim & WAITING) != 0) { // also of an aborted one: sleepers must announce anew
            wake(ITEM_EPOCH);
        }
    }

    /**
     * Takes the oldest message that is to be had.
     *
     * @return {@link #NONE} if there is no message; {@link #BLOCKED} if a producer is at work on
     *     the oldest position, and there may be messages behind it.
     */
    long take() {
        long flag = claims.getLongVolatile(REDELIVERY);
        if ((flag & SET) != 0) {
            long claim = redeliver(flag);
            if (claim != NONE) {
                return claim;
            }
        }
        while (true) {
            long head = claims.getLongVolatile(HEAD);
            long position = head & POSITION;
            long sequence = memory.getLongAcquire(sequence(position)); // (G) pairs with (E)
            if (sequence == (position | FULL) || sequence == (position | ABORTED)) {
                long below = position - ONE;
                if ((memory.getLongAcquire(sequence(below)) & POSITION) == below) {
                    tickets.attributeConsumer(below, head); // (A)
                    KillPoint.at("mpmc.take.attributed");
                }
                if (claims.compareAndSetLong(HEAD, head, position + ONE | slot)) { // (C)
                    KillPoint.at("mpmc.taken");
                    long claim = position | head & WAITING;
                    if (sequence == (position | FULL)) {
                        return claim;
                    }
                    release(claim);
                }
            } else if (claims.getLongVolatile(HEAD) == head) {
                long nothing = lookAhead(position, sequence);
                if (nothing != RETRY) {
                    return nothing;
                }
            }
        }
    }

    /** Gives the index of a message that was taken back to the producers. */
    void release(long claim) {
        long position = claim & POSITION;
        memory.putLongRelease(sequence(position), position + span); // (D) pairs with (F)
        KillPoint.at("mpmc.released");
        if ((claim & WAITING) != 0) {
            wake(SPACE_EPOCH);
        }
    }

    /** Releases a message that took its time. */
    void acknowledge(long claim) {
        long position = claim & POSITION;
        liveness.checkOpen();
        if (!memory.compareAndSetLong(
                sequence(position), position | FULL, position + span)) { // (D)
            throw lost(position);
        }
        KillPoint.at("mpmc.acknowledged");
        if ((claim & WAITING) != 0) {
            wake(SPACE_EPOCH);
        }
    }

    /** Gives a message that was taken to whoever takes next. */
    void requeue(long claim) {
        long position = claim & POSITION;
        liveness.checkOpen();
        if (!tickets.takeOver(position, self, ORPHAN)) { // (R)
            throw lost(position);
        }
        KillPoint.at("mpmc.requeued");
        tickets.announceRedelivery(); // after it: a scan before would have found it ours
        wake(ITEM_EPOCH);
        if ((claim & WAITING) != 0) {
            wake(SPACE_EPOCH);
        }
    }

    /** Gives back what a dead participant had claimed, and wakes everybody. */
    static void sweep(AtomicBuffer memory, MpmcLayout layout, int deadTag, Waiter waiter) {
        new MpmcTickets(memory, memory, layout).sweep(deadTag);
        KillPoint.at("mpmc.swept");
        wake(memory, ITEM_EPOCH, waiter);
        wake(memory, SPACE_EPOCH, waiter);
    }

    /** Where a claimed message lies. */
    int message(long claim) {
        return messages + index(claim) * stride;
    }

    /** The length of a message that was taken, which a hostile file may have made up. */
    int length(int message) {
        int length = memory.getInt(message + LENGTH);
        if (length < 0 || length > layout.maxLength()) {
            throw new RegionFormatException(
                    "message length=" + length + ", expected: 0 to " + layout.maxLength());
        }
        return length;
    }

    /** The type of a claimed message. */
    int type(int message) {
        return memory.getInt(message + TYPE);
    }

    /** How many consumers died with a message, or gave it back, before this one. */
    int attempts(long claim) {
        return layout.failures(memory.getLong(attemptsAt(claim)), claim & POSITION);
    }

    /** How many positions are claimed by producers and not taken. */
    int size() {
        long head;
        long tail;
        do {
            head = claims.getLongVolatile(HEAD);
            tail = claims.getLongVolatile(TAIL);
        } while (claims.getLongVolatile(HEAD) != head);
        long size = MpmcLayout.number((tail & POSITION) - (head & POSITION));
        return (int) Math.min(size, layout.capacity());
    }

    /** Whether producers may take the ring for full though consumers are through with it. */
    private void lookBehind(long position, long sequence) {
        if ((sequence & POSITION) != position) {
            throw damaged("tail", position + span, sequence);
        }
        boolean unpublished = sequence == position;
        int owner = unpublished ? tickets.producerOf(position) : tickets.consumerOf(position);
        if (owner == MpmcTickets.CONTRADICTION) {
            throw damaged("tail", position + span, sequence);
        }
        if (owner == MpmcTickets.NOBODY) {
            return; // simply full
        }
        if (!liveness.isDead(owner)) {
            liveness.probe(owner);
        } else if (unpublished) {
            tickets.abort(position);
        } else {
            tickets.announceRedelivery();
        }
    }

    /** Why there is nothing to take: {@link #NONE}, {@link #BLOCKED}, or there is by now. */
    private long lookAhead(long position, long sequence) {
        if (sequence != position) {
            if ((sequence & POSITION) != position - span) {
                throw damaged("head", position, sequence);
            }
            return NONE; // its index is not even released
        }
        long tail = claims.getLongVolatile(TAIL);
        if ((tail & POSITION) == position) {
            return NONE;
        }
        int owner = tickets.producerOf(position);
        if (owner == MpmcTickets.CONTRADICTION || (tail & POSITION) - position < 0) {
            throw damaged("head", position, sequence);
        }
        if (owner == MpmcTickets.NOBODY) {
            return RETRY;
        }
        if (liveness.isDead(owner)) {
            tickets.abort(position); // (B)
            KillPoint.at("mpmc.skipped");
            return RETRY;
        }
        liveness.probe(owner);
        return (tail & POSITION) == position + ONE ? NONE : BLOCKED;
    }

    /** Takes the oldest message that a dead consumer had. */
    private long redeliver(long flag) {
        liveness.checkOpen(); // the dead one may be ourselves
        long head = claims.getLongVolatile(HEAD) & POSITION;
        for (long position = head - span; position != head; position += ONE) {
            long sequence = memory.getLongVolatile(sequence(position));
            if ((sequence & POSITION) == position && takeOver(position)) {
                KillPoint.at("mpmc.redelivered");
                if (sequence == (position | FULL)) {
                    int failures = attempts(position) + 1;
                    memory.putLong(attemptsAt(position), layout.failed(position, failures));
                    return position | AGAIN;
                }
                release(position);
            }
        }
        claims.compareAndSetLong(REDELIVERY, flag, flag & ~SET);
        return NONE;
    }

    private boolean takeOver(long position) {
        int owner = tickets.consumerOf(position);
        return owner > 0
                && liveness.isDead(owner)
                && tickets.takeOver(position, owner, self); // (R)
    }

    private void wake(int epoch) {
        KillPoint.at("mpmc.waking");
        wake(memory, epoch, waiter);
    }

    private static void wake(AtomicBuffer memory, int epoch, Waiter waiter) {
        memory.getAndAddInt(epoch, 1);
        waiter.wakeAll(memory, epoch);
    }

    private RegionFormatException damaged(String end, long position, long sequence) {
        return new RegionFormatException(
                end
                        + "="
                        + MpmcLayout.number(position)
                        + " sequence="
                        + Long.toHexString(sequence)
                        + ": the words of the ring contradict each other");
    }

    /** Cannot happen to a living participant unless another program writes there. */
    private IllegalStateException lost(long position) {
        return new IllegalStateException(
                "position="
                        + MpmcLayout.number(position)
                        + ": was ours, and is not any more; another program wrote over the claim");
    }

    private int index(long position) {
        return (int) MpmcLayout.number(position) & mask;
    }

    private int sequence(long position) {
        return sequences + index(position) * Long.BYTES;
    }

    private int attemptsAt(long claim) {
        return layout.attempts() + index(claim) * Long.BYTES;
    }
}
