package dev.shm.queue;

import static dev.shm.queue.SlotLayout.EMPTIED;
import static dev.shm.queue.SlotLayout.ITEM_EPOCH;
import static dev.shm.queue.SlotLayout.OPEN;
import static dev.shm.queue.SlotLayout.PHASE;
import static dev.shm.queue.SlotLayout.SHUT_DOWN;
import static dev.shm.queue.SlotLayout.SPACE_EPOCH;

import dev.shm.memory.KillPoint;
import dev.shm.queue.SlotTable.Entry;
import dev.shm.region.Claims;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.RobustMutex.Acquisition;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** The protocol of {@link SharedStack} and {@link SharedPriorityQueue}; one for each handle. */
final class SlotCore {
    /*
     * Overview (the words are pictured in SlotLayout; how entries come and go, SlotTable says).
     *
     *   turn     lock; if the last owner did not get to its end: rebuild, and rouse (R); then, if it can be
     *            done: begin, change the table, signal those who wait for what that gives (S), end.
     *            Unlock; wake one if (S) said so
     *   wait     a turn; if it came to nothing: in the same turn awaited = 1, and the epoch is noted (W);
     *            unlock; sleep while the epoch is that; again
     *   signal   if awaited: epoch + 1, awaited = 0
     *   leave    whoever has slept does in its next turn, whatever comes of it, awaited = 1 and, if there is
     *            more of what it waited for, signals its own kind (B). One that gets no turn any more, since
     *            its time ran out or it was interrupted, wakes one of its kind in any case (C).
     *   shut down  lock; the phase; rouse
     *   rouse    epoch + 1 (N); wake everybody who sleeps on it. Whoever closes need not hold the lock for that
     *
     * Nothing is lost: that is SlotTable's to show; nobody touches the table without the lock.
     *
     * Nothing is stuck. (W) and (S) are done under one lock, so either the waiter finds what it waits for, or
     * (S) finds awaited, and ends the epoch that the waiter has noted: its sleep does not begin, or it is in
     * reach of the wake. After (S) awaited is 0 though others may sleep; but then one of those who slept is on
     * its way: it has been woken, or never fell asleep. By (B) it puts awaited back, and wakes the next while
     * there is more. If it leaves without a turn, its wake goes to the next (C).
     *   Killed as the owner: the next one is told by the mutex, and rouses all (R). Killed between the
     *   unlock and the wake, or woken and killed before (B): the others' tick is a turn.
     *   Its handle closed: its deadline has expired; then come (N) and the wake. So its sleep does not begin,
     *   or ends. That it looks at the deadline after (W) is what makes it sure.
     *   Its region closed: the same, with the region closed instead of the deadline expired. It leaves without
     *   (C), and so that wake comes after all that it may have had, and reaches whoever it may have been for.
     *   Between the two there is no (W) of ours: the lock inside the mutex is held.
     * Where nobody dies no tick is needed.
     *
     * No code of the user's runs under the lock, so it is never taken twice by one thread, and each handle may
     * have a mutex object of its own.
     */
    /** What a turn comes to where it cannot be done now. */
    static final int NOT_NOW = -1;

    /** What a turn comes to where it can never be done: after a shutdown. */
    static final int NEVER = -2;

    /** What a turn comes to that removed an entry which can be none. */
    static final int UNREADABLE = -3;

    private final AtomicBuffer memory;
    private final SlotTable table;
    private final RobustMutex mutex;
    private final Sleepers items;
    private final Sleepers space;

    /**
     * Held as long as the mutex, and a little longer: closing the region waits for it, since not
     * all stores are checked, and since what was done must be told to who did it.
     */
    private final Lock inside = new ReentrantLock();

    private final Claims claims = new Closing();

    SlotCore(
            AtomicBuffer memory,
            SlotTable table,
            RobustMutex mutex,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks) {
        this.memory = memory;
        this.table = table;
        this.mutex = mutex;
        this.items = new Sleepers(memory, ITEM_EPOCH, liveness, waiter, ticks);
        this.space = new Sleepers(memory, SPACE_EPOCH, liveness, waiter, ticks);
    }

    /** What is done in a turn. */
    private interface Change {
        /** Does it; zero or more, such as a length, if it was done. */
        int make();
    }

