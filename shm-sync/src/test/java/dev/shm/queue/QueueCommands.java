package dev.shm.queue;

import dev.shm.codec.Codecs;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What a peer can do with the queue "it". */
public final class QueueCommands implements Commands {
    private final SharedQueue<String> queue;
    private Delivery<String> delivery;

    public QueueCommands(SharedRegion region) {
        queue = SharedQueue.open(region, "it", Codecs.utf8(16));
    }

    @Override
    public String run(String... words) throws Exception {
        switch (words[0]) {
            case "put" -> {
                for (int i = 1; i < words.length; i++) {
                    queue.put(words[i]);
                }
            }
            case "putMany" -> {
                for (int i = 0; i < Integer.parseInt(words[2]); i++) {
                    queue.put(words[1] + ":" + i);
                }
            }
            case "offer" -> {
                return String.valueOf(queue.offer(words[1]));
            }
            case "offerFor" -> {
                long millis = Long.parseLong(words[1]);
                return String.valueOf(queue.offer(words[2], millis, TimeUnit.MILLISECONDS));
            }
            case "take" -> {
                return queue.take();
            }
            case "race" -> {
                return race();
            }
            case "racePut" -> {
                while (!queue.offer(words[1])) {
                    Thread.onSpinWait();
                }
            }
            case "drain" -> {
                return drain();
            }
            case "poll" -> {
                return String.valueOf(queue.poll());
            }
            case "pollFor" -> {
                long millis = Long.parseLong(words[1]);
                return String.valueOf(queue.poll(millis, TimeUnit.MILLISECONDS));
            }
            case "receive" -> {
                delivery = queue.receive();
                return delivery.message() + " " + delivery.attempts();
            }
            case "ack" -> delivery.ack();
            case "requeue" -> delivery.requeue();
            case "size" -> {
                return String.valueOf(queue.size());
            }
            case "remaining" -> {
                return String.valueOf(queue.remainingCapacity());
            }
            case "shutdown" -> queue.shutdown();
            case "shutdownNow" -> queue.shutdownNow();
            case "isShutdown" -> {
                return String.valueOf(queue.isShutdown());
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }

    /** Takes messages such as {@code p:17} until the end; says how many there were of each p. */
    private String drain() throws InterruptedException {
        Map<String, Integer> counts = new TreeMap<>(Map.of("disorder", 0));
        Map<String, Integer> last = new HashMap<>();
        while (true) {
            String message;
            try {
                message = queue.take();
            } catch (QueueShutDownException end) {
                return counts.toString().replaceAll("[{},]", "");
            }
            String[] parts = message.split(":", -1);
            int number = Integer.parseInt(parts[1]);
            Integer before = last.put(parts[0], number);
            counts.merge("disorder", before != null && before >= number ? 1 : 0, Integer::sum);
            counts.merge(parts[0], 1, Integer::sum);
        }
    }

    private String race() {
        String message = queue.poll();
        while (message == null) {
            Thread.onSpinWait();
            message = queue.poll();
        }
        return message;
    }
}
