package dev.shm.bench;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
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

/** What does it cost to ask whether an event is set, compared with reading a volatile field? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class EventBenchmark {
    private static final int REGION_BYTES = 4096;

    /** A flag on the heap. */
    @State(Scope.Benchmark)
    public static class Heap {
        volatile boolean flag;
    }

    /** An event in a region. */
    @SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
    @State(Scope.Benchmark)
    public static class Shm {
        private SharedRegion region;
        SharedEvent event;

        /** Creates the region. */
        @Setup(Level.Trial)
        public void open() {
            String name = "bench-" + ProcessHandle.current().pid();
            region = SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES));
            event = SharedEvent.of(region, "event");
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
    public boolean readVolatile(Heap heap) {
        return heap.flag;
    }

    /** Ours. */
    @Benchmark
    public boolean isSetShm(Shm shm) {
        return shm.event.isSet();
    }
}
