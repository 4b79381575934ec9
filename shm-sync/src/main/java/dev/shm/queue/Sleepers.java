package dev.shm.queue;

import static dev.shm.queue.SlotLayout.AWAITED;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Those who wait for one thing, an item or space, that comes and goes under a lock.
 *
 * <p><b>Threads and processes.</b> Any number of both. {@code announce} and {@code signal} are for
 * whoever holds the lock, {@code rouse} and {@code rouseOurs} for anybody, the rest for whoever
 * does not hold it.
 */
final class Sleepers {
    private final AtomicBuffer memory;
    private final int epoch;
    private final int awaited;
    private final Liveness liveness;
    private final Waiter waiter;
    private final TickPolicy ticks;
    private volatile boolean slept; // a thread of this handle, ever

    Sleepers(AtomicBuffer memory, int epoch, Liveness liveness, Waiter waiter, TickPolicy ticks) {
        this.memory = memory;
        this.epoch = epoch;
        this.awaited = epoch + AWAITED;
        this.liveness = liveness;
        this.waiter = waiter;
        this.ticks = ticks;
    }

    /** The ticks of a new wait. */
    Tick tick() {
        return new Tick(ticks, waiter);
    }

    /**
     * Says that somebody may sleep.
     *
     * @return the epoch to sleep on.
     */
    int announce() {
        memory.putIntRelease(awaited, 1); // (W) pairs with (S)
        return memory.getIntVolatile(epoch);
    }

    /**
     * Ends the epoch if somebody may sleep.
     *
     * @return whether one must be woken, once the lock was given up.
     */
    boolean signal() {
        if (memory.getIntVolatile(awaited) == 0) { // (S) pairs with (W)
            return false;
        }
        memory.getAndAddInt(epoch, 1);
        memory.putIntRelease(awaited, 0);
        KillPoint.at("slots.signalled");
        return true;
    }

    /** Whether somebody may sleep; a snapshot. */
    boolean isAwaited() {
        return memory.getIntVolatile(awaited) != 0;
    }

    /** Sleeps for a tick at most, unless the epoch has ended. */
    void sleep(int since, Deadline deadline, Tick tick) {
        KillPoint.at("slots.announced");
        slept = true;
        boolean news = waiter.await(memory, epoch, since, tick.nanos(deadline));
        liveness.checkOpen();
        if (news) {
            KillPoint.at("slots.woken");
        } else {
            liveness.probeNext();
            tick.lengthen();
        }
    }

    void wakeOne() {
        waiter.wake(memory, epoch, 1);
    }

    /** Ends the epoch for everybody, whether or not somebody is known to sleep. */
    void rouse() {
        memory.getAndAddInt(epoch, 1);
        waiter.wakeAll(memory, epoch);
    }

    /** The same for the sake of those who sleep through this handle, if there can be any. */
    void rouseOurs() {
        memory.getAndAddInt(epoch, 1); // (N)
        if (slept) {
            waiter.wakeAll(memory, epoch);
        }
    }
}
