package dev.shm.sync;

import dev.shm.region.Block;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A thread waited for a lock. Made on the slow path only. */
@Name("shm.LockWait")
@Label("Wait for a Shared Lock")
@Description("A thread waited for a lock in shared memory; it may have given up")
@Category("shm")
@Threshold("10 ms")
final class LockWaitEvent extends Event {
    @Label("Region")
    @Nullable String region;

    @Label("Lock")
    @Nullable String lock;

    private LockWaitEvent() {}

    static LockWaitEvent started() {
        LockWaitEvent event = new LockWaitEvent();
        event.begin();
        return event;
    }

    void finish(Block block) {
        end();
        if (shouldCommit()) {
            region = block.region().name();
            lock = block.name();
            commit();
        }
    }
}
