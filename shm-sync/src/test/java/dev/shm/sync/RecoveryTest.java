package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The owner of a lock is killed, and whoever waits for it goes on. How long that takes is printed,
 * and decides nothing. For a whole histogram:
 *
 * <pre>
 * mvn verify -pl shm-sync -am -Dtest=RecoveryTest -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dshm.test.recovery.kills=200 -Dtest.watchdog=30m
 * </pre>
 */
class RecoveryTest {
    private static final int KILLS = Integer.getInteger("shm.test.recovery.kills", 4);
    private static final int BAR_MILLIS = 5;

    @TempDir Path directory;

    @Test
    void whoeverWaitsForTheOwnerThatIsKilled_goesOn() {
        long[] nanos = new long[KILLS];
        try (ChildJvm successor = start()) {
            for (int i = 0; i < KILLS; i++) {
                nanos[i] = killAnOwner(successor);
            }
        }
        print(nanos);
    }

    private ChildJvm start() {
        ChildJvm jvm = ChildJvm.of(PeerJvm.class).shortLived().flag("-Xmx32m").start();
        Path file = directory.resolve("recovery.shm");
        jvm.say(PeerJvm.OPEN + " " + file + " " + RecoveryCommands.class.getName());
        return jvm;
    }

    /** Returns the time from the signal to the moment when the successor has the lock. */
    private long killAnOwner(ChildJvm successor) {
        try (ChildJvm owner = start()) {
            assertEquals("locked", owner.ask("lock"));
            successor.say("succeed");
            ChildJvm.awaitThat(
                    "the successor sleeps",
                    () -> successor.ask(PeerJvm.STATE).equals(PeerJvm.STATE + true));
            long killed = System.nanoTime();
            owner.kill();
            String[] answer = successor.hear().split(" ", -1);
            assertEquals("OWNER_DIED", answer[0]);
            return Long.parseLong(answer[1]) - killed;
        }
    }

    private static void print(long[] nanos) {
        Arrays.sort(nanos);
        StringBuilder lines = new StringBuilder("from SIGKILL to the next owner, ms:");
        for (int percent : new int[] {50, 90, 99, 100}) {
            double millis = nanos[(nanos.length - 1) * percent / 100] / 1e6;
            lines.append(String.format(" p%d=%.1f", percent, millis));
        }
        int i = 0;
        for (long from = 0; i < nanos.length; from += BAR_MILLIS) {
            int count = 0;
            while (i < nanos.length
                    && nanos[i] < TimeUnit.MILLISECONDS.toNanos(from + BAR_MILLIS)) {
                count++;
                i++;
            }
            if (count > 0) {
                lines.append(String.format("%n    %3d-%3d ms %d", from, from + BAR_MILLIS, count));
            }
        }
        System.out.println(lines);
    }
}
