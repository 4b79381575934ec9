package dev.shm.examples.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.process.SharedProcess;
import dev.shm.queue.SharedQueue;
import dev.shm.region.SharedRegion;
import java.util.List;

/**
 * One process puts strings into a queue, another one takes them out. Prints
 *
 * <pre>
 * took: one
 * took: two
 * took: three
 * left in the queue: 0
 * </pre>
 */
public final class Strings {
    private static final Codec<String> TEXT = Codecs.utf8(64);

    private Strings() {}

    /**
     * Puts strings in.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "strings-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 17)) {
            SharedQueue<String> queue = SharedQueue.create(region, "words", 8, TEXT);
            SharedProcess taker = SharedProcess.start(region, Strings::takeThree);
            for (String word : List.of("one", "two", "three")) {
                queue.put(word);
            }
            taker.join();
            System.out.println("left in the queue: " + queue.size());
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void takeThree(SharedRegion region) throws InterruptedException {
        SharedQueue<String> queue = SharedQueue.open(region, "words", TEXT);
        for (int i = 0; i < 3; i++) {
            System.out.println("took: " + queue.take());
        }
    }
}
