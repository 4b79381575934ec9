package dev.shm.process;

import dev.shm.wait.RobustMutex;
import java.util.function.Supplier;

/**
 * Data under a robust mutex, with what repairs it: whoever gets in finds it whole.
 *
 * <p>No code of users runs inside, so nothing is done for long, and nobody gets in twice.
 */
final class Guarded {
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
            if (acquisition == RobustMutex.Acquisition.OWNER_DIED) {
                repair.run();
                mutex.markConsistent();
            }
            return action.get();
        } catch (RuntimeException | Error e) {
            repairAfter(e);
            throw e;
        } finally {
            mutex.unlock();
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
