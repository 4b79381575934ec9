package dev.shm.ring;

import dev.shm.memory.CacheLine;

/**
 * Layout of a {@link Broadcast}: that of Agrona's broadcast buffer, whose reserved part has the
 * role.
 *
 * <pre>
 *  offset    size      field        written by          access
 *  --------  --------  -----------  ------------------  -----------------
 *         0  capacity  data         the transmitter     release / acquire
 *  capacity         8  intent       the transmitter     release / acquire
 *        +8         8  tail         the transmitter     release / acquire
 *       +16         8  latest       the transmitter     release / acquire
 *       +24         4  transmitter  who takes the role  CAS
 *       +28       100  reserved     nobody              zero
 *
 *  bytes = capacity + 128, capacity a power of two from 128 to 2^30; directory: configA = capacity, configB = 0
 * </pre>
 *
 * <p>Positions are 64-bit offsets in the stream of all bytes that were ever transmitted, and
 * multiples of 8; a position modulo the capacity is a place in the data. What is before {@code
 * tail} is transmitted. Whatever lies more than a capacity before {@code intent} may be written
 * over. {@code latest} is where the last record begins, or the one before it. The role is the tag
 * of a participant, dead or alive; 0 is nobody.
 *
 * <p>Records follow each other, each on a multiple of 8: a header of 8 bytes, the payload, and
 * zeros up to the next multiple of 8.
 *
 * <pre>
 *  header   63           32 31            0
 *          +---------------+---------------+
 *          |     type      |    length     |
 *          +---------------+---------------+
 *
 *  type   length          what it is
 *  -----  --------------  ---------------------------------------------------------------
 *  &gt; 0    8 + payload     a record
 *    -1   up to the end   padding; the next record is at place 0
 * </pre>
 */
final class BroadcastLayout {
    static final int INTENT = 0; // these from the end of the data on
    static final int TAIL = 8;
    static final int LATEST = 16;
    static final int TRANSMITTER = 24;
    static final int TRAILER = CacheLine.BYTES;

    static final int MIN_CAPACITY = 128;
    static final int MAX_CAPACITY = 1 << 30;
    static final int HEADER = 8;
    static final int ALIGNMENT = 8;

    private static final int RECORDS_PER_CAPACITY = 8;
    private static final long PADDING = -1L << 32;

    private BroadcastLayout() {}

    static int bytes(int capacity) {
        return capacity + TRAILER;
    }

    static boolean isCapacity(long capacity) {
        return capacity >= MIN_CAPACITY
                && capacity <= MAX_CAPACITY
                && (capacity & (capacity - 1)) == 0;
    }

    /** The longest payload; the same as in Agrona. */
    static int maxLength(int capacity) {
        return capacity / RECORDS_PER_CAPACITY;
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
