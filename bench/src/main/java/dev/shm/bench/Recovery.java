package dev.shm.bench;

import dev.shm.bench.child.RecoveryChild;
import dev.shm.bench.harness.LineProcess;
import dev.shm.bench.harness.Side;
import java.io.IOException;
import java.nio.file.Path;
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

    private final Path folder;
    private final LineProcess successor;
    private final SplittableRandom random;

    private Recovery(Path folder, LineProcess successor, SplittableRandom random) {
        this.folder = folder;
        this.successor = successor;
        this.random = random;
    }

    static Side.Opener opener() {
        SplittableRandom random = new SplittableRandom(SEED); // each launch goes on where it was
        return (settings, folder) -> new Recovery(folder, start("succeed", folder), random);
    }

    private static LineProcess start(String role, Path folder) throws IOException {
        return LineProcess.java(SMALL_HEAP, RecoveryChild.class, role, folder);
    }

    @Override
    public double round() throws IOException {
        try (LineProcess owner = start("own", folder)) {
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
