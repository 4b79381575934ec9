package dev.shm.sync;

import dev.shm.testing.ChildJvm;
import org.jspecify.annotations.Nullable;

/** A victim and a peer that wait for the same. What one of them is given, it keeps. */
final class Rivals {
    private final Victim victim;
    private final String woken;
    private final Peer peer;
    private final String command;
    private @Nullable String said;

    /** Both wait, the victim longer; it stops at a point where it is woken. */
    Rivals(Victim victim, String woken, Peer peer, String command) {
        this.victim = victim;
        this.woken = woken;
        this.peer = peer;
        this.command = command;
        victim.stopAt(woken).say(command).awaitAsleep();
        peer.say(command);
    }

    /**
     * Gives one of what they wait for, and again, until the victim has been woken, and has stopped
     * before it could take it. The peer must get that one; nobody wakes it.
     */
    void giveUntilTheVictimIsWoken(Runnable give) {
        do {
            peer.awaitAsleep();
            give.run();
            ChildJvm.awaitThat("somebody is woken", this::isAnswered);
            if (said == null) {
                peer.hear();
                peer.say(command);
            } else if (!isStopped()) {
                victim.say(command); // it had just looked by itself
            }
        } while (!isStopped());
        peer.hear();
    }

    private boolean isAnswered() {
        said = victim.said();
        return said != null || !peer.isBusy();
    }

    private boolean isStopped() {
        return ("stopped at " + woken).equals(said);
    }
}
