package dev.shm.explore;

import dev.shm.wait.Liveness;
import java.util.ArrayList;
import java.util.List;

/** A participant of the explored world: what a process is in the real one. */
public final class Participant {
    final List<Actor> actors = new ArrayList<>();
    boolean dead;
    boolean certified;
    boolean staysAlive;
    int offered; // of the world's looks, those after which it might have been killed

    private final World world;
    private final int tag;

    Participant(World world, int tag) {
        this.world = world;
        this.tag = tag;
    }

    /**
     * Its tag.
     *
     * @return what lock words name it by
     */
    public int tag() {
        return tag;
    }

    /**
     * Adds a thread.
     *
     * @param body what it does
     */
    public void thread(Runnable body) {
        world.add(this, "P" + tag + "." + (actors.size() + 1), body);
    }

    /** It is not among those that may be killed: it stands for whoever is there in the end. */
    public void staysAlive() {
        staysAlive = true;
    }

    /**
     * Whether one of its threads is asleep.
     *
     * @return true from the beginning of a sleep until something ends it
     */
    public boolean isAsleep() {
        return actors.stream().anyMatch(actor -> actor.state == Actor.State.ASLEEP);
    }

    /** Whether it may be killed: a thread of it has not come to its end. */
    boolean isMortal() {
        return !dead
                && !staysAlive
                && actors.stream().anyMatch(actor -> actor.state != Actor.State.FINISHED);
    }

    /**
     * What it knows of the others: a death is certified by a probe, or by the janitor of the rules.
     *
     * @return the view of this participant
     */
    public Liveness liveness() {
        return new Liveness() {
            @Override
            public int self() {
                return tag;
            }

            @Override
            public boolean isDead(int suspect) {
                world.glance("isDead", suspect);
                Participant participant = world.participant(suspect);
                return participant == null || participant.certified;
            }

            @Override
            public void probe(int suspect) {
                world.point("probe", suspect);
                Participant participant = world.participant(suspect);
                if (participant != null) {
                    participant.certified = participant.dead;
                }
            }

            @Override
            public void probeNext() {
                // the owner that is waited for is probed by name
            }

            @Override
            public void checkOpen() {
                // a region of this world is never closed
            }
        };
    }
}
