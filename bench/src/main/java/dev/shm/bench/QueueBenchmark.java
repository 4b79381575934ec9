package dev.shm.bench;

import dev.shm.codec.Codecs;
import dev.shm.queue.SharedLongQueue;
import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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
 * What does it cost to put a number into a blocking queue and to take it out again, in one thread,
 * compared with an {@link ArrayBlockingQueue} on the heap? With {@code -prof gc}: how much garbage?
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class QueueBenchmark {
    private static final int REGION_BYTES = 1 << 18;
    private static final int CAPACITY = 1024;

    /** No small number, which would come from a cache. */
    private static final long NUMBER = 1L << 40;

    /** A queue on the heap. */
    @State(Scope.Benchmark)
    public static class Heap {
        final BlockingQueue<Long> queue = new ArrayBlockingQueue<>(CAPACITY);
    }

    /** Queues in a region. */
    @SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
    @State(Scope.Benchmark)
    public static class Shm {
        private SharedRegion region;
        SharedLongQueue longs;
        SharedQueue<Long> boxed;

        /** Creates the region. */
        @Setup(Level.Trial)
        public void open() {
            String name = "bench-" + ProcessHandle.current().pid();
            region = SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES));
            longs = SharedLongQueue.create(region, "longs", CAPACITY);
            boxed = SharedQueue.create(region, "boxed", CAPACITY, Codecs.longs());
        }

        /** Deletes it. */
        @TearDown(Level.Trial)
        public void close() {
            region.close();
            SharedRegion.delete(region.name());
        }
    }

    /** The peer. */
    @Benchmark
    public long pairArrayBlockingQueue(Heap heap) throws InterruptedException {
        heap.queue.put(NUMBER);
        return heap.queue.take();
    }

    /** Ours without boxing. */
    @Benchmark
    public long pairLongsShm(Shm shm) throws InterruptedException {
        shm.longs.put(NUMBER);
        return shm.longs.take();
    }

    /** Ours with a codec. */
    @Benchmark
    public long pairBoxedShm(Shm shm) throws InterruptedException {
        shm.boxed.put(NUMBER);
        return shm.boxed.take();
    }
}
