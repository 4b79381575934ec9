package dev.shm.region;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Deadline;
import dev.shm.wait.Liveness;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** This JVM's membership of a region, and the only judge of who is dead. */
final class Participants implements Liveness {
    /*
     * Overview.
     *
     *   join    lock a slot's byte; if the slot names a dead tenant, certify and sweep it; describe
     *           ourselves; state ACTIVE of the next incarnation (J)
     *   probe   try to lock another's byte: got it, and nothing proves that process to be running
     *           -> state DEAD (C), sweep, state FREE, unlock
     *   leave   sweep ourselves; state FREE; unlock
     *
     * Nobody alive is declared dead: the kernel holds the byte lock until the last thread has left user
     * space, and should the JVM have lost the lock by accident, its pid with the same start time, boot
     * and namespace vetoes. Nobody dead is forgotten: its byte is free, every tick of every blocked
     * thread and the janitor look. (C) is final and the dead store no more, so whoever reads DEAD, or a
     * later state, also sees all that the dead one ever wrote.
     *
     * Every state follows, by a CAS, the one that was looked at. With the byte it cannot fail. Foreign
     * code of our process can cost us the byte between the look and the CAS, though: then no two
     * have one tag, and nobody is made DEAD, or FREE unswept, who joined in the meantime. What is
     * left then: the description of one may be that of the other, and two may sweep at once.
     *
     * A slot is not FREE before its sweep is complete, so claims of an old tenant never meet a new one.
     * Killed anywhere in here: the byte is unlocked and the state says ACTIVE or DEAD, so the next one
     * that probes or joins does it again; every step of a sweep may be done twice.
     */

    /** A probe is a system call or two; each slot is asked this seldom by one participant. */
    private static final long PROBE_PAUSE_MILLIS = 5;

    /** How long somebody who is just probing may have a byte before that counts as a life. */
    private static final long LOOK_AGAIN_MILLIS = 20;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Gives back what the participant of a slot held; false when some of it needs other code. */
    interface Sweep {
        boolean sweep(int slot, int tag);
    }

    private final String region;
    private final ParticipantTable table;
    private final SlotLocks locks;
    private final Sweep sweep;
    private final int slot;
    private final int incarnation;
    private final SlotLocks.Held byteLock;
    private final long probePauseMillis;
    private final @Nullable Deadline[] quietUntil; // races are harmless: one probe more
    private final AtomicInteger nextProbe = new AtomicInteger();

    /**
     * From here on nobody had a slot in the last round; who came since is found by the next one.
     */
    private volatile int end;

    private final AtomicReference<@Nullable String> closedBecause = new AtomicReference<>();

    /**
     * Held while we probe, since only whoever has a slot's byte sweeps it and describes itself
     * there: the bytes must not be unlocked, by our leaving, in the middle of that.
     */
    private final ReentrantLock probing = new ReentrantLock();

    private Participants(
            String region,
            ParticipantTable table,
            SlotLocks locks,
            Sweep sweep,
            int slot,
            SlotLocks.Held byteLock,
            long probePauseMillis) {
        this.region = region;
        this.table = table;
        this.locks = locks;
        this.sweep = sweep;
        this.slot = slot;
        this.incarnation = ParticipantLayout.incarnation(table.state(slot));
        this.byteLock = byteLock;
        this.probePauseMillis = probePauseMillis;
        this.quietUntil = new Deadline[table.slots()];
        this.end = table.slots();
    }

    /**
     * Joins the region in the first slot that can be had: a free one, else that of a dead tenant.
     * The caller holds the creation lock.
     *
     * @param patience how long to look again before all slots count as taken: the byte of a free
     *     one, or of a dead tenant's, may be locked by somebody who is just probing.
     * @throws IllegalStateException when every slot has a living tenant, or is RETIRED.
     */
    static Participants join(
            String region,
            ParticipantTable table,
            SlotLocks locks,
            Sweep sweep,
            Deadline patience) {
        return join(region, table, locks, sweep, patience, PROBE_PAUSE_MILLIS);
    }

