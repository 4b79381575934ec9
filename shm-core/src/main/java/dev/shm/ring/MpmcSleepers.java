package dev.shm.ring;

import static dev.shm.ring.MpmcLayout.HEAD;
import static dev.shm.ring.MpmcLayout.ITEM_EPOCH;
import static dev.shm.ring.MpmcLayout.SPACE_EPOCH;
import static dev.shm.ring.MpmcLayout.TAIL;
import static dev.shm.ring.MpmcLayout.WAITING;

import dev.shm.memory.KillPoint;
import dev.shm.wait.Waiter;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Those who sleep until an {@link MpmcRing} moves, and how they are woken: consumers announce
 * themselves in tail and sleep on the item epoch, producers in head and on the space epoch. {@link
 * MpmcWaiting} says why no wake is lost.
 *
 * <p>Wakes come after what they tell of, which stands whatever becomes of them. So one that finds
 * the handle closed is given up, since the memory may be another object's by then: whoever closes
 * it wakes those who are announced, and others go on by their ticks.
 */
final class MpmcSleepers {
    private final AtomicBuffer claims;
    private final Waiter waiter;

    /** The sleepers of one ring; arguments as for {@link MpmcCore}, {@code claims} alone. */
    MpmcSleepers(AtomicBuffer claims, Waiter waiter) {
        this.claims = claims;
        this.waiter = waiter;
    }

    /** Sees to it that whoever moves tail or head next wakes us. */
    void announce(int word) {
        long value = claims.getLongVolatile(word);
        while ((value & WAITING) == 0 && !claims.compareAndSetLong(word, value, value | WAITING)) {
            value = claims.getLongVolatile(word); // (W)
        }
        KillPoint.at("mpmc.announced");
    }

    /** Wakes the consumers that a claim took the announcement of. */
    void wakeConsumers() {
        KillPoint.at("mpmc.waking.consumers");
        wake(ITEM_EPOCH);
    }

    /** Wakes the producers that a take took the announcement of, and who waits for the end. */
    void wakeProducers() {
        KillPoint.at("mpmc.waking.producers");
        wake(SPACE_EPOCH);
    }

    /** Wakes consumers, if there are any: to be asked after a CAS. */
    void wakeAnnouncedConsumers(long claim) {
        if ((claim & WAITING) != 0 || withdraw(TAIL)) {
            wakeConsumers();
        }
    }

    /** Wakes producers, if there are any: to be asked after a CAS. */
    void wakeAnnouncedProducers(long claim) {
        if ((claim & WAITING) != 0 || withdraw(HEAD)) {
            wakeProducers();
        }
    }

    /**
     * Wakes whoever has said that it sleeps, so that those whose handle is closed look once more.
     */
    void wakeAnnounced() {
        wakeAnnouncedConsumers(0);
        wakeAnnouncedProducers(0);
    }

    void wakeEverybody() {
        wake(ITEM_EPOCH);
        wake(SPACE_EPOCH);
    }

    /** Takes an announcement back; false if there was none. */
    private boolean withdraw(int word) {
        try {
            long value = claims.getLongVolatile(word); // (L)
            while ((value & WAITING) != 0) {
                if (claims.compareAndSetLong(word, value, value & ~WAITING)) {
                    return true;
                }
                value = claims.getLongVolatile(word);
            }
        } catch (IllegalStateException closed) {
            // Falls through: their wake would find it closed, too.
        }
        return false;
    }

    private void wake(int epoch) {
        try {
            claims.getAndAddInt(epoch, 1); // (N)
            waiter.wakeAll(claims, epoch);
        } catch (IllegalStateException closed) {
            // Sleepers go on by their ticks, if whoever closed it has not woken them.
        }
    }
}
