package dev.shm.sync;

import static dev.shm.sync.ConditionLayout.FREE;
import static dev.shm.sync.ConditionLayout.RELEASED;
import static dev.shm.sync.ConditionLayout.SIGNALLED;
import static dev.shm.sync.ConditionLayout.TICKET;
import static dev.shm.sync.ConditionLayout.USED;
import static dev.shm.sync.ConditionLayout.WAITING;
import static dev.shm.sync.ConditionLayout.cell;
import static dev.shm.sync.ConditionLayout.state;
import static dev.shm.sync.ConditionLayout.tag;
import static dev.shm.sync.ConditionLayout.ticket;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.RobustMutex.Acquisition;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** The protocol of {@link SharedCondition}. */
final class ConditionCore {
    /*
     * Overview (ALGORITHMS 4.2, the waiter cells; pictured in ConditionLayout).
     *
     *   await    under the lock: a free cell := WAITING, next ticket, self (A); unlock; sleep until the
     *            cell is not WAITING any more (or timeout, or interrupt); lock; the cell := FREE (F)
     *   signal   under the lock: the oldest WAITING cell of the living := SIGNALLED (S); wake its waiter
     *   pass on  under the lock: a SIGNALLED cell of a dead waiter: signal once more, then (F)
     *   tick     of a sleeper: probe the lock's owner, and those who are SIGNALLED. If one of these is dead,
     *            and the lock can be had at once, pass on. If the lock's owner is dead, take the lock and
     *            return. If an owner was told of a death since (A), return.
     *
     * Nothing is lost. Cells change under the lock only, each by one store of one word, so whoever holds it
     * finds whole cells and nobody else changes them. (A) comes before the unlock, so whoever locks later
     * and signals finds the waiter. A waiter that leaves for another reason than a signal looks at its cell
     * under the lock: if it was chosen meanwhile, it counts as signalled.
     *   Killed while WAITING: the cell is skipped and used again. Killed between (S) and its return: the
     *   signal is passed on by the next one that signals or waits, or by the tick of one that waits already.
     *
     * Nothing is stuck. A sleeper's word changes with (S), and the wake comes after it.
     *   Killed between (S) and the wake: the sleeper's tick.
     *   Killed as the owner of the lock, perhaps with a signal to give: whoever waits returns by its tick,
     *   because it finds the owner dead or deaths counted.
     *   Killed between the signal passed on and (F): it is passed on once more. That, and the death of an
     *   owner, are the only cases in which a wait ends without a signal of its own.
     * Where nobody dies no tick is needed.
     */
    private final AtomicBuffer buffer;
    private final int cells;
    private final LockCore lock;
    private final RobustMutex mutex;
    private final Liveness liveness;
    private final Waiter waiter;
    private final TickPolicy ticks;
    private volatile boolean closed;

    ConditionCore(
            AtomicBuffer buffer,
            int cells,
            LockCore lock,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks) {
        this.buffer = buffer;
        this.cells = cells;
        this.lock = lock;
        this.mutex = lock.mutex();
        this.liveness = liveness;
        this.waiter = waiter;
        this.ticks = ticks;
    }

    /** Why a wait has ended. The lock is held in every case. */
    enum Ending {
        /** By a signal, or by the death of an owner that others have dealt with. */
        WOKEN,
        /** An owner of the lock died, and nobody has repaired. */
        OWNER_DIED,
        /** The thread is interrupted; its status says so. */
        INTERRUPTED,
        /** The time has run out. */
        EXPIRED,
        /** Nobody is to wait here any more. */
        CLOSED
    }

    /** Waits; the lock is held before and afterwards, as many times. */
    Ending await(Deadline deadline, boolean interruptible) {
        checkHeld();
        int mine = takeCell();
        int holds = mutex.holdCount();
        long deaths = lock.deaths();
        Sleep sleep = new Sleep(mine, deaths, deadline, interruptible);
        KillPoint.at("condition.announced");
        Ending ending;
        try {
            for (int i = 0; i < holds; i++) {
                mutex.unlock();
            }
            KillPoint.at("condition.released");
            sleep.run();
        } finally {
            if (!mutex.isHeldByCurrentThread()) {
                sleep.acquisition = mutex.lock();
            }
            while (mutex.holdCount() < holds) {
                mutex.lock();
            }
            ending = leave(mine, sleep);
        }
        return ending;
    }

    private Ending leave(int mine, Sleep sleep) {
        KillPoint.at("condition.relocked");
        boolean signalled = state(read(mine)) != WAITING;
        write(mine, FREE); // (F)
        if (sleep.acquisition == Acquisition.OWNER_DIED) {
            lock.countDeath();
            return Ending.OWNER_DIED;
        }
        if (signalled || lock.deaths() != sleep.deaths) {
            return Ending.WOKEN;
        }
        if (sleep.interrupted) {
            return Ending.INTERRUPTED;
        }
        return closed ? Ending.CLOSED : Ending.EXPIRED;
    }

    /** Signals so many waiters, the oldest first. */
    void signal(int count) {
        checkHeld();
        passOn();
        for (int i = 0; i < count; i++) {
            int oldest = oldestWaiting();
            if (oldest < 0) {
                return;
            }
            choose(oldest, SIGNALLED);
        }
    }

    void signalAll() {
        checkHeld();
        int used = used();
        for (int i = 0; i < used; i++) {
            long seen = read(i);
            if (state(seen) == SIGNALLED || isWaiting(seen)) { // no signal is owed any more
                choose(i, RELEASED);
            }
        }
    }

    /** Ends the waits of this object; their threads hold the lock for a moment. */
    void close() {
        closed = true;
        int used = used();
        for (int i = 0; i < used; i++) {
            if (tag(read(i)) == liveness.self()) {
                waiter.wake(buffer, cell(i), 1);
            }
        }
    }

