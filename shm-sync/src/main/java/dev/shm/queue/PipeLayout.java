package dev.shm.queue;

import dev.shm.memory.CacheLine;
import dev.shm.ring.SpscRing;

/**
 * Layout of a {@link SharedPipe}.
 *
 * <pre>
 *  offset          size  field     written by                 access
 *  ------  ------------  --------  -------------------------  -----------------------
 *       0             4  left      who takes the left end     CAS
 *       4             4  right     who takes the right end    CAS
 *       8           120  reserved  nobody                     zero
 *     128  896+capacity  out       from left to right         see below
 *   after  896+capacity  back      from right to left         only in a duplex pipe
 *
 *  a direction
 *       0             4  reader    reader asleep, and writer  volatile / acquire
 *       4           124  reserved  nobody                     zero
 *     128             4  writer    writer asleep, and reader  volatile / acquire
 *     132           124  reserved  nobody                     zero
 *     256  640+capacity  ring      an SpscRing                as SpscLayout says
 *
 *  bytes = 128 + directions * (896 + capacity); directory: configA = capacity, configB = 1 or 2 directions
 *
 *  end     31        30        29                               0
 *         +----+-----------+-----------------------------------+
 *         |  0 |  CLOSED   |               tag                 |
 *         +----+-----------+-----------------------------------+
 * </pre>
 *
 * <p>The tag is that of the participant that took the end; 0 is nobody yet. An end that is closed,
 * or whose participant is dead, is over for good. {@code reader} and {@code writer} are 1 while
 * that side may be asleep; it sleeps on the word.
 *
 * <pre>
 *  type of a record  payload                                   what it is
 *  ----------------  ----------------------------------------  -------------------------------
 *  1  WHOLE          the message                               a message
 *  2  FIRST          8 bytes: length of the message; its       the beginning of a message that
 *                    beginning                                 takes several records
 *  3  NEXT           the next part                             what follows it
 * </pre>
 *
 * <p>A WHOLE or FIRST that comes before the end of a message means that its sender gave it up.
 */
final class PipeLayout {
    static final int LEFT = 0;
    static final int RIGHT = 4;
    static final int DIRECTIONS = CacheLine.BYTES;

    static final int READER = 0; // these in a direction
    static final int WRITER = CacheLine.BYTES;
    static final int RING = 2 * CacheLine.BYTES;

    static final int CLOSED = 1 << 30;
    static final int TAG = CLOSED - 1;

    static final int WHOLE = 1;
    static final int FIRST = 2;
    static final int NEXT = 3;
    static final int LENGTH = 8; // before the beginning in a FIRST

    static final int MIN_CAPACITY = 128;
    static final int MAX_CAPACITY = 1 << 29;
    static final int MAX_MESSAGE = 1 << 30;

    private PipeLayout() {}

    static boolean isCapacity(long capacity) {
        return capacity >= MIN_CAPACITY
                && capacity <= MAX_CAPACITY
                && (capacity & (capacity - 1)) == 0;
    }

    static int bytes(int capacity, int directions) {
        return direction(capacity, directions);
    }

    /** Where a direction begins, 0 or 1. */
    static int direction(int capacity, int number) {
        return DIRECTIONS + number * (RING + SpscRing.bytes(capacity));
    }
}
