package dev.shm.examples.sync;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLock;
import dev.shm.sync.SharedLock.Acquisition;
import dev.shm.value.SharedArray;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * A process holds a lock, is in the middle of moving money from one account to the other, and is
 * killed. The next owner is told so, and puts things right. Prints
 *
 * <pre>
 * acquired: OWNER_DIED
 * found 70 + 0, put right: 100 + 0
 * acquired: ACQUIRED
 * </pre>
 */
public final class OwnerDies {
    private static final long ALL = 100;
    private static final long MOVED = 30;

    private OwnerDies() {}

    /**
     * Is the survivor.
     *
     * @param args none; the name of the region in the process that is killed.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0) {
            try (SharedRegion region = SharedRegion.open(args[0])) {
                moveHalfway(region);
            }
            return;
        }
        String name = Processes.newRegionName("bank");
        try (SharedRegion region = SharedRegion.openOrCreate(name, 1 << 16)) {
            SharedArray accounts = SharedArray.of(region, "accounts", 'q', new long[] {ALL, 0});
            Process owner = Processes.start(OwnerDies.class, region);
            SharedEvent.of(region, "halfway").await();
            owner.destroyForcibly();
            takeOver(SharedLock.of(region, "lock"), accounts);
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void moveHalfway(SharedRegion region) {
        SharedArray accounts = SharedArray.open(region, "accounts");
        SharedLock lock = SharedLock.of(region, "lock");
        lock.lock();
        try {
            accounts.setLong(0, accounts.getLong(0) - MOVED);
            SharedEvent.of(region, "halfway").set();
            while (true) {
                LockSupport.park(); // until we are killed, and never put it into the other account
            }
        } finally {
            lock.unlock();
        }
    }

    private static void takeOver(SharedLock lock, SharedArray accounts) {
        Acquisition acquired = lock.acquire(); // waits for the owner, or for its death
        System.out.println("acquired: " + acquired);
        if (acquired == Acquisition.OWNER_DIED) {
            long first = accounts.getLong(0);
            long second = accounts.getLong(1);
            accounts.setLong(0, ALL - second);
            System.out.printf(
                    "found %d + %d, put right: %d + %d%n",
                    first, second, accounts.getLong(0), second);
            lock.markConsistent();
        }
        lock.unlock();
        System.out.println("acquired: " + lock.acquire());
        lock.unlock();
    }
}
