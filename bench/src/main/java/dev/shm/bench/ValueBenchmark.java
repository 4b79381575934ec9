package dev.shm.bench;

import dev.shm.bench.harness.Scratch;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
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
 * What does one access of a shared 'q' cost, compared with an {@link AtomicLong} on the heap and
 * with Agrona's {@link AtomicCounter} and {@link UnsafeBuffer} over a mapped file? The forks of
 * Agrona's two, and no others, get the flag that they need.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class ValueBenchmark {
    private static final int FILE_BYTES = 4096;

    /** A number on the heap. */
    @State(Scope.Benchmark)
    public static class Heap {
        final AtomicLong value = new AtomicLong();
    }

    /** A number in a region. */
    @SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
    @State(Scope.Benchmark)
    public static class Shm {
        private SharedRegion region;
        SharedValue value;

        /** Creates the region. */
        @Setup(Level.Trial)
        public void open() {
            String name = "bench-" + ProcessHandle.current().pid();
            region = SharedRegion.create(RegionOptions.named(name).bytes(FILE_BYTES));
            value = SharedValue.of(region, "value", 'q');
        }

        /** Deletes it. */
        @TearDown(Level.Trial)
        public void close() {
            region.close();
            SharedRegion.delete(region.name());
        }
    }

    /** A number in a mapped file, as Agrona has it. */
    @SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
    @State(Scope.Benchmark)
    public static class Agrona {
        UnsafeBuffer buffer;
        AtomicCounter counter;

        /** Maps a file. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            Path file = Files.createTempFile(Scratch.regions(), "bench-", ".agrona");
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE)) {
                ByteBuffer mapped = channel.map(MapMode.READ_WRITE, 0, FILE_BYTES);
                buffer = new UnsafeBuffer(mapped);
                counter = new AtomicCounter(buffer, 0);
            }
        }
    }

    /** The peer of {@link #getAndAddShm}. */
    @Benchmark
    public long getAndAddAtomicLong(Heap heap) {
        return heap.value.getAndAdd(1);
    }

    /** Ours. */
    @Benchmark
    public long getAndAddShm(Shm shm) {
        return shm.value.getAndAdd(1);
    }

    /** Another peer. */
    @Benchmark
    @Fork(jvmArgsAppend = Flags.AGRONA_1, value = 3)
    public long getAndAddAtomicCounter(Agrona agrona) {
        return agrona.counter.getAndAdd(1);
    }

    /** Another peer. */
    @Benchmark
    @Fork(jvmArgsAppend = Flags.AGRONA_1, value = 3)
    public long getAndAddUnsafeBuffer(Agrona agrona) {
        return agrona.buffer.getAndAddLong(0, 1);
    }

    /** The peer of {@link #getShm}. */
    @Benchmark
    public long getAtomicLong(Heap heap) {
        return heap.value.get();
    }

    /** Ours. */
    @Benchmark
    public long getShm(Shm shm) {
        return shm.value.getLong();
    }

    /** Another peer. */
    @Benchmark
    @Fork(jvmArgsAppend = Flags.AGRONA_1, value = 3)
    public long getAtomicCounter(Agrona agrona) {
        return agrona.counter.get();
    }

    /** Another peer. */
    @Benchmark
    @Fork(jvmArgsAppend = Flags.AGRONA_1, value = 3)
    public long getUnsafeBuffer(Agrona agrona) {
        return agrona.buffer.getLongAcquire(0);
    }
}
