package dev.shm.sync;

import dev.shm.memory.KillPoint;
import org.agrona.concurrent.AtomicBuffer;

/**
 * What all handles of one attachment on a {@link SharedBarrier} share: their participant's word in
 * the barrier. Its death breaks the barrier from the first {@code await} through one of the handles
 * until the last of those is closed.
 *
 * <p><b>Threads and processes.</b> Callers hold its monitor.
 */
final class BarrierMember {
    private final AtomicBuffer buffer;
    private final int at;
    private final int self;
    private int handles;

    BarrierMember(AtomicBuffer buffer, int self) {
        this.buffer = buffer;
        this.at = BarrierLayout.member(BarrierLayout.slot(self));
        this.self = self;
    }

    /** One more handle is used by a party. */
    void join() {
        int tag = buffer.getIntVolatile(at);
        while (tag != self && !buffer.compareAndSetInt(at, tag, self)) { // (J)
            tag = buffer.getIntVolatile(at);
        }
        handles++;
        KillPoint.at("barrier.joined");
    }

    /** One of those handles is closed. */
    void leave() {
        handles--;
        if (handles == 0) {
            forget(buffer, at, self);
        }
    }

    /** Whether a participant is a member; a hostile file may have no room for it. */
    static boolean is(AtomicBuffer buffer, int at, int tag) {
        return at + Integer.BYTES <= buffer.capacity() && buffer.getIntVolatile(at) == tag;
    }

    /** Makes a participant a member no more. */
    static void forget(AtomicBuffer buffer, int at, int tag) {
        if (is(buffer, at, tag)) {
            buffer.compareAndSetInt(at, tag, 0);
        }
    }
}
