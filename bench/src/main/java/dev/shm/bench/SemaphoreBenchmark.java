package dev.shm.bench;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.CountingSemaphore;
import dev.shm.sync.SharedSemaphore;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do acquire and release of a permit that nobody else wants cost, compared with a {@link
 * Semaphore} on the heap?
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class SemaphoreBenchmark {
    private static final int REGION_BYTES = 16_384;
    private static final int FEW = 3;
    private static final int MANY = 1024;

    /** A semaphore on the heap. */
    @State(Scope.Benchmark)
    public static class Heap {
        final Semaphore semaphore = new Semaphore(FEW);
    }

    /** Semaphores in a region. */
    @SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
    @State(Scope.Benchmark)
    public static class Shm {
        private SharedRegion region;
        SharedSemaphore few;
        SharedSemaphore many;
        CountingSemaphore counting;

        /** Creates the region. */
        @Setup(Level.Trial)
        public void open() {
            String name = "bench-" + ProcessHandle.current().pid();
            region = SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES));
            few = SharedSemaphore.of(region, "few", FEW);
            many = SharedSemaphore.of(region, "many", MANY);
            counting = CountingSemaphore.of(region, "counting", FEW);
        }

        /** Deletes it. */
        @TearDown(Level.Trial)
        public void close() {
            region.close();
            SharedRegion.delete(region.name());
        }
    }

    /** The peer of all others. */
    @Benchmark
    public void pairSemaphore(Heap heap) throws InterruptedException {
        heap.semaphore.acquire();
        heap.semaphore.release();
    }

    /** Ours, whose permits come back when their holder dies. */
    @Benchmark
    public void pairShm(Shm shm) throws InterruptedException {
        shm.few.acquire();
        shm.few.release();
    }

    /** The same with as many permits as there can be. */
    @Benchmark
    public void pairOfManyShm(Shm shm) throws InterruptedException {
        shm.many.acquire();
        shm.many.release();
    }

    /** Ours, whose permits belong to nobody. */
    @Benchmark
    public void pairCountingShm(Shm shm) throws InterruptedException {
        shm.counting.acquire();
        shm.counting.release();
    }
}
