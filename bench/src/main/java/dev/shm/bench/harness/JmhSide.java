package dev.shm.bench.harness;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A side that is a JMH benchmark: each round is a fork of its own, warmed up by itself. */
public final class JmhSide implements Side {
    private static final int WARM_UPS = 3;
    private static final int ITERATIONS = 3;
    private static final TimeValue TIME = TimeValue.milliseconds(200);

    private final Options options;

    private JmhSide(Options options) {
        this.options = options;
    }

    /** A benchmark method, whose forks get what its class asks for. */
    public static Side.Opener of(Class<?> benchmark, String method) {
        if (Stream.of(benchmark.getMethods())
                .noneMatch(m -> m.getName().equals(method) && isBenchmark(m))) {
            throw new IllegalArgumentException(benchmark + " has no benchmark " + method);
        }
        String name = benchmark.getName().replace(".", "\\.") + "\\." + method;
        return (settings, folder) ->
                new JmhSide(
                        new OptionsBuilder()
                                .include("^" + name + "$")
                                .forks(1)
                                .warmupIterations(WARM_UPS)
                                .warmupTime(TIME)
                                .measurementIterations(ITERATIONS)
                                .measurementTime(TIME)
                                .timeUnit(TimeUnit.NANOSECONDS)
                                .verbosity(VerboseMode.SILENT)
                                .shouldFailOnError(true)
                                .jvmArgsPrepend("-Dshm.dir=" + folder)
                                .build());
    }

    private static boolean isBenchmark(Method method) {
        return method.isAnnotationPresent(Benchmark.class);
    }

    @Override
    public double round() throws IOException {
        try {
            RunResult result = new Runner(options).runSingle();
            return result.getPrimaryResult().getScore();
        } catch (RunnerException e) {
            throw new IOException("JMH: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean warmsUp() {
        return false;
    }

    @Override
    public void close() {
        // each round is a process of its own
    }
}
