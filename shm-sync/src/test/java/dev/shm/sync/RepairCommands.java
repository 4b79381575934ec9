package dev.shm.sync;

import dev.shm.memory.KillPoint;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedValue;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/**
 * What a peer can do with locks whose handles repair: "lock", and "write" and "read" of "rw". A
 * repair ends with one more in the value "repairs".
 */
@SuppressWarnings("LockNotBeforeTry") // one step at a time
final class RepairCommands implements Commands {
    static final String REPAIRING = "test.repairing";
    static final String REPAIRS = "repairs";

    private final Map<String, Lock> locks;
    private final SharedValue repairs;

    RepairCommands(SharedRegion region) {
        repairs = SharedValue.of(region, REPAIRS, 'q');
        SharedReadWriteLock both = SharedReadWriteLock.of(region, "rw", this::repair);
        locks =
                Map.of(
                        "lock", SharedLock.of(region, "lock", this::repair),
                        "write", both.writeLock(),
                        "read", both.readLock());
    }

    private void repair() {
        KillPoint.at(REPAIRING);
        repairs.getAndAdd(1);
    }

    @Override
    public String run(String... words) throws Exception {
        Lock lock = locks.get(words[1]);
        switch (words[0]) {
            case "hold" -> lock.lock();
            case "visit" -> {
                lock.lock();
                lock.unlock();
            }
            case "race" -> {
                while (!lock.tryLock(1, TimeUnit.MILLISECONDS)) {
                    Thread.onSpinWait();
                }
                lock.unlock();
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }
}
