package dev.shm.region;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/**
 * The claims that handles make in shared memory, as the closing of their region sees them: it holds
 * them up while it leaves. See {@link Block#guard}.
 */
public interface Claims {
    /**
     * Lets no claim begin, and waits for those in progress.
     *
     * @param time how long.
     * @param unit of the time.
     * @return false if one is still in progress; then {@link #resume} is not called.
     * @throws InterruptedException if this thread is interrupted.
     */
    boolean hold(long time, TimeUnit unit) throws InterruptedException;

    /** Lets claims begin again, unless they were held up for good. */
    void resume();

    /**
     * Makes claims of what is done under a lock.
     *
     * @param lock that is held as long as a claim is in progress.
     * @return claims that are held up by holding the lock.
     */
    static Claims under(Lock lock) {
        return new Claims() {
            @Override
            public boolean hold(long time, TimeUnit unit) throws InterruptedException {
                return lock.tryLock(time, unit);
            }

            @Override
            public void resume() {
                lock.unlock();
            }
        };
    }
}
