package dev.shm.sync;

import static dev.shm.sync.ReadWriteLayout.DRAIN;
import static dev.shm.sync.ReadWriteLayout.EPOCH;
import static dev.shm.sync.ReadWriteLayout.GATE;
import static dev.shm.sync.ReadWriteLayout.USED;
import static dev.shm.sync.ReadWriteLayout.WAITING;
import static dev.shm.sync.ReadWriteLayout.cell;
import static dev.shm.sync.ReadWriteLayout.readers;
import static dev.shm.sync.ReadWriteLayout.tag;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/** The protocol of {@link SharedReadWriteLock}, and what all handles of an attachment share. */
final class ReadWriteCore {
    /*
     * Overview (ALGORITHMS 4.5; pictured in ReadWriteLayout).
     *
     *   read    count ourselves in our participant's cell (R); if the mutex is free, we are in. If not, take
     *           it back (L); announce ourselves at the gate (G); look again; sleep on the gate.
     *           A thread that reads already, or writes, just counts.
     *   leave   take ourselves out of the cell (L); if the mutex is not free, a writer may wait for us:
     *           count up drain (D), wake one there
     *   write   lock the mutex (W); then for each cell, while somebody alive is in it: sleep on drain. The
     *           count of the dead goes to zero by a CAS.
     *   unlock  unlock the mutex (U); if somebody is announced at the gate: a new epoch, wake all (E)
     *
     * Nobody reads while another writes. (R) and (W) are atomic read-modify-writes, and each side looks at
     * the other's word after its own: of two that come at once, one at least sees the other. The reader
     * that sees the writer takes itself back, the writer that sees the reader waits. (U) before (R), and
     * (L) before the writer's look, make visible what was done inside.
     * (R) and (L) are CASes of a cell with our tag, not additions: one that had begun when another
     * thread closed the region would count in the cell of whoever has our slot next.
     *
     * Nothing is stuck. (G) before the reader's second look and (U) before the writer's look at the gate:
     * either the reader finds the mutex free or the writer finds it announced, and then all who sleep on
     * the gate wake, since its value changes with (E). The same with (L) and (W), and with drain, which
     * the writer reads before it looks at the cell.
     *   A writer that gives up unlocks as any other. A reader that gives up leaves an announcement: one
     *   wake for nothing.
     *   Killed inside as a reader: the writer's tick finds its tag dead. Killed between (L) and the wake, or
     *   between (U) and (E): the sleepers' tick. Killed as a writer, waiting for readers or inside: the next
     *   writer's tick, as with the mutex; readers find it by their tick, and are told.
     * Where nobody dies no tick is needed.
     */
    private final AtomicBuffer buffer;
    private final int self;
    private final int mine;
    private final int cells;
    private final RobustMutex mutex;
    private final Liveness liveness;
    private final WaitPoint gate;
    private final WaitPoint drain;
    private final ClosedHandles closedHandles = new ClosedHandles(() -> false);
    private final ThreadLocal<Holds> holds = ThreadLocal.withInitial(Holds::new);

    /** How many times the current thread reads. The cell counts it once. */
    private static final class Holds {
        private int reads;
    }

    /** How an attempt to read has ended. */
    enum Reading {
        /** The thread reads. */
        HELD,
        /** Somebody writes. */
        NOT_HELD,
        /** A writer died, and nobody has repaired. */
        ABANDONED
    }

    ReadWriteCore(
            AtomicBuffer buffer,
            int cells,
            RobustMutex mutex,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks) {
        this.buffer = buffer;
        this.cells = cells;
        this.mutex = mutex;
        this.liveness = liveness;
        this.gate = new WaitPoint(buffer, GATE, liveness, waiter, ticks);
        this.drain = new WaitPoint(buffer, DRAIN, liveness, waiter, ticks);
        this.self = liveness.self();
        int slot = ReadWriteLayout.slot(self);
        this.mine = cell(slot);
        int used = buffer.getIntVolatile(USED);
        while (used <= slot && !buffer.compareAndSetInt(USED, used, slot + 1)) {
            used = buffer.getIntVolatile(USED);
        }
        buffer.putLongVolatile(mine, ReadWriteLayout.empty(self));
    }

    RobustMutex mutex() {
        return mutex;
    }

    /** Inside is who reads, writes or waits to do so, as many times. */
    ClosedHandles closedHandles() {
        return closedHandles;
    }

    /** Reads if that is possible without waiting. */
    Reading tryRead() {
        Holds ours = holds.get();
        if (ours.reads > 0) {
            if (ours.reads == Integer.MAX_VALUE) {
                throw new IllegalStateException(
                        "holds=" + ours.reads + ": a thread can read no more often");
            }
            ours.reads++;
            return Reading.HELD;
        }
        boolean writing = mutex.isHeldByCurrentThread();
        if (writing || mutex.isFree()) {
            count(1); // (R) pairs with (W)
            KillPoint.at("rw.counted");
            if (writing || mutex.isFree()) {
                ours.reads = 1;
                KillPoint.at("rw.reading");
                return Reading.HELD;
            }
            leave();
        }
        return mutex.isAbandoned() ? Reading.ABANDONED : Reading.NOT_HELD;
    }

