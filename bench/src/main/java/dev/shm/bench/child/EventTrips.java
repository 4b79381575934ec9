package dev.shm.bench.child;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedEvent.Mode;
import java.nio.file.Path;

/** A token goes there and back through two events, on which the processes block. */
final class EventTrips implements TripChild.Trips {
    private static final int REGION_BYTES = 1 << 16;

    private final SharedEvent ping;
    private final SharedEvent pong;

    EventTrips(Path folder) {
        RegionOptions options = RegionOptions.at(folder.resolve("events.shm")).bytes(REGION_BYTES);
        SharedRegion region = SharedRegion.openOrCreate(options);
        ping = SharedEvent.of(region, "ping", Mode.AUTO_RESET);
        pong = SharedEvent.of(region, "pong", Mode.AUTO_RESET);
    }

    @Override
    public void ask(long number) throws InterruptedException {
        ping.set();
        pong.await();
    }

    @Override
    public void answer(long number) throws InterruptedException {
        ping.await();
        pong.set();
    }
}
