package dev.shm.bench;

import static dev.shm.bench.harness.Target.atMost;

import dev.shm.bench.child.TripChild;
import dev.shm.bench.child.WakeChild;
import dev.shm.bench.harness.CProgram;
import dev.shm.bench.harness.Contest;
import dev.shm.bench.harness.LineProcess;
import dev.shm.bench.harness.ProcessSide;
import dev.shm.bench.harness.PythonProgram;
import dev.shm.bench.harness.Settings;
import dev.shm.bench.harness.Side;
import dev.shm.bench.harness.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How long does something take to another process and back?
 *
 * <p>With the idle phase that waits begin with, a token is back before anybody falls asleep, while
 * each process has a processor to itself. What sleeping and waking cost, as the bare futex always
 * does, is measured without the phase.
 */
final class TripSuite {
    private static final String AGRONA = "Agrona OneToOneRingBuffer";
    private static final List<String> NO_IDLE_PHASE = List.of("-Dshm.wait.idle.micros=0");
    private static final long FIRST = 2_000;
    private static final int[] LONGER = {32, 256, 4096};

    private TripSuite() {}

    static List<Contest> contests() {
        List<Contest> all = new ArrayList<>();
        all.add(
                others(
                        ring(Long.BYTES)
                                .against(
                                        "pingpong",
                                        "bare cache lines in C",
                                        atMost(1.5),
                                        CProgram.named("line-ping-pong")),
                        Long.BYTES));
        for (int bytes : LONGER) {
            all.add(others(ring(bytes), bytes));
        }
        all.add(
                handoff(
                        "handoff.spinning",
                        "blocking handoff and back, two processes",
                        Flags.NONE));
        all.add(handoff("handoff.sleeping", "the same, always falling asleep", NO_IDLE_PHASE));
        all.add(
                Contest.of(
                                "pipe.roundtrip",
                                "SharedPipe, there and back, two processes",
                                Unit.NANOS,
                                trips("pipe", Flags.NONE, Long.BYTES))
                        .against(
                                "python",
                                "multiprocessing.Pipe",
                                atMost(0.1),
                                PythonProgram.of("pipe", Unit.NANOS, FIRST)));
        all.add(
                Contest.of(
                                "wake.idle",
                                "an idle consumer gets a message, two processes",
                                Unit.NANOS,
                                TripSuite::wake)
                        .inFullBeside("futex", "bare futex in C", CProgram.named("futex-wake")));
        return all;
    }

    private static Side wake(Settings settings, Path folder) throws IOException {
        LineProcess consumer = LineProcess.java(WakeChild.class, "consume", folder);
        try {
            LineProcess producer = LineProcess.java(WakeChild.class, "produce", folder);
            return ProcessSide.timing(settings, Unit.NANOS, consumer, producer);
        } catch (IOException e) {
            consumer.close();
            throw e;
        }
    }

    private static Contest ring(int bytes) {
        return Contest.of(
                "spsc.roundtrip." + bytes,
                "SPSC, there and back, " + bytes + " bytes",
                Unit.NANOS,
                trips("shm" + numbers(bytes), Flags.NONE, bytes));
    }

    /** What has eight bytes is put in the way that is fastest with each. */
    private static String numbers(int bytes) {
        return bytes == Long.BYTES ? FlowSuite.NUMBERS : "";
    }

    private static Contest others(Contest contest, int bytes) {
        String numbers = numbers(bytes);
        return contest.inFullBeside(
                        "agrona", AGRONA, trips("agrona" + numbers, Flags.AGRONA, bytes))
                .inFullBeside("aeron", "Aeron IPC", trips("aeron" + numbers, Flags.AERON, bytes))
                .inFullBeside(
                        "chronicle", "Chronicle Queue", trips("chronicle", Flags.CHRONICLE, bytes))
                .inFullBeside("socket", "Unix-domain socket", trips("socket", Flags.NONE, bytes))
                .inFullBeside(
                        "python",
                        "multiprocessing.Pipe",
                        PythonProgram.of(
                                "pipe",
                                Unit.NANOS,
                                FIRST,
                                Long.MAX_VALUE,
                                Integer.toString(bytes)));
    }

    private static Contest handoff(String id, String what, List<String> flags) {
        return Contest.of(id, what, Unit.NANOS, trips("event", flags, Long.BYTES))
                .against(
                        "futex",
                        "bare futex in C",
                        atMost(1.25),
                        CProgram.named("futex-ping-pong"));
    }

    private static Side.Opener trips(String kind, List<String> flags, int bytes) {
        return (settings, folder) -> open(kind, flags, bytes, settings, folder);
    }

    private static Side open(
            String kind, List<String> flags, int bytes, Settings settings, Path folder)
            throws IOException {
        LineProcess asker = end(kind, "ask", flags, bytes, folder);
        try {
            LineProcess answerer = end(kind, "answer", flags, bytes, folder);
            long most = FlowSuite.most(kind, bytes);
            return ProcessSide.countingTrips(settings, Unit.NANOS, FIRST, most, asker, answerer);
        } catch (IOException e) {
            asker.close();
            throw e;
        }
    }

    private static LineProcess end(
            String kind, String role, List<String> flags, int bytes, Path folder)
            throws IOException {
        return LineProcess.java(flags, TripChild.class, kind, role, folder, bytes);
    }
}
