package dev.shm.bench;

import static dev.shm.bench.harness.Target.atMost;

import dev.shm.bench.child.PoolChild;
import dev.shm.bench.child.StartChild;
import dev.shm.bench.harness.CProgram;
import dev.shm.bench.harness.Contest;
import dev.shm.bench.harness.LineProcess;
import dev.shm.bench.harness.ProcessSide;
import dev.shm.bench.harness.PythonProgram;
import dev.shm.bench.harness.Side;
import dev.shm.bench.harness.Unit;
import java.util.ArrayList;
import java.util.List;

/**
 * What processes do with or to each other: contend for a lock, die holding one, begin and end, work
 * in a pool. The peer of recovery is what is promised, 100 ms; no peer has such a thing.
 */
final class TogetherSuite {
    private static final double PROMISED_MILLIS = 100;
    private static final int SMALL_TASKS = 100_000;
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int LARGEST_RESULT = 64 * MIB;
    private static final int MOST_BYTES = 64 * MIB; // of results: all are on the heap at once
    private static final double THREE_TIMES_AS_FAST = 1.0 / 3;

    private TogetherSuite() {}

    static List<Contest> contests() {
        List<Contest> all = new ArrayList<>();
        all.add(
                Contest.of(
                                "lock.contended",
                                "SharedLock, two processes contend",
                                Unit.NANOS,
                                Contention::open)
                        .inFullBeside(
                                "pthread",
                                "pthread robust mutex in C",
                                CProgram.named("robust-mutex")));
        all.add(
                Contest.of(
                                "recovery.sigkill",
                                "from SIGKILL to the next owner, 99th percentile",
                                Unit.MILLIS,
                                Recovery.opener())
                        .byP99()
                        .against(
                                "promise",
                                "what is promised",
                                atMost(1),
                                (settings, folder) -> new Constant(PROMISED_MILLIS)));
        all.add(pool("pool.small", "100,000 small tasks", 0, SMALL_TASKS));
        all.add(pool("pool." + KIB, "results of 1 KiB", KIB, MOST_BYTES / KIB));
        all.add(pool("pool." + MIB, "results of 1 MiB", MIB, MOST_BYTES / MIB));
        all.add(pool("pool." + LARGEST_RESULT, "results of 64 MiB", LARGEST_RESULT, 1));
        all.add(
                Contest.of(
                                "process.start",
                                "SharedProcess, from start to the end of join",
                                Unit.MILLIS,
                                (settings, folder) ->
                                        ProcessSide.counting(
                                                settings,
                                                Unit.MILLIS,
                                                1,
                                                1,
                                                LineProcess.java(StartChild.class, folder)))
                        .inFullBeside(
                                "python",
                                "multiprocessing.Process, spawned",
                                PythonProgram.of("process", Unit.MILLIS, 1, 1)));
        return all;
    }

    private static Contest pool(String id, String what, int bytes, int tasks) {
        return Contest.of(
                        id,
                        "ProcessPool.map, two processes, " + what,
                        Unit.NANOS,
                        (settings, folder) ->
                                ProcessSide.counting(
                                        settings,
                                        Unit.NANOS,
                                        tasks,
                                        Long.MAX_VALUE,
                                        LineProcess.java(PoolChild.class, bytes, tasks)))
                .launchedOnce()
                .against(
                        "python",
                        "multiprocessing.Pool",
                        atMost(THREE_TIMES_AS_FAST),
                        PythonProgram.of(
                                "pool",
                                Unit.NANOS,
                                tasks,
                                Long.MAX_VALUE,
                                Integer.toString(bytes),
                                Integer.toString(tasks)));
    }

    /** A peer that is no program but a number. */
    private record Constant(double value) implements Side {
        @Override
        public double round() {
            return value;
        }

        @Override
        public void close() {
            // there is nothing to close
        }
    }
}
