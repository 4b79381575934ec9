package dev.shm.sync;

import dev.shm.wait.RobustMutex;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all handles of one attachment on a {@link SharedSemaphore} share: the mutex of those who
 * acquire several permits and, as its monitor, that of those who release several.
 */
final class SemaphoreBulk {
    private final RobustMutex mutex;
    private final AtomicInteger strayed = new AtomicInteger();

    SemaphoreBulk(RobustMutex mutex) {
        this.mutex = mutex;
    }

    /** Guards no data: each permit names its holder, so a death leaves nothing to repair. */
    RobustMutex mutex() {
        return mutex;
    }

    /** How many times a thread of ours has acquired another cell than the home of us all. */
    int strayed() {
        return strayed.get();
    }

    void stray() {
        strayed.incrementAndGet();
    }
}
