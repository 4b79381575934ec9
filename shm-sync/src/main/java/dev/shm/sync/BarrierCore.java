package dev.shm.sync;

import static dev.shm.sync.BarrierLayout.BROKEN;
import static dev.shm.sync.BarrierLayout.STATE;
import static dev.shm.sync.BarrierLayout.WAITERS;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import dev.shm.wait.Tick;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** The protocol of {@link SharedBarrier}; one object for each handle. */
final class BarrierCore {
    /*
     * Overview (ALGORITHMS 4.3; the words are pictured in BarrierLayout).
     *
     *   join    our tag in the member word of our slot (J); before the first arrival, see BarrierMember
     *   arrive  CAS arrived + 1 (A). Who is last runs the action, and then trips: CAS to a new generation
     *           (T), without an action at once; wake all if there was WAITERS
     *   await   while the generation is ours and not BROKEN: announce (W), sleep on the state's lower half
     *   break   CAS BROKEN (B), wake all: by whoever gives up its wait, by a throwing action, by abort,
     *           by whoever finds a member dead
     *   reset   the dead are members no more (E); CAS to a new generation, of which the history says that
     *           the one before was broken (R)
     *
     * Nothing is lost. All are CASes of one word, so a generation ends in one way, (T) or (B), for all of
     * its parties. Who wakes late finds in the history how its own ended. If it ended more than 32
     * generations ago it cannot know, and is told that the barrier is broken; that takes other threads
     * that use the barrier in place of this one. (W) is in the same word: who trips or breaks sees it.
     *
     * Nothing is stuck. Who sleeps waits for (T) or (B).
     *   Interrupted or timed out: it does (B) first.
     *   Killed between (J) and (T), be it before (A), after (A), or in the action: the sweep of the dead
     *   does (B), and so does every tick, which probes the members.
     *   Killed between (T), (B) or (R) and the wake: sleepers see it by their next tick.
     *   Killed before (J): nobody can know that it would have come. The others wait, as for one that is
     *   late.
     *   Killed as a waiter after (W): one wake for nothing, and (B).
     *   Its handle closed: who closes does (B), and lets go when those who wait have left.
     *
     * Nobody is told of a death that a reset has forgiven: the sweep reads the state before the member
     * word, and (R) comes after (E) and always changes the state, so one of the two fails its CAS.
     */
    private final String name;
    private final AtomicBuffer buffer;
    private final int parties;
    private final int slots;
    private final Liveness liveness;
    private final WaitPoint sleepers;
    private final BarrierMember member;

    /** Threads in {@link #await}. */
    private final AtomicInteger inside = new AtomicInteger();

    /**
     * Held for reading by the same threads, but not while the action runs; for writing to close.
     */
    private final ReadWriteLock using;

    private volatile boolean joined; // guarded by member for writing
    private volatile boolean closing;
    private boolean isLetGo; // guarded by using

    BarrierCore(
            String name,
            AtomicBuffer buffer,
            int parties,
            int slots,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks,
            BarrierMember member) {
        this(
                name,
                buffer,
                parties,
                slots,
                liveness,
                waiter,
                ticks,
                member,
                new ReentrantReadWriteLock());
    }

    /** The same for tests: with another lock between those who use it and who closes it. */
    BarrierCore(
            String name,
            AtomicBuffer buffer,
            int parties,
            int slots,
            Liveness liveness,
            Waiter waiter,
            TickPolicy ticks,
            BarrierMember member,
            ReadWriteLock using) {
        this.name = name;
        this.buffer = buffer;
        this.parties = parties;
        this.slots = slots;
        this.liveness = liveness;
        this.sleepers = new WaitPoint(buffer, STATE, liveness, waiter, ticks);
        this.member = member;
        this.using = using;
    }

    /** Arrived and waiting for the others. */
    int waiting() {
        long state = state();
        return isBroken(state) ? 0 : Math.min(BarrierLayout.arrived(state), parties - 1);
    }

    boolean isBroken() {
        return isBroken(state());
    }

    /** The tags of the members. */
    List<Integer> members() {
        return IntStream.range(0, slots)
                .map(slot -> buffer.getIntVolatile(BarrierLayout.member(slot)))
                .filter(tag -> tag != 0)
                .boxed()
                .toList();
    }

    boolean hasWaiters() {
        return (state() & WAITERS) != 0;
    }

