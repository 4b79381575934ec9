package dev.shm.sync;

/** What a survivor does at the time of a death. Its commands must include {@code race}. */
enum Bystander {
    /** It comes afterwards. */
    IDLE,
    /** It waits. */
    BLOCKED,
    /** It looks all the time, and comes as soon as there is something to be had. */
    RACING;

    /** Begins, before the death. */
    Peer begin(Peers peers, String wait) {
        Peer peer = peers.add();
        if (this == BLOCKED) {
            peer.say(wait).awaitAsleep();
        } else if (this == RACING) {
            peer.say("race");
        }
        return peer;
    }

    /** Comes if it has not yet, and gets this, in the end. */
    void expect(Peer peer, String wait, String outcome) {
        if (this == IDLE) {
            peer.say(wait);
        }
        peer.expect(outcome);
    }
}
