package dev.shm.examples.process;

import dev.shm.process.CurrentProcess;
import dev.shm.process.SharedProcess;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedValue;

/**
 * Starts a process, which adds to a value that both share, and waits for its end. Prints
 *
 * <pre>
 * helper is the child of main
 * hits=3, exit code 0
 * both saw the same process id: true
 * </pre>
 */
public final class StartAndJoin {
    private StartAndJoin() {}

    /**
     * Starts and joins.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "start-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 16)) {
            SharedValue hits = SharedValue.create(region, "hits", 'q');
            SharedValue pid = SharedValue.create(region, "pid", 'q');
            int step = 3;
            SharedProcess child =
                    SharedProcess.builder(region)
                            .name("helper")
                            .start(
                                    r -> {
                                        CurrentProcess self = SharedProcess.current();
                                        String parent = SharedProcess.parent().orElseThrow().name();
                                        System.out.println(
                                                self.name() + " is the child of " + parent);
                                        SharedValue.open(r, "hits").getAndAdd(step);
                                        SharedValue.open(r, "pid").setLong(self.pid());
                                    });
            int code = child.join();
            System.out.println("hits=" + hits.getLong() + ", exit code " + code);
            System.out.println("both saw the same process id: " + (pid.getLong() == child.pid()));
        } finally {
            SharedRegion.delete(name);
        }
    }
}