    /** Arrives, waits for the others, and returns how many came later. */
    int await(Deadline deadline, @Nullable Runnable action)
            throws InterruptedException, BrokenBarrierException, TimeoutException {
        inside.incrementAndGet(); // pairs with closing
        using.readLock().lock();
        try {
            checkNotClosing();
            liveness.checkOpen();
            join();
            return arrive(deadline, action);
        } finally {
            using.readLock().unlock();
            inside.decrementAndGet();
        }
    }

    /** Breaks this generation; those who wait are told. */
    void abort() {
        long state = state();
        while (!isBroken(state) && !breakUp(state)) {
            state = state();
        }
    }

    /** Begins a new generation, without the dead; those who wait in this one are told. */
    void reset() {
        forgetTheDead();
        long state = state();
        while (!replace(state, BarrierLayout.next(state, true))) { // (R)
            state = state();
        }
        KillPoint.at("barrier.reset");
        sleepers.wakeAll();
    }

    /** Lets go, as soon as nobody waits through this handle; whoever does is told. */
    void close(Runnable letGo) {
        closing = true;
        if (inside.get() > 0) {
            abort();
        }
        using.writeLock().lock();
        try {
            leave();
            isLetGo = true;
            letGo.run();
        } finally {
            using.writeLock().unlock();
        }
    }

    private void join() {
        if (!joined) {
            synchronized (member) {
                if (!joined) {
                    member.join();
                    joined = true;
                }
            }
        }
    }

    private void leave() {
        synchronized (member) {
            if (joined) {
                member.leave();
                joined = false;
            }
        }
    }

    private int arrive(Deadline deadline, @Nullable Runnable action)
            throws InterruptedException, BrokenBarrierException, TimeoutException {
        while (true) {
            long state = state();
            if (isBroken(state)) {
                throw broken(state, "it was broken before");
            }
            int arrived = BarrierLayout.arrived(state);
            boolean last = arrived == parties - 1;
            if (arrived == parties) {
                awaitNextGeneration(state, deadline);
            } else if (Thread.currentThread().isInterrupted()) {
                giveUp(state);
            } else if (last && action == null) {
                if (trip(state)) {
                    return 0;
                }
            } else if (replace(state, state + 1)) { // (A)
                int generation = BarrierLayout.generation(state);
                if (action != null && last) {
                    lead(generation, action);
                } else {
                    KillPoint.at("barrier.arrived");
                    awaitTrip(generation, deadline);
                }
                return parties - 1 - arrived;
            }
        }
    }

    /** Breaks the barrier if a member died; also wakes those to whom the dead owed a wake. */
    static void sweep(AtomicBuffer buffer, int deadTag, Waiter waiter) {
        int at = BarrierLayout.member(BarrierLayout.slot(deadTag));
        long state = buffer.getLongVolatile(STATE);
        while (BarrierMember.is(buffer, at, deadTag)
                && !isBroken(state)
                && !buffer.compareAndSetLong(STATE, state, broken(state))) { // (B)
            state = buffer.getLongVolatile(STATE);
        }
        KillPoint.at("barrier.swept");
        BarrierMember.forget(buffer, at, deadTag);
        waiter.wakeAll(buffer, STATE);
    }

    /** Runs the action, and lets the others go. */
    private void lead(int generation, Runnable action) throws BrokenBarrierException {
        boolean done = false;
        KillPoint.at("barrier.leading");
        using.readLock().unlock(); // the action may take its time, and may close the handle
        try {
            action.run();
            done = true;
        } finally {
            using.readLock().lock();
            if (!done && !isLetGo) {
                breakGeneration(generation);
            }
        }
        long state = state();
        while (isPending(state, generation)) {
            if (trip(state)) {
                return;
            }
            state = state();
        }
        throw broken(state, "it was broken while its action ran, in generation=" + generation);
    }

    private boolean trip(long state) {
        if (!replace(state, BarrierLayout.next(state, false))) { // (T)
            return false;
        }
        KillPoint.at("barrier.tripped");
        if ((state & WAITERS) != 0) {
            sleepers.wakeAll();
        }
        return true;
    }

