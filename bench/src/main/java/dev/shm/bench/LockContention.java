package dev.shm.bench;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock;
import dev.shm.value.SharedValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * What does a lock cost that two processes contend for, compared with a robust mutex of POSIX
 * threads? Each adds to a number that the lock guards; the time is that of one lock and unlock,
 * whoever of the two made it. The lock is not fair, so the share of the process that had it less
 * often is printed too, and the longest wait of every 64th.
 *
 * <pre>java -cp bench/target/benchmarks.jar dev.shm.bench.LockContention [ROUNDS [MILLIS]]</pre>
 */
public final class LockContention {
    private static final int REGION_BYTES = 1 << 16;
    private static final int CHECK_EVERY = 64;
    private static final long HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static long longest; // of either process, in nanoseconds
    private static long all; // how often either had the lock, in all rounds
    private static long weakers; // how often the weaker one of each round had it

    private LockContention() {}

    /** Runs the rounds and prints a row, or serves as one of the two processes. */
    public static void main(String... arguments) throws Exception {
        if (arguments.length == 2 && arguments[0].equals("child")) {
            serve(arguments[1]);
            return;
        }
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        long millis = arguments.length > 1 ? Long.parseLong(arguments[1]) : 500;
        String name = "bench-" + ProcessHandle.current().pid();
        CProgram peer = CProgram.compile("robust-mutex");
        SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES)).close();
        try (ChildProcess one = new ChildProcess(LockContention.class, "child", name);
                ChildProcess other = new ChildProcess(LockContention.class, "child", name)) {
            one.hear();
            other.hear();
            Rounds.compare(
                    "two processes contend for a lock",
                    rounds,
                    () -> contend(one, other, millis),
                    "pthread robust mutex",
                    () -> peer.run(millis));
            System.out.printf("share of the weaker process: %.1f %%%n", 100.0 * weakers / all);
            System.out.printf("longest of the waits that were timed: %.2f ms%n", longest / 1e6);
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static double contend(ChildProcess one, ChildProcess other, long millis)
            throws IOException {
        long start = System.nanoTime() + HEAD_START_NANOS; // one clock for the whole machine
        long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
        one.say(start + " " + end);
        other.say(start + " " + end);
        long ones = outcome(one);
        long others = outcome(other);
        all += ones + others;
        weakers += Math.min(ones, others);
        return (double) (end - start) / (ones + others);
    }

    /** How often a process had the lock. */
    private static long outcome(ChildProcess process) throws IOException {
        String line = process.hear();
        int space = line.indexOf(' ');
        longest = Math.max(longest, Long.parseLong(line.substring(space + 1)));
        return Long.parseLong(line.substring(0, space));
    }

    private static void serve(String name) throws IOException {
        try (SharedRegion region = SharedRegion.open(name);
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            SharedLock lock = SharedLock.of(region, "lock");
            SharedValue guarded = SharedValue.of(region, "guarded", 'q');
            System.out.println("ready");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int space = line.indexOf(' ');
                longest = 0;
                long done =
                        count(
                                lock,
                                guarded,
                                Long.parseLong(line.substring(0, space)),
                                Long.parseLong(line.substring(space + 1)));
                System.out.println(done + " " + longest);
            }
        }
    }

    private static long count(SharedLock lock, SharedValue guarded, long start, long end) {
        while (System.nanoTime() - start < 0) {
            Thread.onSpinWait();
        }
        long done = 0;
        long before = System.nanoTime();
        while (before - end < 0) {
            add(lock, guarded);
            longest = Math.max(longest, System.nanoTime() - before);
            for (int i = 1; i < CHECK_EVERY; i++) {
                add(lock, guarded);
            }
            done += CHECK_EVERY;
            before = System.nanoTime();
        }
        return done;
    }

    private static void add(SharedLock lock, SharedValue guarded) {
        lock.lock();
        try {
            guarded.setLong(guarded.getLong() + 1);
        } finally {
            lock.unlock();
        }
    }
}
