package dev.shm.region;

import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.World;
import dev.shm.wait.Deadline;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AtomicBuffer;

/** The tables of a region in the memory of an explored world, and the kernel's part in it. */
final class ExploredRegion {
    static final int HEAP_BYTES = 256;

    private static final int CREATION = -1;

    final RegionGeometry geometry;
    private final World world;
    private final boolean locksExclude;
    private final Map<Integer, Participant> holders = new HashMap<>();

    /**
     * A region that nobody has joined.
     *
     * @param locksExclude false to take away the locks of all who hold one, as foreign code can.
     */
    ExploredRegion(World world, int slots, int objects, boolean locksExclude) {
        this.world = world;
        this.geometry = new RegionGeometry(slots, objects, HEAP_BYTES);
        this.locksExclude = locksExclude;
    }

    /** The kernel drops what the dead had locked. */
    void dropLocksOf(Participant dead) {
        holders.values().removeIf(holder -> holder == dead);
    }

    /**
     * The tables as the participants reach them. Who they are is not told: all are this process,
     * which certainly runs, and nobody would ever be dead.
     */
    AtomicBuffer words() {
        int first = geometry.participants() + ParticipantLayout.START_TICKS;
        return Interception.of(
                world.buffer(),
                (target, method, arguments) -> {
                    if (method.getName().equals("putLong")
                            && ((int) arguments[0] - first) % ParticipantLayout.BYTES == 0
                            && (int) arguments[0] < geometry.directory()) {
                        arguments[1] = 0L;
                    }
                    return Interception.proceed(target, method, arguments);
                });
    }

    /** The byte locks as one participant has them. */
    SlotLocks locksOf(Participant participant) {
        return slot -> tryLock(participant, slot);
    }

    private SlotLocks.Held tryLock(Participant participant, int slot) {
        world.point("tryLock", slot);
        boolean held = holders.containsKey(slot) && (locksExclude || slot == CREATION);
        if (held || holders.get(slot) == participant) {
            return null;
        }
        holders.put(slot, participant);
        return () -> {
            world.point("unlock", slot);
            holders.remove(slot, participant);
        };
    }

    /** Joins as opening does: while nobody else opens. */
    Participants join(Participant participant, AtomicBuffer words, Participants.Sweep sweep) {
        return join(participant, words, sweep, Deadline.never());
    }

    /** The same, refused where no slot can be had in time. */
    Participants join(
            Participant participant,
            AtomicBuffer words,
            Participants.Sweep sweep,
            Deadline patience) {
        SlotLocks locks = locksOf(participant);
        SlotLocks.Held creation = locks.tryLockSlot(CREATION);
        while (creation == null) {
            world.pause();
            creation = locks.tryLockSlot(CREATION);
        }
        try {
            return Participants.join(
                    "explored", new ParticipantTable(words, geometry), locks, sweep, patience, 0);
        } finally {
            creation.unlock();
        }
    }

    /** Joins when all is over, to look and to clear up: nothing of that is scheduled. */
    Participants joinAfterwards(Participants.Sweep sweep) {
        SlotLocks free = slot -> holders.containsKey(slot) ? null : () -> {};
        return Participants.join(
                "explored",
                new ParticipantTable(world.memory(), geometry),
                free,
                sweep,
                Deadline.after(0, TimeUnit.NANOSECONDS), // nobody is in the way
                0);
    }

    static void leave(Participants participants) {
        participants.close("left");
        participants.leave();
        participants.unlock();
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
