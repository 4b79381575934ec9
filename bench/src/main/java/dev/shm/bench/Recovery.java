package dev.shm.bench;

import dev.shm.bench.child.RecoveryChild;
import dev.shm.bench.harness.LineProcess;
import dev.shm.bench.harness.Settings;
import dev.shm.bench.harness.Side;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The owner of a lock is killed while another process waits for the lock: how long until that one
 * has it? Each round kills another owner, a JVM with a small heap, after another time: whoever has
 * waited for long looks more rarely whether the owner lives.
 */
final class Recovery implements Side {
    private static final List<String> SMALL_HEAP = List.of("-Xmx32m", "-XX:+UseSerialGC");
    private static final double NANOS_IN_MILLI = 1e6;
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long SEED = 1;

    private final Settings settings;
    private final LineProcess successor;
    private final SplittableRandom random = new SplittableRandom(SEED);

    private Recovery(Settings settings, LineProcess successor) {
        this.settings = settings;
        this.successor = successor;
    }

    static Side open(Settings settings) throws IOException {
        return new Recovery(settings, start("succeed", settings));
    }

    private static LineProcess start(String role, Settings settings) throws IOException {
        return LineProcess.java(SMALL_HEAP, RecoveryChild.class, role, settings.scratch());
    }

    @Override
    public double round() throws IOException {
        try (LineProcess owner = start("own", settings)) {
            successor.say("wait");
            successor.expect("waiting");
            LockSupport.parkNanos(random.nextLong(LONGEST_WAIT_NANOS));
            long killed = System.nanoTime();
            owner.kill();
            String[] words = successor.hear().split(" ", -1);
            if (!words[0].equals("OWNER_DIED")) {
                throw new IOException("heard: " + words[0] + ", expected: OWNER_DIED");
            }
            return (Long.parseLong(words[1]) - killed) / NANOS_IN_MILLI;
        }
    }

    @Override
    public void close() throws IOException {
        successor.close();
    }
}
