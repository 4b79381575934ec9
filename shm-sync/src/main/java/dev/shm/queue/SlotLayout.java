package dev.shm.queue;

import dev.shm.memory.CacheLine;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Layout of a {@link SharedStack} and of a {@link SharedPriorityQueue} of capacity C.
 *
 * <pre>
 *  offset  size  field         written by             access
 *  ------  ----  ------------  ---------------------  -------------------------------------
 *       0    16  mutex         owners and waiters     CAS; see RobustMutex
 *      16   112  reserved      nobody                 zero
 *     128     4  changing      the owner              release; see below
 *     132     4  size          the owner              release / volatile
 *     136     8  ticket        the owner              release; the last one given
 *     144     4  phase         the owner              release / volatile; see below
 *     148     4  reserved      nobody                 zero
 *     152     4  itemEpoch     the owner; who closes  atomic add; who waits for an item sleeps on it
 *     156     4  itemAwaited   the owner              release; 1: somebody may sleep
 *     160     4  spaceEpoch    the owner; who closes  atomic add; who waits for space sleeps on it
 *     164     4  spaceAwaited  the owner              release; 1: somebody may sleep
 *     168    88  reserved      nobody                 zero
 *     256   4*C  order         the owner              release; numbers of slots, see below
 *       m   s*C  slots         the owner
 *
 *  slot  0      8  ticket    release: the entry's, from 1 on; 0 where there is none
 *        8      8  priority  plain
 *       16      4  length    plain; of the payload
 *       20      4  reserved  zero
 *       24      n  payload   plain; n is maxBytes rounded up to 8, and s is 24 + n
 *
 *  order     every slot's number once: the first {@code size} are those with an entry, the others are free.
 *            In a stack the newest is the last; in a priority queue they are a heap, the least first.
 *
 *  changing  0 order and size agree with the slots    1 they may not: whoever has the mutex rebuilds them
 *
 *  phase     0 open    1 shut down: nothing comes in    2 shut down at once: and nothing goes out
 *
 *  directory: configA = C, configB = maxBytes
 * </pre>
 *
 * <p>The tickets in the slots are the truth, and all the rest follows from them. m is 256 + 4 * C,
 * rounded up to 128. At birth {@code order[i]} is i, and everything else is zero.
 */
final class SlotLayout {
    static final int MUTEX = 0;
    static final int CHANGING = CacheLine.BYTES;
    static final int SIZE = 132;
    static final int TICKET = 136;
    static final int PHASE = 144;
    static final int ITEM_EPOCH = 152;
    static final int SPACE_EPOCH = 160;
    static final int ORDER = 2 * CacheLine.BYTES;

    /** From an epoch to what says whether somebody sleeps on it. */
    static final int AWAITED = 4;

    static final int SLOT_TICKET = 0;
    static final int SLOT_PRIORITY = 8;
    static final int SLOT_LENGTH = 16;
    static final int SLOT_PAYLOAD = 24;

    static final long FREE = 0;

    static final int OPEN = 0;
    static final int SHUT_DOWN = 1;
    static final int EMPTIED = 2;

    static final int MAX_CAPACITY = 1 << 24;
    static final int MAX_BYTES = Integer.MAX_VALUE - 4 * CacheLine.BYTES;

    private final int capacity;
    private final int maxBytes;
    private final int slots;
    private final int stride;

    /** The places in one. The numbers have been checked. */
    SlotLayout(int capacity, int maxBytes) {
        this.capacity = capacity;
        this.maxBytes = maxBytes;
        this.slots = (int) slots(capacity);
        this.stride = (int) stride(maxBytes);
    }

    /** The same, as the directory has it; null if there can be none. */
    static @Nullable SlotLayout of(long capacity, long maxBytes) {
        boolean possible =
                capacity >= 1
                        && capacity <= MAX_CAPACITY
                        && maxBytes >= 1
                        && maxBytes <= MAX_BYTES
                        && slots(capacity) + capacity * stride(maxBytes) <= MAX_BYTES;
        return possible ? new SlotLayout((int) capacity, (int) maxBytes) : null;
    }

    private static long slots(long capacity) {
        return CacheLine.align(ORDER + capacity * Integer.BYTES);
    }

    private static long stride(long maxBytes) {
        return SLOT_PAYLOAD + (maxBytes + Long.BYTES - 1 & -Long.BYTES);
    }

    /** Fills memory that is all zero. */
    void initialize(MutableDirectBuffer memory) {
        for (int i = 0; i < capacity; i++) {
            memory.putInt(place(i), i, ByteOrder.LITTLE_ENDIAN);
        }
    }

    int capacity() {
        return capacity;
    }

    int maxBytes() {
        return maxBytes;
    }

    int bytes() {
        return slots + capacity * stride;
    }

    /** Where the order has the number of a slot. */
    int place(int index) {
        return ORDER + index * Integer.BYTES;
    }

    int slot(int number) {
        return slots + number * stride;
    }

    @Override
    public String toString() {
        return capacity + " entries of at most " + maxBytes + " bytes";
    }
}
