package dev.shm.ring;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link SpscRing}.
 *
 * <pre>
 *  offset  size      field        written by              access
 *  ------  --------  -----------  ----------------------  -----------------
 *       0         8  tail         the producer            release / acquire
 *       8         4  producer     who takes the role      CAS
 *      12       116  reserved     nobody                  zero
 *     128         8  head         the consumer            release / acquire
 *     136       120  reserved     nobody                  zero
 *     256         8  commit       the consumer            release / acquire
 *     264         4  consumer     who takes the role      CAS
 *     268       116  reserved     nobody                  zero
 *     384         8  correlation  anybody                 getAndAdd
 *     392       120  reserved     nobody                  zero
 *     512         8  heartbeat    the consumer's program  release / acquire
 *     520       120  reserved     nobody                  zero
 *     640  capacity  data         the producer            see below
 *
 *  bytes = 640 + capacity, a power of two from 64 to 2^30; directory: configA = capacity, configB = 0
 * </pre>
 *
 * <p>Positions are 64-bit offsets in the stream of all bytes that ever went through the ring, and
 * multiples of 8; a position modulo the capacity is a place in the data. {@code tail} and {@code
 * head} are lower bounds: records before {@code tail} are published and those after it may be, the
 * room before {@code head} is free. {@code commit} is the position of the first record that a new
 * consumer gets. The roles are tags of participants, dead or alive; 0 is nobody.
 *
 * <p>Records follow each other, each on a multiple of 8: a header of 8 bytes, the payload, and up
 * to 7 bytes of no meaning.
 *
 * <pre>
 *  header   63           32 31            0
 *          +---------------+---------------+
 *          |     type      |    length     |
 *          +---------------+---------------+
 *
 *  type   length        what it is
 *  -----  ------------  ------------------------------------------------------------------------
 *     0   0             nothing: the end of what is published
 *  &gt; 0    8 + payload   a record
 *    -1   up to the end  padding, goes on to the end of the data; the next record is at place 0
 * </pre>
 *
 * <p>A header is stored last, by one 8-byte release store. Where the next header will be there is 0
 * before that.
 */
final class SpscLayout {
    static final int TAIL = 0;
    static final int PRODUCER = 8;
    static final int HEAD = CacheLine.BYTES;
    static final int COMMIT = 2 * CacheLine.BYTES;
    static final int CONSUMER = COMMIT + 8;
    static final int CORRELATION = 3 * CacheLine.BYTES;
    static final int HEARTBEAT = 4 * CacheLine.BYTES;
    static final int DATA = 5 * CacheLine.BYTES;

    static final int MIN_CAPACITY = 64;
    static final int MAX_CAPACITY = 1 << 30;
    static final int HEADER = 8;
    static final int ALIGNMENT = 8;
    static final long NOTHING = 0;

    private static final long PADDING = -1L << 32;

    private SpscLayout() {}

    static int bytes(int capacity) {
        return DATA + capacity;
    }

    static boolean isCapacity(long capacity) {
        return capacity >= MIN_CAPACITY
                && capacity <= MAX_CAPACITY
                && (capacity & (capacity - 1)) == 0;
    }

    /**
     * The longest payload. With padding before it, a record of it just fits into an empty ring,
     * whatever the position; and behind it the header that says that there is no more.
     */
    static int maxLength(int capacity) {
        return capacity / 2 - 2 * HEADER;
    }

    static long header(int type, int payload) {
        return (long) type << 32 | (HEADER + payload);
    }

    static long padding(int bytes) {
        return PADDING | bytes;
    }

    static int type(long header) {
        return (int) (header >>> 32);
    }

    /** Header and payload; of padding, all of it. */
    static int length(long header) {
        return (int) header;
    }

    /** From one record to the next. */
    static int span(int length) {
        return (length + (ALIGNMENT - 1)) & -ALIGNMENT;
    }
}
