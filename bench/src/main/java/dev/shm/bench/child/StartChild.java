package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import dev.shm.process.SharedProcess;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;

/**
 * Starts processes that do nothing, and waits for their ends, one by one: {@code StartChild
 * FOLDER}. For each number that it reads, so many.
 */
public final class StartChild {
    private static final int REGION_BYTES = 1 << 16;

    private StartChild() {}

    /** Starts processes until its standard input ends. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]).resolve("start.shm");
        RegionOptions options = RegionOptions.at(file).bytes(REGION_BYTES);
        try (SharedRegion region = SharedRegion.openOrCreate(options)) {
            Lines.serve(processes -> start(region, processes));
        }
    }

    private static Answer start(SharedRegion region, long processes) throws InterruptedException {
        long start = System.nanoTime();
        for (long i = 0; i < processes; i++) {
            int code = SharedProcess.start(region, nothing -> {}).join();
            if (code != 0) {
                throw new IllegalStateException("code=" + code + " expected=0");
            }
        }
        return new Answer(processes, System.nanoTime() - start);
    }
}
