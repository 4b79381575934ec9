package dev.shm.bench;

import static dev.shm.bench.harness.Target.atMost;

import dev.shm.bench.child.PoolChild;
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
 * What processes do with or to each other: contend for a lock, die holding one, work in a pool. The
 * peer of recovery is what is promised, 100 ms; no peer has such a thing.
 */
final class TogetherSuite {
    private static final double PROMISED_MILLIS = 100;
    private static final int SMALL_TASKS = 10_000;
    private static final int[] RESULT_BYTES = {1 << 10, 1 << 20};
    private static final int FEW_TASKS = 20;
    private static final int TASK_BYTES = 64;
    private static final int MOST_BYTES =
            1 << 26; // of results, all of which are on the heap at once

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
                                Recovery::open)
                        .byP99()
                        .against(
                                "promise",
                                "what is promised",
                                atMost(1),
                                settings -> new Constant(PROMISED_MILLIS)));
        all.add(pool(0, "small tasks", SMALL_TASKS));
        for (int bytes : RESULT_BYTES) {
            all.add(pool(bytes, "results of " + (bytes >> 10) + " KiB", FEW_TASKS));
        }
        return all;
    }

    private static Contest pool(int bytes, String what, int first) {
        int most = MOST_BYTES / Math.max(bytes, TASK_BYTES);
        Side.Opener python =
                PythonProgram.of("pool", Unit.NANOS, first, most, Integer.toString(bytes));
        String id = bytes == 0 ? "pool.small" : "pool." + bytes;
        Contest contest =
                Contest.of(
                        id,
                        "ProcessPool.map, two processes, " + what,
                        Unit.NANOS,
                        settings ->
                                ProcessSide.counting(
                                        settings,
                                        Unit.NANOS,
                                        first,
                                        most,
                                        LineProcess.java(PoolChild.class, bytes)));
        return bytes == 0
                ? contest.beside("python", "multiprocessing.Pool", python)
                : contest.inFullBeside("python", "multiprocessing.Pool", python);
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