    /** What closing the region has to wait for. */
    Claims claims() {
        return claims;
    }

    /** Adds an entry; {@link #NOT_NOW} if there was no space in time, or {@link #NEVER}. */
    int put(long priority, DirectBuffer source, int length, Deadline deadline)
            throws InterruptedException {
        Wait wait = new Wait(space, this::lacksSpace, deadline);
        return wait.await(() -> add(priority, source, length), items);
    }

    /** Adds an entry; {@link #NOT_NOW} if there is no space, or {@link #NEVER}. */
    int offer(long priority, DirectBuffer source, int length) {
        return once(() -> add(priority, source, length), items);
    }

    /**
     * Takes the next entry; its length, or {@link #NOT_NOW}, {@link #NEVER}, {@link #UNREADABLE}.
     */
    int take(MutableDirectBuffer target, Deadline deadline) throws InterruptedException {
        Wait wait = new Wait(items, this::lacksItems, deadline);
        return wait.await(() -> remove(target), space);
    }

    /** The same without waiting. */
    int poll(MutableDirectBuffer target) {
        return once(() -> remove(target), space);
    }

    /** Copies the next entry, and leaves it there; {@link #NOT_NOW} if there is none. */
    int peek(MutableDirectBuffer target) {
        return once(
                () -> {
                    if (table.isEmpty()) {
                        return NOT_NOW;
                    }
                    int length = table.copy(table.next(), target);
                    return length < 0 ? UNREADABLE : length;
                },
                null);
    }

    /** Removes an entry that was seen; false if it is gone. */
    boolean remove(Entry entry) {
        int result =
                once(
                        () -> {
                            int place = table.find(entry);
                            if (place < 0) {
                                return NOT_NOW;
                            }
                            table.begin();
                            table.remove(place);
                            table.end();
                            return 0;
                        },
                        space);
        return result == 0;
    }

    /** Removes all entries. */
    void clear() {
        once(
                () -> {
                    table.begin();
                    while (!table.isEmpty()) {
                        table.remove(table.next());
                    }
                    table.end();
                    return 0;
                },
                space);
    }

    /** All entries, in the order in which they would be taken. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        once(
                () -> {
                    entries.addAll(table.entries());
                    return 0;
                },
                null);
        return entries;
    }

    /** Lets nothing come in any more and, at once, nothing out. */
    void shutdown(boolean atOnce) {
        once(
                () -> {
                    if (atOnce && phase() != EMPTIED) {
                        table.begin();
                        memory.putIntRelease(PHASE, EMPTIED);
                        KillPoint.at("slots.emptying");
                        table.rebuild();
                    } else if (isOpen()) {
                        memory.putIntRelease(PHASE, SHUT_DOWN);
                    }
                    rouse();
                    return 0;
                },
                null);
    }

    /** How many entries there are, also after a death that nobody has repaired yet; a snapshot. */
    int size() {
        if (mutex.isAbandoned()) {
            once(() -> 0, null);
        }
        return table.size();
    }

    boolean isOpen() {
        return phase() == OPEN;
    }

    /** Whether somebody may sleep; a snapshot. */
    boolean isAwaited() {
        return items.isAwaited() || space.isAwaited();
    }

    /** Who has the lock, dead or alive; zero if nobody has. */
    int ownerTag() {
        return mutex.ownerTag();
    }

    /** Lets those who wait through this handle look whether their wait is over. */
    void rouseOurs() {
        items.rouseOurs();
        space.rouseOurs();
    }

    private void rouse() {
        items.rouse();
        space.rouse();
    }

    private int add(long priority, DirectBuffer source, int length) {
        if (!isOpen()) {
            return NEVER;
        }
        if (table.isFull()) {
            return NOT_NOW;
        }
        table.begin();
        table.add(priority, source, length);
        table.end();
        return length;
    }

    private int remove(MutableDirectBuffer target) {
        if (table.isEmpty()) {
            return isOpen() ? NOT_NOW : NEVER;
        }
        int place = table.next();
        int length = table.copy(place, target);
        table.begin();
        table.remove(place);
        table.end();
        return length < 0 ? UNREADABLE : length;
    }

