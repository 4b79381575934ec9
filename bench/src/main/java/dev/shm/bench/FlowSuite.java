package dev.shm.bench;

import static dev.shm.bench.harness.Target.atLeast;

import dev.shm.bench.child.FlowChild;
import dev.shm.bench.child.ThreadsChild;
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
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * How many records go from one process, or thread, to another?
 *
 * <p>A ring between two cores has two regimes. With a fast consumer it is nearly empty, and the two
 * cores fight for the line that is being written; with a slow one it is nearly full, and streams.
 * Both are measured. The slow consumer does some multiplications for each record, each of which
 * needs the one before. Records are copied from a buffer; numbers are put in the way that is
 * fastest with each, ours by {@code offerLong}, Agrona by {@code tryClaim}. Agrona has no batch
 * form; its side there is its ordinary one.
 */
final class FlowSuite {
    private static final String AGRONA = "Agrona OneToOneRingBuffer";

    /** What the name of a transport ends with that copies from no buffer. */
    static final String NUMBERS = "-numbers";

    private static final Set<String> RINGS =
            Set.of("shm", "shm" + NUMBERS, "agrona", "agrona" + NUMBERS, "mpmc", "agrona-many");
    private static final Regime NEAR_EMPTY = new Regime("throughput", "near empty", bytes -> 0, 3);
    private static final Regime NEAR_FULL =
            new Regime("full", "near full", FlowSuite::multiplications, 1.5);
    private static final int LONGEST_PROMISED = 32;
    private static final int BATCH = 64;
    private static final long FIRST = 500_000;
    private static final long FIRST_SLOW = 20_000;
    private static final long MOST_KEPT_BYTES = 1L << 26; // in a round, of who keeps all records

    private FlowSuite() {}

    /**
     * How fast the consumer is.
     *
     * @param work its multiplications for a record, by the length of that.
     * @param target beside Agrona, for the records that something is promised of.
     */
    private record Regime(String id, String words, IntUnaryOperator work, double target) {
        Contest contest(int bytes) {
            Contest ours = spsc(id, bytes, words, flow("shm", Flags.NONE, bytes));
            Side.Opener agrona = flow("agrona", Flags.AGRONA, bytes);
            Contest beside =
                    bytes > LONGEST_PROMISED
                            ? ours.inFullBeside("agrona", AGRONA, agrona)
                            : ours.against("agrona", AGRONA, atLeast(target), agrona);
            return beside.inFullBeside("aeron", "Aeron IPC", flow("aeron", Flags.AERON, bytes))
                    .inFullBeside(
                            "chronicle",
                            "Chronicle Queue",
                            flow("chronicle", Flags.CHRONICLE, bytes))
                    .inFullBeside(
                            "socket", "Unix-domain socket", flow("socket", Flags.NONE, bytes));
        }

        private Side.Opener flow(String transport, List<String> flags, int bytes) {
            return new Flow(transport, flags, bytes, work.applyAsInt(bytes), 0)::open;
        }
    }

    /** The two ends of a flow. */
    private record Flow(String transport, List<String> flags, int bytes, int work, int batch) {
        static Side.Opener of(String transport, List<String> flags, int bytes) {
            return new Flow(transport, flags, bytes, 0, 0)::open;
        }

        static Side.Opener agrona(int bytes) {
            return of("agrona", Flags.AGRONA, bytes);
        }

        private Side open(Settings settings, Path folder) throws IOException {
            LineProcess consumer = end("consume", folder);
            LineProcess producer;
            try {
                producer = end("produce", folder);
            } catch (IOException e) {
                consumer.close();
                throw e;
            }
            long most = most(transport, bytes);
            long first = RINGS.contains(transport) ? FIRST : FIRST_SLOW;
            return ProcessSide.counting(settings, Unit.MILLIONS, first, most, consumer, producer);
        }

        private LineProcess end(String role, Path folder) throws IOException {
            return LineProcess.java(
                    flags, FlowChild.class, transport, role, folder, bytes, work, batch);
        }
    }

    /** How many records a transport may be given in a round. */
    static long most(String transport, int bytes) {
        return transport.equals("chronicle") ? MOST_KEPT_BYTES / bytes : Long.MAX_VALUE;
    }