    /** How many living threads wait and have not been chosen yet. */
    int waiters() {
        int waiters = 0;
        int used = used();
        for (int i = 0; i < used; i++) {
            waiters += isWaiting(read(i)) ? 1 : 0;
        }
        return waiters;
    }

    private boolean isWaiting(long seen) {
        return state(seen) == WAITING && !liveness.isDead(tag(seen));
    }

    private int oldestWaiting() {
        int next = buffer.getInt(TICKET);
        int used = used();
        int oldest = -1;
        int greatestAge = 0;
        for (int i = 0; i < used; i++) {
            long seen = read(i);
            int age = next - ticket(seen);
            boolean older = oldest < 0 || Integer.compareUnsigned(age, greatestAge) > 0;
            if (older && isWaiting(seen)) {
                oldest = i;
                greatestAge = age;
            }
        }
        return oldest;
    }

    private void choose(int index, int state) {
        long seen = read(index);
        write(index, cell(ticket(seen), state, tag(seen))); // (S) pairs with the sleeper's look
        KillPoint.at("condition.signalled");
        waiter.wake(buffer, cell(index), 1); // after the store: who is woken finds it
    }

    /** Gives the signals of the dead to the living; the caller holds the lock. */
    private void passOn() {
        int used = used();
        for (int i = 0; i < used; i++) {
            if (isOrphan(read(i))) {
                passOn(i);
            }
        }
    }

    private void passOn(int index) {
        int heir = oldestWaiting();
        if (heir >= 0) {
            choose(heir, SIGNALLED);
            KillPoint.at("condition.passed");
        }
        write(index, FREE); // (F)
    }

    private boolean isOrphan(long seen) {
        return state(seen) == SIGNALLED && liveness.isDead(tag(seen));
    }

    private int takeCell() {
        passOn();
        int index = 0;
        while (index < cells && !isAvailable(index)) {
            index++;
        }
        if (index == cells) {
            throw new IllegalStateException(
                    "cells="
                            + cells
                            + ": as many threads wait already; SharedCondition.of(lock, name,"
                            + " cells) makes a condition with more");
        }
        use(index); // before (A): who looks for waiters finds us
        int next = buffer.getInt(TICKET);
        buffer.putIntRelease(TICKET, next + 1);
        write(index, cell(next, WAITING, liveness.self())); // (A) pairs with (S)
        return index;
    }

    /** A CAS, so that it grows also if the lock was lost, with the region, in this moment. */
    private void use(int index) {
        int used = buffer.getIntVolatile(USED);
        while (used <= index && !buffer.compareAndSetInt(USED, used, index + 1)) {
            used = buffer.getIntVolatile(USED);
        }
    }

    private boolean isAvailable(int index) {
        long seen = read(index);
        if (isOrphan(seen)) {
            passOn(index); // it has just become one
        }
        return seen == FREE || liveness.isDead(tag(seen));
    }

    private void checkHeld() {
        if (!mutex.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException(
                    "thread="
                            + Thread.currentThread().getName()
                            + ": does not hold the lock of the condition");
        }
    }

    /** How many cells were ever used; a hostile number is cut to what there is. */
    private int used() {
        return Math.min(Math.max(buffer.getIntVolatile(USED), 0), cells);
    }

    private long read(int index) {
        return buffer.getLongVolatile(cell(index));
    }

    private void write(int index, long value) {
        buffer.putLongRelease(cell(index), value);
    }

    /** The part of a wait in which the lock is not held. */
    private final class Sleep {
        private final int mine;
        private final long deaths;
        private final Deadline deadline;
        private final boolean interruptible;
        private final Tick tick;

        private @Nullable Acquisition acquisition;
        private boolean interrupted;

        Sleep(int mine, long deaths, Deadline deadline, boolean interruptible) {
            this.mine = mine;
            this.deaths = deaths;
            this.deadline = deadline;
            this.interruptible = interruptible;
            this.tick = new Tick(ticks, waiter);
        }

        /** Ends with the lock held if its owner was found dead, and without it otherwise. */
        void run() {
            boolean postponed = false;
            try {
                while (isUndecided() && !deadline.isExpired()) {
                    if (Thread.currentThread().isInterrupted()) {
                        interrupted = interruptible;
                        if (interruptible) {
                            return;
                        }
                        postponed |= Thread.interrupted();
                    }
                    if (!tick.idles()) {
                        doze();
                    }
                }
                KillPoint.at("condition.woken");
            } finally {
                if (postponed) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private boolean isUndecided() {
            return acquisition == null
                    && !closed
                    && lock.deaths() == deaths
                    && buffer.getIntVolatile(cell(mine)) == (WAITING | liveness.self());
        }

        private void doze() {
            int asleep = WAITING | liveness.self();
            boolean news = waiter.await(buffer, cell(mine), asleep, tick.nanos(deadline));
            liveness.checkOpen();
            if (!news) {
                lookForDeaths();
                tick.lengthen();
            }
        }

        private void lookForDeaths() {
            liveness.probeNext();
            liveness.probe(mutex.ownerTag());
            if (!seesOrphan() && !mutex.isAbandoned()) {
                return;
            }
            Acquisition taken = mutex.tryLock();
            if (taken == null) {
                return; // its owner lives and passes on, or our next tick does
            }
            passOn();
            if (taken == Acquisition.OWNER_DIED) {
                acquisition = taken;
            } else {
                mutex.unlock();
            }
        }

        private boolean seesOrphan() {
            boolean seen = false;
            int used = used();
            for (int i = 0; i < used; i++) {
                long other = read(i);
                if (state(other) == SIGNALLED) {
                    liveness.probe(tag(other));
                    seen |= isOrphan(other);
                }
            }
            return seen;
        }
    }
}
