package dev.shm.ring;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands;
import dev.shm.value.SharedArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.MessageHandler;

/** What one side can do with the ring "it"; also the main class of a JVM that does. */
final class MpmcCommands implements ChildCommands.Commands {
    static final String EMPTY = "empty";

    private final SharedRegion region;
    private final MpmcRing ring;
    private final Deque<MpmcDelivery> deliveries = new ArrayDeque<>();
    private final Deque<MpmcClaim> claims = new ArrayDeque<>();

    MpmcCommands(SharedRegion region) {
        this.region = region;
        this.ring = MpmcRing.open(region, "it");
    }

    public static void main(String[] arguments) throws IOException {
        ChildCommands.serve(new MpmcCommands(open(Path.of(arguments[0]))));
    }

    static SharedRegion open(Path file) {
        return SharedRegion.openOrCreate(
                RegionOptions.at(file)
                        .bytes(1 << 20)
                        .maxParticipants(16)
                        .maxObjects(16)
                        .maxWait(1, TimeUnit.MINUTES));
    }

    @Override
    public String run(String... words) {
        return switch (words[0]) {
            case "offer" -> String.valueOf(offer(ring, words[1]));
            case "poll" -> poll(ring, false);
            case "relaxedPoll" -> poll(ring, true);
            case "take" -> taken(ring.take());
            case "relaxedTake" -> taken(ring.relaxedTake());
            case "ack" -> {
                deliveries.remove().ack();
                yield "acked";
            }
            case "requeue" -> {
                deliveries.remove().requeue();
                yield "requeued";
            }
            case "claim" -> {
                claims.add(ring.claim(words[1].length()));
                claims.getLast().buffer().putBytes(claims.getLast().index(), bytes(words[1]));
                yield "claimed";
            }
            case "commit" -> {
                claims.remove().commit(1);
                yield "committed";
            }
            case "abort" -> {
                claims.remove().abort();
                yield "aborted";
            }
            case "size" -> String.valueOf(ring.size());
            case "close" -> {
                ring.close();
                yield "closed";
            }
            case "produce" -> produce(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            case "consume" -> consume(Integer.parseInt(words[1]));
            case "work" -> work();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    static boolean offer(MpmcRing ring, String text) {
        MappedBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(text.length() + 3));
        source.putBytes(3, bytes(text));
        return ring.offer(text.length(), source, 3, text.length());
    }

    /** The message, or empty. */
    static String poll(MpmcRing ring, boolean relaxed) {
        String[] text = {EMPTY};
        MessageHandler handler =
                (type, buffer, index, length) ->
                        text[0] = buffer.getStringWithoutLengthAscii(index, length);
        boolean polled = relaxed ? ring.relaxedPoll(handler) : ring.poll(handler);
        return polled ? text[0] : EMPTY;
    }

    private String taken(MpmcDelivery delivery) {
        if (delivery == null) {
            return EMPTY;
        }
        deliveries.add(delivery);
        return text(delivery) + " " + delivery.attempts();
    }

    static String text(MpmcDelivery delivery) {
        return delivery.buffer().getStringWithoutLengthAscii(delivery.index(), delivery.length());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Offers so many numbers, each as often as it takes. */
    private String produce(int producer, int count) {
        SharedArray offered = counts("offered");
        for (int i = 0; i < count; i++) {
            while (!ring.offerLong(producer, (long) producer << Integer.SIZE | i)) {
                Thread.onSpinWait();
            }
            offered.getAndAdd(producer * count + i, 1);
        }
        return "produced";
    }

    /** Takes numbers until none has come for good: a number of its own ends it. */
    private String consume(int count) {
        SharedArray received = counts("received");
        Map<Integer, Integer> last = new HashMap<>();
        boolean[] ended = {false};
        while (!ended[0]) {
            boolean polled =
                    ring.poll(
                            (type, buffer, index, length) -> {
                                long number = buffer.getLong(index);
                                int producer = (int) (number >>> Integer.SIZE);
                                int item = (int) number;
                                if (type < 0) {
                                    ended[0] = true;
                                } else if (type != producer
                                        || item <= last.getOrDefault(producer, -1)) {
                                    throw new AssertionError(type + " " + producer + " " + item);
                                } else {
                                    last.put(producer, item);
                                    received.getAndAdd(producer * count + item, 1);
                                }
                            });
            if (!polled) {
                Thread.onSpinWait();
            }
        }
        return "consumed";
    }

    /**
     * Takes and acknowledges for ever, and writes down each number before and after; offers numbers
     * in between.
     */
    private String work() {
        SharedArray started = counts("started");
        SharedArray done = counts("done");
        SharedArray offered = counts("offered");
        SharedArray next = counts("next");
        while (true) {
            take(started, done);
            int item = (int) next.getAndAdd(0, 1);
            if (item < offered.length()) {
                while (!ring.offerLong(0, item)) {
                    take(started, done);
                }
                offered.getAndAdd(item, 1);
            }
        }
    }

    private void take(SharedArray started, SharedArray done) {
        MpmcDelivery delivery = ring.relaxedTake();
        if (delivery != null) {
            int item = (int) delivery.buffer().getLong(delivery.index());
            started.getAndAdd(item, 1);
            delivery.ack();
            done.getAndAdd(item, 1);
        }
    }

    private SharedArray counts(String name) {
        return SharedArray.open(region, name);
    }
}
