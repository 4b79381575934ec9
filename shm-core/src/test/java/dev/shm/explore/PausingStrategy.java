package dev.shm.explore;

import org.agrona.concurrent.IdleStrategy;

/** Waits as an explored thread can: until somebody else has done something. */
public final class PausingStrategy implements IdleStrategy {
    private final World world;

    /**
     * A way to wait in one world.
     *
     * @param world that it is used in
     */
    public PausingStrategy(World world) {
        this.world = world;
    }

    @Override
    public void idle(int workCount) {
        if (workCount <= 0) {
            idle();
        }
    }

    @Override
    public void idle() {
        world.pause();
    }

    @Override
    public void reset() {
        // there is nothing to begin anew
    }
}
