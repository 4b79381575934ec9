package dev.shm.ring;

import dev.shm.memory.KillPoint;
import dev.shm.region.Block;
import dev.shm.region.Participant;
import dev.shm.wait.Liveness;
import java.util.Optional;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A role that one living participant holds at a time: a word with its tag.
 *
 * <p><b>Memory effects.</b> What a holder did is visible to its successor: releasing and taking are
 * CASes of one word, and a certificate of death comes after all that the dead one did.
 *
 * <p><b>If a process dies.</b> Whoever wants the role takes it over, once the death is certified.
 */
final class Role {
    private final AtomicBuffer buffer;
    private final int word;
    private final Liveness liveness;

    Role(AtomicBuffer buffer, int word, Liveness liveness) {
        this.buffer = buffer;
        this.word = word;
        this.liveness = liveness;
    }

    /**
     * Takes the role from nobody or the dead.
     *
     * @return 0, or the tag of the one who lives and has it; that may be ourselves.
     */
    int tryTake() {
        while (true) {
            int holder = buffer.getIntVolatile(word);
            if (holder != 0 && !isDead(holder)) {
                return holder;
            }
            liveness.checkOpen(); // the dead one may be ourselves
            if (buffer.compareAndSetInt(word, holder, liveness.self())) {
                KillPoint.at("spsc.role");
                return 0;
            }
        }
    }

    /**
     * Takes the role from nobody or the dead.
     *
     * @param block what has the role, in the file.
     * @param object how messages call it, such as {@code ring=trades}.
     * @param what the role is.
     * @throws IllegalStateException if a living participant has it; the message says which.
     */
    void take(Block block, String object, String what) {
        for (int holder = tryTake(); holder != 0; holder = tryTake()) {
            int tag = holder;
            Optional<Participant> living =
                    block.region().participants().stream().filter(p -> p.id() == tag).findFirst();
            if (living.isPresent()) {
                throw new IllegalStateException(
                        object
                                + ": the process with pid="
                                + living.get().pid()
                                + " is its "
                                + what
                                + " (participant "
                                + tag
                                + "), and there can be one at a time");
            }
        }
    }

    private boolean isDead(int holder) {
        if (!liveness.isDead(holder)) {
            liveness.probe(holder);
        }
        return liveness.isDead(holder);
    }

    /** Whether somebody has it who is not known to be dead. */
    boolean isHeld() {
        int holder = buffer.getIntVolatile(word);
        return holder != 0 && !liveness.isDead(holder);
    }

    /** Gives it up, if it is ours. */
    void release() {
        buffer.compareAndSetInt(word, liveness.self(), 0);
    }
}
