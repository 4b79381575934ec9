package dev.shm.testing;

import dev.shm.wait.Liveness;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Who comes when all others are gone.
 *
 * @param self its own tag
 */
public record Survivor(int self) implements Liveness, Waiter {
    @Override
    public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
        throw new AssertionError("there is nobody to wait for");
    }

    @Override
    public void wake(AtomicBuffer buffer, int index, int count) {}

    @Override
    public boolean isDead(int tag) {
        return tag != self;
    }

    @Override
    public void probe(int tag) {}

    @Override
    public void probeNext() {}

    @Override
    public void checkOpen() {}
}
