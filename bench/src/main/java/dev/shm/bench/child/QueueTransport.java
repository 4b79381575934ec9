package dev.shm.bench.child;

import dev.shm.codec.Codecs;
import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;

/** Our blocking queue of numbers, which both sides may block on. */
final class QueueTransport implements Transport {
    private static final int CAPACITY = 1 << 14;
    private static final int REGION_BYTES = 1 << 21;

    @Override
    public Out out(Path folder, String name, int bytes) {
        SharedQueue<Long> queue = queue(folder, name);
        return number -> {
            queue.put(number);
            return true;
        };
    }

    @Override
    public In in(Path folder, String name, int bytes, Sink sink, int limit) {
        SharedQueue<Long> queue = queue(folder, name);
        return () -> {
            sink.accept(queue.take());
            return 1;
        };
    }

    private static SharedQueue<Long> queue(Path folder, String name) {
        RegionOptions options = RegionOptions.at(folder.resolve(name + ".shm")).bytes(REGION_BYTES);
        return SharedQueue.of(SharedRegion.openOrCreate(options), "q", CAPACITY, Codecs.longs());
    }
}
