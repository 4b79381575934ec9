package dev.shm.sync;

import static dev.shm.sync.SemaphoreLayout.FREE;
import static dev.shm.sync.SemaphoreLayout.RELEASING;
import static dev.shm.sync.SemaphoreLayout.TAG;
import static dev.shm.sync.SemaphoreLayout.WAITED;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** The protocol of {@link SharedSemaphore}; one object for each handle. */
final class SemaphoreCore {
    /*
     * Overview (ALGORITHMS 3A; the cells are pictured in SemaphoreLayout, waiting in WaitingRoom).
     *
     *   acquire   CAS a cell that is free, or a dead one's, to our tag (A): our home first, then any
     *   release   CAS a cell of ours to free (R): our home first, then any; if it had WAITED, signal
     *   wait      in the waiting room, with WAITED set in every cell that is held (W)
     *   several   acquire: under a mutex, one after the other, keeping what there is; all go back if the
     *             wait ends early. release: mark so many cells of ours RELEASING (M), or unmark them and
     *             throw if there are not enough; then free them (R).
     *
     * Which cells are ours is written in the cells alone: a pair that nobody comes between is two CASes,
     * and there is no list of ours to keep or to lock.
     *
     * Nothing is lost. (A) names the holder, so a permit is free, or held by somebody alive, or was held
     * by somebody dead and is free again; there are as many as there are cells.
     * A release that finds no cell of ours may have missed one, since our other threads acquire cells
     * where it has looked, and release where it has not. Hence `strayed`, counted up after every (A) but
     * those of the home. If it is the same before and after a look that ends with the home, then every
     * cell that was ours when the look ended is of an (A) that has not been counted, so of an acquire
     * that has not returned. All of ours that had returned were released: there was nothing to release.
     *
     * Nothing is stuck: see WaitingRoom. Of those who acquire several one at a time collects, so none
     * holds what another waits for.
     *   Killed after (A) or (M): the cell is a dead one's. After (R): sleepers by their next tick.
     *   Killed with the mutex: it is taken over, and what was collected is a dead one's.
     *   Its handle closed: who closes wakes those who wait through it, in the room and for the mutex, and
     *   lets go when they have given back permits and mutex.
     */
    private final String name;
    private final AtomicBuffer buffer;
    private final int permits;
    private final int self;
    private final int homeAt;
    private final int home; // as an offset
    private final Liveness liveness;
    private final Waiter waiter;
    private final WaitingRoom room;
    private final SemaphoreBulk bulk;

    /**
     * Held for reading by those who collect, or wait for the mutex to do so; closing waits until
     * they have given back.
     */
    private final ReentrantReadWriteLock collecting = new ReentrantReadWriteLock();

    private volatile boolean closing;

    SemaphoreCore(
            String name,
            AtomicBuffer buffer,
            int permits,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks,
            SemaphoreBulk bulk) {
        this.name = name;
        this.buffer = buffer;
        this.permits = permits;
        this.self = liveness.self();
        this.homeAt = SemaphoreLayout.home(self, permits);
        this.home = SemaphoreLayout.cell(homeAt);
        this.liveness = liveness;
        this.waiter = waiter;
        this.room = new WaitingRoom(buffer, liveness, waiter, ticks);
        this.bulk = bulk;
    }

    /** Acquires a permit if it finds one that is to be had. */
    boolean tryAcquire() {
        if (buffer.compareAndSetInt(home, FREE, self)) { // (A) pairs with (R)
            KillPoint.at("semaphore.acquired");
            return true;
        }
        return acquireAny();
    }

    /** Acquires several permits if it finds them, and nobody else is acquiring several. */
    boolean tryAcquire(int wanted) {
        return wanted == 1 ? tryAcquire() : collect(wanted, null);
    }

    /** Acquires permits, waiting as long as endurance lasts. */
    boolean acquire(int wanted, Endurance endurance) {
        return wanted == 1 ? acquire(endurance) : collect(wanted, endurance);
    }

    /** Releases a permit; throws if this participant holds none. */
    void release() {
        if (!buffer.compareAndSetInt(home, self, FREE)) { // (R) pairs with (A), and with (W)
            releaseAny();
        }
        KillPoint.at("semaphore.released");
    }

    /** Releases permits; throws, and releases none, if this participant does not hold as many. */
    void release(int wanted) {
        synchronized (bulk) {
            int marked = mark(wanted);
            KillPoint.at("semaphore.marked");
            endMarked(marked == wanted);
            if (marked < wanted) {
                throw tooFewHeld(wanted);
            }
        }
        KillPoint.at("semaphore.freed.several");
        room.signal(wanted);
    }

    /** Permits that are free, or a dead one's; some that change hands meanwhile may be missed. */
    int available() {
        int available = 0;
        for (int at = 0; at < permits; at++) {
            available += isFree(cell(at)) ? 1 : 0;
        }
        return available;
    }

