package dev.shm.process;

import dev.shm.region.SharedRegion;
import java.util.List;

/** Children for tests that run for a moment: they begin sooner, and are of no use for measuring. */
final class Quick {
    private static final List<String> OPTIONS =
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private Quick() {}

    static PoolBuilder pool(int workers) {
        PoolBuilder builder = ProcessPool.builder().workers(workers);
        OPTIONS.forEach(builder::jvmOption);
        return builder;
    }

    static SharedProcess.Builder process(SharedRegion region) {
        SharedProcess.Builder builder = SharedProcess.builder(region);
        OPTIONS.forEach(builder::jvmOption);
        return builder;
    }

    static SharedProcess start(SharedRegion region, RegionTask task) {
        return process(region).start(task);
    }
}
