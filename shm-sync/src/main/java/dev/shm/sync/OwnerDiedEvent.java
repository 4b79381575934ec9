package dev.shm.sync;

import dev.shm.region.Block;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A thread was told that an owner of a lock had died. */
@Name("shm.OwnerDied")
@Label("Owner of a Shared Lock Died")
@Description("A thread acquired a lock in shared memory after the death of an owner")
@Category("shm")
final class OwnerDiedEvent extends Event {
    @Label("Region")
    @Nullable String region;

    @Label("Lock")
    @Nullable String lock;

    private OwnerDiedEvent() {}

    static void report(Block block) {
        OwnerDiedEvent event = new OwnerDiedEvent();
        if (event.shouldCommit()) {
            event.region = block.region().name();
            event.lock = block.name();
            event.commit();
        }
    }
}
