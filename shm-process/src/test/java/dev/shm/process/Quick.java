package dev.shm.process;

import dev.shm.region.SharedRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

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

    /** Maps the numbers from 0 on, each in a chunk of its own, so that some are sent ahead. */
    static List<CompletableFuture<Integer>> each(
            ProcessPool pool, PoolFunction<Integer, Integer> function, int items) {
        PoolMap map = new PoolMap(function);
        Object[] numbers = IntStream.range(0, items).boxed().toArray();
        List<CompletableFuture<Integer>> each = new ArrayList<>();
        List<PoolWork> work = new ArrayList<>();
        for (int i = 0; i < items; i++) {
            CompletableFuture<Integer> one = new CompletableFuture<>();
            each.add(one);
            work.add(map.work(numbers, i, i + 1, new PoolSingle<>(one)));
        }
        pool.addAll(work);
        return each;
    }

    static SharedProcess start(SharedRegion region, RegionTask task) {
        return process(region).start(task);
    }
}
