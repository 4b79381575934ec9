package dev.shm.ring;

import static dev.shm.ring.SpscLayout.COMMIT;
import static dev.shm.ring.SpscLayout.DATA;
import static dev.shm.ring.SpscLayout.HEAD;
import static dev.shm.ring.SpscLayout.HEADER;
import static dev.shm.ring.SpscLayout.NOTHING;

import dev.shm.memory.KillPoint;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.MessageHandler;

/** The consumer's side of the protocol of {@link SpscRing}. */
final class SpscReader {
    /*
     * Overview (ALGORITHMS 5; the header is pictured in SpscLayout).
     *
     *   open   go on at commit (or at head, should that be further)
     *   poll   while the header at our position (R) is not nothing: step over padding, or hand the record
     *          to the handler (C1), and then store the position after it into commit (C2)
     *          a quarter of the ring after the last time, or at the end of what there is: head (C3)
     *
     * Nothing is torn: (R) acquires what (P6) released, the whole record. The producer writes over a record
     * only after (C3), which is never ahead of (C2), so what a successor reads again from commit on is whole.
     *
     * Nothing is lost, or comes again after its (C2). Killed in (C1), or before (C2): the record comes again,
     * to the next consumer. Killed between (C2) and (C3): the producer gets that room from our successor,
     * which goes on at commit and publishes head when it has read on, or found nothing more.
     *
     * Why it is fast. The position after a record depends on its length, so the processor could not look at
     * the next record before this one has come from the other core. Records mostly are as long as the one
     * before: that is guessed, by a branch, and the processor goes ahead. See Pace for the rest.
     */

    private final AtomicBuffer buffer;
    private final int capacity;
    private final int mask;
    private final Pace pace = Pace.ofOneToOne();

    private long position; // the next record, or nothing
    private long freed; // the head as the producer has it
    private long freeAt; // publish the head when we are here

    /** Goes on where the last consumer ended, however it ended. The caller has the role. */
    SpscReader(AtomicBuffer buffer, int capacity) {
        this.buffer = buffer;
        this.capacity = capacity;
        this.mask = capacity - 1;
        freed = buffer.getLongAcquire(HEAD);
        SpscFormat.position("head", freed, 0, Long.MAX_VALUE);
        freeAt = freed + capacity / 4;
        long commit = buffer.getLongAcquire(COMMIT);
        // A head that is ahead was left by a consumer that was closed with a store under way.
        position = commit < freed ? freed : SpscFormat.position("commit", commit, freed, capacity);
    }

    /** Hands records over, at most so many; each is committed when its handler has ended. */
    int poll(MessageHandler handler, int limit) {
        pace.await();
        long next = position;
        long committed = next;
        long expected = NOTHING; // the header before this one
        int span = 0; // that goes with it
        int records = 0;
        boolean dry = false;
        try {
            while (records < limit) {
                int index = (int) next & mask;
                long header = buffer.getLongAcquire(DATA + index); // (R) pairs with (P6)
                if (header == NOTHING) {
                    dry = true;
                    break;
                }
                if (header != expected || span > capacity - index) {
                    span = SpscFormat.span(header, index, capacity);
                    expected = header;
                }
                position = next;
                next += span;
                if (header > 0) {
                    records++;
                    int length = SpscLayout.length(header) - HEADER;
                    handler.onMessage( // (C1)
                            SpscLayout.type(header), buffer, DATA + index + HEADER, length);
                }
                buffer.putLongRelease(COMMIT, next); // (C2) pairs with (O)
                committed = next;
                KillPoint.at("spsc.committed");
                if (next - freeAt >= 0) {
                    free(next);
                }
            }
        } finally {
            finish(next, next != committed, records, dry);
        }
        return records;
    }

    /** The same, but the handler says for each record what becomes of it. */
    int controlledPoll(ControlledMessageHandler handler, int limit) {
        pace.await();
        long next = position;
        int records = 0;
        boolean goOn = true;
        boolean dry = false;
        try {
            while (goOn && records < limit) {
                int index = (int) next & mask;
                long header = buffer.getLongAcquire(DATA + index); // (R) pairs with (P6)
                if (header == NOTHING) {
                    dry = true;
                    break;
                }
                int span = SpscFormat.span(header, index, capacity);
                position = next;
                next += span;
                if (header > 0) {
                    records++;
                    int length = SpscLayout.length(header) - HEADER;
                    Action action =
                            handler.onMessage( // (C1)
                                    SpscLayout.type(header), buffer, DATA + index + HEADER, length);
                    goOn = action == Action.CONTINUE || action == Action.COMMIT;
                    if (action == Action.COMMIT) {
                        commit(next);
                    } else if (action == Action.ABORT) {
                        next -= span;
                        records--;
                    }
                }
            }
        } finally {
            finish(next, true, records, dry);
        }
        return records;
    }

    /** What every poll ends with, also by an exception of the handler. */
    private void finish(long next, boolean isNews, int records, boolean dry) {
        position = next;
        if (isNews) {
            commit(next);
        }
        if (dry) {
            free(next);
        }
        pace.found(records, dry);
    }

    private void commit(long next) {
        buffer.putLongRelease(COMMIT, next); // (C2) pairs with (O)
        KillPoint.at("spsc.committed");
        if (next - freeAt >= 0) {
            free(next);
        }
    }

    /** Gives the producer the room before a position that is committed. */
    private void free(long next) {
        if (freed != next) {
            freed = next;
            freeAt = next + capacity / 4;
            buffer.putLongRelease(HEAD, next); // (C3) pairs with (H)
            KillPoint.at("spsc.freed");
        }
    }

    /** The producer gets all the room that it can. */
    void free() {
        free(position);
    }

    long position() {
        return position;
    }
}
