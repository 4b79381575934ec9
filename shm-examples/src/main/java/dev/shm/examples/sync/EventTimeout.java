package dev.shm.examples.sync;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Waits for an event, first for a while and then for as long as it takes. Prints
 *
 * <pre>
 * after 100 ms: false
 * another process set it: true
 * </pre>
 */
public final class EventTimeout {
    private static final int MILLIS = 100;

    private EventTimeout() {}

    /**
     * Waits.
     *
     * @param args none; the name of the region in the process that sets the event.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0) {
            try (SharedRegion region = SharedRegion.open(args[0])) {
                SharedEvent.of(region, "ready").set();
            }
            return;
        }
        String name = Processes.newRegionName("timeout");
        try (SharedRegion region = SharedRegion.openOrCreate(name, 1 << 16)) {
            SharedEvent ready = SharedEvent.of(region, "ready");
            boolean set = ready.await(MILLIS, TimeUnit.MILLISECONDS);
            System.out.println("after " + MILLIS + " ms: " + set);
            Process other = Processes.start(EventTimeout.class, region);
            ready.await();
            System.out.println("another process set it: " + ready.isSet());
            Processes.join(List.of(other));
        } finally {
            SharedRegion.delete(name);
        }
    }
}