    /** Permits that this participant holds; some that move meanwhile may be missed. */
    int held() {
        int held = 0;
        for (int at = 0; at < permits; at++) {
            held += (cell(at) & TAG) == self ? 1 : 0;
        }
        return held;
    }

    /** How many permits each participant holds, by its tag. */
    Map<Integer, Integer> holders() {
        Map<Integer, Integer> holders = new TreeMap<>();
        for (int at = 0; at < permits; at++) {
            int cell = cell(at);
            if (!isFree(cell)) {
                holders.merge(cell & TAG, 1, Integer::sum);
            }
        }
        return holders;
    }

    boolean hasWaiters() {
        return room.hasWaiters();
    }

    /**
     * Lets go, when those who wait through this handle for several permits have given back what
     * they had.
     */
    void close(Runnable letGo) {
        closing = true;
        room.wakeEverybody();
        waiter.wakeAll(buffer, SemaphoreLayout.MUTEX); // whoever is not ours sleeps on
        collecting.writeLock().lock();
        try {
            synchronized (bulk) { // nothing is marked in here
                letGo.run();
            }
        } finally {
            collecting.writeLock().unlock();
        }
    }

    /**
     * Frees what a dead participant holds, and wakes all who wait: the dead may have owed a wake.
     */
    static void sweep(AtomicBuffer buffer, int permits, int deadTag, Waiter waiter) {
        for (int at = 0; at < permits; at++) {
            int index = SemaphoreLayout.cell(at);
            int cell = buffer.getIntVolatile(index);
            while ((cell & TAG) == deadTag && !buffer.compareAndSetInt(index, cell, FREE)) {
                cell = buffer.getIntVolatile(index);
            }
        }
        KillPoint.at("semaphore.swept");
        WaitingRoom.wakeEverybody(buffer, waiter);
    }

    private boolean acquire(Endurance endurance) {
        Tick tick = room.tick();
        while (!endurance.isOver() && tick.idles()) {
            if (acquireAny()) { // which reads before it writes
                return true;
            }
        }
        boolean slept = false;
        while (true) {
            int epoch = room.epoch();
            checkNotClosing(); // after the epoch, which closing moves
            room.announce(WaitingRoomLayout.FOR_ONE);
            boolean acquired = acquireOrMark();
            if (acquired || endurance.isOver()) {
                if (slept) {
                    passOn();
                }
                return acquired;
            }
            if (!room.sleep(epoch, endurance.deadline(), tick)) {
                probeHolders();
            }
            slept = true;
        }
    }

    /** Who has slept may have taken a wake that is another's. */
    private void passOn() {
        try {
            room.announce(WaitingRoomLayout.FOR_ONE);
            boolean more = false;
            for (int at = 0; at < permits; at++) {
                more |= !markWaited(at);
            }
            if (more) {
                room.signal(1);
            }
        } catch (IllegalStateException closed) {
            // What was acquired stays so, and whoever closed the handle has woken everybody.
        }
    }

    /**
     * Acquires several permits under the mutex. Without endurance: what is there at once.
     *
     * <p>The mutex is in the memory that closing lets go: who gets it there must be able to give it
     * up, so the lock that closing waits for comes first.
     */
    private boolean collect(int wanted, @Nullable Endurance endurance) {
        collecting.readLock().lock();
        try {
            checkNotClosing();
            RobustMutex.Acquisition acquisition =
                    endurance == null ? bulk.mutex().tryLock() : lockMutex(endurance);
            return acquisition != null && collectUnder(acquisition, wanted, endurance);
        } finally {
            collecting.readLock().unlock();
        }
    }

    private RobustMutex.@Nullable Acquisition lockMutex(Endurance endurance) {
        Deadline deadline = endurance.deadline().unless(() -> closing);
        RobustMutex.Acquisition acquisition = null;
        while (acquisition == null && !endurance.isOver()) {
            checkNotClosing();
            try {
                acquisition = bulk.mutex().tryLock(deadline);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // endurance ends by it, or puts it aside
            }
        }
        return acquisition;
    }

    private boolean collectUnder(
            RobustMutex.Acquisition acquisition, int wanted, @Nullable Endurance endurance) {
        int collected = 0;
        try {
            if (acquisition == RobustMutex.Acquisition.OWNER_DIED) {
                bulk.mutex().markConsistent();
            }
            while (collected < wanted
                    && (tryAcquire() || endurance != null && acquire(endurance))) {
                collected++;
            }
            return collected == wanted;
        } finally {
            try {
                if (collected < wanted && collected > 0) {
                    release(collected);
                }
            } finally {
                bulk.mutex().unlock();
            }
        }
    }

    private boolean acquireAny() {
        for (int i = 0; i < permits; i++) {
            int at = homeAt + i < permits ? homeAt + i : homeAt + i - permits;
            if (take(at)) {
                return true;
            }
        }
        return false;
    }

