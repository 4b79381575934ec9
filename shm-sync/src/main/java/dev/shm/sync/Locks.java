package dev.shm.sync;

import dev.shm.region.Block;
import dev.shm.region.Participant;
import dev.shm.region.SharedRegion;
import dev.shm.wait.RobustMutex;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the locks of this package share. */
final class Locks {
    private Locks() {}

    static IllegalStateException closed(Block block) {
        return new IllegalStateException(closedReason(block));
    }

    static String closedReason(Block block) {
        return "region=" + block.region().name() + " name=" + block.name() + ": handle closed";
    }

    /** Tells the flight recorder of a death that an owner is told of. */
    static SharedLock.Acquisition ownerDied(Block block) {
        OwnerDiedEvent.report(block);
        return SharedLock.Acquisition.OWNER_DIED;
    }

    /** Repairs what a lock guards, and says so; the lock is held before and afterwards. */
    static void repair(
            Block block, RobustMutex mutex, @Nullable Runnable repair, String whetherHeld) {
        if (repair == null) {
            throw noRepair(block, whetherHeld);
        }
        try {
            repair.run();
            mutex.markConsistent();
        } catch (Throwable e) { // checked ones too: no compiler but Java's keeps them out
            throw new OwnerDiedException(
                    "lock="
                            + block.name()
                            + ": an owner died, and the repair handler failed; "
                            + whetherHeld
                            + " now",
                    e);
        }
    }

    static OwnerDiedException noRepair(Block block, String whetherHeld) {
        return new OwnerDiedException(
                "lock="
                        + block.name()
                        + ": an owner died, and nobody has repaired what the lock guards; "
                        + whetherHeld
                        + " now. Give the lock's factory method a repair handler, or use acquire()"
                        + " and markConsistent()");
    }

    /** The owner, after looking whether it is alive. */
    static Optional<LockOwner> owner(SharedRegion region, RobustMutex mutex) {
        int tag = mutex.ownerTag();
        long thread = mutex.ownerThreadId();
        if (tag == 0) {
            return Optional.empty();
        }
        return region.participants().stream()
                .filter(participant -> participant.id() == tag)
                .findAny()
                .map(Participant::pid)
                .map(pid -> new LockOwner(tag, pid, thread));
    }

    /** Such as {@code held by pid=17 thread=1 (main) holds=2, waiters=no}. */
    static String describe(SharedRegion region, RobustMutex mutex) {
        return describeOwner(region, mutex) + ", waiters=" + Handles.yesOrNo(mutex.hasWaiters());
    }

    /** The same, less the waiters. */
    static String describeOwner(SharedRegion region, RobustMutex mutex) {
        Optional<LockOwner> owner = owner(region, mutex);
        if (owner.isEmpty()) {
            return (mutex.isAbandoned() ? "owner died" : "free");
        }
        return "held by pid="
                + owner.get().pid()
                + " thread="
                + owner.get().threadId()
                + threadOfOurs(region, mutex, owner.get())
                + (mutex.isInconsistent() ? ", owner died before" : "");
    }

    /**
     * The name of the owner's thread, if it is one of this JVM, and how often it holds the mutex.
     */
    private static String threadOfOurs(SharedRegion region, RobustMutex mutex, LockOwner owner) {
        if (owner.participant() != region.liveness().self()) {
            return "";
        }
        int holds = mutex.holdCount();
        return nameOf(owner.threadId()) + (holds > 0 ? " holds=" + holds : "");
    }

    private static String nameOf(long threadId) {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        Thread[] threads = new Thread[2 * all.activeCount() + 1];
        int count = all.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i].getId() == threadId) {
                return " (" + threads[i].getName() + ")";
            }
        }
        return ""; // it ended, or is virtual
    }
}
