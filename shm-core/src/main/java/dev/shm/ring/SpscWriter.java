package dev.shm.ring;

import static dev.shm.ring.SpscLayout.DATA;
import static dev.shm.ring.SpscLayout.HEAD;
import static dev.shm.ring.SpscLayout.HEADER;
import static dev.shm.ring.SpscLayout.NOTHING;
import static dev.shm.ring.SpscLayout.TAIL;
import static org.agrona.concurrent.ringbuffer.RingBuffer.INSUFFICIENT_CAPACITY;

import dev.shm.memory.KillPoint;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/** The producer's side of the protocol of {@link SpscRing}. */
final class SpscWriter {
    /*
     * Overview (ALGORITHMS 5; the header is pictured in SpscLayout).
     *
     *   open     from the larger of tail and head step over whatever is published: there we go on (O)
     *   offer    room: the record and the next header stay before the end of what is clear; else
     *            tail (P7), load head (H), and clear what is free behind the record, a kilobyte at most (P4)
     *            does not fit before the end of the data: header at place 0 = nothing (P1), padding (P2),
     *            and go on at place 0
     *            payload (P5), header (P6)
     *   claim    room as above; the payload is the user's (P5)
     *   commit   P6; after an abort, or a copy that failed, nothing is known to be clear
     *   append   the same as offer, but the header of the first record is withheld
     *   flush    the header of the first (P6): all of them appear at once
     *
     * Nothing is lost or torn. From the end of what is published to the end of what is clear all is nothing,
     * but for the payload, or the batch behind its first header, that is on its way; and the next header stays
     * before that end: so by (P4) and (P1), which are before (P6) and (P2), the header at the end of what is
     * published is nothing, whatever happens. The consumer goes from header to header and stops at nothing, so
     * it reads no further than (P6), which released all stores before it. (H) acquires what the consumer
     * released after its last read of that room, so we write over nothing that is still read.
     *
     * Nothing is stuck. Killed before (P6): the header at the tail is nothing, and our successor clears
     * whatever we left behind it. Killed after (P6) or (P2): (O) steps over it, since headers from head on are
     * whole until the consumer passes them. The tail only shortens the way, and is never ahead of (P6).
     *
     * Why it is fast. Stores are seen in their order: were the next header cleared with each record, then
     * wherever that is on another line, (P6) would wait until that line has come from the consumer's core.
     */

    private static final int NONE = -1;

    /** How much is cleared ahead at most, in bytes. */
    private static final int AHEAD = 1024;

    private final AtomicBuffer buffer;
    private final int capacity;
    private final int mask;
    private final int maxLength;
    private final int ahead; // is cleared behind records that are shorter than that

    private long tail; // where the next record goes
    private long end; // of what is free and clear
    private int first = NONE; // the index of the header that is withheld
    private long firstPosition; // of that record
    private long withheld; // that header
    private long claimed = NOTHING; // the header of the claim that is open

    /** Goes on where the last producer ended, however it ended. The caller has the role. */
    SpscWriter(AtomicBuffer buffer, int capacity) {
        this.buffer = buffer;
        this.capacity = capacity;
        this.mask = capacity - 1;
        this.maxLength = SpscLayout.maxLength(capacity);
        this.ahead = Math.min(AHEAD, capacity / 2);
        tail = new SpscEnd(buffer, capacity).find(); // (O)
        end = tail;
    }

    /** Copies a record into the ring and publishes it, after those appended; false: no room. */
    boolean offer(int type, DirectBuffer source, int sourceIndex, int length) {
        int index = reserve(type, length);
        if (index == INSUFFICIENT_CAPACITY) {
            return false;
        }
        copy(index + HEADER, source, sourceIndex, length);
        publishWritten(index, SpscLayout.header(type, length), SpscLayout.span(HEADER + length));
        return true;
    }

    /** The same for a record that is one number: stores it, where {@link #offer} copies. */
    boolean offerLong(int type, long value) {
        int index = reserve(type, Long.BYTES);
        if (index == INSUFFICIENT_CAPACITY) {
            return false;
        }
        buffer.putLong(index + HEADER, value);
        publishWritten(index, SpscLayout.header(type, Long.BYTES), HEADER + Long.BYTES);
        return true;
    }

    /** Copies a record into the ring and withholds it; false: no room, and nothing is withheld. */
    boolean append(int type, DirectBuffer source, int sourceIndex, int length) {
        int index = reserve(type, length);
        if (index == INSUFFICIENT_CAPACITY) {
            flush();
            return false;
        }
        copy(index + HEADER, source, sourceIndex, length);
        withhold(index, SpscLayout.header(type, length), SpscLayout.span(HEADER + length));
        return true;
    }

    /** The same for a record that is one number. */
    boolean appendLong(int type, long value) {
        int index = reserve(type, Long.BYTES);
        if (index == INSUFFICIENT_CAPACITY) {
            flush();
            return false;
        }
        buffer.putLong(index + HEADER, value);
        withhold(index, SpscLayout.header(type, Long.BYTES), HEADER + Long.BYTES);
        return true;
    }

    /** Ends a record that is not to be seen yet: the first of those keeps its header back. */
    private void withhold(int index, long header, int span) {
        if (first == NONE) {
            first = index;
            firstPosition = tail;
            withheld = header;
        } else {
            buffer.putLong(index, header);
        }
        tail += span;
    }

