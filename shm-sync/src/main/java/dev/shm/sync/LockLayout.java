package dev.shm.sync;

/**
 * Layout of a {@link SharedLock}.
 *
 * <pre>
 *  offset  size  field     written by            access
 *  ------  ----  --------  --------------------  ------------------------------------
 *       0    16  mutex     owners and waiters    CAS; see RobustMutex
 *      16     8  id        the creator, at birth  plain; random, never zero
 *      24     8  deaths    owners told of one    release / volatile
 *      32    96  reserved  nobody                zero
 *
 *  directory: configA = mode (0 reentrant, 1 not), configB = 0, bytes = 128
 * </pre>
 *
 * <p>Deaths counts how often an owner was told of one: whoever waits on a condition of the lock
 * looks at it, since the dead owner may have been about to signal.
 *
 * <p>The id tells a lock from one of the same name that was removed: conditions and values that
 * belong to a lock remember it.
 */
final class LockLayout {
    static final int MUTEX = 0;
    static final int ID = 16;
    static final int DEATHS = 24;
    static final int BYTES = 128;

    private LockLayout() {}
}