    private void awaitTrip(int generation, Deadline deadline)
            throws InterruptedException, BrokenBarrierException, TimeoutException {
        Tick tick = sleepers.tick();
        long state = state();
        while (isPending(state, generation)) {
            if (closing) {
                endClosed(state);
            } else if (Thread.currentThread().isInterrupted()) {
                giveUp(state);
            } else if (deadline.isExpired()) {
                timeOut(state);
            } else if (!tick.idles()) {
                sleep(state, deadline, tick);
            }
            state = state();
        }
        int age = BarrierLayout.age(state, generation);
        if (age == 0 || age > BarrierLayout.REMEMBERED || BarrierLayout.wasBroken(state, age)) {
            throw broken(state, "it was broken during the wait, in generation=" + generation);
        }
    }

    /** Waits for the end of a generation that has all its parties, so as to arrive in the next. */
    private void awaitNextGeneration(long full, Deadline deadline)
            throws InterruptedException, TimeoutException {
        Tick tick = sleepers.tick();
        int generation = BarrierLayout.generation(full);
        long state = full;
        while (isPending(state, generation)) {
            checkNotClosing();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (deadline.isExpired()) {
                throw new TimeoutException(
                        describe(state) + ": the action of the generation before still runs");
            }
            if (!tick.idles()) {
                sleep(state, deadline, tick);
            }
            state = state();
        }
    }

    private void sleep(long state, Deadline deadline, Tick tick) {
        if ((state & WAITERS) != 0 || replace(state, state | WAITERS)) { // (W) pairs with (T), (B)
            KillPoint.at("barrier.announced");
            if (!sleepers.sleep((int) (state | WAITERS), deadline, tick) && isAMemberDead()) {
                breakGeneration(BarrierLayout.generation(state));
            }
        }
    }

    /** An interrupt ends the wait, and breaks the barrier, if it comes before anything else. */
    private void giveUp(long state) throws InterruptedException {
        if (breakUp(state)) {
            Thread.interrupted();
            throw new InterruptedException();
        }
    }

    private void endClosed(long state) {
        if (breakUp(state)) {
            checkNotClosing();
        }
    }

    private void timeOut(long state) throws TimeoutException {
        if (breakUp(state)) {
            throw new TimeoutException(describe(state) + ": not all parties came in time");
        }
    }

    private void breakGeneration(int generation) {
        long state = state();
        while (isPending(state, generation) && !breakUp(state)) {
            state = state();
        }
    }

    private boolean breakUp(long state) {
        if (!replace(state, broken(state))) { // (B)
            return false;
        }
        KillPoint.at("barrier.broken");
        sleepers.wakeAll();
        return true;
    }

    private boolean isAMemberDead() {
        boolean dead = false;
        for (int slot = 0; slot < slots; slot++) {
            dead |= deadMember(slot) != 0;
        }
        return dead;
    }

    private void forgetTheDead() {
        for (int slot = 0; slot < slots; slot++) {
            int dead = deadMember(slot);
            if (dead != 0) {
                BarrierMember.forget(buffer, BarrierLayout.member(slot), dead); // (E)
            }
        }
    }

    /** The member of a slot if it is dead, else 0. */
    private int deadMember(int slot) {
        int tag = buffer.getIntVolatile(BarrierLayout.member(slot));
        if (tag != 0) {
            liveness.probe(tag);
        }
        return tag != 0 && liveness.isDead(tag) ? tag : 0;
    }

    private void checkNotClosing() {
        if (closing) {
            throw new IllegalStateException(
                    "SharedBarrier[name="
                            + name
                            + ", parties="
                            + parties
                            + "]: the handle was closed while a thread waited");
        }
    }

    private BrokenBarrierException broken(long state, String how) {
        return new BrokenBarrierException(describe(state) + ": " + how);
    }

    private String describe(long state) {
        return "SharedBarrier[name="
                + name
                + ", arrived="
                + BarrierLayout.arrived(state)
                + " of "
                + parties
                + ", generation="
                + BarrierLayout.generation(state)
                + ", broken="
                + Handles.yesOrNo(isBroken(state))
                + "]";
    }

    private static boolean isPending(long state, int generation) {
        return BarrierLayout.generation(state) == generation && !isBroken(state);
    }

    private static boolean isBroken(long state) {
        return (state & BROKEN) != 0;
    }

    private static long broken(long state) {
        return (state | BROKEN) & ~WAITERS;
    }

    private boolean replace(long state, long next) {
        return buffer.compareAndSetLong(STATE, state, next);
    }

    private long state() {
        return buffer.getLongVolatile(STATE);
    }
}