    /** Publishes what was appended. */
    void flush() {
        int index = first;
        if (index != NONE) {
            KillPoint.at("spsc.appended");
            buffer.putLongRelease(index, withheld); // (P6)
            first = NONE;
            KillPoint.at("spsc.flushed");
        }
    }

    /** Reserves room for a payload; the index of it in the buffer, or INSUFFICIENT_CAPACITY. */
    int tryClaim(int type, int length) {
        int index = reserve(type, length);
        if (index == INSUFFICIENT_CAPACITY) {
            return INSUFFICIENT_CAPACITY;
        }
        claimed = SpscLayout.header(type, length);
        KillPoint.at("spsc.claimed");
        return index + HEADER;
    }

    /** Publishes the claim, after what was appended. */
    void commit(int index) {
        checkClaim(index);
        long header = claimed;
        claimed = NOTHING;
        publish(index - HEADER, header, SpscLayout.span(SpscLayout.length(header)));
    }

    /** Forgets the claim. */
    void abort(int index) {
        checkClaim(index);
        claimed = NOTHING;
        end = tail; // behind it is what was written into the claim
    }

    /** Ends this producer: a claim is forgotten, what was appended is published. */
    void close() {
        claimed = NOTHING;
        flush();
        buffer.putLongRelease(TAIL, tail);
    }

    /** The end of what is published. */
    long position() {
        return first == NONE ? tail : firstPosition;
    }

    /** The index of a record's header in the buffer, with room for it and the header after it. */
    private int reserve(int type, int length) {
        if (type < 1 || length < 0 || length > maxLength || claimed != NOTHING) {
            throw refused(type, length);
        }
        int span = SpscLayout.span(HEADER + length);
        int index = (int) tail & mask;
        if (tail + span < end && span <= capacity - index) {
            return DATA + index;
        }
        return reserveSlowly(span, index);
    }

    private int reserveSlowly(int span, int index) {
        int toEnd = capacity - index;
        boolean wraps = span > toEnd;
        int wanted = wraps ? toEnd + span : span;
        if (tail + wanted >= end) {
            buffer.putLongRelease(TAIL, position()); // (P7) pairs with (O)
            KillPoint.at("spsc.tail");
            long head = buffer.getLongAcquire(HEAD); // (H) pairs with (C3): what was read is ours
            SpscFormat.position("tail", tail, head, capacity);
            if (tail + wanted >= head + capacity) {
                return INSUFFICIENT_CAPACITY;
            }
            long next = tail + wanted;
            long to = Math.min(head + capacity, next + (span < ahead ? ahead : HEADER));
            clear(Math.max(end, next), to); // (P4) pairs with (R): there is an end
            end = to;
            KillPoint.at("spsc.cleared");
        }
        if (wraps) {
            pad(DATA + index, toEnd);
            return DATA;
        }
        return DATA + index;
    }

    /** Fills the rest of the data. */
    private void pad(int index, int bytes) {
        buffer.putLong(DATA, NOTHING); // (P1) pairs with (R): there is an end
        if (first == NONE) {
            KillPoint.at("spsc.wrapping");
            buffer.putLongRelease(index, SpscLayout.padding(bytes)); // (P2) pairs with (R)
            KillPoint.at("spsc.padded");
        } else {
            buffer.putLong(index, SpscLayout.padding(bytes));
        }
        tail += bytes;
    }

    private void publishWritten(int index, long header, int span) {
        KillPoint.at("spsc.copied");
        publish(index, header, span);
    }

    private void publish(int index, long header, int span) {
        if (first == NONE) {
            buffer.putLongRelease(index, header); // (P6) pairs with (R): the payload is visible
            tail += span;
            KillPoint.at("spsc.published");
        } else {
            buffer.putLong(index, header);
            tail += span;
            flush();
        }
    }

    private void clear(long from, long to) {
        int index = (int) from & mask;
        int length = (int) (to - from);
        int first = Math.min(length, capacity - index);
        buffer.setMemory(DATA + index, first, (byte) 0);
        if (first < length) {
            buffer.setMemory(DATA, length - first, (byte) 0);
        }
    }

    /** Copies a payload (P5); what it leaves when that fails is to be cleared. */
    private void copy(int index, DirectBuffer source, int sourceIndex, int length) {
        try {
            if (length == Long.BYTES) {
                copyLong(index, source, sourceIndex);
            } else {
                buffer.putBytes(index, source, sourceIndex, length);
            }
        } catch (Throwable e) {
            end = tail; // behind it is what was copied until then
            throw e;
        }
    }

    private void copyLong(int index, DirectBuffer source, int sourceIndex) {
        long bytes = source.getLong(sourceIndex, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(index, bytes, ByteOrder.LITTLE_ENDIAN);
    }

    private void checkClaim(int index) {
        if (claimed == NOTHING) {
            throw new IllegalStateException("index=" + index + ": no claim is open");
        }
        int expected = DATA + ((int) tail & mask) + HEADER;
        if (index != expected) {
            throw new IllegalArgumentException(
                    "index=" + index + ", allowed: " + expected + ", that of the open claim");
        }
    }

    private RuntimeException refused(int type, int length) {
        if (type < 1) {
            return new IllegalArgumentException("type=" + type + ": must be at least 1");
        }
        if (length < 0 || length > maxLength) {
            return new IllegalArgumentException(
                    "length="
                            + length
                            + ", allowed: 0 to "
                            + maxLength
                            + " in a ring of "
                            + capacity);
        }
        return new IllegalStateException("a claim is open: commit or abort it first");
    }
}
