package dev.shm.examples.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.process.SharedProcess;
import dev.shm.queue.QueueShutDownException;
import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock;
import dev.shm.value.SharedAdder;
import java.util.ArrayList;
import java.util.List;

/**
 * Ten processes produce numbers and ten consume them; a lock keeps apart what they print. Prints,
 * for each consumer, in some order,
 *
 * <pre>
 * consumer 1 begins to speak
 * consumer 1 has spoken
 * </pre>
 *
 * and in the end
 *
 * <pre>
 * consumed 1000 numbers, their sum: 499500
 * </pre>
 */
public final class TenAndTen {
    private static final int EACH = 10;
    private static final int NUMBERS = 100; // of each producer
    private static final Codec<Long> LONGS = Codecs.longs();

    private TenAndTen() {}

    /**
     * Starts the twenty.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "ten-" + ProcessHandle.current().pid();
        RegionOptions options = RegionOptions.named(name).bytes(1 << 18).maxParticipants(64);
        try (SharedRegion region = SharedRegion.create(options)) {
            SharedQueue<Long> queue = SharedQueue.create(region, "numbers", 64, LONGS);
            SharedLock.create(region, "output");
            SharedAdder sum = SharedAdder.create(region, "sum");
            SharedAdder count = SharedAdder.create(region, "count");
            List<SharedProcess> producers = new ArrayList<>();
            List<SharedProcess> consumers = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                int number = i;
                producers.add(SharedProcess.start(region, r -> produce(r, number)));
                consumers.add(SharedProcess.start(region, r -> consume(r, number + 1)));
            }
            for (SharedProcess producer : producers) {
                producer.join();
            }
            queue.shutdown(); // consumers take what is left
            for (SharedProcess consumer : consumers) {
                consumer.join();
            }
            System.out.println("consumed " + count.sum() + " numbers, their sum: " + sum.sum());
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void produce(SharedRegion region, int number) throws InterruptedException {
        SharedQueue<Long> queue = SharedQueue.open(region, "numbers", LONGS);
        for (int i = 0; i < NUMBERS; i++) {
            queue.put((long) number * NUMBERS + i);
        }
    }

    private static void consume(SharedRegion region, int number) throws InterruptedException {
        SharedQueue<Long> queue = SharedQueue.open(region, "numbers", LONGS);
        SharedAdder sum = SharedAdder.open(region, "sum");
        SharedAdder count = SharedAdder.open(region, "count");
        try {
            while (true) {
                sum.add(queue.take());
                count.add(1);
            }
        } catch (QueueShutDownException empty) {
            speak(region, "consumer " + number);
        }
    }

    private static void speak(SharedRegion region, String who) {
        SharedLock output = SharedLock.open(region, "output");
        output.lock();
        try {
            System.out.println(who + " begins to speak");
            System.out.println(who + " has spoken");
        } finally {
            output.unlock();
        }
    }
}
