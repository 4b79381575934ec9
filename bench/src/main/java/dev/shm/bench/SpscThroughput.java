package dev.shm.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How many records a second go from one process to another through a ring, beside Agrona's {@code
 * OneToOneRingBuffer}?
 *
 * <p>Four JVMs: a producer and a consumer for each, made anew for each case. Rounds alternate:
 * ours, peer, ours, peer. A ring between two cores has two regimes. With a fast consumer it is
 * nearly empty, and the two cores fight for the line that is being written; with a slow one it is
 * nearly full, and streams. Both are measured, and "empty" and "full" count the looks in vain and
 * the refused offers for each thousand records. The slow consumer does as many dependent
 * multiplications for each record as {@code WORK} says. Agrona has no batch form; its side of these
 * cases is its ordinary one.
 *
 * <pre>
 *   java -cp ... dev.shm.bench.SpscThroughput [pairs of rounds] [part of a case's name]
 * </pre>
 */
public final class SpscThroughput {
    private static final String AGRONA_FLAG = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";
    private static final long RECORDS = 4_000_000;
    private static final int WARM_UPS = 3;
    private static final int WORK = 12;
    private static final int BATCH = 64;

    private record Case(String name, int recordBytes, int work, int batch, boolean pauses) {}

    private record Round(double millionsPerSecond, double empty, double full) {}

    private SpscThroughput() {}

    /** Measures and prints. */
    public static void main(String[] args) throws IOException {
        int pairs = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        String wanted = args.length > 1 ? args[1] : "";
        for (int bytes : new int[] {8, 32}) {
            for (Case one :
                    List.of(
                            new Case(bytes + " bytes, near empty", bytes, 0, 0, true),
                            new Case(bytes + " bytes, no pause", bytes, 0, 0, false),
                            new Case(bytes + " bytes, near full", bytes, WORK, 0, true),
                            new Case(bytes + " bytes, batches", bytes, 0, BATCH, true))) {
                if (one.name.contains(wanted)) {
                    measure(one, pairs);
                }
            }
        }
    }

    private static void measure(Case one, int pairs) throws IOException {
        List<Round> ours = new ArrayList<>();
        List<Round> peers = new ArrayList<>();
        try (Pair our = new Pair("ours", one);
                Pair peer = new Pair("agrona", one)) {
            for (int i = -WARM_UPS; i < pairs; i++) {
                Round a = our.round(RECORDS);
                Round b = peer.round(RECORDS);
                if (i >= 0) {
                    ours.add(a);
                    peers.add(b);
                }
            }
        }
        double[] ratios = new double[pairs];
        Arrays.setAll(
                ratios, i -> ours.get(i).millionsPerSecond() / peers.get(i).millionsPerSecond());
        System.out.printf(
                Locale.ROOT,
                "%-22s ours %s%n%-22s peer %s%n%-22s ratio %s%n",
                one.name,
                describe(ours),
                "",
                describe(peers),
                "",
                range(ratios, "x"));
    }

    private static String describe(List<Round> rounds) {
        return range(rounds.stream().mapToDouble(Round::millionsPerSecond).toArray(), "M/s")
                + String.format(
                        Locale.ROOT,
                        ", per 1000 records: empty %.1f full %.1f",
                        Rounds.median(rounds.stream().mapToDouble(Round::empty).toArray()),
                        Rounds.median(rounds.stream().mapToDouble(Round::full).toArray()));
    }

    static String range(double[] values, String unit) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "median %.2f %s (%.2f to %.2f)",
                Rounds.median(values),
                unit,
                sorted[0],
                sorted[sorted.length - 1]);
    }

    /** A ring, and a JVM at each of its ends. */
    private static final class Pair implements AutoCloseable {
        private final Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "bench-");
        private final End consumer;
        private final End producer;

        Pair(String kind, Case one) throws IOException {
            consumer = new End(kind, "consume", directory, one);
            producer = new End(kind, "produce", directory, one);
        }

        Round round(long records) throws IOException {
            consumer.say(records);
            producer.say(records);
            double full = number(producer.hear(), "full");
            String heard = consumer.hear();
            return new Round(
                    records * 1000.0 / number(heard, "nanos"),
                    number(heard, "empty") * 1000.0 / records,
                    full * 1000.0 / records);
        }

        private static double number(String line, String name) {
            for (String word : line.split(" ", -1)) {
                if (word.startsWith(name + "=")) {
                    return Double.parseDouble(word.substring(name.length() + 1));
                }
            }
            throw new IllegalStateException("heard: " + line + ", expected: " + name + "=...");
        }

        @Override
        public void close() throws IOException {
            consumer.close();
            producer.close();
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    /** A JVM at one end. */
    private static final class End implements AutoCloseable {
        private final ChildProcess jvm;

        End(String kind, String role, Path directory, Case one) throws IOException {
            jvm =
                    new ChildProcess(
                            kind.equals("agrona") ? List.of(AGRONA_FLAG) : List.of(),
                            SpscChild.class,
                            kind,
                            role,
                            directory.resolve("ring.shm").toString(),
                            Integer.toString(one.recordBytes),
                            Integer.toString(role.equals("consume") ? one.work : 0),
                            Integer.toString(one.batch),
                            Boolean.toString(one.pauses));
            if (!jvm.hear().equals("ready")) {
                throw new IllegalStateException("kind=" + kind + " role=" + role + ": not ready");
            }
        }

        void say(long records) throws IOException {
            jvm.say(Long.toString(records));
        }

        String hear() throws IOException {
            return jvm.hear();
        }

        @Override
        public void close() throws IOException {
            jvm.close();
        }
    }
}
