package dev.shm.ring;

import static dev.shm.ring.MpmcLayout.ABORTED;
import static dev.shm.ring.MpmcLayout.DROP;
import static dev.shm.ring.MpmcLayout.FULL;
import static dev.shm.ring.MpmcLayout.HEAD;
import static dev.shm.ring.MpmcLayout.LENGTH;
import static dev.shm.ring.MpmcLayout.ONE;
import static dev.shm.ring.MpmcLayout.ORPHAN;
import static dev.shm.ring.MpmcLayout.POSITION;
import static dev.shm.ring.MpmcLayout.REDELIVERY;
import static dev.shm.ring.MpmcLayout.SET;
import static dev.shm.ring.MpmcLayout.SLOT;
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
 * bit that making it has taken away: whoever ends the claim then owes a wake. A claim for long
 * leaves the bit where it is; whoever ends that looks for it.
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
     *   skip     at the head, claimed by a producer that is dead: CAS sequence FREE -> ABORTED (B). A producer in
     *            whose way an ABORTED position is does it, too, and takes that out as a consumer would
     *   close    claim no more: at the tail, (A) as for a claim, then CAS CLOSED into tail, in a slot's place (X).
     *            To drop what is in the ring, DROP is announced first: whoever comes to take throws away instead.
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
     * nothing, so (D) is done once for each position. FULL positions leave only by (D). After (X) there is no
     * (P), and a take that finds the ring empty and closed knows that it is so for ever, but for what comes back.
     *
     * Nothing is stuck. Killed before (P) or (C): nothing was done. Between (P) and (E): (B), by whoever comes
     * to it from either side, or by the sweep. Between (C) and (D): (R), by whoever finds it; the sweep, and a
     * producer that finds the ring full, announce that there is something to find. A scan that finds nothing
     * withdraws the announcement, unless there was another meanwhile. Killed in (A), (B), (R), the sweep: each
     * is one CAS that may be done twice, and a redeliverer is the position's named consumer. Killed before a
     * wake that it owed: sleepers go on by their tick.
     */

    /** Set in what {@link #take} returns where another consumer had the message before. */
    static final long AGAIN = 2;

    /** What a claim or a take returns that got nothing. */
    static final long NONE = 1;

    /** What a take returns that got nothing since a living producer is in its way. */
    static final long BLOCKED = 1 | 2;

    /** What a claim returns once the ring is closed, and a take once it is empty, too. */
    static final long CLOSED = 1 | 4;

    /** What {@link #lookAhead} answers where it is worth looking again. */
    private static final long RETRY = 0;

    private final AtomicBuffer claims;
    private final AtomicBuffer memory;
    private final MpmcLayout layout;
    private final MpmcTickets tickets;
    private final MpmcProgress progress;
    private final Liveness liveness;
    private final MpmcSleepers sleepers;
    private final Pace whenFull = Pace.ofManyToMany();
    private final Pace whenEmpty = Pace.ofManyToMany();
    private final int self;
    private final int slot;
    private final int mask;
    private final int sequences;
    private final int messages;
    private final int stride;
    private final long span;
    private final long limit;
    private final long closed;

    /** A ring that is full when it is. */
    MpmcCore(
            AtomicBuffer claims,
            AtomicBuffer memory,
            MpmcLayout layout,
            Liveness liveness,
            Waiter waiter) {
        this(claims, memory, layout, layout.capacity(), liveness, waiter);
    }

    /**
     * The ring in a block of memory. We have joined the region.
     *
     * @param claims where head and tail are reached; once that is closed nothing is claimed, and
     *     what was claimed can still be ended.
     * @param memory where everything else is.
     * @param limit how many positions are claimed and not released at most; the capacity or less.
     */
    MpmcCore(
            AtomicBuffer claims,
            AtomicBuffer memory,
            MpmcLayout layout,
            int limit,
            Liveness liveness,
            Waiter waiter) {
        this.claims = claims;
        this.memory = memory;
        this.layout = layout;
        this.tickets = new MpmcTickets(claims, memory, layout);
        this.liveness = liveness;
        this.sleepers = new MpmcSleepers(claims, waiter);
        this.self = liveness.self();
        this.slot = self & (int) SLOT;
        this.mask = layout.capacity() - 1;
        this.sequences = layout.sequences();
        this.messages = layout.messages();
        this.stride = layout.stride();
        this.span = layout.span();
        this.limit = limit * ONE;
        this.closed = layout.closed();
        this.progress = new MpmcProgress(memory, layout, tickets.tail());
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
     * @return {@link #NONE} if the ring is full: an index was not released yet; {@link #CLOSED}.
     */
    long claim() {
        return claim(0);
    }

    /** The same for a message that is going to take its time. */
    long claimForLong() {
        return claim(WAITING);
    }

    private long claim(long kept) {
        boolean isLast = false; // look: see Pace
        while (true) {
            long tail = claims.getLongVolatile(TAIL);
            if ((tail & SLOT) == closed) {
                return CLOSED;
            }
            long position = tail & POSITION;
            long sequence = memory.getLongAcquire(sequence(position)); // (F) pairs with (D)
            long behind = position - span;
            if (sequence == position && limit != span) {
                behind = position - limit;
                sequence = memory.getLongAcquire(sequence(behind));
                sequence = (sequence & POSITION) == behind ? sequence : position;
            }
            if (sequence == position) {
                long below = position - ONE;
                if (memory.getLongAcquire(sequence(below)) == below) {
                    tickets.attributeProducer(below, tail); // (A)
                    KillPoint.at("mpmc.claim.attributed");
                }
                if (claims.compareAndSetLong(
                        TAIL, tail, position + ONE | tail & kept | slot)) { // (P)
                    KillPoint.at("mpmc.claimed");
                    return position | tail & WAITING & ~kept;
                }
            } else if (claims.getLongVolatile(TAIL) == tail && !lookBehind(behind, sequence)) {
                if (isLast || !whenFull.stayAway(MpmcLayout.number(position))) {
                    return NONE;
                }
                isLast = true;
            }
        }
    }

    /** Makes a claimed message visible. */
    void publish(long claim) {
        long position = claim & POSITION;
        memory.putLongRelease(sequence(position), position | FULL); // (E) pairs with (G)
        KillPoint.at("mpmc.published");
        if ((claim & WAITING) != 0) {
            sleepers.wakeConsumers();
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
        sleepers.wakeAnnouncedConsumers(claim); // also of an aborted one: they announce anew
    }

    /**
     * Takes the oldest message that is to be had.
     *
     * @return {@link #NONE} if there is no message; {@link #BLOCKED} if a producer is at work on
     *     the oldest position, and there may be messages behind it; {@link #CLOSED}.
     */
    long take() {
        return take(0);
    }

    /** The same for a message that is going to take its time. */
    long takeForLong() {
        return take(WAITING);
    }

    private long take(long kept) {
        long flag = claims.getLongVolatile(REDELIVERY);
        if ((flag & SET) != 0) {
            if ((flag & DROP) != 0) {
                drop();
                return CLOSED;
            }
            long claim = redeliver(flag);
            if (claim != NONE) {
                return claim;
            }
        }
        return takeNext(kept);
    }

    private long takeNext(long kept) {
        boolean isLast = false; // look: see Pace
        while (true) {
            long head = claims.getLongVolatile(HEAD);
            long position = head & POSITION;
            long sequence = memory.getLongAcquire(sequence(position)); // (G) pairs with (E)
            if (sequence == (position | FULL) || sequence == (position | ABORTED)) {
                if (tryTake(head, kept)) {
                    long claim = position | head & WAITING & ~kept;
                    if (sequence == (position | FULL)) {
                        return claim;
                    }
                    free(claim, sequence);
                }
            } else if (claims.getLongVolatile(HEAD) == head) {
                long nothing = lookAhead(position, sequence);
                if (nothing != RETRY) {
                    if (isLast
                            || nothing == CLOSED
                            || !whenEmpty.stayAway(MpmcLayout.number(position))) {
                        return nothing;
                    }
                    isLast = true;
                }
            }
        }
    }

    /** Takes the position at the head; false if somebody else has. */
    private boolean tryTake(long head, long kept) {
        long position = head & POSITION;
        long below = position - ONE;
        if ((memory.getLongAcquire(sequence(below)) & POSITION) == below) {
            tickets.attributeConsumer(below, head); // (A)
            KillPoint.at("mpmc.take.attributed");
        }
        boolean taken =
                claims.compareAndSetLong(HEAD, head, position + ONE | head & kept | slot); // (C)
        if (taken) {
            KillPoint.at("mpmc.taken");
        }
        return taken;
    }

    /** Gives the index of a message that was taken back to the producers. */
    void release(long claim) {
        long position = claim & POSITION;
        if (isAgain(claim)) { // the take that took an announcement away was another's
            free(claim, position | FULL);
            return;
        }
        memory.putLongRelease(sequence(position), position + span); // (D) pairs with (F)
        KillPoint.at("mpmc.released");
        if ((claim & WAITING) != 0) {
            sleepers.wakeProducers();
        }
    }

    /** Releases a message that took its time. */
    void acknowledge(long claim) {
        long position = claim & POSITION;
        liveness.checkOpen();
        if (!free(claim, position | FULL)) {
            throw lost(position);
        }
    }

    /** Releases what may have been taken long ago, so that it is not known who sleeps by now. */
    private boolean free(long claim, long sequence) {
        long position = claim & POSITION;
        if (!memory.compareAndSetLong(sequence(position), sequence, position + span)) { // (D)
            return false;
        }
        KillPoint.at("mpmc.acknowledged");
        sleepers.wakeAnnouncedProducers(claim);
        return true;
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
        sleepers.wakeEverybody(); // also who waits for the ring to be released, and can drop it
    }

    /**
     * Closes the ring: nothing is claimed any more, and everybody who waits is woken.
     *
     * @param now whether messages that nobody has taken are dropped.
     */
    void close(boolean now) {
        if (now) {
            tickets.announceDrop();
            KillPoint.at("mpmc.dropping");
        }
        tickets.close();
        if (now) {
            drop();
        }
        sleepers.wakeEverybody();
    }

    boolean isClosed() {
        return tickets.isClosed(claims.getLongVolatile(TAIL));
    }

    /** Throws away what is to be had, and whatever comes back. */
    private void drop() {
        tickets.close(); // who was to close it may have died
        long flag = claims.getLongVolatile(REDELIVERY);
        for (long claim = redeliver(flag); claim != NONE; claim = redeliver(flag)) {
            release(claim);
        }
        for (long claim = takeNext(0); !isNothing(claim); claim = takeNext(0)) {
            release(claim);
        }
    }

    /** Whether every message was released; gives up the places of dead producers. */
    boolean isReleased() {
        if ((claims.getLongVolatile(REDELIVERY) & DROP) != 0) {
            drop();
        }
        long tail = tickets.tail();
        for (long position = progress.firstHeld(tail); position != tail; position += ONE) {
            long sequence = memory.getLongVolatile(sequence(position));
            if (sequence == position) {
                lookBehind(position, sequence);
                sequence = memory.getLongVolatile(sequence(position));
            }
            if ((sequence & POSITION) == position && sequence != (position | ABORTED)) {
                return false;
            }
        }
        return tickets.tail() == tail;
    }

    /** How many messages can be claimed now, one after the other; gives up places of the dead. */
    int remaining() {
        if (isClosed()) {
            return 0;
        }
        long tail = tickets.tail();
        long held = progress.firstHeld(tail);
        while (held != tail && isGivenUp(held)) {
            held = progress.firstHeld(tail);
        }
        return (int) Math.max(0, MpmcLayout.number(limit) - MpmcLayout.number(tail - held));
    }

    private boolean isGivenUp(long position) {
        long sequence = memory.getLongVolatile(sequence(position));
        return (sequence & POSITION) != position || lookBehind(position, sequence);
    }

    /** Gives back what a dead participant had claimed, and wakes everybody. */
    static void sweep(AtomicBuffer memory, MpmcLayout layout, int deadTag, Waiter waiter) {
        new MpmcTickets(memory, memory, layout).sweep(deadTag);
        KillPoint.at("mpmc.swept");
        new MpmcSleepers(memory, waiter).wakeEverybody();
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

    /**
     * How many consumers died with a message, or gave it back; not who died between (R) and here.
     */
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

    /** Looks why a position is in the way of a producer; whether it is worth trying again. */
    private boolean lookBehind(long position, long sequence) {
        if ((sequence & POSITION) != position) {
            throw damaged("tail", position + span, sequence);
        }
        boolean unpublished = sequence == position;
        int owner = unpublished ? tickets.producerOf(position) : tickets.consumerOf(position);
        if (owner == MpmcTickets.CONTRADICTION) {
            throw damaged("tail", position + span, sequence);
        }
        boolean holdsNothing = sequence == (position | ABORTED);
        if (owner == MpmcTickets.NOBODY) {
            return holdsNothing && skip(position); // else simply full
        }
        if (!liveness.isDead(owner)) {
            liveness.probe(owner);
            return liveness.isDead(owner);
        }
        if (unpublished) {
            tickets.abort(position); // (B)
            KillPoint.at("mpmc.claim.skipped");
            return true;
        }
        if (holdsNothing && takeOver(position)) {
            free(position, sequence);
            return true;
        }
        tickets.announceRedelivery();
        return false;
    }

    /** Takes a position without a message out, if it is its turn; whether somebody has. */
    private boolean skip(long position) {
        long head = claims.getLongVolatile(HEAD);
        if ((head & POSITION) == position && tryTake(head, 0)) {
            free(position | head & WAITING, position | ABORTED);
        }
        return (claims.getLongVolatile(HEAD) & POSITION) - position > 0;
    }

    /** Why there is nothing to take: {@link #NONE}, {@link #BLOCKED}, or there is by now. */
    private long lookAhead(long position, long sequence) {
        boolean held = sequence != position; // its index is not even released
        long tail = claims.getLongVolatile(TAIL);
        if ((sequence & POSITION) == (held ? position - span : position)
                && (tail & POSITION) == position) {
            return (tail & SLOT) == closed ? CLOSED : NONE;
        }
        if (held && memory.getLongVolatile(sequence(position)) != sequence) {
            return RETRY; // and claimed, meanwhile
        }
        int owner = tickets.producerOf(position);
        if (held || owner == MpmcTickets.CONTRADICTION || (tail & POSITION) - position < 0) {
            throw damaged("head", position, sequence);
        }
        if (owner == MpmcTickets.NOBODY) {
            return RETRY;
        }
        if (liveness.isDead(owner)) {
            tickets.abort(position); // (B)
            KillPoint.at("mpmc.take.skipped");
            return RETRY;
        }
        liveness.probe(owner);
        return (tail & POSITION) == position + ONE ? NONE : BLOCKED;
    }

    /** Takes the oldest message that a dead consumer had. */
    private long redeliver(long flag) {
        liveness.checkOpen(); // the dead one may be ourselves
        long head = claims.getLongVolatile(HEAD) & POSITION;
        for (long position = progress.scanFrom(flag, head); head - position > 0; position += ONE) {
            long sequence = memory.getLongVolatile(sequence(position));
            if ((sequence & POSITION) == position && takeOver(position)) {
                KillPoint.at("mpmc.redelivered");
                progress.scannedTo(flag, position + ONE);
                if (sequence == (position | FULL)) {
                    int failures = attempts(position) + 1;
                    memory.putLong(attemptsAt(position), layout.failed(position, failures));
                    return position | AGAIN;
                }
                free(position, sequence);
            }
        }
        tickets.withdrawRedelivery(flag);
        return NONE;
    }

    /** The sweep may come between: what was the dead one's is an orphan then, and still owed. */
    private boolean takeOver(long position) {
        int owner = tickets.consumerOf(position);
        while (owner > 0 && liveness.isDead(owner) && isUnfinished(position)) {
            claims.getLongVolatile(HEAD); // throws once the handle is closed: we hold nothing yet
            if (tickets.takeOver(position, owner, self)) { // (R)
                return true;
            }
            owner = tickets.consumerOf(position);
        }
        return false;
    }

    private boolean isUnfinished(long position) {
        return (memory.getLongVolatile(sequence(position)) & POSITION) == position;
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
