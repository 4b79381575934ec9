package dev.shm.wait;

import org.agrona.concurrent.AtomicBuffer;

/** The checks at the door of every waiter. */
final class WaitWord {

    private WaitWord() {}

    /** Refuses an int that no waiter could sleep on. */
    static void check(AtomicBuffer buffer, int index) {
        buffer.boundsCheck(index, Integer.BYTES);
        if ((index & (Integer.BYTES - 1)) != 0) {
            throw new IllegalArgumentException("index=" + index + ": must be a multiple of 4");
        }
    }
}
