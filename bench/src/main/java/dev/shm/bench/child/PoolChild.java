package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import dev.shm.process.PoolFunction;
import dev.shm.process.ProcessPool;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A pool of two processes: {@code PoolChild BYTES TASKS}. For each number that it reads it maps a
 * function over {@code TASKS} items, again and again until there were so many, whose results have
 * so many bytes each; 0 for a number.
 */
public final class PoolChild {
    private static final int WORKERS = 2;

    private PoolChild() {}

    /** Maps until its standard input ends. */
    public static void main(String[] args) throws Exception {
        int bytes = Integer.parseInt(args[0]);
        int tasks = Integer.parseInt(args[1]);
        List<Integer> items = IntStream.range(0, tasks).boxed().collect(Collectors.toList());
        try (ProcessPool pool = ProcessPool.of(WORKERS)) {
            Lines.serve(
                    atLeast -> {
                        long start = System.nanoTime();
                        long done = 0;
                        while (done < atLeast) {
                            map(pool, bytes, items);
                            done += tasks;
                        }
                        return new Answer(done, System.nanoTime() - start);
                    });
        }
    }

    private static void map(ProcessPool pool, int bytes, List<Integer> items) throws Exception {
        int last = items.size() - 1;
        if (bytes == 0) {
            check(pool.map(x -> -x, items).get(last) == -last);
        } else {
            PoolFunction<Integer, byte[]> make = x -> new byte[bytes];
            check(pool.map(make, items, 1).get(last).length == bytes);
        }
    }

    private static void check(boolean right) {
        if (!right) {
            throw new IllegalStateException("wrong results");
        }
    }
}
