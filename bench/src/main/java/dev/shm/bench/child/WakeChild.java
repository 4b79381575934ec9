package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import dev.shm.queue.SharedLongQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that sends a message every three milliseconds, or one that has nothing to do until it
 * comes, and so sleeps: {@code WakeChild consume|produce FOLDER}. For each number that it reads it
 * goes on for so many milliseconds; the consumer answers how late the messages were.
 */
public final class WakeChild {
    private static final int REGION_BYTES = 1 << 16;
    private static final int CAPACITY = 2;
    private static final int PAUSE_MILLIS = 3;
    private static final int PERCENT = 100;

    private WakeChild() {}

    /** Sends or receives until its standard input ends. */
    public static void main(String[] args) throws Exception {
        RegionOptions options =
                RegionOptions.at(Path.of(args[1]).resolve("wake.shm")).bytes(REGION_BYTES);
        SharedRegion region = SharedRegion.openOrCreate(options);
        SharedLongQueue queue = SharedLongQueue.of(region, "times", CAPACITY);
        if (args[0].equals("consume")) {
            Lines.serve(millis -> consume(queue, messages(millis)));
        } else {
            Lines.serve(millis -> produce(queue, messages(millis)));
        }
    }

    private static int messages(long millis) {
        return (int) Math.max(millis / PAUSE_MILLIS, 1);
    }

    private static Answer produce(SharedLongQueue queue, int messages) throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            queue.put(System.nanoTime());
        }
        return new Answer(messages, System.nanoTime() - start);
    }

    /** How late each message was; the clock is the same in all processes. */
    private static Answer consume(SharedLongQueue queue, int messages) throws InterruptedException {
        long[] late = new long[messages];
        for (int i = 0; i < messages; i++) {
            long sent = queue.take();
            late[i] = System.nanoTime() - sent;
        }
        Arrays.sort(late);
        long p99 = late[(messages - 1) * (PERCENT - 1) / PERCENT];
        return new Answer(1, late[messages / 2], "99th percentile of a round " + p99 + " ns");
    }
}
