package dev.shm.ring;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.StopAtKillPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** One end of a ring, in whatever process. As a program it is given the directory of the region. */
final class RingCommands implements Commands {
    private static final int CHUNK = 64;

    private final SharedRegion region;
    private @Nullable SpscRing ring;
    private @Nullable SpscProducer producer;
    private @Nullable SpscConsumer consumer;
    private int claim;

    RingCommands(SharedRegion region) {
        this.region = region;
    }

    public static void main(String[] args) throws IOException {
        ChildCommands.serve(new RingCommands(TestRings.region(Path.of(args[0]))));
    }

    private SpscRing ring() {
        if (ring == null) {
            ring = SpscRing.open(region, TestRings.NAME);
        }
        return ring;
    }

    private SpscProducer producer() {
        if (producer == null) {
            producer = ring().producer();
        }
        return producer;
    }

    private SpscConsumer consumer() {
        if (consumer == null) {
            consumer = ring().consumer();
        }
        return consumer;
    }

    /** What a command needs that it does not say is taken before: the roles. */
    @Override
    public String run(String... words) throws Exception {
        return switch (words[0]) {
            case "arm" -> {
                StopAtKillPoint.arm(words[1], Integer.parseInt(words[2]));
                yield "armed";
            }
            case "offer" ->
                    ""
                            + TestRings.offer(
                                    producer(), number(words[1]), words.length > 2 ? words[2] : "");
            case "append" ->
                    "" + producer().append(number(words[1]), TestRings.bytes(words[2]), 0, 4);
            case "flush" -> {
                producer().flush();
                yield "flushed";
            }
            case "batch" -> "" + batch(number(words[1]), words[2]);
            case "claim" -> claim(number(words[1]), words[2], number(words[3]));
            case "commit" -> {
                producer().commit(claim);
                yield "committed";
            }
            case "poll" -> String.join(" ", TestRings.poll(consumer(), number(words[1])));
            case "read" -> read();
            case "produce" -> produce(number(words[1]), number(words[2]));
            case "consume" -> consume(number(words[1]), number(words[2]));
            case "producer" -> "position=" + producer().position();
            case "consumer" -> "position=" + consumer().position();
            case "close" -> {
                region.close();
                yield "closed";
            }
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }

    /** A batch of one record, or of none. */
    private boolean batch(int type, String text) {
        boolean appended = producer().append(type, TestRings.bytes(text), 0, text.length());
        producer().flush();
        return appended;
    }

    /** Claims, and writes only so much of the payload. */
    private String claim(int type, String text, int written) {
        claim = producer().tryClaim(type, text.length());
        if (claim < 0) {
            return "full";
        }
        producer().buffer().putBytes(claim, TestRings.bytes(text), 0, written);
        return "claimed";
    }

    /** Stops for good in the handler of one record. */
    private String read() {
        return ""
                + consumer()
                        .poll(
                                (type, buffer, index, length) -> {
                                    System.out.println(
                                            "handling " + TestRings.text(buffer, index, length));
                                    new StopAtKillPoint().accept("handler");
                                },
                                1);
    }

    /** Puts records of random lengths through, each filled with what its number says. */
    private String produce(int seed, int count) {
        Random random = new Random(seed);
        AtomicBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(ring().maxLength()));
        for (int i = 0; i < count; i++) {
            int length = random.nextInt(ring().maxLength() + 1);
            source.setMemory(0, length, (byte) i);
            while (!producer().offer(1 + i, source, 0, length)) {
                Thread.onSpinWait();
            }
        }
        return "produced";
    }

    private String consume(int seed, int count) {
        Random random = new Random(seed);
        int[] next = {0};
        while (next[0] < count) {
            consumer()
                    .poll(
                            (type, buffer, index, length) -> {
                                int i = next[0]++;
                                check(type == 1 + i, "type=" + type + " i=" + i);
                                int expected = random.nextInt(ring().maxLength() + 1);
                                check(length == expected, "length=" + length + " i=" + i);
                                for (int j = 0; j < length; j++) {
                                    check(buffer.getByte(index + j) == (byte) i, "torn i=" + i);
                                }
                            },
                            CHUNK);
        }
        return "consumed";
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
