package dev.shm.chaos;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;

/**
 * Everything once, in a process of its own and with nobody else: what classes that takes is then
 * known.
 */
final class Rehearsal {
    private static final int SEAT = 0;
    private static final int RELIEF_SEAT = 1;
    private static final int TIMES = 5;

    private static volatile boolean over;

    private Rehearsal() {}

    /** The argument is the file of a region that is there for a moment. */
    public static void main(String... arguments) throws InterruptedException {
        RegionOptions options = Stage.options(Path.of(arguments[0]));
        SharedRegion.create(options).close();
        try (SharedRegion region = SharedRegion.open(options)) {
            Stage stage = new Stage(region, SEAT, 1);
            Stage relief = new Stage(region, RELIEF_SEAT, 2);
            stage.begin();
            Thread relieving = new Thread(() -> relieve(relief), "relief");
            relieving.start();
            for (Act act : Act.values()) {
                for (int i = 0; i < TIMES; i++) {
                    stage.doIt(act);
                }
            }
            over = true;
            relieving.join();
        } finally {
            SharedRegion.delete(options);
        }
    }

    private static void relieve(Stage relief) {
        try {
            while (!over) {
                relief.relieve();
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
