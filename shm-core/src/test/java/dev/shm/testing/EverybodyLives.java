package dev.shm.testing;

import dev.shm.wait.Liveness;

/**
 * A participant that takes everybody for alive, but for tags that name nobody.
 *
 * @param self its own tag
 */
public record EverybodyLives(int self) implements Liveness {
    @Override
    public boolean isDead(int tag) {
        return (tag & 0xFFF) == 0;
    }

    @Override
    public void probe(int tag) {
        // nothing can be found out
    }

    @Override
    public void probeNext() {
        // nor of others
    }

    @Override
    public void checkOpen() {
        // never closed
    }
}
