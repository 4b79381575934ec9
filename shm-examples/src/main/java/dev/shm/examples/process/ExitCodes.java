package dev.shm.examples.process;

import dev.shm.process.RegionTask;
import dev.shm.process.SharedProcess;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import java.lang.ProcessBuilder.Redirect;

/**
 * Five processes end in five ways. Prints
 *
 * <pre>
 * returned: 0
 * called System.exit(3): 3
 * threw an exception: 1
 * was terminated: -15
 * was killed: -9
 * </pre>
 */
public final class ExitCodes {
    private ExitCodes() {}

    /**
     * Starts the five.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "endings-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 16)) {
            System.out.println("returned: " + SharedProcess.start(region, r -> {}).join());
            System.out.println(
                    "called System.exit(3): "
                            + SharedProcess.start(region, r -> System.exit(3)).join());
            SharedProcess thrower =
                    SharedProcess.builder(region)
                            .redirectError(Redirect.DISCARD) // where the stack trace would be
                            .start(
                                    r -> {
                                        throw new IllegalStateException("that was it");
                                    });
            System.out.println("threw an exception: " + thrower.join());
            SharedProcess terminated = waiting(region, "first");
            terminated.terminate();
            System.out.println("was terminated: " + terminated.join());
            SharedProcess killed = waiting(region, "second");
            killed.kill();
            System.out.println("was killed: " + killed.join());
        } finally {
            SharedRegion.delete(name);
        }
    }

    /** A process that has come so far as to wait. */
    private static SharedProcess waiting(SharedRegion region, String name)
            throws InterruptedException {
        SharedLatch running = SharedLatch.create(region, name, 1);
        RegionTask waitForEver =
                r -> {
                    SharedLatch.open(r, name).countDown();
                    SharedEvent.of(r, "never").await();
                };
        SharedProcess process = SharedProcess.start(region, waitForEver);
        running.await();
        return process;
    }
}
