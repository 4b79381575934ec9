package dev.shm.bench;

import dev.shm.memory.CacheLine;
import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.SpscConsumer;
import dev.shm.ring.SpscProducer;
import dev.shm.ring.SpscRing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;

/**
 * How long does a record of 8 bytes take to another process and back, beside two cache lines that
 * are stored and watched with nothing around them? Two JVMs; rounds alternate: rings, bare.
 *
 * <pre>
 *   java -cp ... dev.shm.bench.SpscRoundTrip [pairs of rounds]
 * </pre>
 */
public final class SpscRoundTrip {
    private static final int TRIPS = 200_000;
    private static final int WARM_UPS = 5;
    private static final int CAPACITY = 1 << 16;
    private static final int REGION_BYTES = 1 << 20;
    private static final int TYPE = 1;
    private static final int PING = 0;
    private static final int PONG = CacheLine.BYTES;

    private final AtomicBuffer lines;
    private final AtomicBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(Long.BYTES));
    private final SpscProducer out;
    private final SpscConsumer in;
    private final MessageHandler sink = (type, buffer, index, length) -> got(buffer.getLong(index));
    private long got = -1;
    private long tripped;

    private SpscRoundTrip(SharedRegion region, String out, String in) {
        this.lines = region.buffer("lines", 2 * CacheLine.BYTES);
        this.out = SpscRing.of(region, out, CAPACITY).producer();
        this.in = SpscRing.of(region, in, CAPACITY).consumer();
    }

    /** Measures and prints; as the other process, answers. */
    public static void main(String[] args) throws IOException {
        if (args.length > 1) {
            answer(Path.of(args[1]));
            return;
        }
        int pairs = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        String name = "bench-" + ProcessHandle.current().pid();
        try (SharedRegion region =
                SharedRegion.create(RegionOptions.named(name).bytes(REGION_BYTES))) {
            measure(region, pairs);
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void measure(SharedRegion region, int pairs) throws IOException {
        SpscRoundTrip here = new SpscRoundTrip(region, "there", "back");
        double[] rings = new double[pairs];
        double[] bare = new double[pairs];
        double[] ratios = new double[pairs];
        try (ChildProcess other =
                new ChildProcess(SpscRoundTrip.class, "answer", region.path().toString())) {
            for (int i = -WARM_UPS; i < pairs; i++) {
                double ring = timed(other, here::throughRings);
                double line = timed(other, here::throughLines);
                if (i >= 0) {
                    rings[i] = ring;
                    bare[i] = line;
                    ratios[i] = ring / line;
                }
            }
        }
        for (String line :
                List.of(
                        "rings " + SpscThroughput.range(rings, "ns"),
                        "bare  " + SpscThroughput.range(bare, "ns"),
                        "ratio " + SpscThroughput.range(ratios, "x"))) {
            System.out.printf(Locale.ROOT, "8 bytes, round trip    %s%n", line);
        }
    }

    private static double timed(ChildProcess other, Runnable trips) throws IOException {
        other.say("go");
        other.hear();
        long began = System.nanoTime();
        trips.run();
        return (double) (System.nanoTime() - began) / TRIPS;
    }

    /** The other process: the same number of rounds of each kind, in turn. */
    private static void answer(Path file) throws IOException {
        SharedRegion region = SharedRegion.open(RegionOptions.at(file));
        SpscRoundTrip there = new SpscRoundTrip(region, "back", "there");
        try (BufferedReader from =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            boolean rings = true;
            for (String go = from.readLine(); go != null; go = from.readLine()) {
                System.out.println("ready");
                if (rings) {
                    there.answerThroughRings();
                } else {
                    there.answerThroughLines();
                }
                rings = !rings;
            }
        }
    }

    private void got(long number) {
        got = number;
    }

    private void throughRings() {
        for (long i = 0; i < TRIPS; i++) {
            send(i);
            receive(i);
        }
    }

    private void answerThroughRings() {
        for (long i = 0; i < TRIPS; i++) {
            receive(i);
            send(i);
        }
    }

    private void send(long number) {
        source.putLong(0, number);
        while (!out.offer(TYPE, source, 0, Long.BYTES)) {
            Thread.onSpinWait();
        }
    }

    private void receive(long number) {
        while (in.poll(sink, 1) == 0) {
            Thread.onSpinWait();
        }
        if (got != number) {
            throw new IllegalStateException("got=" + got + " expected=" + number);
        }
    }

    private void throughLines() {
        long base = tripped;
        for (long i = base + 1; i <= base + TRIPS; i++) {
            lines.putLongRelease(PING, i);
            awaitLine(PONG, i);
        }
        tripped = base + TRIPS;
    }

    private void answerThroughLines() {
        long base = tripped;
        for (long i = base + 1; i <= base + TRIPS; i++) {
            awaitLine(PING, i);
            lines.putLongRelease(PONG, i);
        }
        tripped = base + TRIPS;
    }

    private void awaitLine(int index, long number) {
        while (lines.getLongAcquire(index) != number) {
            Thread.onSpinWait();
        }
    }
}
