package dev.shm.explore;

import dev.shm.wait.Liveness;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * What a participant knows of the others, with a fault in it.
 *
 * @param real what it knows without the fault
 * @param dead whom it takes for dead
 * @param probes what it does to find out whether somebody is
 */
public record FaultyLiveness(Liveness real, IntPredicate dead, IntConsumer probes)
        implements Liveness {

    /**
     * A fault in whom it takes for dead.
     *
     * @param real what it knows without the fault
     * @param dead whom it takes for dead
     * @return what it knows with it
     */
    public static Liveness ofDeaths(Liveness real, IntPredicate dead) {
        return new FaultyLiveness(real, dead, real::probe);
    }

    /**
     * A fault in how it finds out.
     *
     * @param real what it knows without the fault
     * @param probes what it does to find out whether somebody is dead
     * @return what it knows with it
     */
    public static Liveness ofProbes(Liveness real, IntConsumer probes) {
        return new FaultyLiveness(real, real::isDead, probes);
    }

    @Override
    public int self() {
        return real.self();
    }

    @Override
    public boolean isDead(int tag) {
        return dead.test(tag);
    }

    @Override
    public void probe(int tag) {
        probes.accept(tag);
    }

    @Override
    public void probeNext() {
        real.probeNext();
    }

    @Override
    public void checkOpen() {
        real.checkOpen();
    }
}
