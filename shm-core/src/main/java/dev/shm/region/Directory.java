package dev.shm.region;

import dev.shm.memory.CacheLine;
import dev.shm.memory.KillPoint;
import dev.shm.memory.MappedBuffer;
import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/** Finds, creates and removes the named objects of a region. */
final class Directory {
    /*
     * Overview.
     *
     *   create  under the mutex: fill a FREE entry, set our open bit, state CREATING(us) (A1)
     *           without it: zero the memory, initialise it (A2), state READY (A3)
     *   open    under the mutex: set our open bit; without it: wait while CREATING
     *   remove  under the mutex: READY -> DELETED
     *   close   clear our open bit
     *   reap    what was just removed, and where there is no room everything: DELETED, or CREATING by the
     *           dead, and open nowhere -> FREE
     *
     * Every change is one store or CAS of an entry's state, so a holder of the mutex that dies leaves
     * nothing to repair: the mutex is marked consistent at once. An open bit keeps an entry from being
     * freed, so whoever set one may wait and look without the mutex.
     *
     * Killed before A1: the entry is still FREE. Between A1 and A3: an opener that wants the same takes
     * over and begins from scratch; one that wants something else gives the entry up; without openers
     * the entry is reaped once the dead one's bit is swept. A live creator is waited for, to a limit.
     */

    // How an opener waits for a creator: creation takes microseconds, seconds for a huge object.
    private static final long SPINS = 100;
    private static final long YIELDS = 10;
    private static final long MIN_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String region;
    private final DirectoryTable table;
    private final DirectoryIndex index; // guarded by the mutex
    private final RobustMutex mutex;
    private final Participants participants;
    private final long waitNanos;
    private final Supplier<IdleStrategy> patience;
    private final Held[] held; // by entry; guarded by itself

