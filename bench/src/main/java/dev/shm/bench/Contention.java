package dev.shm.bench;

import dev.shm.bench.child.LockChild;
import dev.shm.bench.harness.LineProcess;
import dev.shm.bench.harness.Settings;
import dev.shm.bench.harness.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Two processes contend for a lock. The value is the time of one lock and unlock, whoever made it;
 * since the lock is not fair, the share of who had it less often in each round is noted.
 */
final class Contention implements Side {
    private static final long HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final double PERCENT = 100;
    private static final double NANOS_IN_MILLI = 1e6;

    private final LineProcess one;
    private final LineProcess other;
    private final long nanos;
    private long longest;
    private long all;
    private long weakers;

    private Contention(LineProcess one, LineProcess other, long nanos) {
        this.one = one;
        this.other = other;
        this.nanos = nanos;
    }

    static Side open(Settings settings, Path folder) throws IOException {
        LineProcess one = LineProcess.java(LockChild.class, folder);
        try {
            LineProcess other = LineProcess.java(LockChild.class, folder);
            return new Contention(one, other, TimeUnit.MILLISECONDS.toNanos(settings.millis()));
        } catch (IOException e) {
            one.close();
            throw e;
        }
    }

    @Override
    public double round() throws IOException {
        long start = System.nanoTime() + HEAD_START_NANOS; // one clock for the whole machine
        long end = start + nanos;
        one.say(start + " " + end);
        other.say(start + " " + end);
        long ones = outcome(one);
        long others = outcome(other);
        all += ones + others;
        weakers += Math.min(ones, others);
        return (double) nanos / (ones + others);
    }

    private long outcome(LineProcess process) throws IOException {
        String[] words = process.hear().split(" ", -1);
        longest = Math.max(longest, Long.parseLong(words[1]));
        return Long.parseLong(words[0]);
    }

    @Override
    public String note() {
        return String.format(
                Locale.ROOT,
                "the weaker process had %.0f %%; longest of the waits timed %.1f ms",
                PERCENT * weakers / Math.max(all, 1),
                longest / NANOS_IN_MILLI);
    }

    @Override
    public void close() throws IOException {
        one.close();
        other.close();
    }
}
