package dev.shm.examples.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.process.SharedProcess;
import dev.shm.queue.SharedPriorityQueue;
import dev.shm.region.SharedRegion;
import java.util.List;

/**
 * One process puts jobs into a queue as they come, another one does the most urgent first. Prints
 *
 * <pre>
 * did: 1 put out the fire
 * did: 1 call the brigade
 * did: 2 open the door
 * did: 3 tidy up
 * </pre>
 */
public final class Triage {
    private static final Codec<String> TEXT = Codecs.utf8(64);
    private static final List<String> JOBS =
            List.of("3 tidy up", "1 put out the fire", "2 open the door", "1 call the brigade");

    private Triage() {}

    /**
     * Puts the jobs in.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "triage-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 17)) {
            SharedPriorityQueue<String> jobs =
                    SharedPriorityQueue.create(region, "jobs", 8, TEXT, Triage::urgency);
            jobs.addAll(JOBS);
            SharedProcess.start(region, Triage::work).join();
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void work(SharedRegion region) throws InterruptedException {
        SharedPriorityQueue<String> jobs =
                SharedPriorityQueue.open(region, "jobs", TEXT, Triage::urgency);
        for (int i = 0; i < JOBS.size(); i++) {
            System.out.println("did: " + jobs.take());
        }
    }

    private static long urgency(String job) {
        return job.charAt(0);
    }
}
