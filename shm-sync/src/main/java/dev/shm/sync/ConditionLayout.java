package dev.shm.sync;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Layout of a {@link SharedCondition}.
 *
 * <pre>
 *  offset       size  field      written by              access
 *  -----------  ----  ---------  ----------------------  -----------------------
 *            0     4  ticket     who holds the lock      release / plain
 *            4     4  used       who holds the lock      CAS / volatile
 *            8    56  reserved   nobody                  zero
 *           64     1  length     the creator, at birth   plain: of the lock's name
 *           65    63  lock       the creator, at birth   plain: its name, ASCII
 *  128 + 8 * i     8  cell i     who holds the lock      release / volatile
 *
 *  cell    63                        32 31   30 29                       0
 *         +----------------------------+-------+--------------------------+
 *         |           ticket           | state |      tag of the waiter   |
 *         +----------------------------+-------+--------------------------+
 *
 *  state          the waiter is alive                    the waiter is dead
 *  -------------  -------------------------------------  ----------------------------------
 *  0 FREE         (nobody: the whole cell is zero)
 *  1 WAITING      sleeps, or is about to                 as good as free
 *  2 SIGNALLED    was chosen, has not returned yet       its signal is owed to another
 *  3 RELEASED     the same, by a signal to all           as good as free
 *
 *  directory: configA = cells, 1 to 65536; configB = the lock's id; bytes = 128 + 8 * cells
 * </pre>
 *
 * <p>A waiter sleeps on the low int of its cell. Tickets count waits from 0 and wrap; the oldest
 * waiter is the one whose ticket lies farthest behind the next. All cells from {@code used} on are
 * free and always were.
 */
final class ConditionLayout {
    static final int TICKET = 0;
    static final int USED = 4;
    static final int LOCK_LENGTH = 64;
    static final int LOCK = 65;
    static final int CELLS = 128;

    static final long FREE = 0;
    static final int WAITING = 1 << 30;
    static final int SIGNALLED = 2 << 30;
    static final int RELEASED = 3 << 30;
    static final int STATE = 3 << 30;
    static final int TAG = WAITING - 1;

    static final int MAX_CELLS = 1 << 16;
    private static final int MAX_NAME = 63;

    private ConditionLayout() {}

    static int bytes(int cells) {
        return cell(cells);
    }

    static int cell(int index) {
        return CELLS + index * Long.BYTES;
    }

    static long cell(int ticket, int state, int tag) {
        return (long) ticket << Integer.SIZE | Integer.toUnsignedLong(state | tag);
    }

    static int ticket(long cell) {
        return (int) (cell >>> Integer.SIZE);
    }

    static int state(long cell) {
        return (int) cell & STATE;
    }

    static int tag(long cell) {
        return (int) cell & TAG;
    }

    static void writeLock(MutableDirectBuffer memory, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        memory.putByte(LOCK_LENGTH, (byte) bytes.length);
        memory.putBytes(LOCK, bytes);
    }

    /** The lock's name, for people; hostile memory gives a wrong one. */
    static String readLock(DirectBuffer memory) {
        int length = memory.capacity() < CELLS ? 0 : memory.getByte(LOCK_LENGTH);
        byte[] bytes = new byte[Math.min(Math.max(length, 0), MAX_NAME)];
        memory.getBytes(LOCK, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
