package dev.shm.sync;

import dev.shm.wait.Waiter;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A waiter from whose sleep nobody comes back: who falls asleep, as by a futex if the int is as
 * expected, leaves by an exception. Whether it would have been woken is to be seen by the wakes,
 * since the int changes before each of them.
 */
public class DeepSleep implements Waiter {
    static final int ASLEEP = 0;
    static final int AWAKE = 1;

    private static final Asleep FALLING = new Asleep();

    /** What the sleeper sleeps on; of the actor that waits. */
    int sleptOn;

    /** How many were woken at last; of the actor that wakes. */
    int wakes;

    private final int word;

    /** One of which the wakes of those count that sleep on this int. */
    DeepSleep(int word) {
        this.word = word;
    }

    private static final class Asleep extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Asleep() {
            super("asleep", null, false, false);
        }
    }

    @Override
    public final boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
        if (buffer.getIntVolatile(index) == expected) {
            sleptOn = expected;
            throw FALLING;
        }
        return true;
    }

    @Override
    public final void wake(AtomicBuffer buffer, int index, int count) {
        if (index == word) {
            wakes = count;
        }
    }

    /** Whether a wait ended, or the thread has fallen asleep in it. */
    static int outcome(BooleanSupplier wait) {
        try {
            return wait.getAsBoolean() ? AWAKE : ASLEEP;
        } catch (Asleep expected) {
            return ASLEEP;
        }
    }

    final int woken() {
        return Math.min(wakes, 1);
    }
}