    /** Acquires a cell that is free, or sees to it that the release of any looks who waits. */
    private boolean acquireOrMark() {
        for (int at = 0; at < permits; at++) {
            while (!markWaited(at)) {
                if (take(at)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Acquires a cell if it is free. */
    private boolean take(int at) {
        int cell = cell(at);
        while (isFree(cell)) {
            if (replace(at, cell, self | cell & WAITED)) { // (A) pairs with (R)
                if ((cell & TAG) != 0) {
                    KillPoint.at("semaphore.inherited");
                }
                if (at != homeAt) {
                    bulk.stray();
                }
                KillPoint.at("semaphore.acquired");
                return true;
            }
            cell = cell(at);
        }
        return false;
    }

    /** Sets WAITED in a cell that is held; false if it is free. */
    private boolean markWaited(int at) {
        int cell = cell(at);
        while (!isFree(cell)) {
            if ((cell & WAITED) != 0 || replace(at, cell, cell | WAITED)) { // (W) pairs with (R)
                return true;
            }
            cell = cell(at);
        }
        return false;
    }

    /** Frees a cell of ours, or throws if there is nothing to release. */
    private void releaseAny() {
        boolean released = free(homeAt);
        while (!released) {
            int strayed = bulk.strayed();
            boolean marked = false;
            for (int at = 0; at < permits && !released; at++) {
                marked |= isMarked(cell(at));
                released = free(at);
            }
            released = released || free(homeAt);
            if (!released && marked) {
                awaitMarker();
            } else if (!released && strayed == bulk.strayed()) {
                throw tooFewHeld(1);
            }
        }
    }

    /** Frees a cell if it is ours, and wakes one who waits. */
    private boolean free(int at) {
        int cell = cell(at);
        while (isOurs(cell)) {
            if (replace(at, cell, FREE)) { // (R) pairs with (A), and with (W)
                if ((cell & WAITED) != 0) {
                    KillPoint.at("semaphore.freed");
                    room.signal(1);
                }
                return true;
            }
            cell = cell(at);
        }
        return false;
    }

    /** Waits until a thread of ours that has marked cells has freed or unmarked them. */
    private void awaitMarker() {
        synchronized (bulk) {
            checkNotClosing();
        }
    }

    /** Marks cells of ours; fewer than wanted only if there are not as many to release. */
    private int mark(int wanted) {
        int marked = 0;
        int strayed;
        do {
            strayed = bulk.strayed();
            for (int at = 0; at < permits && marked < wanted; at++) {
                marked += markReleasing(at) ? 1 : 0;
            }
            if (marked < wanted && markReleasing(homeAt)) {
                marked++;
            }
        } while (marked < wanted && strayed != bulk.strayed());
        return marked;
    }

    /** Marks a cell if it is ours and not marked. */
    private boolean markReleasing(int at) {
        int cell = cell(at);
        while (isOurs(cell)) {
            if (replace(at, cell, cell | RELEASING)) { // (M)
                return true;
            }
            cell = cell(at);
        }
        return false;
    }

    /** Frees the cells that are marked, or unmarks them. */
    private void endMarked(boolean free) {
        for (int at = 0; at < permits; at++) {
            int cell = cell(at);
            while (isMarked(cell) && !replace(at, cell, free ? FREE : cell & ~RELEASING)) { // (R)
                cell = cell(at);
            }
        }
    }

    /** Looks after those whose permits we wait for. */
    private void probeHolders() {
        int probed = 0;
        for (int at = 0; at < permits; at++) {
            int tag = cell(at) & TAG;
            if (tag != 0 && tag != self && tag != probed) {
                liveness.probe(tag);
                probed = tag;
            }
        }
    }

    private boolean isFree(int cell) {
        int tag = cell & TAG;
        return tag == 0 || tag != self && liveness.isDead(tag);
    }

    private boolean isOurs(int cell) {
        return (cell & (RELEASING | TAG)) == self;
    }

    private boolean isMarked(int cell) {
        return (cell & (RELEASING | TAG)) == (RELEASING | self);
    }

    private boolean replace(int at, int cell, int next) {
        return buffer.compareAndSetInt(SemaphoreLayout.cell(at), cell, next);
    }

    private int cell(int at) {
        return buffer.getIntVolatile(SemaphoreLayout.cell(at));
    }

    private IllegalStateException tooFewHeld(int wanted) {
        return new IllegalStateException(
                "release="
                        + wanted
                        + ": this process holds fewer of the "
                        + permits
                        + " permits; nothing was released");
    }

    private void checkNotClosing() {
        if (closing) {
            throw new IllegalStateException(
                    "SharedSemaphore[name="
                            + name
                            + ", permits="
                            + permits
                            + "]: the handle was closed while a thread waited");
        }
    }
}
