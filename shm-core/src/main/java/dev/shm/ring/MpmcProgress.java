package dev.shm.ring;

import static dev.shm.ring.MpmcLayout.ONE;
import static dev.shm.ring.MpmcLayout.POSITION;

import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one handle has seen of an {@link MpmcRing} and need not look at again.
 *
 * <p><b>Threads and processes.</b> All threads of the handle. Each stores only what is true, so it
 * does not matter whose store remains.
 */
final class MpmcProgress {
    private final AtomicBuffer memory;
    private final MpmcLayout layout;
    private final int sequences;

    /** Every position below was released, which is for ever. */
    private volatile long released;

    private volatile @Nullable Scan scan;

    /**
     * How far a search for what the dead have left has come.
     *
     * @param announcement that it was made for; another one begins anew.
     * @param next position to look at.
     */
    private record Scan(long announcement, long next) {}

    /** Nothing is known of a ring yet but where its tail is. */
    MpmcProgress(AtomicBuffer memory, MpmcLayout layout, long tail) {
        this.memory = memory;
        this.layout = layout;
        this.sequences = layout.sequences();
        this.released = tail - layout.span();
    }

    /** The first position that is claimed and not released; the end if there is none below it. */
    long firstHeld(long end) {
        long position = released;
        if (end - position > layout.span() || end - position < 0) {
            position = end - layout.span();
        }
        while (position != end && !isHeld(position)) {
            position += ONE;
        }
        released = position;
        return position;
    }

    /** Where a search on account of an announcement goes on. */
    long scanFrom(long announcement, long head) {
        long held = firstHeld(head);
        Scan last = scan;
        if (last == null || last.announcement() != announcement) {
            return held;
        }
        return last.next() - held > 0 ? last.next() : held;
    }

    /** A search has found something, and nothing before that. */
    void scannedTo(long announcement, long next) {
        scan = new Scan(announcement, next);
    }

    private boolean isHeld(long position) {
        int at = sequences + layout.index(position) * Long.BYTES;
        return (memory.getLongVolatile(at) & POSITION) == position;
    }
}