    private boolean lacksItems() {
        return table.isEmpty() && isOpen();
    }

    private boolean lacksSpace() {
        return table.isFull() && isOpen();
    }

    private int phase() {
        return memory.getIntVolatile(PHASE);
    }

    /** One turn, however long it takes to get the lock. */
    private int once(Change change, @Nullable Sleepers others) {
        return turn(mutex.lock(), change, others, null);
    }

    /**
     * One turn of whoever has got the lock, and gives it up.
     *
     * @param others who may go on if it is done.
     * @param wait that it is a turn of.
     */
    private int turn(
            Acquisition acquisition,
            Change change,
            @Nullable Sleepers others,
            @Nullable Wait wait) {
        int result;
        Sleepers next;
        Sleepers more;
        inside.lock();
        try {
            repair(acquisition);
            result = change.make();
            next = result != NOT_NOW && others != null && others.signal() ? others : null;
            more = wait != null && wait.endTurn(result) ? wait.own : null;
        } finally {
            try {
                mutex.unlock();
            } finally {
                inside.unlock();
            }
        }
        KillPoint.at("slots.unlocked");
        wakeOne(next);
        wakeOne(more);
        return result;
    }

    /** Comes after what it tells of, which stands though the region be closed by now. */
    private static void wakeOne(@Nullable Sleepers sleepers) {
        try {
            if (sleepers != null) {
                sleepers.wakeOne();
            }
        } catch (IllegalStateException regionClosed) {
            // They go on by their ticks.
        }
    }

    /** Makes up for the owners that did not get to their end, by death or by an exception. */
    private void repair(Acquisition acquisition) {
        boolean broken = table.isChanging();
        if (broken) {
            table.rebuild();
        }
        if (broken || acquisition == Acquisition.OWNER_DIED) {
            rouse(); // (R)
            mutex.markConsistent();
        }
    }

    /** Holds turns up while the region closes, and ends the sleeps of those who find it closed. */
    private final class Closing implements Claims {
        private final Claims turns = Claims.under(inside);

        @Override
        public boolean hold(long time, TimeUnit unit) throws InterruptedException {
            boolean held = turns.hold(time, unit);
            try {
                rouseOurs();
            } catch (IllegalStateException closedBefore) {
                // Nobody waits through a handle that was closed, and what was its memory is
                // another's.
            }
            return held;
        }

        @Override
        public void resume() {
            turns.resume();
        }
    }

    /** The wait of one thread. */
    private final class Wait {
        private final Sleepers own;
        private final BooleanSupplier hopeless;
        private final Deadline deadline;
        private final Tick tick;

        private boolean idled; // and is to sleep next
        private boolean sleeps;
        private boolean slept; // since its last turn
        private int epoch;

        Wait(Sleepers own, BooleanSupplier hopeless, Deadline deadline) {
            this.own = own;
            this.hopeless = hopeless;
            this.deadline = deadline;
            this.tick = own.tick();
        }

        /** Waits until the change can be made, or never can, or the time has run out. */
        int await(Change change, Sleepers others) throws InterruptedException {
            try {
                Acquisition acquisition = mutex.tryLock(deadline);
                while (acquisition != null) {
                    int result = turn(acquisition, change, others, this);
                    if (result != NOT_NOW || deadline.isExpired()) {
                        return result;
                    }
                    pass();
                    acquisition = mutex.tryLock(deadline);
                }
                return NOT_NOW;
            } finally {
                if (slept) {
                    own.wakeOne(); // (C)
                }
            }
        }

        /**
         * What a turn ends with, in the lock; whether one that waits for the same must be woken.
         */
        boolean endTurn(int result) {
            sleeps = result == NOT_NOW && idled;
            if (sleeps || slept) {
                epoch = own.announce(); // (W) or (B)
            }
            boolean more = slept && !hopeless.getAsBoolean();
            slept = false;
            return more && own.signal();
        }

        private void pass() {
            if (sleeps) {
                slept = true;
                own.sleep(epoch, deadline, tick);
            } else {
                while (hopeless.getAsBoolean() && tick.idles()) {
                    Thread.onSpinWait();
                }
                idled = hopeless.getAsBoolean();
            }
        }
    }
}