    static List<Contest> contests() {
        List<Contest> all = new ArrayList<>();
        for (int bytes : new int[] {8, 32}) {
            all.add(
                    nearEmpty(bytes)
                            .inFullBeside(
                                    "agronaunchecked",
                                    AGRONA + ", no bounds checks",
                                    Flow.of("agrona", Flags.AGRONA_UNCHECKED, bytes)));
            all.add(NEAR_FULL.contest(bytes));
            all.add(batch(bytes));
        }
        all.add(numbers());
        all.add(batchesOfNumbers());
        for (int bytes : new int[] {256, 4096}) {
            all.add(nearEmpty(bytes));
            all.add(NEAR_FULL.contest(bytes));
        }
        all.add(
                Contest.of(
                                "spsc.threads.8",
                                "SPSC, 8 bytes, threads of one JVM",
                                Unit.MILLIONS,
                                threads("spsc", 1))
                        .inFullBeside(
                                "jctools", "JCTools SpscArrayQueue", threads("jctools-spsc", 1))
                        .inFullBeside("agrona", AGRONA, threads("agrona", 1, Flags.AGRONA)));
        all.add(mpmc(1));
        all.add(mpmc(2));
        all.add(
                Contest.of(
                                "mpmc.processes",
                                "MPMC, two processes, 8 bytes",
                                Unit.MILLIONS,
                                Flow.of("mpmc", Flags.NONE, Long.BYTES))
                        .inFullBeside(
                                "agrona",
                                "Agrona ManyToOneRingBuffer",
                                Flow.of("agrona-many", Flags.AGRONA, Long.BYTES)));
        all.add(queue());
        return all;
    }

    /** So many that a record takes longer to consume than our producer needs to copy it. */
    private static int multiplications(int bytes) {
        return switch (bytes) {
            case 8 -> 12;
            case 32 -> 20;
            case 256 -> 40;
            default -> 150;
        };
    }

    private static Contest spsc(String kind, int bytes, String how, Side.Opener ours) {
        String what = "SPSC, two processes, " + bytes + " bytes, " + how;
        return Contest.of("spsc." + kind + "." + bytes, what, Unit.MILLIONS, ours);
    }

    private static Contest nearEmpty(int bytes) {
        return NEAR_EMPTY
                .contest(bytes)
                .inFullBeside(
                        "python",
                        "multiprocessing.Queue",
                        PythonProgram.of(
                                "queue",
                                Unit.MILLIONS,
                                FIRST_SLOW,
                                Long.MAX_VALUE,
                                Integer.toString(bytes)));
    }

    private static Contest batch(int bytes) {
        Side.Opener ours = new Flow("shm", Flags.NONE, bytes, 0, BATCH)::open;
        return spsc("batch", bytes, "batches of 64", ours)
                .against("agrona", AGRONA, atLeast(8), Flow.agrona(bytes));
    }

    private static Contest numbers() {
        return spsc(
                        "numbers",
                        Long.BYTES,
                        "not copied",
                        Flow.of("shm" + NUMBERS, Flags.NONE, Long.BYTES))
                .beside("agrona", AGRONA, Flow.of("agrona" + NUMBERS, Flags.AGRONA, Long.BYTES));
    }

    private static Contest batchesOfNumbers() {
        Side.Opener ours = new Flow("shm" + NUMBERS, Flags.NONE, Long.BYTES, 0, BATCH)::open;
        return spsc("numberbatch", Long.BYTES, "not copied, batches of 64", ours)
                .beside("agrona", AGRONA, Flow.of("agrona" + NUMBERS, Flags.AGRONA, Long.BYTES))
                .inFullBeside("limit", "ring of longs in C", CProgram.named("batched-ring"));
    }

    private static Contest mpmc(int pairs) {
        String what = "MPMC, " + pairs + " + " + pairs + " threads, 8 bytes";
        return Contest.of(
                        "mpmc." + pairs + "x" + pairs, what, Unit.MILLIONS, threads("mpmc", pairs))
                .against(
                        "jctools",
                        "JCTools MpmcArrayQueue",
                        atLeast(1),
                        threads("jctools-mpmc", pairs))
                .beside(
                        "arrayblockingqueue",
                        "ArrayBlockingQueue",
                        threads("arrayblockingqueue", pairs))
                .inFullBeside(
                        "linkedtransferqueue",
                        "LinkedTransferQueue",
                        threads("linkedtransferqueue", pairs));
    }

    private static Contest queue() {
        return Contest.of(
                        "queue.throughput",
                        "SharedQueue of longs, two processes",
                        Unit.MILLIONS,
                        Flow.of("queue", Flags.NONE, Long.BYTES))
                .against(
                        "python",
                        "multiprocessing.Queue",
                        atLeast(10),
                        PythonProgram.of("queue", Unit.MILLIONS, FIRST_SLOW));
    }

    private static Side.Opener threads(String kind, int pairs) {
        return threads(kind, pairs, Flags.NONE);
    }

    private static Side.Opener threads(String kind, int pairs, List<String> flags) {
        return (settings, folder) ->
                ProcessSide.timing(
                        settings,
                        Unit.MILLIONS,
                        LineProcess.java(flags, ThreadsChild.class, kind, pairs, folder));
    }
}