    Directory(
            String region,
            DirectoryTable table,
            RobustMutex mutex,
            Participants participants,
            long waitNanos) {
        this(
                region,
                table,
                mutex,
                participants,
                waitNanos,
                () -> new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS));
    }

    /** The same for tests: with another way to wait for a creator. */
    Directory(
            String region,
            DirectoryTable table,
            RobustMutex mutex,
            Participants participants,
            long waitNanos,
            Supplier<IdleStrategy> patience) {
        this.region = region;
        this.table = table;
        this.index = new DirectoryIndex(table);
        this.mutex = mutex;
        this.participants = participants;
        this.waitNanos = waitNanos;
        this.patience = patience;
        this.held = new Held[table.entries()];
        Arrays.setAll(held, entry -> new Held());
    }

    /** What this process has of one entry. */
    private static final class Held {
        private int handles;
        private @Nullable Companion companion;
    }

    /** What all handles of this process on one entry share, over memory that no handle closes. */
    private record Companion(MappedBuffer memory, Object object) {}

    /** An entry that this process has open. */
    record Opened(int entry, MappedBuffer memory, long configA, long configB) {}

    /** How waiting for an entry ended. */
    private enum Outcome {
        /** The name is free again: begin anew. */
        GONE,
        /** Somebody else made the object. */
        FOUND,
        /** This call made it. */
        MADE
    }

    /** An entry with our open bit set; claimed: this call is its creator. */
    private record Retained(int entry, boolean claimed) {}

    /**
     * Opens or creates an object.
     *
     * @param spec what it is to be made with; null to open only.
     * @param mayExist false when it is to be created here.
     */
    Opened attach(String name, ObjectType type, @Nullable ObjectSpec spec, boolean mayExist) {
        Deadline deadline = Deadline.after(waitNanos, TimeUnit.NANOSECONDS);
        while (true) {
            Retained retained = locked(deadline, () -> retainOrClaim(name, spec));
            int entry = retained.entry();
            boolean attached = false;
            try {
                Outcome outcome;
                if (retained.claimed() && spec != null) {
                    initialise(entry, spec);
                    outcome = Outcome.MADE;
                } else {
                    outcome = awaitReady(entry, name, spec, deadline);
                }
                if (outcome != Outcome.GONE) {
                    check(entry, name, type, spec, mayExist || outcome == Outcome.MADE);
                    Opened opened =
                            new Opened(
                                    entry,
                                    table.view(entry),
                                    table.configA(entry),
                                    table.configB(entry));
                    attached = true; // nothing is damaged
                    return opened;
                }
            } finally {
                if (!attached) {
                    release(entry);
                }
            }
        }
    }

    private Retained retainOrClaim(String name, @Nullable ObjectSpec spec) {
        int entry = index.find(name);
        if (entry >= 0) {
            retain(entry);
            KillPoint.at("directory.open.retained");
            return new Retained(entry, false);
        }
        if (spec == null) {
            throw new NoSuchElementException(
                    "region=" + region + " name=" + name + ": there is no such object");
        }
        return new Retained(claim(name, spec), true);
    }

    private int claim(String name, ObjectSpec spec) {
        long bytes = CacheLine.align((long) spec.bytes());
        int entry = index.findFree();
        int offset = index.findSpace(bytes);
        if (entry < 0 || offset < 0) {
            participants.probeAll(); // perhaps only the dead have it
            reap();
            entry = index.findFree();
            offset = index.findSpace(bytes);
        }
        if (entry < 0) {
            throw new IllegalStateException(
                    "region="
                            + region
                            + " name="
                            + name
                            + ": all "
                            + table.entries()
                            + " directory entries are in use; RegionOptions.maxObjects sets how"
                            + " many there are at creation");
        }
        if (offset < 0) {
            throw new IllegalStateException(
                    "region="
                            + region
                            + " name="
                            + name
                            + ": no room for bytes="
                            + spec.bytes()
                            + "; free are "
                            + table.freeBytes()
                            + " of "
                            + table.geometry().heapBytes()
                            + " bytes, in one piece or several");
        }
        KillPoint.at("directory.create.locked");
        table.describe(entry, name, spec, offset);
        retain(entry);
        KillPoint.at("directory.create.described");
        index.announce();
        long creating = table.nextGeneration(entry, participants.self());
        change(entry, table.state(entry), creating); // (A1)
        index.update(entry);
        KillPoint.at("directory.create.claimed");
        return entry;
    }

    /** Waits until a retained entry is READY, or makes it so when its creator is dead. */
    private Outcome awaitReady(
            int entry, String name, @Nullable ObjectSpec spec, Deadline deadline) {
        IdleStrategy idle = patience.get();
        while (true) {
            long state = table.state(entry);
            int creator = DirectoryLayout.creator(state);
            if (DirectoryLayout.status(state) == DirectoryLayout.READY) {
                return Outcome.FOUND;
            }
            if (DirectoryLayout.status(state) != DirectoryLayout.CREATING) {
                return Outcome.GONE;
            }
            if (participants.isDead(creator)) {
                if (takeOver(entry, state, spec) && spec != null) {
                    KillPoint.at("directory.create.inherited");
                    initialise(entry, spec);
                    return Outcome.MADE;
                }
            } else {
                awaitCreator(creator, name, deadline);
                idle.idle();
            }
        }
    }

    private void awaitCreator(int creator, String name, Deadline deadline) {
        participants.checkOpen();
        participants.probe(creator);
        if (deadline.isExpired()) {
            throw new IllegalStateException(
                    "region="
                            + region
                            + " name="
                            + name
                            + ": its creator, "
                            + participants.describe(creator)
                            + ", lives and has not finished it");
        }
    }

    /** Succeeds a dead creator if we want the same object, else gives its entry up. */
    private boolean takeOver(int entry, long state, @Nullable ObjectSpec spec) {
        if (spec != null && table.isMadeWith(entry, spec)) {
            return table.compareAndSetState(
                    entry,
                    state,
                    DirectoryLayout.with(state, DirectoryLayout.CREATING, participants.self()));
        }
        table.compareAndSetState(
                entry, state, DirectoryLayout.with(state, DirectoryLayout.DELETED, 0));
        return false;
    }

    /** Makes the entry READY whose creator we are. */
    private void initialise(int entry, ObjectSpec spec) {
        long creating = table.state(entry);
        boolean whole = false;
        try {
            table.clear(entry);
            KillPoint.at("directory.create.cleared");
            spec.initializer().accept(table.view(entry)); // (A2)
            KillPoint.at("directory.create.initialised");
            whole = true;
        } finally {
            int status = whole ? DirectoryLayout.READY : DirectoryLayout.CREATING;
            // An initializer that throws leaves an entry whose creator is nobody, as good as dead.
            change(entry, creating, DirectoryLayout.with(creating, status, 0)); // (A3)
        }
        KillPoint.at("directory.create.ready");
    }

    private void check(
            int entry, String name, ObjectType type, @Nullable ObjectSpec spec, boolean welcome) {
        if (!welcome) {
            throw new IllegalStateException(
                    "region="
                            + region
                            + " name="
                            + name
                            + ": exists already, as "
                            + table.summary(entry));
        }
        boolean same =
                spec == null ? table.kind(entry) == type.code() : table.isMadeWith(entry, spec);
        if (!same) {
            throw new IllegalArgumentException(
                    "region="
                            + region
                            + " name="
                            + name
                            + ": is "
                            + table.summary(entry)
                            + ", asked for was "
                            + (spec == null
                                    ? type.name()
                                    : DirectoryTable.summary(
                                            type.name(), spec.config(), spec.bytes())));
        }
    }

    /**
     * Takes a name away. Whoever has the object open keeps it; its memory is used again when the
     * last of them closes it.
     *
     * @return false when there is no such name.
     */
    boolean remove(String name) {
        Deadline deadline = Deadline.after(waitNanos, TimeUnit.NANOSECONDS);
        IdleStrategy idle = patience.get();
        while (true) {
            Boolean removed = locked(deadline, () -> removeReady(name));
            if (removed != null) {
                return removed;
            }
            int entry = table.find(name);
            if (entry >= 0) {
                awaitCreator(DirectoryLayout.creator(table.state(entry)), name, deadline);
                idle.idle();
            }
        }
    }

    /** Null when a living process is just creating the object. */
    private @Nullable Boolean removeReady(String name) {
        int entry = index.find(name);
        if (entry < 0) {
            return false;
        }
        long state = table.state(entry);
        boolean creating = DirectoryLayout.status(state) == DirectoryLayout.CREATING;
        if (creating && !participants.isDead(DirectoryLayout.creator(state))) {
            return null;
        }
        long deleted = DirectoryLayout.with(state, DirectoryLayout.DELETED, 0);
        if (!table.compareAndSetState(entry, state, deleted)) {
            return null; // an opener took over from a dead creator
        }
        KillPoint.at("directory.remove.deleted");
        reap(entry);
        return !creating;
    }

    /** Adds one handle of this process; the caller holds the mutex. */
    private void retain(int entry) {
        synchronized (held) {
            held[entry].handles++;
            table.setOpen(entry, participants.slot());
        }
    }

    /** Lets one handle of this process go, and with the last one the entry. */
    void release(int entry) {
        synchronized (held) {
            Held ours = held[entry];
            ours.handles--;
            if (ours.handles == 0) {
                if (ours.companion != null) {
                    ours.companion.memory().invalidate("region=" + region + ": handle closed");
                    ours.companion = null;
                }
                table.clearOpen(entry, participants.slot());
            }
        }
    }

    /**
     * The object that all handles of this process on one entry share.
     *
     * @param block one of the handles; invalidated before it is released, so that one which is
     *     valid here still counts.
     * @param view gives memory that stays until the last of them is closed.
     */
    Object companion(Block block, Supplier<MappedBuffer> view, Function<AtomicBuffer, ?> factory) {
        synchronized (held) {
            if (block.isClosed()) {
                throw new IllegalStateException(
                        "region=" + region + " name=" + block.name() + ": handle closed");
            }
            Held ours = held[block.entry()];
            Companion companion = ours.companion;
            if (companion == null) {
                MappedBuffer memory = view.get();
                companion = new Companion(memory, factory.apply(memory));
                ours.companion = companion;
            }
            return companion.object();
        }
    }

    /** Frees the entries that nobody has open any more; the caller holds the mutex. */
    private void reap() {
        for (int entry = 0; entry < table.entries(); entry++) {
            reap(entry);
        }
    }

    private void reap(int entry) {
        long state = table.state(entry);
        int status = DirectoryLayout.status(state);
        boolean orphan =
                status == DirectoryLayout.DELETED
                        || status == DirectoryLayout.CREATING
                                && participants.isDead(DirectoryLayout.creator(state));
        if (orphan && !table.isOpenAnywhere(entry)) {
            KillPoint.at("directory.reap");
            index.announce();
            table.compareAndSetState(
                    entry, state, DirectoryLayout.with(state, DirectoryLayout.FREE, 0));
            index.update(entry);
        }
    }

    /** The objects that are whole. Needs no mutex: what changes while it is read is left out. */
    List<ObjectEntry> list() {
        List<ObjectEntry> list = new ArrayList<>();
        for (int entry = 0; entry < table.entries(); entry++) {
            ObjectEntry read = table.read(entry);
            if (read != null) {
                list.add(read);
            }
        }
        return list;
    }

    private void change(int entry, long from, long to) {
        if (!table.compareAndSetState(entry, from, to)) {
            participants.checkOpen();
            throw new IllegalStateException(
                    "region="
                            + region
                            + ": another process changed directory entry="
                            + entry
                            + ", which is ours; we must have been declared dead");
        }
    }

    private <T> T locked(Deadline deadline, Supplier<T> action) {
        lock(deadline);
        try {
            index.refresh();
            return action.get();
        } finally {
            mutex.unlock();
        }
    }

    private void lock(Deadline deadline) {
        boolean interrupted = false;
        try {
            RobustMutex.Acquisition acquisition = null;
            while (acquisition == null) {
                try {
                    acquisition = mutex.tryLock(deadline);
                } catch (InterruptedException e) {
                    interrupted = true; // a step of microseconds is not worth giving up
                }
                if (acquisition == null && deadline.isExpired()) {
                    throw new IllegalStateException(
                            "region="
                                    + region
                                    + ": its directory is locked by "
                                    + participants.describe(mutex.ownerTag())
                                    + ", which lives and does not go on");
                }
            }
            if (acquisition == RobustMutex.Acquisition.OWNER_DIED) {
                KillPoint.at("directory.mutex.inherited");
                mutex.markConsistent(); // every change is one word: there is nothing to repair
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String toString() {
        return "Directory[region=" + region + ", entries=" + table.entries() + "]";
    }
}
