package dev.shm.bench.child;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.MpmcRing;
import java.nio.file.Path;

/** Our many-to-many ring, with records of eight bytes. */
final class MpmcTransport implements Transport {
    static final int CAPACITY = 1 << 14;
    private static final int TYPE = 1;
    private static final int REGION_BYTES = 1 << 21;

    @Override
    public Out out(Path folder, String name, int bytes) {
        MpmcRing ring = ring(folder, name, bytes);
        return number -> ring.offerLong(TYPE, number);
    }

    @Override
    public In in(Path folder, String name, int bytes, Sink sink, int limit) {
        MpmcRing ring = ring(folder, name, bytes);
        return () -> ring.poll(sink, limit);
    }

    private static MpmcRing ring(Path folder, String name, int bytes) {
        RegionOptions options = RegionOptions.at(folder.resolve(name + ".shm")).bytes(REGION_BYTES);
        return MpmcRing.of(SharedRegion.openOrCreate(options), "ring", CAPACITY, bytes);
    }
}
