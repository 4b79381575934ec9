package dev.shm.examples.process;

import dev.shm.codec.Codecs;
import dev.shm.process.SharedList;
import dev.shm.process.SharedMap;
import dev.shm.process.SharedProcess;
import dev.shm.region.SharedRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Five processes fill a dictionary and a list, and count together in one entry. Prints
 *
 * <pre>
 * squares: {0=0, 1=1, 2=4, 3=9, 4=16}
 * words: 500, of each process: 100
 * counted together: 500
 * </pre>
 */
public final class DictionaryAndList {
    private static final int PROCESSES = 5;
    private static final int WORDS = 100;

    private DictionaryAndList() {}

    /**
     * Starts the five.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "dictionary-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 20)) {
            SharedMap<Long, Long> squares = squares(region);
            SharedMap<String, Long> counts = counts(region);
            SharedList<String> words = words(region);
            List<SharedProcess> processes = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                int number = i;
                processes.add(SharedProcess.start(region, r -> fill(r, number)));
            }
            for (SharedProcess process : processes) {
                process.join();
            }
            long ofEach = words.stream().filter("word of 3"::equals).count();
            System.out.println("squares: " + new TreeMap<>(squares));
            System.out.println("words: " + words.size() + ", of each process: " + ofEach);
            System.out.println("counted together: " + counts.get("all"));
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void fill(SharedRegion region, long number) {
        SharedMap<String, Long> counts = counts(region);
        SharedList<String> words = words(region);
        squares(region).put(number, number * number);
        for (int i = 0; i < WORDS; i++) {
            words.add("word of " + number);
            counts.merge("all", 1L, Long::sum);
        }
    }

    private static SharedMap<Long, Long> squares(SharedRegion region) {
        return SharedMap.of(region, "squares", 100, Codecs.longs(), Codecs.longs());
    }

    private static SharedMap<String, Long> counts(SharedRegion region) {
        return SharedMap.of(region, "counts", 100, Codecs.utf8(64), Codecs.longs());
    }

    private static SharedList<String> words(SharedRegion region) {
        return SharedList.of(region, "words", 1000, Codecs.utf8(64));
    }
}
