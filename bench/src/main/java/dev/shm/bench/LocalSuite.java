package dev.shm.bench;

import static dev.shm.bench.harness.Target.atMost;
import static dev.shm.bench.harness.Target.notSlower;

import dev.shm.bench.harness.CProgram;
import dev.shm.bench.harness.Contest;
import dev.shm.bench.harness.JmhSide;
import dev.shm.bench.harness.PythonProgram;
import dev.shm.bench.harness.Unit;
import java.util.List;

/** What do single operations cost in one thread, when nobody else wants anything? By JMH. */
final class LocalSuite {
    private static final long FIRST = 100_000;

    private LocalSuite() {}

    static List<Contest> contests() {
        return List.of(
                Contest.of(
                                "value.getandadd",
                                "SharedValue 'q' getAndAdd",
                                Unit.NANOS,
                                JmhSide.of(ValueBenchmark.class, "getAndAddShm"))
                        .against(
                                "atomiclong",
                                "AtomicLong",
                                atMost(1.1),
                                JmhSide.of(ValueBenchmark.class, "getAndAddAtomicLong"))
                        .against(
                                "atomiccounter",
                                "Agrona AtomicCounter",
                                notSlower(),
                                JmhSide.of(ValueBenchmark.class, "getAndAddAtomicCounter")),
                Contest.of(
                                "value.get",
                                "SharedValue 'q' get",
                                Unit.NANOS,
                                JmhSide.of(ValueBenchmark.class, "getShm"))
                        .against(
                                "atomiclong",
                                "AtomicLong",
                                atMost(2),
                                JmhSide.of(ValueBenchmark.class, "getAtomicLong"))
                        .against(
                                "atomiccounter",
                                "Agrona AtomicCounter",
                                notSlower(),
                                JmhSide.of(ValueBenchmark.class, "getAtomicCounter")),
                Contest.of(
                                "value.synchronized",
                                "SynchronizedValue, increment",
                                Unit.NANOS,
                                JmhSide.of(LockBenchmark.class, "incrementSynchronizedValue"))
                        .against(
                                "python",
                                "multiprocessing.Value and its lock",
                                atMost(0.1),
                                PythonProgram.of("value", Unit.NANOS, FIRST))
                        .inFullBeside(
                                "reentrantlock",
                                "a field and a ReentrantLock",
                                JmhSide.of(LockBenchmark.class, "incrementUnderReentrantLock")),
                Contest.of(
                                "lock.uncontended",
                                "SharedLock lock and unlock",
                                Unit.NANOS,
                                JmhSide.of(LockBenchmark.class, "lockShm"))
                        .against(
                                "reentrantlock",
                                "ReentrantLock",
                                atMost(1.2),
                                JmhSide.of(LockBenchmark.class, "lockReentrantLock"))
                        .against(
                                "pthread",
                                "pthread robust mutex in C",
                                atMost(1),
                                CProgram.named("mutex-alone"))
                        .against(
                                "python",
                                "multiprocessing.Lock",
                                atMost(0.1),
                                PythonProgram.of("lock", Unit.NANOS, FIRST)),
                Contest.of(
                                "semaphore.uncontended",
                                "SharedSemaphore acquire and release",
                                Unit.NANOS,
                                JmhSide.of(SemaphoreBenchmark.class, "pairShm"))
                        .against(
                                "semaphore",
                                "java.util.concurrent.Semaphore",
                                atMost(1.3),
                                JmhSide.of(SemaphoreBenchmark.class, "pairSemaphore")),
                Contest.of(
                                "event.isset",
                                "SharedEvent isSet",
                                Unit.NANOS,
                                JmhSide.of(EventBenchmark.class, "isSetShm"))
                        .inFullBeside(
                                "volatile",
                                "volatile boolean",
                                JmhSide.of(EventBenchmark.class, "readVolatile")),
                Contest.of(
                                "queue.pair",
                                "SharedLongQueue put and take",
                                Unit.NANOS,
                                JmhSide.of(QueueBenchmark.class, "pairLongsShm"))
                        .inFullBeside(
                                "arrayblockingqueue",
                                "ArrayBlockingQueue",
                                JmhSide.of(QueueBenchmark.class, "pairArrayBlockingQueue")),
                map("get", "getShm", "getConcurrentHashMap", "getChronicleMap"),
                map("put", "putShm", "putConcurrentHashMap", "putChronicleMap"));
    }

    private static Contest map(String what, String ours, String onHeap, String chronicle) {
        return Contest.of(
                        "map." + what,
                        "SharedMap of longs, " + what,
                        Unit.NANOS,
                        JmhSide.of(MapBenchmark.class, ours))
                .inFullBeside(
                        "concurrenthashmap",
                        "ConcurrentHashMap",
                        JmhSide.of(MapBenchmark.class, onHeap))
                .inFullBeside(
                        "chronicle", "Chronicle Map", JmhSide.of(MapBenchmark.class, chronicle));
    }
}