    /**
     * Reads as soon as nobody writes; not held when the deadline passed or there is an interrupt.
     */
    Reading awaitRead(Deadline deadline) {
        Tick tick = gate.tick();
        while (tick.idles()) {
            Reading reading = tryRead();
            if (reading != Reading.NOT_HELD) {
                return reading;
            }
        }
        while (true) {
            int seen = announce();
            Reading reading = tryRead();
            if (reading != Reading.NOT_HELD
                    || deadline.isExpired()
                    || Thread.currentThread().isInterrupted()) {
                return reading;
            }
            KillPoint.at("rw.announced");
            if (!gate.sleep(seen, deadline, tick)) {
                liveness.probe(mutex.ownerTag());
            }
        }
    }

    private int announce() {
        int seen;
        do {
            seen = buffer.getIntVolatile(GATE);
        } while ((seen & WAITING) == 0
                && !buffer.compareAndSetInt(GATE, seen, seen | WAITING)); // (G) pairs with (U)
        return seen | WAITING;
    }

    void unlockRead() {
        Holds ours = holds.get();
        if (ours.reads == 0) {
            throw new IllegalMonitorStateException(
                    "thread=" + Thread.currentThread().getName() + ": does not read");
        }
        ours.reads--;
        if (ours.reads == 0) {
            leave();
        }
    }

    private void leave() {
        count(-1); // (L) pairs with (W)
        KillPoint.at("rw.left");
        if (!mutex.isFree()) {
            buffer.getAndAddInt(DRAIN, 1); // (D)
            drain.wake(1);
        }
    }

    /** Counts a thread in our cell, or out of it, as long as it is ours. */
    private void count(int change) {
        long seen;
        do {
            seen = buffer.getLongVolatile(mine);
            if (tag(seen) != self) {
                liveness.checkOpen();
                throw new IllegalStateException(
                        "tag=" + self + ": its cell was taken by tag=" + tag(seen));
            }
        } while (!buffer.compareAndSetLong(mine, seen, seen + change));
    }

    /** Whether nobody reads; who holds the mutex more than once has seen to that before. */
    boolean excludesReaders() {
        KillPoint.at("rw.draining");
        if (mutex.holdCount() > 1) {
            return true;
        }
        int used = used();
        for (int slot = 0; slot < used; slot++) {
            if (isRead(slot)) {
                return false;
            }
        }
        KillPoint.at("rw.writing");
        return true;
    }

    /** Waits, holding the mutex, until nobody reads. */
    void awaitReaders() {
        boolean interrupted = false;
        while (!drained(Deadline.never())) {
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits, holding the mutex, until nobody reads. If it gives up, because the deadline passed or
     * there is an interrupt, the mutex is not held any more.
     */
    boolean awaitReaders(Deadline deadline) {
        boolean drained = false;
        try {
            drained = drained(deadline);
        } finally {
            if (!drained) {
                unlockWrite();
            }
        }
        return drained;
    }

    private boolean drained(Deadline deadline) {
        Tick tick = drain.tick();
        int used = used(); // later ones see that we hold the mutex
        for (int slot = 0; slot < used; slot++) {
            int seen = buffer.getIntVolatile(DRAIN); // before the cell: pairs with (D)
            while (isRead(slot)) {
                if (deadline.isExpired() || Thread.currentThread().isInterrupted()) {
                    return false;
                }
                if (!tick.idles() && !drain.sleep(seen, deadline, tick)) {
                    probeReaders(slot, used);
                }
                seen = buffer.getIntVolatile(DRAIN);
            }
        }
        KillPoint.at("rw.writing");
        return true;
    }

    private void probeReaders(int from, int to) {
        for (int slot = from; slot < to; slot++) {
            long seen = buffer.getLongVolatile(cell(slot));
            if (readers(seen) > 0) {
                liveness.probe(tag(seen));
            }
        }
    }

    /** Whether a participant reads; one that is dead does so no more. */
    private boolean isRead(int slot) {
        long seen = buffer.getLongVolatile(cell(slot));
        if (readers(seen) <= 0) {
            return false;
        }
        boolean gone = ReadWriteLayout.slot(tag(seen)) != slot || liveness.isDead(tag(seen));
        if (!gone || !buffer.compareAndSetLong(cell(slot), seen, 0)) {
            return true;
        }
        KillPoint.at("rw.forgotten");
        return false;
    }

    void unlockWrite() {
        mutex.unlock(); // (U) pairs with (G)
        if (mutex.isHeldByCurrentThread()) {
            return;
        }
        KillPoint.at("rw.unlocked");
        int seen = buffer.getIntVolatile(GATE);
        while ((seen & WAITING) != 0) {
            if (buffer.compareAndSetInt(GATE, seen, (seen & ~WAITING) + EPOCH)) { // (E)
                KillPoint.at("rw.waking");
                gate.wakeAll();
                return;
            }
            seen = buffer.getIntVolatile(GATE);
        }
    }

    /** How many times the current thread reads. */
    int readHolds() {
        return holds.get().reads;
    }

    /** How many threads of living participants read. */
    int readerCount() {
        int count = 0;
        int used = used();
        for (int slot = 0; slot < used; slot++) {
            long seen = buffer.getLongVolatile(cell(slot));
            count += liveness.isDead(tag(seen)) ? 0 : Math.max(0, readers(seen));
        }
        return count;
    }

    /** Whether readers or writers may be waiting. */
    boolean hasWaiters() {
        return mutex.hasWaiters() || (buffer.getIntVolatile(GATE) & WAITING) != 0;
    }

    /** How many cells may be in use; a hostile number is cut to what there is. */
    private int used() {
        return Math.min(Math.max(buffer.getIntVolatile(USED), 0), cells);
    }
}
