package dev.shm.wait;

/**
 * Layout of a {@link RobustMutex}. Its first word is the robust futex word of Linux and glibc; it
 * and the next one change together, as one long.
 *
 * <pre>
 *  offset  size  field         written by            access
 *  ------  ----  ------------  --------------------  ------------------------------
 *       0     4  word          owners and waiters    CAS of the long; sleepers sleep on it
 *       4     4  owner thread  the owner             CAS of the long
 *       8     8  long thread   the owner             plain, for diagnostics only
 *
 *  word    31        30     29                                    0
 *         +---------+------+---------------------------------------+
 *         | WAITERS | DIED |            tag of the owner           |
 *         +---------+------+---------------------------------------+
 *
 *  tag      WAITERS  DIED  state
 *  -------  -------  ----  ----------------------------------------------------------------
 *  0           0      0    free
 *  0           0      1    free; what it guards may be half changed, the next owner is told
 *  alive       0      0    held, nobody sleeps
 *  alive       1      0    held, somebody may sleep: the owner wakes one when it leaves
 *  alive       x      1    held, and the owner was told that one before it died
 *  dead        x      x    abandoned: whoever comes takes it over, DIED
 *  0           1      x    never written; taken like the same state without WAITERS
 * </pre>
 *
 * <p>The owner thread is the {@code Thread} id inside the owner's JVM, 0 while the tag is 0. An id
 * of 2^32 - 1 or more, which only a JVM with very many virtual threads gets to, does not fit: then
 * all bits of the field are set, and the id stands in the long thread.
 */
final class MutexLayout {
    static final int WORD = 0;
    static final int OWNER_THREAD = 4;
    static final int LONG_THREAD = 8;
    static final int BYTES = 16;
    static final int ALIGNMENT = 8;

    static final int WAITERS = 1 << 31;
    static final int DIED = 1 << 30;
    static final int TAG = DIED - 1;
    static final int FREE = 0;

    /** What stands for a thread whose id does not fit. */
    static final int LONG_ID = -1;

    private static final long LEAST_LONG_ID = 0xFFFF_FFFFL;

    private MutexLayout() {}

    /** The long of a mutex that a participant's thread holds. */
    static long held(int word, int thread) {
        return (long) thread << Integer.SIZE | Integer.toUnsignedLong(word);
    }

    static int word(long both) {
        return (int) both;
    }

    static int thread(long both) {
        return (int) (both >>> Integer.SIZE);
    }

    /** What stands for a thread of this id. */
    static int thread(Thread thread) {
        return fits(thread.getId()) ? (int) thread.getId() : LONG_ID;
    }

    static boolean fits(long threadId) {
        return threadId < LEAST_LONG_ID;
    }
}
