package dev.shm.sync;

import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;

/** What a peer of {@link RecoveryTest} can do with the lock "it". */
final class RecoveryCommands implements Commands {
    private final SharedLock lock;

    RecoveryCommands(SharedRegion region) {
        lock = SharedLock.of(region, "it");
    }

    @Override
    public String run(String... words) {
        return switch (words[0]) {
            case "lock" -> {
                lock.lock();
                yield "locked";
            }
            case "succeed" -> succeed();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** Acquires the lock after somebody's death, and says when it had it. */
    private String succeed() {
        SharedLock.Acquisition acquisition = lock.acquire();
        long now = System.nanoTime();
        lock.markConsistent();
        lock.unlock();
        return acquisition + " " + now;
    }
}
