package dev.shm.bench;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock;
import dev.shm.sync.SynchronizedValue;
import dev.shm.value.SharedValue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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
 * What do lock and unlock of a {@link SharedLock} cost when nobody else wants it, compared with a
 * {@link ReentrantLock}? Alone, and around an increment.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("LockNotBeforeTry") // there is nothing in between that could fail
public class LockBenchmark {
    private static final int REGION_BYTES = 4096;

    /** A lock and a number on the heap. */
    @State(Scope.Benchmark)
    public static class Heap {
        final ReentrantLock lock = new ReentrantLock();
        long value;
    }

    /** A lock, and a number with a lock, in a region. */
    @SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
    @State(Scope.Benchmark)
    public static class Shm {
        private SharedRegion region;
        SharedLock lock;
        SynchronizedValue value;

        /** Creates the region. */
        @Setup(Level.Trial)
        public void open() {
            String name = "bench-" + ProcessHandle.current().pid();
            region = SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES));
            lock = SharedLock.of(region, "lock");
            value = SynchronizedValue.of(region, "value", 'q');
        }

        /** Deletes it. */
        @TearDown(Level.Trial)
        public void close() {
            region.close();
            SharedRegion.delete(region.name());
        }
    }

    /** The peer of {@link #lockShm}. */
    @Benchmark
    public void lockReentrantLock(Heap heap) {
        heap.lock.lock();
        heap.lock.unlock();
    }

    /** Ours. */
    @Benchmark
    public void lockShm(Shm shm) {
        shm.lock.lock();
        shm.lock.unlock();
    }

    /** The peer of {@link #incrementSynchronizedValue}. */
    @Benchmark
    public void incrementUnderReentrantLock(Heap heap) {
        heap.lock.lock();
        try {
            heap.value++;
        } finally {
            heap.lock.unlock();
        }
    }

    /** Ours. */
    @Benchmark
    public void incrementSynchronizedValue(Shm shm) {
        shm.value.with(LockBenchmark::increment);
    }

    private static void increment(SharedValue value) {
        value.setLong(value.getLong() + 1);
    }
}
