package dev.shm.region;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test whose regions are found by name, in a directory of its own. */
abstract class RegionsByName {
    @TempDir Path directory;

    private String previous;

    @BeforeEach
    void useTemporaryDirectory() {
        previous = System.setProperty("shm.dir", directory.toString());
    }

    @AfterEach
    void restoreDirectory() {
        if (previous == null) {
            System.clearProperty("shm.dir");
        } else {
            System.setProperty("shm.dir", previous);
        }
    }
}
