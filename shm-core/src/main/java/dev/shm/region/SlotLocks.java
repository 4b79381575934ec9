package dev.shm.region;

import org.jspecify.annotations.Nullable;

/**
 * The locks that tell who lives: one for each slot of the participant table, which end with the
 * process that holds them.
 */
interface SlotLocks {
    /** The lock of one slot; null while a participant, or somebody who probes, has it. */
    @Nullable Held tryLockSlot(int slot);

    /** A lock that we have. */
    interface Held {
        void unlock();
    }
}
