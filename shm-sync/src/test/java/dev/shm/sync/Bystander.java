package dev.shm.sync;

/** What a survivor does at the time of a death. Its commands must include {@code race}. */
public enum Bystander {
    /** It comes afterwards. */
    IDLE,
    /** It waits. */
    BLOCKED,
    /** It looks all the time, and comes as soon as there is something to be had. */
    RACING;

    /** Begins, before the death. */
    public Peer begin(Peers peers, String wait) {
        return begin(peers, wait, "race");
    }

    /** The same with its own word for racing. */
    public Peer begin(Peers peers, String wait, String race) {
        return begin(peers.add(), wait, race);
    }

    /** The same with a peer that is there. */
    public Peer begin(Peer peer, String wait, String race) {
        if (this == BLOCKED) {
            peer.say(wait).awaitAsleep();
        } else if (this == RACING) {
            peer.say(race);
        }
        return peer;
    }

    /** Comes if it has not yet, and gets this, in the end. */
    public void expect(Peer peer, String wait, String outcome) {
        if (this == IDLE) {
            peer.say(wait);
        }
        peer.expect(outcome);
    }
}
