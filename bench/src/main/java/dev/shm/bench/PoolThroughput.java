package dev.shm.bench;

import dev.shm.process.PoolFunction;
import dev.shm.process.ProcessPool;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How long does a pool of two processes take for many small tasks, and for results of 1 KiB, 1 MiB
 * and 64 MiB, compared with Python's {@code multiprocessing.Pool}? The time is that of one task.
 *
 * <pre>
 * java -cp bench/target/benchmarks.jar dev.shm.bench.PoolThroughput [ROUNDS]
 * </pre>
 */
public final class PoolThroughput {
    private static final int WORKERS = 2;
    private static final int SMALL_TASKS = 100_000;
    private static final int MIN_ROUNDS_TO_WARM_UP = 10;

    private PoolThroughput() {}

    /** One size of result. */
    private enum Case {
        SMALL("100,000 small tasks", 0, SMALL_TASKS),
        KIB("results of 1 KiB", 1 << 10, 2000),
        MIB("results of 1 MiB", 1 << 20, 100),
        MANY_MIB("results of 64 MiB", 1 << 26, 4);

        private final String words;
        private final int bytes;
        private final int tasks;

        Case(String words, int bytes, int tasks) {
            this.words = words;
            this.bytes = bytes;
            this.tasks = tasks;
        }
    }

    /** Runs the rounds and prints a row for each case. */
    public static void main(String... arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        try (ProcessPool pool = ProcessPool.of(WORKERS);
                Python python = new Python()) {
            for (Case one : Case.values()) {
                List<Integer> items =
                        IntStream.range(0, one.tasks).boxed().collect(Collectors.toList());
                for (int i = 0; i < MIN_ROUNDS_TO_WARM_UP; i++) {
                    ours(pool, one, items);
                }
                Rounds.compare(
                        one.words,
                        rounds,
                        () -> ours(pool, one, items),
                        "multiprocessing.Pool",
                        () -> python.round(one.bytes, one.tasks));
            }
        }
    }

    private static double ours(ProcessPool pool, Case one, List<Integer> items) throws Exception {
        long start = System.nanoTime();
        if (one == Case.SMALL) {
            List<Integer> results = pool.map(x -> -x, items);
            check(results.get(items.size() - 1) == 1 - items.size());
        } else {
            PoolFunction<Integer, byte[]> make = bytesOf(one.bytes);
            List<byte[]> results = pool.map(make, items, 1);
            check(results.get(items.size() - 1).length == one.bytes);
        }
        return (System.nanoTime() - start) / (double) one.tasks;
    }

    private static PoolFunction<Integer, byte[]> bytesOf(int length) {
        return x -> new byte[length];
    }

    private static void check(boolean right) {
        if (!right) {
            throw new IllegalStateException("wrong results");
        }
    }

    /** The same in Python, in a process that is asked line by line. */
    private static final class Python implements AutoCloseable {
        private final Path program = Files.createTempFile("shm-bench-", ".py");
        private final Process process;
        private final BufferedWriter to;
        private final BufferedReader from;

        Python() throws IOException {
            try (InputStream text = PoolThroughput.class.getResourceAsStream("pool.py")) {
                Files.write(program, Objects.requireNonNull(text).readAllBytes());
            }
            process =
                    new ProcessBuilder("python3", program.toString(), "" + WORKERS)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            to = process.outputWriter();
            from = process.inputReader();
        }

        double round(int bytes, int tasks) throws IOException {
            to.write(bytes + " " + tasks);
            to.newLine();
            to.flush();
            String line = from.readLine();
            if (line == null) {
                throw new IOException("python3 has ended");
            }
            return Double.parseDouble(line) / tasks;
        }

        @Override
        public void close() throws IOException {
            to.close();
            process.onExit().join();
            Files.delete(program);
        }
    }
}
