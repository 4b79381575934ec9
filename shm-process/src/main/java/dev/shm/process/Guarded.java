package dev.shm.process;

import dev.shm.wait.RobustMutex;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Data under a robust mutex, with what repairs it: whoever gets in finds it whole.
 *
 * <p>No code of users runs inside, so nothing is done for long, and nobody gets in twice.
 */
final class Guarded {
    private static final int TRIES = 1_000;

    private final RobustMutex mutex;
    private final Runnable repair;

    /**
     * Puts data under a mutex.
     *
     * @param repair makes it whole again, whatever an owner that died has left; may be run again
     *     when it was killed in the middle.
     */
    Guarded(RobustMutex mutex, Runnable repair) {
        this.mutex = mutex;
        this.repair = repair;
    }

    /** Does something inside; what fails there is repaired, as if its owner had died. */
    <T> T inside(Supplier<T> action) {
        RobustMutex.Acquisition acquisition = mutex.lock();
        try {
            return overWhole(acquisition, action);
        } finally {
            mutex.unlock();
        }
    }

    /**
     * The same, if it gets in without waiting; null if not. Somebody who does not go on, or is dead
     * and not known to be, keeps it out. One that only passes does not.
     */
    <T> @Nullable T tryInside(Supplier<T> action) {
        for (int i = 0; i < TRIES; i++) {
            RobustMutex.Acquisition acquisition = mutex.tryLock();
            if (acquisition != null) {
                try {
                    return overWhole(acquisition, action);
                } finally {
                    mutex.unlock();
                }
            }
            Thread.onSpinWait();
        }
        return null;
    }

    private <T> T overWhole(RobustMutex.Acquisition acquisition, Supplier<T> action) {
        try {
            if (acquisition == RobustMutex.Acquisition.OWNER_DIED) {
                repair.run();
                mutex.markConsistent();
            }
            return action.get();
        } catch (RuntimeException | Error e) {
            repairAfter(e);
            throw e;
        }
    }

    private void repairAfter(Throwable failure) {
        try {
            repair.run();
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e); // damaged, or closed; the next owner will see for itself
        }
    }

    @Override
    public String toString() {
        return mutex.toString();
    }
}
