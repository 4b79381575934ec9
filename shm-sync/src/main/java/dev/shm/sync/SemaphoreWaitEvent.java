package dev.shm.sync;

import dev.shm.region.Block;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A thread waited for permits. Made on the slow path only. */
@Name("shm.SemaphoreWait")
@Label("Wait for a Shared Semaphore")
@Description("A thread waited for permits of a semaphore in shared memory; it may have given up")
@Category("shm")
@Threshold("10 ms")
final class SemaphoreWaitEvent extends Event {
    @Label("Region")
    @Nullable String region;

    @Label("Semaphore")
    @Nullable String semaphore;

    @Label("Permits")
    int permits;

    private SemaphoreWaitEvent() {}

    static SemaphoreWaitEvent started() {
        SemaphoreWaitEvent event = new SemaphoreWaitEvent();
        event.begin();
        return event;
    }

    void finish(Block block, int wanted) {
        end();
        if (shouldCommit()) {
            region = block.region().name();
            semaphore = block.name();
            permits = wanted;
            commit();
        }
    }
}
