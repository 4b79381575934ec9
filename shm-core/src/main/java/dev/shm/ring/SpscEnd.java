package dev.shm.ring;

import static dev.shm.ring.SpscLayout.COMMIT;
import static dev.shm.ring.SpscLayout.DATA;
import static dev.shm.ring.SpscLayout.HEAD;
import static dev.shm.ring.SpscLayout.NOTHING;
import static dev.shm.ring.SpscLayout.TAIL;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Finds the end of what is published, by stepping from record to record: the tail that the producer
 * stores now and then is behind by a kilobyte and a record, or by what went with one flush.
 *
 * <p><b>Threads and processes.</b> Anybody may look at any time. While the ring moves, the answer
 * is from some time during the call.
 */
final class SpscEnd {
    private static final int LOOKS = 10;

    private final AtomicBuffer buffer;
    private final int capacity;

    SpscEnd(AtomicBuffer buffer, int capacity) {
        this.buffer = buffer;
        this.capacity = capacity;
    }

    /**
     * The position after the last record.
     *
     * @throws dev.shm.region.RegionFormatException if no producer of ours left the memory so.
     */
    long find() {
        long position = Math.max(head(), buffer.getLongAcquire(TAIL));
        while (true) {
            int index = (int) position & (capacity - SpscLayout.ALIGNMENT);
            long header = buffer.getLongAcquire(DATA + index);
            long head = head();
            if (head > position) { // and behind the head the producer may write
                position = Math.max(head, buffer.getLongAcquire(TAIL));
                continue;
            }
            SpscFormat.position("tail", position, head, capacity);
            if (header == NOTHING) {
                return position;
            }
            position += SpscFormat.span(header, index, capacity);
        }
    }

    /** How much is published and not committed. */
    int size() {
        long before = commit();
        long tail = find();
        long commit = commit();
        for (int look = 1; commit != before && look < LOOKS; look++) {
            before = commit;
            tail = find();
            commit = commit();
        }
        return (int) Math.min(Math.max(tail - commit, 0), capacity);
    }

    long commit() {
        return buffer.getLongAcquire(COMMIT);
    }

    private long head() {
        long head = buffer.getLongAcquire(HEAD);
        return SpscFormat.position("head", head, 0, Long.MAX_VALUE);
    }
}
