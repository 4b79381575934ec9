package dev.shm.value;

import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with one region that is open twice, as in two processes. */
abstract class TwoAttachments {
    @TempDir Path directory;
    SharedRegion region;
    SharedRegion sameRegion;

    @BeforeEach
    void open() {
        region = TestRegions.open(directory);
        sameRegion = TestRegions.open(directory);
    }

    @AfterEach
    void close() {
        region.close();
        sameRegion.close();
    }
}
