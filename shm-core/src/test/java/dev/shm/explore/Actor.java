package dev.shm.explore;

import java.util.concurrent.Semaphore;

/** One thread of a scenario. */
final class Actor {
    enum State {
        READY,
        ASLEEP,
        FINISHED,
        DEAD
    }

    final Participant participant;
    final String name;
    final Runnable body;
    final StoreBuffer stores;
    final Semaphore turn = new Semaphore(0);
    final Semaphore ended = new Semaphore(0);

    State state = State.READY;
    boolean started;

    /* While asleep, and just after. */
    int sleepsOn;
    boolean hasTicks;
    int ticks;
    boolean timedOut;

    boolean interrupted; // when its turn comes

    Actor(Participant participant, String name, Runnable body, StoreBuffer stores) {
        this.participant = participant;
        this.name = name;
        this.body = body;
        this.stores = stores;
    }

    @Override
    public String toString() {
        return name;
    }
}
