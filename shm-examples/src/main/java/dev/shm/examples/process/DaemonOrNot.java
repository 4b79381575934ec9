package dev.shm.examples.process;

import dev.shm.process.SharedProcess;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedEvent;
import dev.shm.sync.SharedLatch;
import dev.shm.value.SharedArray;

/**
 * A process starts a daemon and another one, and is killed: the daemon ends with it, the other one
 * goes on. Prints
 *
 * <pre>
 * the daemon has ended
 * the other one goes on: true
 * the other one has ended
 * </pre>
 */
public final class DaemonOrNot {
    private static final int DAEMON = 0;
    private static final int OTHER = 1;

    private DaemonOrNot() {}

    /**
     * Starts the process that starts the others.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "daemon-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 16)) {
            SharedLatch running = SharedLatch.create(region, "running", 2);
            SharedArray pids = SharedArray.create(region, "pids", 'q', 2);
            SharedProcess parent =
                    SharedProcess.start(
                            region,
                            r -> {
                                start(r, DAEMON);
                                start(r, OTHER).join();
                            });
            running.await();
            ProcessHandle daemon = ProcessHandle.of(pids.getLong(DAEMON)).orElseThrow();
            ProcessHandle other = ProcessHandle.of(pids.getLong(OTHER)).orElseThrow();
            parent.kill();
            daemon.onExit().join();
            System.out.println("the daemon has ended");
            System.out.println("the other one goes on: " + other.isAlive());
            SharedEvent.of(region, "end").set();
            other.onExit().join();
            System.out.println("the other one has ended");
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static SharedProcess start(SharedRegion region, int which) {
        return SharedProcess.builder(region)
                .daemon(which == DAEMON)
                .start(
                        r -> {
                            long pid = SharedProcess.current().pid();
                            SharedArray.open(r, "pids").setLong(which, pid);
                            SharedLatch.open(r, "running").countDown();
                            SharedEvent.of(r, "end").await();
                        });
    }
}
