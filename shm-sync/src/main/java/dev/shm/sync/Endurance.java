package dev.shm.sync;

import dev.shm.wait.Deadline;

/**
 * How long one thread is ready to wait, and what an interrupt does to its wait.
 *
 * <p><b>Threads and processes.</b> One object per wait, used by the thread that waits.
 */
final class Endurance {
    private final Deadline deadline;
    private final boolean interruptible;
    private boolean interrupted;

    private Endurance(Deadline deadline, boolean interruptible) {
        this.deadline = deadline;
        this.interruptible = interruptible;
    }

    /** Ends with the time, or by an interrupt. */
    static Endurance until(Deadline deadline) {
        return new Endurance(deadline, true);
    }

    /** Never ends. */
    static Endurance endless() {
        return new Endurance(Deadline.never(), false);
    }

    Deadline deadline() {
        return deadline;
    }

    /**
     * Whether to give up. An interrupt that does not count is put aside, so that sleeps are sleeps.
     */
    boolean isOver() {
        if (interruptible) {
            return Thread.currentThread().isInterrupted() || deadline.isExpired();
        }
        interrupted |= Thread.interrupted();
        return false;
    }

    /**
     * Ends a wait that an interrupt may have ended.
     *
     * @param success whether what was waited for came
     * @return success
     */
    static boolean end(boolean success) throws InterruptedException {
        if (!success && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return success;
    }

    /** Gives back what was put aside. */
    void restoreInterrupt() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
