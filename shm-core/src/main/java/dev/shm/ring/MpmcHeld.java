package dev.shm.ring;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The claims and deliveries of one attachment that its users have in their hands, by position; all
 * handles share it.
 *
 * <p><b>Threads and processes.</b> Any thread at any time; whoever ends one first has ended it.
 */
final class MpmcHeld {
    private final ConcurrentMap<Long, Hold> holds = new ConcurrentHashMap<>();

    /** A claim or a delivery that has not ended. */
    static final class Hold {
        private final MpmcHeld all;
        private final MpmcCore core;
        private final long position;
        private final Runnable giveBack;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Hold(MpmcHeld all, MpmcCore core, long position, Runnable giveBack) {
            this.all = all;
            this.core = core;
            this.position = position;
            this.giveBack = giveBack;
        }

        /** Runs what ends it, unless it has ended before: false then. */
        boolean end(Runnable ending) {
            if (!ended.compareAndSet(false, true)) {
                return false;
            }
            ending.run();
            all.holds.remove(position, this);
            return true;
        }
    }

    /**
     * Begins to hold what was claimed or taken.
     *
     * @param core that it came through.
     * @param giveBack what ends it when that is closed.
     */
    Hold hold(MpmcCore core, long claim, Runnable giveBack) {
        long position = claim & MpmcLayout.POSITION;
        Hold hold = new Hold(this, core, position, giveBack);
        holds.put(position, hold);
        return hold;
    }

    boolean contains(long position) {
        return holds.containsKey(position);
    }

    /** Gives back all that came through a core. */
    void giveBack(MpmcCore core) {
        for (Hold hold : holds.values()) {
            if (hold.core == core) {
                hold.end(hold.giveBack);
            }
        }
    }
}
