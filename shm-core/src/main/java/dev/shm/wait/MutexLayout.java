package dev.shm.wait;

/**
 * Layout of a {@link RobustMutex}. Its word is the robust futex word of Linux and glibc.
 *
 * <pre>
 *  offset  size  field         written by            access
 *  ------  ----  ------------  --------------------  ------------------------------
 *       0     4  word          owners and waiters    CAS
 *       4     4  reserved      nobody                zero
 *       8     8  owner thread  the owner             plain, for diagnostics only
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
 * <p>The owner thread is meaningful while the tag is not zero. It is the {@code Thread} id inside
 * the owner's JVM.
 */
final class MutexLayout {
    static final int WORD = 0;
    static final int OWNER_THREAD = 8;
    static final int BYTES = 16;
    static final int ALIGNMENT = 8;

    static final int WAITERS = 1 << 31;
    static final int DIED = 1 << 30;
    static final int TAG = DIED - 1;
    static final int FREE = 0;

    private MutexLayout() {}
}
