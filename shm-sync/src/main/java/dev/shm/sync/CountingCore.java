package dev.shm.sync;

import static dev.shm.sync.CountingLayout.COUNT;
import static dev.shm.sync.CountingLayout.PERMITS;
import static dev.shm.sync.CountingLayout.WAITED;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/** The protocol of {@link CountingSemaphore}; one object for each handle. */
final class CountingCore {
    /*
     * Overview (the count is pictured in CountingLayout, waiting in WaitingRoom).
     *
     *   acquire   CAS the count, if it is large enough, to so much less (A)
     *   release   CAS the count to so much more, without WAITED (R); if it had WAITED, signal
     *   wait      in the waiting room, with WAITED set in the count (W)
     *
     * Nothing is lost: the count is one word, and nobody owns any of it. Who acquires several does so at
     * once or not at all, and may have to wait for ever if others always take single ones before.
     *
     * Nothing is stuck: see WaitingRoom. Who needs several says so when it announces itself, and then
     * every signal wakes all: with one wake for one permit it might take the wake of one that could
     * have gone on.
     *   Killed after (A): what was acquired is gone. After (R): sleepers go on by their next tick.
     *   Its handle or region closed, at any of these: who closes wakes everybody. Who has acquired by then has.
     */
    private final AtomicBuffer buffer;
    private final WaitingRoom room;

    CountingCore(AtomicBuffer buffer, Liveness liveness, Waiter waiter, TickPolicy ticks) {
        this.buffer = buffer;
        this.room = new WaitingRoom(buffer, liveness, waiter, ticks);
    }

    int permits() {
        return count() & PERMITS;
    }

    boolean hasWaiters() {
        return room.hasWaiters();
    }

    /** Whether a thread may sleep through this handle, or have slept. */
    boolean hasSlept() {
        return room.hasSlept();
    }

    /** Acquires permits if they are to be had. */
    boolean tryAcquire(int wanted) {
        int count = count();
        while ((count & PERMITS) >= wanted) {
            if (replace(count, count - wanted)) { // (A) pairs with (R)
                KillPoint.at("counting.acquired");
                return true;
            }
            count = count();
        }
        return false;
    }

    /** Acquires all permits that there are; returns how many. */
    int drain() {
        int count = count();
        while ((count & PERMITS) > 0 && !replace(count, count & WAITED)) { // (A) pairs with (R)
            count = count();
        }
        return count & PERMITS;
    }

    /** Acquires permits, waiting as long as endurance lasts. */
    boolean acquire(int wanted, Endurance endurance) {
        int kind = wanted == 1 ? WaitingRoomLayout.FOR_ONE : WaitingRoomLayout.FOR_SEVERAL;
        Tick tick = room.tick();
        while (!endurance.isOver() && tick.idles()) {
            if (tryAcquire(wanted)) {
                return true;
            }
        }
        boolean slept = false;
        while (true) {
            int epoch = room.epoch();
            room.announce(kind);
            boolean acquired = acquireOrMark(wanted);
            if (acquired || endurance.isOver()) {
                if (slept) {
                    passOn(kind);
                }
                return acquired;
            }
            room.sleep(epoch, endurance.deadline(), tick);
            slept = true;
        }
    }

    /** Releases permits; throws if there would be too many. */
    void release(int permits) {
        int count;
        do {
            count = count();
            if ((count & PERMITS) > PERMITS - permits) {
                throw tooMany(count & PERMITS, permits);
            }
        } while (!replace(count, (count & PERMITS) + permits)); // (R) pairs with (A), and with (W)
        if ((count & WAITED) != 0) {
            KillPoint.at("counting.freed");
            room.signal(permits);
        }
        KillPoint.at("counting.released");
    }

    /** Acquires permits, or sees to it that the next release looks who waits. */
    private boolean acquireOrMark(int wanted) {
        while (!tryAcquire(wanted)) {
            int count = count();
            if ((count & PERMITS) < wanted && markWaited(count)) {
                return false;
            }
        }
        return true;
    }

    private boolean markWaited(int count) {
        return (count & WAITED) != 0 || replace(count, count | WAITED); // (W) pairs with (R)
    }

    /** Who has slept may have taken a wake that is another's. */
    private void passOn(int kind) {
        try {
            room.announce(kind);
            int count;
            do {
                count = count();
            } while (!markWaited(count));
            if ((count & PERMITS) > 0) {
                room.signal(1);
            }
        } catch (IllegalStateException closed) {
            // What was acquired stays so, and whoever closed the handle wakes everybody.
        }
    }

    private int count() {
        return buffer.getIntVolatile(COUNT);
    }

    private boolean replace(int count, int next) {
        return buffer.compareAndSetInt(COUNT, count, next);
    }

    private static IllegalStateException tooMany(int count, int permits) {
        return new IllegalStateException(
                "count="
                        + count
                        + " release="
                        + permits
                        + ": at most "
                        + PERMITS
                        + "; nothing was released");
    }
}
