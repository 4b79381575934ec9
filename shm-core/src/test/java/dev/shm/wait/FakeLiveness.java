package dev.shm.wait;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One participant's view of a world in which the test decides who is dead. */
final class FakeLiveness implements Liveness {
    private final World world;
    private final int self;
    private volatile boolean closed;

    /** What all participants share. */
    static final class World {
        final Set<Integer> dead = ConcurrentHashMap.newKeySet();
        final Set<Integer> certified = ConcurrentHashMap.newKeySet();
        final AtomicInteger probes = new AtomicInteger();
        final AtomicInteger roundRobin = new AtomicInteger();

        FakeLiveness join(int tag) {
            return new FakeLiveness(this, tag);
        }

        /** Noticed by whoever probes. */
        void kill(int tag) {
            dead.add(tag);
        }

        /** Known to everybody. */
        void certify(int tag) {
            dead.add(tag);
            certified.add(tag);
        }
    }

    FakeLiveness(int self) {
        this(new World(), self);
    }

    private FakeLiveness(World world, int self) {
        this.world = world;
        this.self = self;
    }

    void close() {
        closed = true;
    }

    @Override
    public int self() {
        return self;
    }

    @Override
    public boolean isDead(int tag) {
        return world.certified.contains(tag);
    }

    @Override
    public void probe(int tag) {
        world.probes.incrementAndGet();
        if (world.dead.contains(tag)) {
            world.certified.add(tag);
        }
    }

    @Override
    public void probeNext() {
        world.roundRobin.incrementAndGet();
    }

    @Override
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the region is closed");
        }
    }
}
