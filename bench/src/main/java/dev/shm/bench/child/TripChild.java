package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;

/**
 * One of two processes that send something there and back: {@code TripChild KIND ask|answer FOLDER
 * BYTES}. For each number that it reads it makes so many round trips; for a negative one, the
 * asking process times each.
 */
public final class TripChild {
    private static final int DIGITS = 3;

    private TripChild() {}

    /** What the two processes do. */
    interface Trips {
        void ask(long number) throws Exception;

        void answer(long number) throws Exception;
    }

    /** Makes trips until its standard input ends. */
    public static void main(String[] args) throws Exception {
        boolean asks = args[1].equals("ask");
        Path folder = Path.of(args[2]);
        int bytes = Integer.parseInt(args[3]);
        Trips trips =
                switch (args[0]) {
                    case "event" -> new EventTrips(folder);
                    case "pipe" -> new PipeTrips(folder, asks, bytes);
                    default -> new TransportTrips(args[0], folder, asks, bytes);
                };
        Lines.serve(number -> asks ? ask(trips, number) : answer(trips, Math.abs(number)));
        Runtime.getRuntime().halt(0); // whatever threads the transport has
    }

    private static Answer ask(Trips trips, long number) throws Exception {
        if (number < 0) {
            return timed(trips, -number);
        }
        long start = System.nanoTime();
        for (long i = 0; i < number; i++) {
            trips.ask(i);
        }
        return new Answer(number, System.nanoTime() - start);
    }

    private static Answer timed(Trips trips, long number) throws Exception {
        Histogram histogram = new Histogram(DIGITS);
        long start = System.nanoTime();
        long before = start;
        for (long i = 0; i < number; i++) {
            trips.ask(i);
            long now = System.nanoTime();
            histogram.recordValue(now - before);
            before = now;
        }
        return new Answer(number, before - start, Lines.encode(histogram));
    }

    private static Answer answer(Trips trips, long number) throws Exception {
        long start = System.nanoTime();
        for (long i = 0; i < number; i++) {
            trips.answer(i);
        }
        return new Answer(number, System.nanoTime() - start);
    }
}
