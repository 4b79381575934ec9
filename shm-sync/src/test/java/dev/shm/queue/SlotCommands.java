package dev.shm.queue;

import dev.shm.codec.Codecs;
import dev.shm.region.SharedRegion;
import dev.shm.sync.CountingSemaphore;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What a peer can do with the stack or the priority queue "it", whichever is there. */
public final class SlotCommands implements Commands {
    /** What becomes of each number, in the audit of a random kill test. */
    static final String AUDIT = "audit";

    /** The next number, which nobody has put yet. */
    static final String NEXT = "next";

    /** What a storm needs for each thing that it does. */
    static final String STEPS = "steps";

    /** What is added in the audit: begun to put, put has returned, taken. */
    static final int BEGUN = 1;

    static final int PUT = 2;
    static final int TAKEN = 4;

    /** The number that ends consumers. */
    static final long END = 1_000_000;

    private final SharedRegion region;
    private final SlotQueue<Long> queue;

    public SlotCommands(SharedRegion region) {
        this.region = region;
        this.queue = open(region);
    }

    private static SlotQueue<Long> open(SharedRegion region) {
        try {
            return SharedStack.open(region, Kind.NAME, Codecs.longs());
        } catch (IllegalArgumentException notAStack) {
            return Kind.PRIORITY.open(region);
        }
    }

    @Override
    public String run(String... words) throws Exception {
        return switch (words[0]) {
            case "put" -> {
                for (int i = 1; i < words.length; i++) {
                    queue.put(Long.valueOf(words[i]));
                }
                yield "put";
            }
            case "offer" ->
                    String.valueOf(
                            words.length == 2
                                    ? queue.offer(Long.valueOf(words[1]))
                                    : queue.offer(
                                            Long.valueOf(words[1]),
                                            Long.parseLong(words[2]),
                                            TimeUnit.MILLISECONDS));
            case "take" -> String.valueOf(queue.take());
            case "poll" ->
                    String.valueOf(
                            words.length == 1
                                    ? queue.poll()
                                    : queue.poll(Long.parseLong(words[1]), TimeUnit.MILLISECONDS));
            case "takeAll" -> takeAll(Integer.parseInt(words[1]));
            case "drain" -> drain();
            case "size" -> String.valueOf(queue.size());
            case "race" -> race();
            case "raceToPut" -> raceToPut(Long.valueOf(words[1]));
            case "shutdown" -> {
                queue.shutdown();
                yield "down";
            }
            case "shutdownNow" -> {
                queue.shutdownNow();
                yield "down";
            }
            case "produce" -> produce(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            case "consume" -> consume();
            case "storm" -> storm(new Random(Long.parseLong(words[1])));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private String takeAll(int count) throws InterruptedException {
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(queue.take());
        }
        return taken.toString();
    }

    private String drain() {
        List<Long> taken = new ArrayList<>();
        queue.drainTo(taken);
        return taken.toString();
    }

    private String race() {
        Long taken = queue.poll();
        while (taken == null) {
            Thread.onSpinWait();
            taken = queue.poll();
        }
        return taken.toString();
    }

    private String raceToPut(Long number) {
        while (!queue.offer(number)) {
            Thread.onSpinWait();
        }
        return "put";
    }

    /** Puts so many numbers from one on, in all three ways. */
    private String produce(int from, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            Long number = (long) from + i;
            boolean put = i % 3 == 0 && queue.offer(number);
            put = put || i % 3 == 1 && queue.offer(number, 1, TimeUnit.MILLISECONDS);
            if (!put) {
                queue.put(number);
            }
        }
        return "produced";
    }

    /** Takes numbers in all three ways until it is told that all have been put, counting each. */
    private String consume() throws InterruptedException {
        SharedArray counts = SharedArray.open(region, AUDIT);
        for (int i = 0; true; i++) {
            Long number = i % 3 == 0 ? queue.poll() : null;
            number = i % 3 == 1 ? queue.poll(1, TimeUnit.MILLISECONDS) : number;
            number = i % 3 == 2 || number == null ? queue.take() : number;
            if (number == END) {
                queue.put(END);
                return "consumed";
            }
            counts.getAndAdd(number.intValue(), 1);
        }
    }

    /**
     * Puts new numbers and takes whatever there is, writing down what it does, until it is killed.
     */
    private String storm(Random random) throws InterruptedException {
        SharedArray audit = SharedArray.open(region, AUDIT);
        SharedValue next = SharedValue.open(region, NEXT);
        CountingSemaphore steps = CountingSemaphore.open(region, STEPS);
        while (true) {
            steps.acquire();
            if (random.nextBoolean()) {
                int number = (int) next.getAndAdd(1);
                audit.getAndAdd(number, BEGUN);
                boolean put = queue.offer((long) number, random.nextInt(3), TimeUnit.MILLISECONDS);
                audit.getAndAdd(number, put ? PUT : -BEGUN);
            } else {
                Long taken = queue.poll(random.nextInt(3), TimeUnit.MILLISECONDS);
                if (taken != null) {
                    audit.getAndAdd(taken.intValue(), TAKEN);
                }
            }
        }
    }
}
