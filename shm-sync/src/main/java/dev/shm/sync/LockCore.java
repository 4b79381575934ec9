package dev.shm.sync;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/** What all handles of an attachment on a {@link SharedLock} share. */
final class LockCore {
    private final AtomicBuffer buffer;
    private final int offset;
    private final RobustMutex mutex;
    private final ClosedHandles closedHandles;

    LockCore(AtomicBuffer buffer, int offset, Liveness liveness, Waiter waiter) {
        this(buffer, offset, new RobustMutex(buffer, offset + LockLayout.MUTEX, liveness, waiter));
    }

    LockCore(AtomicBuffer buffer, int offset, RobustMutex mutex) {
        this.buffer = buffer;
        this.offset = offset;
        this.mutex = mutex;
        this.closedHandles = new ClosedHandles(mutex::slowUnlock);
    }

    RobustMutex mutex() {
        return mutex;
    }

    /**
     * Inside is who waits for the lock, or on a condition of it, or owes a wake as it unlocks; who
     * holds it is not counted, but is made to look here when it unlocks.
     */
    ClosedHandles closedHandles() {
        return closedHandles;
    }

    /**
     * Gives the lock up, and settles what was closed meanwhile.
     *
     * @throws IllegalStateException if the memory is gone, or might go before the wake; then the
     *     lock is still held.
     */
    void unlock() {
        closedHandles.enter(); // or the last one might be let go before the wake that we may owe
        try {
            checkNotGoing();
            mutex.unlock();
        } finally {
            closedHandles.leave();
        }
    }

    /** Who holds it more than once had it when it was closed, so the memory stays. */
    private void checkNotGoing() {
        if (closedHandles.areGoing() && mutex.holdCount() == 1) {
            throw new IllegalStateException("the last handle is just being let go");
        }
    }

    /** Tells this lock from all others, also from those that had its name. */
    long id() {
        return buffer.getLong(offset + LockLayout.ID);
    }

    /**
     * Counts a death that the owner was told of; only the owner calls this. One that dies before it
     * gets here is a death that the next owner is told of.
     */
    void countDeath() {
        KillPoint.at("lock.told");
        buffer.putLongRelease(offset + LockLayout.DEATHS, deaths() + 1); // pairs with deaths()
        KillPoint.at("lock.counted");
    }

    /** How often an owner was told of a death. */
    long deaths() {
        return buffer.getLongVolatile(offset + LockLayout.DEATHS);
    }
}
