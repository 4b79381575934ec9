package dev.shm.chaos;

import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A region in which a round of chaos has begun, and nobody has done anything. */
abstract class StageTest {
    static final int OUR_SEAT = 7;

    @TempDir Path directory;

    SharedRegion region;
    Stage stage;
    Ledger ledger;

    @BeforeEach
    void begin() {
        region = SharedRegion.create(Stage.options(directory.resolve("stage.shm")));
        stage = new Stage(region, OUR_SEAT, 1);
        stage.begin();
        ledger = stage.ledger();
    }

    @AfterEach
    void end() {
        region.close();
    }
}
