package dev.shm.examples.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.process.SharedProcess;
import dev.shm.queue.JoinableQueue;
import dev.shm.queue.SharedQueue;
import dev.shm.region.SharedRegion;
import java.util.ArrayList;
import java.util.List;

/**
 * Workers square numbers from a queue until they find a pill, and put the results into another one.
 * Work that a worker had when it died would come back to the queue. Prints
 *
 * <pre>
 * all is done
 * the squares of 1 to 10: [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]
 * </pre>
 */
public final class PoisonPills {
    private static final int WORKERS = 3;
    private static final long NUMBERS = 10;
    private static final long PILL = 0;
    private static final Codec<Long> LONGS = Codecs.longs();

    private PoisonPills() {}

    /**
     * Hands out numbers and pills.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "pills-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 17)) {
            JoinableQueue<Long> tasks = JoinableQueue.create(region, "tasks", 16, LONGS);
            SharedQueue<Long> results = SharedQueue.create(region, "results", 16, LONGS);
            List<SharedProcess> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                workers.add(SharedProcess.start(region, PoisonPills::work));
            }
            for (long number = 1; number <= NUMBERS; number++) {
                tasks.put(number);
            }
            for (int i = 0; i < WORKERS; i++) {
                tasks.put(PILL);
            }
            tasks.join();
            System.out.println("all is done");
            for (SharedProcess worker : workers) {
                worker.join();
            }
            List<Long> squares = new ArrayList<>();
            results.drainTo(squares);
            squares.sort(null);
            System.out.println("the squares of 1 to " + NUMBERS + ": " + squares);
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void work(SharedRegion region) throws InterruptedException {
        JoinableQueue<Long> tasks = JoinableQueue.open(region, "tasks", LONGS);
        SharedQueue<Long> results = SharedQueue.open(region, "results", LONGS);
        for (long number = tasks.take(); number != PILL; number = tasks.take()) {
            results.put(number * number);
            tasks.taskDone();
        }
        tasks.taskDone();
    }
}
