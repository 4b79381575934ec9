package dev.shm.bench;

import dev.shm.bench.child.RecoveryChild;
import dev.shm.bench.harness.LineProcess;
import dev.shm.bench.harness.Settings;
import dev.shm.bench.harness.Side;
import java.io.IOException;
import java.util.List;

/**
 * The owner of a lock is killed while another process waits for the lock: how long until that one
 * has it? Each round kills another owner, a JVM with a small heap.
 */
final class Recovery implements Side {
    private static final List<String> SMALL_HEAP = List.of("-Xmx32m", "-XX:+UseSerialGC");
    private static final double NANOS_IN_MILLI = 1e6;

    private final Settings settings;
    private final LineProcess successor;

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
