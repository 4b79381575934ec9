package dev.shm.sync;

import dev.shm.memory.KillPoint;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The handles of one attachment that were closed, and stay attached for as long as a thread of ours
 * needs what all handles share: with the last one it goes.
 *
 * <p><b>Threads and processes.</b> Threads of this process only. Who is inside does not wait for
 * who closes, nor the other way round: the last one to leave lets the handles go.
 */
final class ClosedHandles {
    /*
     * Overview.
     *
     *   enter   count ourselves (I); then look whether our handle is closed: if so, leave
     *   leave   count ourselves out (O); the last one settles
     *   close   mark the handle closed and add it (C); settle
     *   settle  note the handles that are there; if nobody is inside (N), and no thread of ours holds the
     *           lock (H), say that they are about to go (G); if nobody has entered since (A), let them go
     *
     * Nobody inside loses what it uses: a handle that is let go was closed before (N), and whoever is
     * inside through it has either done (I) before (N), and was counted, or looks after (C), and leaves.
     * Who is inside through another handle does not need this one. Who acquires is inside until it holds
     * the lock, and is seen by (N) or (H). Who unlocks is inside from before it gives the lock up until it
     * has made the wake that it owes, and is seen by (H) or (A). Who waits on a condition holds the lock
     * before and afterwards, but not at (H): so (A) asks how many have ever entered, and not who is inside.
     * Those two may come through a handle that was closed before they entered, and look whether it is
     * going: either they see (G), and do not rely on it, or (A) sees (I).
     *
     * No handle is forgotten: of (O) and (C), whichever comes later settles.
     */
    private static final long ENTRY = 1L << 32;

    private final AtomicLong entries = new AtomicLong(); // below ENTRY, those that have not left
    private final AtomicInteger going = new AtomicInteger();
    private final Queue<Runnable> closed = new ConcurrentLinkedQueue<>();
    private final BooleanSupplier isHeldHere;

    /**
     * None.
     *
     * @param isHeldHere whether a thread of ours is inside though it is not counted; if so, it will
     *     {@link #settle} when it leaves.
     */
    ClosedHandles(BooleanSupplier isHeldHere) {
        this.isHeldHere = isHeldHere;
    }

    void enter() {
        entries.addAndGet(ENTRY + 1); // (I)
    }

    void leave() {
        if (isUnused(entries.decrementAndGet())) { // (O)
            settle();
        }
    }

    /**
     * Lets go of a handle that is marked closed, now or later.
     *
     * @param letGo may be done more than once
     */
    void add(Runnable letGo) {
        closed.add(letGo); // (C)
        settle();
    }

    /** Lets go of what nobody needs any more. */
    void settle() {
        if (closed.isEmpty()) {
            return;
        }
        List<Runnable> noted = List.copyOf(closed);
        long seen = entries.get();
        if (isUnused(seen) && !isStillHeld()) { // (N), (H)
            going.incrementAndGet(); // (G)
            try {
                letGo(noted, seen);
            } finally {
                going.decrementAndGet();
            }
        }
    }

    private void letGo(List<Runnable> noted, long seen) {
        if (entries.get() == seen) { // (A)
            KillPoint.at("handle.unused");
            noted.forEach(Runnable::run);
            closed.removeAll(noted);
        }
    }

    /**
     * Asked by who is inside through a handle that may have been closed before it entered: if not,
     * what all handles share stays until it leaves, or is gone already.
     */
    boolean areGoing() {
        return going.get() > 0;
    }

    private static boolean isUnused(long entries) {
        return (int) entries == 0;
    }

    private boolean isStillHeld() {
        try {
            return isHeldHere.getAsBoolean();
        } catch (IllegalStateException gone) {
            return false; // with the region, or with the last handle just now
        }
    }
}
