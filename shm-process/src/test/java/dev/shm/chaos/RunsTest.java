package dev.shm.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task of chaos's pool that is run too often is found, whatever became of the others. */
class RunsTest {
    private static final long NUMBER = Runs.PLACES + 7;

    @TempDir Path directory;

    private SharedRegion region;
    private Runs runs;

    @BeforeEach
    void begin() {
        region =
                SharedRegion.create(RegionOptions.at(directory.resolve("runs.shm")).bytes(1 << 16));
        runs = new Runs(region);
        runs.begins(NUMBER);
    }

    @AfterEach
    void end() {
        region.close();
    }

    private void run() {
        Runs.ran(region, NUMBER);
    }

    private void assertFound(String told, Runnable look) {
        assertEquals(told, assertThrows(AssertionError.class, look::run).getMessage());
    }

    @Test
    void onceOrNever_isRight() {
        runs.ended(NUMBER, false);
        runs.begins(NUMBER);
        run();
        runs.ended(NUMBER, false);
        runs.begins(NUMBER + Runs.PLACES);
        run();
        runs.ended(NUMBER + Runs.PLACES, true);
        runs.check();
    }

    @Test
    void twice_isFound() {
        run();
        run();
        assertFound("number=263 done=true runs=2", () -> runs.ended(NUMBER, true));
        assertFound("number=263 done=false runs=2", () -> runs.ended(NUMBER, false));
    }

    @Test
    void never_thoughThereIsAResult_isFound() {
        assertFound("number=263 done=true runs=0", () -> runs.ended(NUMBER, true));
    }

    @Test
    void onceMoreAfterItsEnd_isFound() {
        run();
        runs.ended(NUMBER, true);
        run();
        String told = "run after its end: place=7 runs=2, at its end=1";
        assertFound(told, runs::check);
        assertFound(told, () -> runs.begins(NUMBER + Runs.PLACES));
    }
}
