package dev.shm.ring;

import dev.shm.memory.CacheLine;
import org.jspecify.annotations.Nullable;

/**
 * Layout of an {@link MpmcRing}.
 *
 * <pre>
 *  offset       size      field       written by                          access
 *  -----------  --------  ----------  ----------------------------------  ------------------
 *            0         8  tail        producers; consumers that wait      CAS
 *            8       120  reserved    nobody                              zero
 *          128         8  head        consumers; producers that wait      CAS
 *          136         8  redelivery  who finds or clears what is owed    CAS
 *          144       112  reserved    nobody                              zero
 *          256         4  itemEpoch   producers; sleepers sleep on it     atomic add
 *          260       124  reserved    nobody                              zero
 *          384         4  spaceEpoch  consumers; sleepers sleep on it     atomic add
 *          388       124  reserved    nobody                              zero
 *          512  4*cells+  tags        the participant of each slot        release / acquire
 *     sequence  8*C       sequence    who has claimed the position        release, CAS / acquire
 *     producer  8*C       producer    the next producer                   CAS
 *     consumer  8*C       consumer    the next consumer, a redeliverer    CAS
 *     attempts  8*C       attempts    a redeliverer                       plain
 *     messages  stride*C  messages    producers                           plain
 *
 *  tail, head   63                       13    12     11          0
 *              +---------------------------+---------+-------------+
 *              |         position          | WAITING |  slot + 1   |   of whoever made the last claim
 *              +---------------------------+---------+-------------+
 *
 *  sequence     63                       13 12       2 1          0
 *              +---------------------------+----------+------------+
 *              |         position          |    0     |   state    |
 *              +---------------------------+----------+------------+
 *
 *  state  name     the position is
 *  -----  -------  ---------------------------------------------------------------------------------
 *      0  FREE     not published: unclaimed where it is not below tail, else its producer is at work
 *      1  FULL     published; where it is below head, some consumer has it
 *      2  ABORTED  given up by its producer, or by the others when that one died; to be skipped
 *
 *  producer,    63                       30 29                    0
 *  consumer    +---------------------------+-----------------------+
 *              |  lap + 1, low 34 bits     |  tag of who claimed   |   0 names nobody
 *              +---------------------------+-----------------------+
 *
 *  attempts     63                       24 23                    0
 *              +---------------------------+-----------------------+
 *              |  lap + 1, low 40 bits     |        count          |   of another lap: 0
 *              +---------------------------+-----------------------+
 *
 *  redelivery   63                                  2     1     0
 *              +--------------------------------------+------+-----+
 *              |               version                | DROP | SET |
 *              +--------------------------------------+------+-----+
 *
 *  message      0          4        8
 *              +----------+--------+---------------------------+
 *              |  length  |  type  |  up to maxLength bytes    |
 *              +----------+--------+---------------------------+
 *
 *  directory: configA = capacity C; configB = cells * 2^32 + maxLength
 * </pre>
 *
 * <p>Each array begins on a line of its own. Tag cell {@code s} belongs to whoever has slot + 1 =
 * {@code s}; cell 0 is nobody's. Positions count messages, modulo 2^51: position {@code p} has
 * index {@code p % C} in the arrays and belongs to lap {@code p / C}. At birth {@code sequence[i]}
 * is FREE for position {@code i}, and everything else is zero.
 *
 * <p>A queue is laid out as a ring whose capacity is the next power of two, and has its own in
 * configA. Slot + 1 = 4095 in tail says that it was shut down, DROP that what is in it is to be
 * thrown away; DROP stays, and SET with it.
 */
final class MpmcLayout {
    static final int TAIL = 0;
    static final int HEAD = CacheLine.BYTES;
    static final int REDELIVERY = HEAD + Long.BYTES;
    static final int ITEM_EPOCH = 2 * CacheLine.BYTES;
    static final int SPACE_EPOCH = 3 * CacheLine.BYTES;
    static final int TAGS = 4 * CacheLine.BYTES;

    static final int LENGTH = 0;
    static final int TYPE = 4;
    static final int PAYLOAD = 8;

    static final int MIN_CAPACITY = 2;
    static final int MAX_CAPACITY = 1 << 24;
    static final int MAX_BYTES = Integer.MAX_VALUE - 4 * CacheLine.BYTES;

    /** The step from one position to the next, in a word that has its position from here on. */
    static final long ONE = 1L << 13;

    static final long POSITION = -ONE;
    static final long WAITING = 1L << 12;
    static final long SLOT = WAITING - 1;

    static final long FREE = 0;
    static final long FULL = 1;
    static final long ABORTED = 2;

    static final int TAG_BITS = 30;
    static final int TAG = (1 << TAG_BITS) - 1;
    static final int COUNT_BITS = 24;
    static final long COUNT = (1L << COUNT_BITS) - 1;
    static final long SET = 1;
    static final long DROP = 2;
    static final long VERSION = 4;

    /** Stands in tail for a slot where nothing is put in any more. */
    static final long CLOSED = SLOT;

    /** A tag that nobody has or ever had: who is named so is dead. */
    static final int ORPHAN = 1 << 12;

