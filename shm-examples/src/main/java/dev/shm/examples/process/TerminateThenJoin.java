package dev.shm.examples.process;

import dev.shm.process.SharedProcess;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a process that would go on for ever; its exit hook still runs. Prints
 *
 * <pre>
 * ended by itself: false
 * the exit hook says goodbye
 * alive: false, exit code -15
 * </pre>
 */
public final class TerminateThenJoin {
    private static final long PATIENCE_MILLIS = 100;

    private TerminateThenJoin() {}

    /**
     * Starts and terminates.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "terminate-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 16)) {
            SharedLatch running = SharedLatch.create(region, "running", 1);
            SharedProcess process = SharedProcess.start(region, TerminateThenJoin::runForEver);
            running.await();
            System.out.println(
                    "ended by itself: " + process.join(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            process.terminate();
            int code = process.join();
            System.out.println("alive: " + process.isAlive() + ", exit code " + code);
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void runForEver(SharedRegion region) throws InterruptedException {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> System.out.println("the exit hook says goodbye")));
        SharedLatch.open(region, "running").countDown();
        SharedEvent.of(region, "never").await();
    }
}
