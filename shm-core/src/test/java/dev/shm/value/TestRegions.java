package dev.shm.value;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;

/** The region that the tests of this package share with their children. */
final class TestRegions {
    private static final int BYTES = 1 << 20;

    private TestRegions() {}

    /** Opened again by the same JVM, it has one more participant and mapping. */
    static SharedRegion open(Path directory) {
        return SharedRegion.openOrCreate(
                RegionOptions.at(directory.resolve("values.shm")).bytes(BYTES).maxParticipants(16));
    }
}
