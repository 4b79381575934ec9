package dev.shm.queue;

import static dev.shm.queue.PipeLayout.CLOSED;
import static dev.shm.queue.PipeLayout.TAG;

import dev.shm.wait.Liveness;
import org.agrona.concurrent.AtomicBuffer;

/**
 * The word that says who has one end of a pipe.
 *
 * <p><b>Memory effects.</b> Whoever sees that an end is over sees all that came before: closing is
 * a CAS after it, and a certificate of death comes after all that the dead one did.
 */
final class PipePeer {
    private final AtomicBuffer buffer;
    private final int word;
    private final Liveness liveness;

    PipePeer(AtomicBuffer buffer, int word, Liveness liveness) {
        this.buffer = buffer;
        this.word = word;
        this.liveness = liveness;
    }

    /** Takes the end, which nobody ever had; else returns what is there. */
    int tryTake() {
        int state = state();
        if (state == 0 && buffer.compareAndSetInt(word, 0, liveness.self())) {
            return 0;
        }
        return state();
    }

    /** Ends what is ours. */
    void close() {
        buffer.compareAndSetInt(word, liveness.self(), liveness.self() | CLOSED); // (Z)
    }

    /** Whether nothing comes from there any more; true also for a word that no pipe of ours has. */
    boolean isOver() {
        int state = state();
        return state != 0 && ((state & CLOSED) != 0 || liveness.isDead(state));
    }

    /** Looks whether it died. */
    void probe() {
        int state = state();
        if (state != 0 && (state & CLOSED) == 0) {
            liveness.probe(state);
        }
    }

    int state() {
        return buffer.getIntVolatile(word);
    }

    int tag() {
        return state() & TAG;
    }

    /** In words, of an end called so. */
    String describe() {
        int state = state();
        if (state == 0) {
            return "not taken yet";
        }
        String who = "participant " + (state & TAG);
        if ((state & CLOSED) != 0) {
            return who + " has closed it";
        }
        return liveness.isDead(state) ? who + " died or left the region" : who + " has it";
    }
}
