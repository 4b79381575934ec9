package dev.shm.bench;

import dev.shm.bench.child.Ends;
import dev.shm.bench.harness.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;

/**
 * How many messages do threads of one JVM pass on? One thread at each end, or as many as {@code
 * -tg} says; the ends of {@code spsc}, {@code agrona} and {@code jctools-spsc} are for one each.
 * What counts is the score of {@code poll}. A full or empty ring is tried again and again, and
 * yields after many tries in vain. All forks get the flag that Agrona needs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = Flags.AGRONA_1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets kind, and calls open() before anything else
public class RingBenchmark {
    private static final int TRIES_BEFORE_YIELD = 1000;

    /** What passes them on. */
    @Param({
        "spsc",
        "agrona",
        "jctools-spsc",
        "mpmc",
        "jctools-mpmc",
        "arrayblockingqueue",
        "linkedtransferqueue"
    })
    public String kind;

    private Path folder;
    private Ends ends;

    /** Makes a ring of that kind. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        folder = Files.createTempDirectory(Scratch.regions(), "bench-");
        ends = Ends.of(kind, folder);
    }

    /** Takes out what an iteration has left. */
    @TearDown(Level.Iteration)
    public void empty() {
        while (ends.poll().getAsBoolean()) {
            // the next iteration begins with an empty ring
        }
    }

    /** Deletes the region of ours. */
    @TearDown(Level.Trial)
    public void close() {
        Scratch.delete(folder);
    }

    /** Puts one in. */
    @Benchmark
    @Group("pass")
    public void offer(Control control) {
        until(ends.offer(), control);
    }

    /** Takes one out. */
    @Benchmark
    @Group("pass")
    public void poll(Control control) {
        until(ends.poll(), control);
    }

    /** The other end may have stopped for this iteration: then nothing comes any more. */
    private static void until(BooleanSupplier step, Control control) {
        int tries = 0;
        while (!step.getAsBoolean() && !control.stopMeasurement) {
            if (++tries == TRIES_BEFORE_YIELD) {
                tries = 0;
                YieldingIdleStrategy.INSTANCE.idle();
            }
            Thread.onSpinWait();
        }
    }
}
