package dev.shm.wait;

import static dev.shm.wait.MutexLayout.DIED;
import static dev.shm.wait.MutexLayout.FREE;
import static dev.shm.wait.MutexLayout.LONG_ID;
import static dev.shm.wait.MutexLayout.LONG_THREAD;
import static dev.shm.wait.MutexLayout.TAG;
import static dev.shm.wait.MutexLayout.WAITERS;
import static dev.shm.wait.MutexLayout.held;
import static dev.shm.wait.MutexLayout.thread;
import static dev.shm.wait.MutexLayout.word;

import dev.shm.memory.KillPoint;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A reentrant mutual exclusion lock in 16 bytes of shared memory that survives the death of its
 * owner.
 *
 * <pre>{@code
 * Acquisition acquisition = mutex.lock();
 * try {
 *     if (acquisition == Acquisition.OWNER_DIED) {
 *         repair();
 *         mutex.markConsistent();
 *     }
 *     change();
 * } finally {
 *     mutex.unlock();
 * }
 * }</pre>
 *
 * <p><b>Threads and processes.</b> The owner is a thread of a participant. The shared word names
 * the participant and its thread, by {@link Thread#getId()}, which a thread's class must not make
 * up; how many times the thread holds the lock is known to this object alone. Hence <em>one object
 * per attachment and place</em>: two objects with the same tag on the same word would each count
 * for themselves. Two attachments of one JVM have two tags and are as strange to each other as two
 * processes. The lock is barging: no order among those who wait, and no fairness. A participant
 * that is stopped keeps what it owns.
 *
 * <p><b>Memory effects.</b> Unlocking happens-before the next lock, whichever process takes it. So
 * does the death of an owner before the lock that reports it.
 *
 * <p><b>If a process dies.</b> The next owner is told, by {@link Acquisition#OWNER_DIED}, that what
 * the lock guards may be half changed, and so is every owner after it until one calls {@link
 * #markConsistent}. Owning a lock without changing anything is reported like any other death. A
 * waiter that dies leaves nothing behind.
 *
 * <p>When the region is closed under a thread that waits, or this participant was declared dead,
 * the thread leaves with {@link IllegalStateException} at its next wake or tick.
 */
public final class RobustMutex {
    /*
     * Overview (ALGORITHMS 2; the word is pictured in MutexLayout).
     *
     *   lock    CAS 0 -> self (L). Otherwise, until it works:
     *             ours already:      count
     *             nobody's:          CAS w -> w | self | keep (L)
     *             a dead owner's:    CAS w -> self | WAITERS | DIED (T)
     *             a living owner's:  spin a little; CAS w -> w | WAITERS (W); sleep on that value
     *           keep is WAITERS once we have slept: we cannot know whether others still do.
     *   unlock  CAS self -> 0 (U); if that fails since WAITERS is there, CAS w -> 0, then wake one.
     *           What is not consistent keeps its DIED.
     *   leave   a timeout or an interrupt after a sleep may have taken a wake that another needs: if the
     *           lock is free wake one, else see to it that WAITERS is there (B).
     *
     * w is the word and, in the upper half of the same long, the owner's thread, which comes and goes with
     * the tag. So an acquisition is one store, the CAS itself: there is no moment at which the lock has an
     * owner that does not know of it, or that others cannot name. Only the thread itself makes the long
     * name it or stop doing so, so it can ask by a read whether the lock is its own. (A thread whose id does
     * not fit is named a moment later.) What follows is about the word alone; the thread changes nothing in
     * it. Each CAS of the long is one of the word, and it
     * fails where that of the word would not only if two threads of one participant have come and gone in
     * between, and then it is made again. The futex compares the word: a sleeper that does not notice such
     * a change sleeps on a word with WAITERS all the same.
     *
     * Nothing is lost. Ownership changes only by a CAS from a word that is nobody's or a dead one's. Death
     * certificates are final and tags never return, so a value seen twice means the same (no ABA) and of
     * several takeovers one wins. (L) and (T) acquire what (U) released or what the dead had stored. DIED
     * goes with the word through every hand until markConsistent (C).
     *
     * Nothing is stuck. A sleeper slept on a word with WAITERS; who replaces that word either wakes one
     * (U), or leaves WAITERS standing (T), so somebody else will. The one woken sets WAITERS again when it
     * takes the lock (keep) or goes back to sleep (W), and passes the wake on when it leaves (B).
     *   Interrupted or timed out: only after (B).
     *   Killed as the owner: the sleepers' tick probes it, and (T).
     *   Killed between (U) and the wake, or woken and killed before (L): the word is free and nobody will
     *   wake the others; their tick finds it so. Leaving by an exception, because the region was closed,
     *   counts as a death.
     * Where nobody dies no tick is needed.
     */

    /** How a lock was acquired. It is held either way. */
    public enum Acquisition {
        /** What the lock guards is as its last owner left it. */
        ACQUIRED,
        /** An owner died, and nobody has called {@link RobustMutex#markConsistent} since. */
        OWNER_DIED
    }

    /** The size in the shared memory. */
    public static final int BYTES = MutexLayout.BYTES;

    /** About 4 us; what is guarded by a mutex of ours takes less. */
    private static final int SPINS = 100;

    private final AtomicBuffer buffer;
    private final int offset;
    private final Liveness liveness;
    private final Waiter waiter;
    private final TickPolicy ticks;
    private final int spins;
    private final int self;

    /** How many times more than once its owner holds the lock; the owner's. */
    private int nested;

    /** The owner, if it is a thread of ours whose id does not fit into the word beside the tag. */
    private @Nullable Thread longOwner;

    /**
     * A mutex in memory that was zero at birth. We must have joined the region: our tag is asked
     * for here. There must be no other object for the same participant and place.
     *
     * @param buffer that holds the mutex
     * @param offset of its 16 bytes, a multiple of 8
     * @param liveness of the participants whose tags the word holds
     * @param waiter to sleep with
     * @throws IllegalArgumentException if the offset is not a multiple of 8
     * @throws IndexOutOfBoundsException if the mutex is not inside the buffer
     */
    public RobustMutex(AtomicBuffer buffer, int offset, Liveness liveness, Waiter waiter) {
        this(buffer, offset, liveness, waiter, TickPolicy.STANDARD, SPINS);
    }

    /**
     * The same for tests: with other ticks, and without spinning.
     *
     * @param buffer that holds the mutex
     * @param offset of its 16 bytes, a multiple of 8
     * @param liveness of the participants whose tags the word holds
     * @param waiter to sleep with
     * @param ticks of its waits
     * @param spins how many times to look before the first sleep
     * @throws IllegalArgumentException if the offset is not a multiple of 8
     * @throws IndexOutOfBoundsException if the mutex is not inside the buffer
     */
    public RobustMutex(
            AtomicBuffer buffer,
            int offset,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks,
            int spins) {
        if (offset % MutexLayout.ALIGNMENT != 0) {
            throw new IllegalArgumentException("offset=" + offset + ": must be a multiple of 8");
        }
        buffer.boundsCheck(offset, BYTES);
        int tag = liveness.self();
        if (tag <= 0 || tag > TAG) {
            throw new IllegalArgumentException("tag=" + tag + ": must be 1.." + TAG);
        }
        this.buffer = buffer;
        this.offset = offset;
        this.liveness = liveness;
        this.waiter = waiter;
        this.ticks = ticks;
        this.spins = spins;
        this.self = tag;
    }

    /**
     * Acquires the lock, waiting as long as it takes. An interrupt does not end the wait; the
     * interrupt status is as before afterwards. A thread that holds the lock already holds it once
     * more, and is told {@code ACQUIRED}: a death was reported to its first acquisition.
     *
     * @return whether an owner died
     * @throws IllegalStateException if the region was closed, or this participant declared dead
     */
    public Acquisition lock() {
        return lockIfFree(buffer, offset, self)
                ? Acquisition.ACQUIRED
                : lockSlowly(Thread.currentThread());
    }

    /**
     * Acquires a lock if nobody holds it and nobody died, in one step. For those who have at hand
     * what it takes, and a buffer of their own over the same memory, which they can close. An
     * offset that is constant saves a tenth of the time.
     *
     * @param view of the memory that the mutex lies in
     * @param offset of the mutex in the view
     * @param self our tag
     * @return false if the lock was not acquired, for whatever reason: it may be free all the same
     * @throws IllegalStateException if the view was closed
     */
    public static boolean lockIfFree(AtomicBuffer view, int offset, int self) {
        long id = Thread.currentThread().getId();
        if (MutexLayout.fits(id)
                && view.compareAndSetLong(
                        offset, FREE, held(self, (int) id))) { // (L) pairs with (U)
            KillPoint.at("mutex.acquired");
            return true;
        }
        return false;
    }

    /**
     * The same, but an interrupt ends the wait.
     *
     * @return whether an owner died
     * @throws InterruptedException if the thread was interrupted before or while it waited; it does
     *     not hold the lock then, or not once more
     * @throws IllegalStateException if the region was closed, or this participant declared dead
     */
    public Acquisition lockInterruptibly() throws InterruptedException {
        Acquisition acquisition = tryLock(Deadline.never());
        if (acquisition == null) {
            throw new AssertionError("a deadline that never expires has expired");
        }
        return acquisition;
    }

    /**
     * Acquires the lock if nobody alive holds it. Takes it over from an owner that was certified
     * dead, but does not find out by itself whether one died.
     *
     * @return whether an owner died; null if the lock was not acquired
     * @throws IllegalStateException if the region was closed, or this participant declared dead
     */
    public @Nullable Acquisition tryLock() {
        Thread current = Thread.currentThread();
        long seen = buffer.getLongVolatile(offset);
        if (isOurs(seen, current)) {
            return reenter();
        }
        long claimed = claim(seen, current, 0);
        while (claimed != 0) {
            if (buffer.compareAndSetLong(offset, seen, claimed)) { // (L) or (T)
                return acquired(claimed, current);
            }
            seen = buffer.getLongVolatile(offset);
            claimed = claim(seen, current, 0);
        }
        return null;
    }

    /**
     * Acquires the lock, waiting until the deadline.
     *
     * @param deadline after which to give up; one that has expired already makes a single attempt
     * @return whether an owner died; null if the time ran out
     * @throws InterruptedException if the thread was interrupted before or while it waited; it does
     *     not hold the lock then, or not once more
     * @throws IllegalStateException if the region was closed, or this participant declared dead
     */
    public @Nullable Acquisition tryLock(Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Acquisition acquisition = tryLock();
        if (acquisition != null || deadline.isExpired()) {
            return acquisition;
        }
        acquisition = acquire(Thread.currentThread(), deadline, new Tick(ticks, waiter));
        if (acquisition == null && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return acquisition;
    }

    /**
     * Says that what the lock guards has been repaired after {@link Acquisition#OWNER_DIED}: the
     * next owners are told no more. Does nothing when there was nothing to repair.
     *
     * @throws IllegalMonitorStateException if the current thread does not hold the lock
     * @throws IllegalStateException if the region was closed, or this participant declared dead
     */
    public void markConsistent() {
        long seen = checkHeld();
        while ((word(seen) & DIED) != 0
                && !buffer.compareAndSetLong(offset, seen, seen & ~(long) DIED)) { // (C)
            seen = checkHeld();
        }
        KillPoint.at("mutex.consistent");
    }

    /**
     * Gives the lock up, or one of several holds of this thread. What was not marked consistent is
     * reported to the next owner again.
     *
     * @throws IllegalMonitorStateException if the current thread does not hold the lock
     * @throws IllegalStateException if the region was closed, or this participant was declared dead
     *     and lost the lock while it held it; it does not hold the lock then
     */
    public void unlock() {
        if (!unlockIfAlone(buffer, offset, self)) {
            unlockSlowly();
        }
    }

    /**
     * Gives the lock up, in one step, if the current thread holds it once, nobody sleeps and nobody
     * died. The way back from {@link #lockIfFree}.
     *
     * @param view of the memory that the mutex lies in
     * @param place of the mutex in the view
     * @param tag ours
     * @return false if nothing was done
     * @throws IllegalStateException if the view was closed
     */
    public boolean unlockIfAlone(AtomicBuffer view, int place, int tag) {
        long id = Thread.currentThread().getId();
        return nested == 0
                && MutexLayout.fits(id)
                && view.compareAndSetLong(place, held(tag, (int) id), FREE); // (U) pairs with (L)
    }

    /**
     * Sees to it that the thread of ours that holds the lock, if there is one, does not give it up
     * by {@link #unlockIfAlone}, as if somebody waited.
     *
     * @return false if no thread of ours holds the lock
     */
    public boolean slowUnlock() {
        long seen = buffer.getLongVolatile(offset);
        while ((word(seen) & TAG) == self) {
            if (announce(seen)) {
                return true;
            }
            seen = buffer.getLongVolatile(offset);
        }
        return false;
    }

    /**
     * Whether nobody holds the lock and what it guards is consistent. A volatile read.
     *
     * @return true if a first lock would succeed at once, and report no death
     */
    public boolean isFree() {
        return buffer.getIntVolatile(offset) == FREE;
    }

    /**
     * Whether nobody alive holds the lock and the next owner will be told that one died. Reads
     * memory only: a death that nobody has certified is not known.
     *
     * @return true if {@link #tryLock()} would return {@code OWNER_DIED}
     */
    public boolean isAbandoned() {
        int seen = buffer.getIntVolatile(offset);
        int tag = seen & TAG;
        return tag == 0 ? (seen & DIED) != 0 : liveness.isDead(tag);
    }

    /**
     * Whether an owner died and nobody has repaired since, as far as the word knows: one that died
     * holding the lock is counted once somebody has taken the lock over.
     *
     * @return true until {@link #markConsistent}
     */
    public boolean isInconsistent() {
        return (buffer.getIntVolatile(offset) & DIED) != 0;
    }

    /**
     * Whether threads may be waiting for the lock.
     *
     * @return true also when those who waited have left or died
     */
    public boolean hasWaiters() {
        return (buffer.getIntVolatile(offset) & WAITERS) != 0;
    }

    /**
     * The participant that holds the lock, dead or alive.
     *
     * @return its tag; zero if nobody does
     */
    public int ownerTag() {
        return buffer.getIntVolatile(offset) & TAG;
    }

    /**
     * The thread that holds the lock, as its own JVM numbers it. For diagnostics.
     *
     * @return a thread id; zero if nobody holds the lock
     */
    public long ownerThreadId() {
        int thread = thread(buffer.getLongVolatile(offset));
        return thread == LONG_ID
                ? buffer.getLong(offset + LONG_THREAD)
                : Integer.toUnsignedLong(thread);
    }

    /**
     * Whether the current thread holds the lock.
     *
     * @return true between its first lock and its last unlock
     */
    public boolean isHeldByCurrentThread() {
        return isOurs(buffer.getLongVolatile(offset), Thread.currentThread());
    }

    /**
     * How many times the current thread holds the lock.
     *
     * @return zero if it does not
     */
    public int holdCount() {
        return isHeldByCurrentThread() ? nested + 1 : 0;
    }

    /**
     * Whether a thread holds a mutex that was seen so. Nobody but the thread itself makes that true
     * or false.
     */
    private boolean isOurs(long seen, Thread thread) {
        return (word(seen) & TAG) == self
                && thread(seen) == thread(thread)
                && (thread(seen) != LONG_ID || longOwner == thread);
    }

    /** The owner alone gets here, so its holds are its own. */
    private Acquisition reenter() {
        if (nested == Integer.MAX_VALUE - 1) {
            throw new IllegalStateException(
                    "holds=" + Integer.MAX_VALUE + ": a thread can hold it no more often");
        }
        nested++;
        return Acquisition.ACQUIRED;
    }

    /**
     * The end of every acquisition but the fastest. The CAS before it has made us the owner;
     * between it and the two stores there is no call and no allocation, since a StackOverflowError
     * there would leave the lock with an owner that does not know of it.
     */
    private Acquisition acquired(long claimed, Thread current) {
        nested = 0;
        if (thread(claimed) == LONG_ID) {
            longOwner = current;
            buffer.putLong(offset + LONG_THREAD, current.getId());
        }
        KillPoint.at("mutex.acquired");
        return (word(claimed) & DIED) != 0 ? Acquisition.OWNER_DIED : Acquisition.ACQUIRED;
    }

    /** An interrupt ends a round, with its baton passed, and another begins. */
    private Acquisition lockSlowly(Thread current) {
        if (isHeldByCurrentThread()) {
            return reenter();
        }
        boolean interrupted = false;
        try {
            while (true) {
                Acquisition acquisition =
                        acquire(current, Deadline.never(), new Tick(ticks, waiter));
                if (acquisition != null) {
                    return acquisition;
                }
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                current.interrupt();
            }
        }
    }

    /** Acquires the lock; null when the deadline passed or the thread is interrupted. */
    private @Nullable Acquisition acquire(Thread current, Deadline deadline, Tick tick) {
        liveness.checkOpen();
        int spinsLeft = spins;
        int keep = 0;
        while (true) {
            long seen = buffer.getLongVolatile(offset);
            long claimed = claim(seen, current, keep);
            if (claimed != 0) {
                if (buffer.compareAndSetLong(offset, seen, claimed)) { // (L) or (T)
                    return acquired(claimed, current);
                }
            } else if (spinsLeft > 0 && (word(seen) & WAITERS) == 0) {
                spinsLeft--;
                Thread.onSpinWait();
            } else if (current.isInterrupted() || deadline.isExpired()) {
                if (keep != 0) {
                    passBaton();
                }
                return null;
            } else if (announce(seen)) {
                KillPoint.at("mutex.announced");
                sleep(word(seen) | WAITERS, deadline, tick);
                keep = WAITERS;
            }
        }
    }

    /** What makes us the owner of a mutex that was seen so; zero when its owner lives. */
    private long claim(long seen, Thread current, int keep) {
        int tag = word(seen) & TAG;
        if (tag == 0) {
            return held(self | word(seen) & DIED | keep, thread(current));
        }
        if (liveness.isDead(tag)) {
            liveness.checkOpen(); // the dead one may be ourselves
            return held(self | WAITERS | DIED, thread(current));
        }
        return 0;
    }

    private boolean announce(long seen) {
        long announced = seen | Integer.toUnsignedLong(WAITERS);
        return seen == announced
                || buffer.compareAndSetLong(
                        offset, seen, announced); // (W) pairs with (U): one wakes
    }

    /** Sleeps for a tick at most; after one without news sees to it that deaths are noticed. */
    private void sleep(int announced, Deadline deadline, Tick tick) {
        boolean news = waiter.await(buffer, offset, announced, tick.nanos(deadline));
        liveness.checkOpen();
        if (news) {
            KillPoint.at("mutex.woken");
        } else {
            liveness.probe(announced & TAG);
            liveness.probeNext();
            tick.lengthen();
        }
    }

    /** A sleeper that leaves may have taken the wake that was meant for one that stays (B). */
    private void passBaton() {
        while (true) {
            long seen = buffer.getLongVolatile(offset);
            if ((word(seen) & TAG) == 0) {
                waiter.wake(buffer, offset, 1);
                return;
            }
            if (announce(seen)) {
                return;
            }
        }
    }

    private void unlockSlowly() {
        long seen = checkHeld();
        if (nested > 0) {
            nested--;
            return;
        }
        longOwner = null;
        while (!buffer.compareAndSetLong(offset, seen, word(seen) & DIED)) { // (U)
            seen = buffer.getLongVolatile(offset);
            checkStillOurs(word(seen));
        }
        KillPoint.at("mutex.unlocked");
        if ((word(seen) & WAITERS) != 0) {
            waiter.wake(buffer, offset, 1); // after the word: who is woken finds it free
        }
    }

    /** The mutex, which the current thread holds. */
    private long checkHeld() {
        long seen = buffer.getLongVolatile(offset);
        if (!isOurs(seen, Thread.currentThread())) {
            if (liveness.isDead(self)) {
                checkStillOurs(word(seen));
            }
            throw new IllegalMonitorStateException(
                    "thread=" + Thread.currentThread().getName() + ": does not hold the mutex");
        }
        return seen;
    }

    /** Fencing: only a death certificate takes a lock from its owner. */
    private void checkStillOurs(int seen) {
        if ((seen & TAG) != self) {
            liveness.checkOpen();
            throw new IllegalStateException(
                    "tag="
                            + self
                            + ": was declared dead, and lost the lock to tag="
                            + (seen & TAG));
        }
    }

    @Override
    public String toString() {
        int seen = buffer.getIntVolatile(offset);
        int tag = seen & TAG;
        return "RobustMutex["
                + (tag == 0 ? "free" : "owner=" + tag + " thread=" + ownerThreadId())
                + ((seen & WAITERS) != 0 ? " waiters" : "")
                + ((seen & DIED) != 0 ? " inconsistent" : "")
                + "]";
    }
}
