package dev.shm.bench;

import dev.shm.bench.harness.Scratch;
import dev.shm.codec.Codecs;
import dev.shm.process.SharedMap;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import net.openhft.chronicle.map.ChronicleMap;
import org.jspecify.annotations.Nullable;
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
 * What does it cost to look up one of 10,000 numbers in a map, or to replace what it holds,
 * compared with a {@link ConcurrentHashMap} on the heap and with a {@link ChronicleMap} in a file?
 * The forks of Chronicle, and no others, get the flags that it needs.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MapBenchmark {
    private static final int REGION_BYTES = 1 << 22;
    private static final int ENTRIES = 10_000;
    private static final long STEP = 7919; // goes through all, in an order that says nothing

    /** The keys, one after the other. */
    @State(Scope.Thread)
    public static class Keys {
        private long last;

        long next() {
            last = (last + STEP) % ENTRIES;
            return last;
        }
    }

    private static void fill(Map<Long, Long> map) {
        for (long i = 0; i < ENTRIES; i++) {
            map.put(i, i);
        }
    }

    /** A map on the heap. */
    @State(Scope.Benchmark)
    public static class Heap {
        final Map<Long, Long> map = new ConcurrentHashMap<>();

        /** Puts all in. */
        @Setup(Level.Trial)
        public void open() {
            fill(map);
        }
    }

    /** A map in a region. */
    @SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
    @State(Scope.Benchmark)
    public static class Shm {
        private SharedRegion region;
        SharedMap<Long, Long> map;

        /** Creates the region. */
        @Setup(Level.Trial)
        public void open() {
            String name = "bench-" + ProcessHandle.current().pid();
            region = SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES));
            map = SharedMap.of(region, "map", 2 * ENTRIES, Codecs.longs(), Codecs.longs());
            fill(map);
        }

        /** Deletes it. */
        @TearDown(Level.Trial)
        public void close() {
            region.close();
            SharedRegion.delete(region.name());
        }
    }

    /** A map of Chronicle's in a file. */
    @SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
    @State(Scope.Benchmark)
    public static class Chronicle {
        private Path file;
        ChronicleMap<Long, Long> map;

        /** Creates the file. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            file = Files.createTempFile(Scratch.regions(), "bench-", ".chronicle");
            map =
                    ChronicleMap.of(Long.class, Long.class)
                            .entries(2L * ENTRIES)
                            .createPersistedTo(file.toFile());
            fill(map);
        }

        /** Deletes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            map.close();
            Files.delete(file);
        }
    }

    /** The peer of {@link #getShm}. */
    @Benchmark
    public @Nullable Long getConcurrentHashMap(Heap heap, Keys keys) {
        return heap.map.get(keys.next());
    }

    /** Ours. */
    @Benchmark
    public @Nullable Long getShm(Shm shm, Keys keys) {
        return shm.map.get(keys.next());
    }

    /** Another peer. */
    @Benchmark
    @Fork(
            value = 3,
            jvmArgsAppend = {
                Flags.CHRONICLE_1,
                Flags.CHRONICLE_2,
                Flags.CHRONICLE_3,
                Flags.CHRONICLE_4,
                Flags.CHRONICLE_5,
                Flags.CHRONICLE_6,
                Flags.CHRONICLE_7,
                Flags.CHRONICLE_8,
                Flags.CHRONICLE_9,
                Flags.CHRONICLE_QUIET
            })
    public @Nullable Long getChronicleMap(Chronicle chronicle, Keys keys) {
        return chronicle.map.get(keys.next());
    }

    /** The peer of {@link #putShm}. */
    @Benchmark
    public @Nullable Long putConcurrentHashMap(Heap heap, Keys keys) {
        long key = keys.next();
        return heap.map.put(key, key);
    }

    /** Ours. */
    @Benchmark
    public @Nullable Long putShm(Shm shm, Keys keys) {
        long key = keys.next();
        return shm.map.put(key, key);
    }

    /** Another peer. */
    @Benchmark
    @Fork(
            value = 3,
            jvmArgsAppend = {
                Flags.CHRONICLE_1,
                Flags.CHRONICLE_2,
                Flags.CHRONICLE_3,
                Flags.CHRONICLE_4,
                Flags.CHRONICLE_5,
                Flags.CHRONICLE_6,
                Flags.CHRONICLE_7,
                Flags.CHRONICLE_8,
                Flags.CHRONICLE_9,
                Flags.CHRONICLE_QUIET
            })
    public @Nullable Long putChronicleMap(Chronicle chronicle, Keys keys) {
        long key = keys.next();
        return chronicle.map.put(key, key);
    }
}