    private static final int POSITION_SHIFT = 13;
    private static final long SIZE_MASK = 0xFFFF_FFFFL;

    private final int capacity;
    private final int maxLength;
    private final int cells;
    private final int lapShift;

    /** The places in a ring. The numbers have been checked. */
    MpmcLayout(int capacity, int maxLength, int participants) {
        this.capacity = capacity;
        this.maxLength = maxLength;
        this.cells = participants + 1;
        this.lapShift = POSITION_SHIFT + Integer.numberOfTrailingZeros(capacity);
    }

    /** The same, as the directory has it; null if it can be no ring. */
    static @Nullable MpmcLayout of(long configA, long configB) {
        long participants = configB >>> Integer.SIZE;
        long maxLength = configB & SIZE_MASK;
        if (!isCapacity(configA)
                || participants < 1
                || participants > SLOT
                || maxLength > MAX_BYTES
                || bytes(configA, maxLength, participants) > MAX_BYTES) {
            return null;
        }
        return new MpmcLayout((int) configA, (int) maxLength, (int) participants);
    }

    /** The same for a queue. */
    static @Nullable MpmcLayout ofQueue(long configA, long configB) {
        long participants = configB >>> Integer.SIZE;
        return configA < 1 || configA > MAX_CAPACITY || participants >= CLOSED
                ? null
                : of(ringCapacity((int) configA), configB);
    }

    /** The capacity of the ring behind a queue. */
    static int ringCapacity(int capacity) {
        int highest = Integer.highestOneBit(capacity);
        return Math.max(MIN_CAPACITY, highest == capacity ? capacity : 2 * highest);
    }

    static boolean isCapacity(long capacity) {
        return capacity >= MIN_CAPACITY && capacity <= MAX_CAPACITY && Long.bitCount(capacity) == 1;
    }

    /** How many bytes a ring takes; may be more than there can be. */
    static long bytes(long capacity, long maxLength, long participants) {
        return TAGS
                + CacheLine.align((participants + 1) * Integer.BYTES)
                + 4 * CacheLine.align(capacity * Long.BYTES)
                + CacheLine.align(capacity * stride(maxLength));
    }

    /** The longest message that a ring of some capacity can be made for. */
    static long longest(long capacity, long participants) {
        long stride = (MAX_BYTES - bytes(capacity, 0, participants)) / capacity;
        return (stride & -Long.BYTES) - PAYLOAD;
    }

    private static long stride(long maxLength) {
        return PAYLOAD + (maxLength + Long.BYTES - 1 & -Long.BYTES);
    }

    int capacity() {
        return capacity;
    }

    int maxLength() {
        return maxLength;
    }

    int cells() {
        return cells;
    }

    int stride() {
        return (int) stride(maxLength);
    }

    int bytes() {
        return (int) bytes(capacity, maxLength, cells - 1);
    }

    long configB() {
        return (long) (cells - 1) << Integer.SIZE | maxLength;
    }

    int tagCell(int slotAndOne) {
        return TAGS + slotAndOne * Integer.BYTES;
    }

    int sequences() {
        return TAGS + CacheLine.align(cells * Integer.BYTES);
    }

    int producers() {
        return sequences() + CacheLine.align(capacity * Long.BYTES);
    }

    int consumers() {
        return producers() + CacheLine.align(capacity * Long.BYTES);
    }

    int attempts() {
        return consumers() + CacheLine.align(capacity * Long.BYTES);
    }

    int messages() {
        return attempts() + CacheLine.align(capacity * Long.BYTES);
    }

    /** The index of a position in each of the arrays. */
    int index(long position) {
        return (int) (position >>> POSITION_SHIFT) & capacity - 1;
    }

    /** How far apart the positions of one index are. */
    long span() {
        return (long) capacity << POSITION_SHIFT;
    }

    /** What tail says instead of a slot once it is closed; what no slot is, if it never can be. */
    long closed() {
        return cells <= CLOSED ? CLOSED : -1;
    }

    /** What names the one who claimed a position. */
    long entry(long position, int tag) {
        return (position >>> lapShift) + 1 << TAG_BITS | tag;
    }

    /** Whether an entry is about a position, and not about an earlier lap. */
    boolean isFor(long entry, long position) {
        return (entry & TAG) != 0 && (entry ^ entry(position, 0)) >>> TAG_BITS == 0;
    }

    static int tagOf(long entry) {
        return (int) entry & TAG;
    }

    /** How many attempts at a position have failed, as a word says it. */
    int failures(long word, long position) {
        boolean sameLap = (word ^ failed(position, 0)) >>> COUNT_BITS == 0;
        return sameLap ? (int) (word & COUNT) : 0;
    }

    /** The word that says so. */
    long failed(long position, int count) {
        return (position >>> lapShift) + 1 << COUNT_BITS | Math.min(count, COUNT);
    }

    /** The number that a position is known by outside. */
    static long number(long position) {
        return position >>> POSITION_SHIFT;
    }

    static long position(long number) {
        return number << POSITION_SHIFT;
    }

    static long state(long sequence) {
        return sequence & ~POSITION;
    }
}
