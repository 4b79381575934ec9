package dev.shm.wait;

import org.agrona.concurrent.AtomicBuffer;

/**
 * A waiter whose waits begin with an idle phase, and which then sleeps as another one does.
 *
 * <p><b>Threads and processes.</b> Who idles has not announced that it sleeps, and is not woken.
 *
 * <p><b>If a process dies.</b> As with the waiter behind.
 */
record IdlingWaiter(IdlePhase idlePhase, Waiter sleeping) implements Waiter {

    @Override
    public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
        return sleeping.await(buffer, index, expected, nanos);
    }

    @Override
    public void wake(AtomicBuffer buffer, int index, int count) {
        sleeping.wake(buffer, index, count);
    }

    @Override
    public String toString() {
        return idlePhase + ", then " + sleeping;
    }
}
