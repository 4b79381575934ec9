package dev.shm.bench.harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A side that is one process, or two which do something together. Each round all are told the same
 * number, and the first one's answer counts. Where the number is how many operations there are to
 * be, the next is chosen so that a round takes as long as the settings say.
 */
public final class ProcessSide implements Side {
    private static final int LATENCIES = 200_000;

    private final Unit unit;
    private final List<LineProcess> processes;
    private final long most;
    private final long goalNanos;
    private final boolean isTimed;
    private final boolean hasLatencies;
    private long amount;
    private String note = "";

    private ProcessSide(
            Unit unit,
            long first,
            long most,
            long goalNanos,
            boolean isTimed,
            boolean hasLatencies,
            List<LineProcess> processes) {
        this.unit = unit;
        this.amount = first;
        this.most = most;
        this.goalNanos = goalNanos;
        this.isTimed = isTimed;
        this.hasLatencies = hasLatencies;
        this.processes = processes;
        for (LineProcess one : processes) {
            processes.stream().filter(other -> other != one).forEach(one::takesAlong);
        }
    }

    /** Processes that are told how many operations to do. */
    public static ProcessSide counting(
            Settings settings, Unit unit, long first, long most, LineProcess... processes) {
        long goal = TimeUnit.MILLISECONDS.toNanos(settings.millis());
        return new ProcessSide(unit, first, most, goal, false, false, List.of(processes));
    }

    /** The same, and they time each of them when they are told a negative number. */
    public static ProcessSide countingTrips(
            Settings settings, Unit unit, long first, long most, LineProcess... processes) {
        long goal = TimeUnit.MILLISECONDS.toNanos(settings.millis());
        return new ProcessSide(unit, first, most, goal, false, true, List.of(processes));
    }

    /** Processes that are told how many milliseconds to go on. */
    public static ProcessSide timing(Settings settings, Unit unit, LineProcess... processes) {
        int millis = settings.millis();
        return new ProcessSide(unit, millis, millis, 0, true, false, List.of(processes));
    }

    @Override
    public double round() throws IOException {
        Answer answer = ask(amount);
        note = answer.note();
        if (!isTimed) {
            double next = (double) answer.count() * goalNanos / Math.max(answer.nanos(), 1);
            amount = Math.max(1, Math.min((long) next, most));
        }
        return unit.of(answer.count(), answer.nanos());
    }

    /** Where one has failed, the others were taken along, and it knows why. */
    private Answer ask(long number) throws IOException {
        try {
            return exchange(number);
        } catch (IOException e) {
            for (LineProcess process : processes) {
                if (process.hasFailed()) {
                    throw new IOException(process.ended(), e);
                }
            }
            throw e;
        }
    }

    private Answer exchange(long number) throws IOException {
        String line = Long.toString(number);
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).say(line);
        }
        Answer first = Answer.parse(processes.get(0).hear());
        List<String> notes = new ArrayList<>(List.of(first.note()));
        for (LineProcess other : processes.subList(1, processes.size())) {
            notes.add(Answer.parse(other.hear()).note());
        }
        notes.removeIf(String::isEmpty);
        return new Answer(first.count(), first.nanos(), String.join(", ", notes));
    }

    @Override
    public String note() {
        return note;
    }

    @Override
    public @Nullable Histogram latencies() throws IOException {
        if (!hasLatencies) {
            return null;
        }
        String encoded = ask(-Math.min(amount, LATENCIES)).note();
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
        } catch (DataFormatException | IllegalArgumentException e) {
            throw new IOException("no histogram: " + encoded, e);
        }
    }

    @Override
    public void close() throws IOException {
        for (LineProcess process : processes) {
            process.close();
        }
    }
}