    /** The same for tests: with another pause between two probes of one slot. */
    static Participants join(
            String region,
            ParticipantTable table,
            SlotLocks locks,
            Sweep sweep,
            Deadline patience,
            long probePauseMillis) {
        while (true) {
            for (boolean reuse : new boolean[] {false, true}) {
                for (int slot = 0; slot < table.slots(); slot++) {
                    SlotLocks.Held byteLock =
                            isCandidate(table, slot, reuse)
                                    ? joinSlot(table, locks, sweep, slot)
                                    : null;
                    if (byteLock != null) {
                        return new Participants(
                                region, table, locks, sweep, slot, byteLock, probePauseMillis);
                    }
                }
            }
            if (patience.isExpired()) {
                throw noSlot(region, table);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static IllegalStateException noSlot(String region, ParticipantTable table) {
        int retired = 0;
        for (int slot = 0; slot < table.slots(); slot++) {
            if (ParticipantLayout.status(table.state(slot)) == ParticipantLayout.RETIRED) {
                retired++;
            }
        }
        String why =
                retired == table.slots()
                        ? " are worn out; delete the region and make it anew"
                        : " are taken, retired="
                                + retired
                                + "; RegionOptions.maxParticipants sets how many there are at"
                                + " creation";
        return new IllegalStateException(
                "region=" + region + ": all " + table.slots() + " participant slots" + why);
    }

    /** Whether a slot may be had; one that has or had a tenant only for reuse. */
    private static boolean isCandidate(ParticipantTable table, int slot, boolean reuse) {
        int status = ParticipantLayout.status(table.state(slot));
        return reuse
                ? status == ParticipantLayout.ACTIVE || status == ParticipantLayout.DEAD
                : status == ParticipantLayout.FREE;
    }

    /** Takes one slot; null when it has a living tenant, or one whose sweep needs other code. */
    private static SlotLocks.@Nullable Held joinSlot(
            ParticipantTable table, SlotLocks locks, Sweep sweep, int slot) {
        SlotLocks.Held byteLock = locks.tryLockSlot(slot);
        if (byteLock == null) {
            return null;
        }
        boolean joined = false;
        try {
            KillPoint.at("join.locked");
            joined = buryTenant(table, sweep, slot) && activate(table, slot);
        } finally {
            if (!joined) {
                byteLock.unlock();
            }
        }
        return joined ? byteLock : null;
    }

    private static boolean activate(ParticipantTable table, int slot) {
        long seen = table.state(slot);
        int incarnation = ParticipantLayout.incarnation(seen) + 1;
        if (ParticipantLayout.status(seen) != ParticipantLayout.FREE) {
            return false; // our lock is lost, and another has joined
        }
        // Incarnations of a hostile file may be negative or too large.
        if (incarnation <= 0 || incarnation >= ParticipantLayout.LAST_INCARNATION) {
            table.changeState(slot, seen, incarnation - 1, ParticipantLayout.RETIRED);
            return false;
        }
        table.describeSelf(slot);
        KillPoint.at("join.described");
        if (!table.changeState(slot, seen, incarnation, ParticipantLayout.ACTIVE)) { // (J)
            return false;
        }
        KillPoint.at("join.active");
        return true;
    }

    /**
     * Makes the slot FREE of a tenant that died. The caller holds the slot's byte.
     *
     * @return false when the tenant is alive, or its sweep needs code that this process lacks, or
     *     somebody else has changed the state meanwhile.
     */
    private static boolean buryTenant(ParticipantTable table, Sweep sweep, int slot) {
        long state = table.state(slot);
        int incarnation = ParticipantLayout.incarnation(state);
        int status = ParticipantLayout.status(state);
        if (status == ParticipantLayout.FREE) {
            return true;
        }
        if (status == ParticipantLayout.ACTIVE) {
            if (table.identity(slot).isProvablyRunning()) {
                return false;
            }
            if (!table.changeState(slot, state, incarnation, ParticipantLayout.DEAD)) { // (C)
                return false;
            }
            state = ParticipantLayout.state(incarnation, ParticipantLayout.DEAD);
            KillPoint.at("bury.certified");
        } else if (status != ParticipantLayout.DEAD) {
            return false;
        }
        if (!sweep.sweep(slot, ParticipantLayout.tag(incarnation, slot))) {
            return false;
        }
        KillPoint.at("bury.swept");
        return table.changeState(slot, state, incarnation, ParticipantLayout.FREE);
    }

    @Override
    public int self() {
        return ParticipantLayout.tag(incarnation, slot);
    }

    int slot() {
        return slot;
    }

    @Override
    public boolean isDead(int tag) {
        return table.isDead(tag);
    }

    @Override
    public void probe(int tag) {
        if (!isDead(tag)) {
            probeUnlessQuiet(ParticipantLayout.slot(tag));
        }
    }

    @Override
    public void probeNext() {
        probeBelow(end, 1);
    }

    /** Probes everybody, for those who must know now. */
    void probeAll() {
        for (int candidate = 0; candidate < table.slots(); candidate++) {
            if (hasTenant(candidate)) {
                probeSlot(candidate);
            }
        }
    }

    /** Probes so many others, going on where the last round ended. */
    void probeRound(int probes) {
        int slots = table.slots();
        while (slots > 0 && !hasTenant(slots - 1)) {
            slots--;
        }
        end = slots;
        probeBelow(slots, probes);
    }

    private void probeBelow(int slots, int probes) {
        int left = probes;
        // Slots that nobody has are skipped for the price of a load.
        for (int i = 0; i < slots && left > 0; i++) {
            int candidate = Math.floorMod(nextProbe.getAndIncrement(), slots);
            if (hasTenant(candidate)) {
                probeUnlessQuiet(candidate);
                left--;
            }
        }
    }

    private boolean hasTenant(int candidate) {
        int status = ParticipantLayout.status(table.state(candidate));
        return candidate != slot
                && (status == ParticipantLayout.ACTIVE || status == ParticipantLayout.DEAD);
    }

    private void probeUnlessQuiet(int suspect) {
        Deadline quiet = quietUntil[suspect];
        if (suspect != slot && (quiet == null || quiet.isExpired())) {
            quietUntil[suspect] = Deadline.after(probePauseMillis, TimeUnit.MILLISECONDS);
            probeSlot(suspect);
        }
    }

    private void probeSlot(int suspect) {
        probing.lock();
        try {
            if (!isClosed()) {
                lockAndBury(suspect);
            }
        } catch (RegionFormatException damaged) {
            // Who asks for the dead has its answer, and all else was swept. Damage is for those to
            // know who join, and close.
        } finally {
            probing.unlock();
        }
    }

    private void lockAndBury(int suspect) {
        SlotLocks.Held suspectLock = locks.tryLockSlot(suspect);
        if (suspectLock == null) {
            return; // alive, or somebody else is just looking
        }
        try {
            KillPoint.at("probe.locked");
            buryTenant(table, sweep, suspect);
        } finally {
            suspectLock.unlock();
        }
    }

    /** The living: whoever is not found dead by looking now, and again for a moment. */
    List<Participant> living() {
        return living(Deadline.after(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS));
    }

    /**
     * The same.
     *
     * @param patience how long to look again at those whose byte is locked, and who are not seen to
     *     run: it may be somebody who is just probing that has it.
     */
    List<Participant> living(Deadline patience) {
        probeAll();
        List<Participant> living = new ArrayList<>();
        for (int i = 0; i < table.slots(); i++) {
            long state = table.state(i);
            while (isDoubtful(i) && !patience.isExpired()) {
                LockSupport.parkNanos(PAUSE_NANOS);
                probeSlot(i);
                state = table.state(i);
            }
            if (ParticipantLayout.status(state) == ParticipantLayout.ACTIVE) {
                int tag = ParticipantLayout.tag(ParticipantLayout.incarnation(state), i);
                Participant participant = table.describe(i, tag);
                if (table.state(i) == state) {
                    living.add(participant);
                }
            }
        }
        return living;
    }

    private boolean isDoubtful(int candidate) {
        return candidate != slot
                && !isClosed()
                && ParticipantLayout.status(table.state(candidate)) == ParticipantLayout.ACTIVE
                && !table.identity(candidate).isProvablyRunning();
    }

    /** Names a participant in a message. */
    String describe(int tag) {
        return isDead(tag)
                ? "a participant that is dead"
                : "the process with pid=" + table.describe(ParticipantLayout.slot(tag), tag).pid();
    }

    Participant describeSelf() {
        return table.describe(slot, self());
    }

    /**
     * Whether our slot still says that we live; if not, somebody was mistaken, and we must stop.
     */
    boolean isActive() {
        return !table.isDead(self());
    }

    /**
     * Makes every wait end with an exception that gives this reason.
     *
     * @return false when there was a reason already, which stays.
     */
    boolean close(String because) {
        return closedBecause.compareAndSet(null, because);
    }

    boolean isClosed() {
        return closedBecause.get() != null;
    }

    @Override
    public void checkOpen() {
        String because = closedBecause.get();
        if (because == null && !isActive()) {
            because = declaredDead();
        }
        if (because != null) {
            throw new IllegalStateException(because);
        }
    }

    /** Why we must stop when we are not active. */
    String declaredDead() {
        return "region="
                + region
                + ": this process was declared dead by another one, and has lost what it held;"
                + " open the region anew";
    }

    /** Leaves the region in good order, so that others need not find out; we are closed. */
    void leave() {
        probing.lock();
        try {
            if (isActive()) {
                // DEAD: what is left is for somebody who has the code of all types, and which
                // works.
                int status = ParticipantLayout.DEAD;
                try {
                    if (sweep.sweep(slot, self())) {
                        status = ParticipantLayout.FREE;
                    }
                    KillPoint.at("leave.swept");
                } finally {
                    long ours = ParticipantLayout.state(incarnation, ParticipantLayout.ACTIVE);
                    table.changeState(slot, ours, incarnation, status);
                }
            }
        } finally {
            probing.unlock();
        }
    }

    /** Gives up the proof that we live: after leaving, or when we were declared dead. */
    void unlock() {
        probing.lock();
        try {
            byteLock.unlock();
        } finally {
            probing.unlock();
        }
    }

    @Override
    public String toString() {
        return "Participants[region=" + region + ", slot=" + slot + ", tag=" + self() + "]";
    }
}
