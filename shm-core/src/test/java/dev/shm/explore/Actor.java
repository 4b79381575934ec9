package dev.shm.explore;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

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

    @Nullable Expiry expiry; // of the deadline that it was given last
    boolean isAsking; // how long that is, since its last access
    boolean isTimed; // its sleep, which ends with that

    /** Whether a deadline has expired. */
    static final class Expiry {
        boolean isOver;
    }

    Actor(Participant participant, String name, Runnable body, StoreBuffer stores) {
        this.participant = participant;
        this.name = name;
        this.body = body;
        this.stores = stores;
    }

    /** Whether it has a deadline that is over. */
    boolean isExpired() {
        return expiry != null && expiry.isOver;
    }

    @Override
    public String toString() {
        return name;
    }
}
