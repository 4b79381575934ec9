package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import dev.shm.process.PoolFunction;
import dev.shm.process.ProcessPool;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A pool of two processes: {@code PoolChild BYTES}. For each number that it reads it maps a
 * function over so many items, whose results have so many bytes each; 0 for a number.
 */
public final class PoolChild {
    private static final int WORKERS = 2;

    private PoolChild() {}

    /** Maps until its standard input ends. */
    public static void main(String[] args) throws Exception {
        int bytes = Integer.parseInt(args[0]);
        try (ProcessPool pool = ProcessPool.of(WORKERS)) {
            Lines.serve(tasks -> map(pool, bytes, (int) tasks));
        }
    }

    private static Answer map(ProcessPool pool, int bytes, int tasks) throws Exception {
        List<Integer> items = IntStream.range(0, tasks).boxed().collect(Collectors.toList());
        long start = System.nanoTime();
        if (bytes == 0) {
            List<Integer> results = pool.map(x -> -x, items);
            check(results.get(tasks - 1) == 1 - tasks);
        } else {
            PoolFunction<Integer, byte[]> make = x -> new byte[bytes];
            check(pool.map(make, items, 1).get(tasks - 1).length == bytes);
        }
        return new Answer(tasks, System.nanoTime() - start);
    }

    private static void check(boolean right) {
        if (!right) {
            throw new IllegalStateException("wrong results");
        }
    }
}
