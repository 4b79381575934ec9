package dev.shm.region;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with the files of a whole region that nobody has open, to be damaged. */
abstract class WholeRegionFiles {
    @TempDir Path directory;

    Path path;
    Path lock;
    RegionOptions options;
    byte[] region;
    byte[] lockFile;

    @BeforeEach
    void makeAWholeRegion() throws IOException {
        path = directory.resolve("hostile.shm");
        lock = directory.resolve("hostile.shm.lock");
        options = TestRegions.small(path);
        try (SharedRegion whole = SharedRegion.create(options)) {
            whole.buffer("b", 64).putLong(0, 42);
        }
        region = Files.readAllBytes(path);
        lockFile = Files.readAllBytes(lock);
    }
}
