package dev.shm.ring;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one attachment has to do with a ring beyond a single operation; all handles share it. The
 * claims and deliveries that users have in their hands, by position, and the handles that were
 * closed while an operation was in progress.
 *
 * <p><b>Threads and processes.</b> Any thread at any time; whoever ends one first has ended it.
 */
final class MpmcHeld {
    private final ConcurrentMap<Long, Hold> holds = new ConcurrentHashMap<>();
    private final List<MpmcClosing> closed = new CopyOnWriteArrayList<>();

    private enum State {
        IN_HAND,
        /** Somebody is ending it, and stores are to come. */
        ENDING,
        /** Was ended, if only in vain. */
        OVER
    }

    /** A claim or a delivery that has not ended. */
    static final class Hold {
        private final MpmcHeld all;
        private final MpmcCore core;
        private final long position;
        private final Runnable giveBack;
        private final AtomicReference<State> state = new AtomicReference<>(State.IN_HAND);

        private Hold(MpmcHeld all, MpmcCore core, long position, Runnable giveBack) {
            this.all = all;
            this.core = core;
            this.position = position;
            this.giveBack = giveBack;
        }

        /** Runs what ends it, unless it has ended before: false then. */
        boolean end(Runnable ending) {
            if (!state.compareAndSet(State.IN_HAND, State.ENDING)) {
                return false;
            }
            try {
                ending.run();
                all.holds.remove(position, this);
            } finally {
                state.set(State.OVER);
                all.letGoOfClosed();
            }
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

    /** Whether a user has a position in his hands, so that nothing is in progress there. */
    boolean contains(long position) {
        Hold hold = holds.get(position);
        return hold != null && hold.state.get() != State.ENDING;
    }

    /** Whether a claim or a delivery is just being ended. */
    boolean isEnding() {
        return holds.values().stream().anyMatch(hold -> hold.state.get() == State.ENDING);
    }

    /** Gives back all that came through a core. */
    void giveBack(MpmcCore core) {
        for (Hold hold : holds.values()) {
            if (hold.core == core) {
                hold.end(hold.giveBack);
            }
        }
    }

    /** Lets go of a handle that is closed, now or when all that is in progress has ended. */
    void letGo(MpmcClosing closing) {
        closed.add(closing); // first: what ends from now on sees it
        letGoOfClosed();
    }

    /** Lets go of handles that were closed meanwhile: after what may have taken long. */
    void letGoOfClosed() {
        if (!closed.isEmpty()) {
            closed.forEach(
                    closing -> {
                        if (closing.end()) {
                            closed.remove(closing);
                        }
                    });
        }
    }
}
