package dev.shm.bench;

import dev.shm.bench.harness.CProgram;
import dev.shm.bench.harness.Contest;
import dev.shm.bench.harness.Latencies;
import dev.shm.bench.harness.Referee;
import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Scratch;
import dev.shm.bench.harness.Settings;
import dev.shm.bench.harness.Side;
import dev.shm.bench.report.HtmlReport;
import dev.shm.bench.report.JsonReport;
import dev.shm.bench.report.Machine;
import dev.shm.bench.report.ResultFile;
import dev.shm.bench.report.Run;
import dev.shm.bench.report.Sources;
import dev.shm.bench.report.Table;
import io.aeron.Aeron;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.queue.ChronicleQueue;
import org.agrona.DirectBuffer;
import org.jctools.queues.MpmcArrayQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.Runner;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./shm bench}: ours beside its peers, in one run. */
@Command(
        name = "shm bench",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Measures shm beside its peers, round by round in turn, and prints the medians and"
                + " their ratio, ours to the peer's. All raw values go to a JSON file. Nothing else"
                + " should run meanwhile.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 when shm was measured, whatever came out and whichever peers were there;"
                    + " 1 when it was not, or a file could not be written; 2 when it could not"
                    + " begin. bench/README.md explains the rows."
        })
public final class Bench implements Callable<Integer> {
    private static final int DISTANCE_MILLIS = 20;
    private static final Side.Opener DISTANCE =
            (settings, folder) ->
                    CProgram.named("line-ping-pong")
                            .open(settings.withMillis(DISTANCE_MILLIS), folder);
    private static final int FAILED = 1;
    private static final int NOT_BEGUN = 2;
    private static final int MAX_PAIRS = 1000;

    @Option(
            names = "--suite",
            paramLabel = "NAME",
            description = "only the rows whose id begins with it; may be given several times")
    private Set<String> suites = new LinkedHashSet<>();

    @Option(
            names = "--quick",
            description = "only what is promised, in three pairs of rounds: five minutes at most")
    private boolean isQuick;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "rounds of each side; default: 10, with --quick 3")
    private @Nullable Integer pairs;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "where the values go; default: bench/target/bench.json")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "a page with charts")
    private @Nullable Path html;

    @SuppressWarnings("UnusedVariable") // by us: picocli knows what it means
    @Option(names = "--help", usageHelp = true, description = "show this")
    private boolean help;

    private final PrintWriter out;
    private final PrintWriter err;
    private final Path home;
    private final String command;

    private Bench(PrintWriter out, PrintWriter err, Path home, String command) {
        this.out = out;
        this.err = err;
        this.home = home;
        this.command = command;
    }

    /**
     * Measures; exits with a code.
     *
     * @param args see {@code --help}. The launcher also sets {@code -Dshm.home}, the repository.
     */
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true"); // charts are drawn into files
        Path home = Path.of(System.getProperty("shm.home", ""));
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        System.exit(run(out, err, home, args));
    }

    static int run(PrintWriter out, PrintWriter err, Path home, String... args) {
        String command = ("./shm bench " + String.join(" ", args)).strip();
        return new CommandLine(new Bench(out, err, home, command))
                .setOut(out)
                .setErr(err)
                .execute(args);
    }

    @Override
    public Integer call() {
        Set<String> known = Suites.names();
        for (String suite : suites) {
            if (!known.contains(suite)) {
                return notBegun(
                        "--suite=" + suite + ": must be one of " + String.join(", ", known));
            }
        }
        if (pairs != null && (pairs < 1 || pairs > MAX_PAIRS)) {
            return notBegun("--pairs=" + pairs + ": must be 1 to " + MAX_PAIRS);
        }
        List<Contest> contests = Suites.of(suites, isQuick);
        if (contests.isEmpty()) {
            return notBegun("--suite=" + String.join(",", suites) + " has nothing with --quick");
        }
        Path raw = json == null ? home.resolve("bench/target/bench.json") : json;
        try {
            return measure(contests, raw);
        } catch (IOException e) {
            return notBegun(e.toString());
        }
    }

    private int measure(List<Contest> contests, Path raw) throws IOException {
        try (ResultFile toJson = new ResultFile(raw);
                @Nullable ResultFile toHtml = html == null ? null : new ResultFile(html);
                Scratch scratch = new Scratch()) {
            try {
                Run run = measure(contests, scratch, toJson);
                if (toHtml != null) {
                    toHtml.write(to -> HtmlReport.write(run, to));
                }
                return conclude(run, raw);
            } catch (IOException e) {
                err.println("shm bench: files cannot be written: " + e);
                return FAILED;
            }
        }
    }

    /** Writes down after each contest what there is, as somebody may stop it. */
    private Run measure(List<Contest> contests, Scratch scratch, ResultFile to) throws IOException {
        Settings settings = settings();
        Machine machine = Machine.here();
        List<String> versions = versions();
        out.println(machine);
        if (machine.isBusy()) {
            out.printf(
                    "this machine is busy, and the values will show it: load %.1f%n",
                    machine.load());
        }
        out.println(String.join(", ", versions));
        Run run = Run.begin(machine, Sources.commit(home), command, settings, versions);
        Table table = new Table(out);
        table.head();
        for (Contest contest : contests) {
            Referee referee = new Referee(settings, scratch, DISTANCE);
            List<Latencies> latencies = new ArrayList<>();
            List<Row> rows = referee.run(contest, latencies::add);
            rows.forEach(table::row);
            run = run.with(rows, latencies);
            Run sofar = run;
            to.write(writer -> JsonReport.write(sofar, writer));
        }
        return run;
    }

    private Settings settings() {
        Settings settings = isQuick ? Settings.quick() : Settings.full();
        return pairs == null ? settings : settings.withPairs(pairs);
    }

    private List<String> versions() {
        return Sources.versions(
                home,
                DirectBuffer.class,
                MpmcArrayQueue.class,
                Aeron.class,
                ChronicleQueue.class,
                ChronicleMap.class,
                Runner.class);
    }

    private int conclude(Run run, Path raw) {
        List<Row> missed =
                run.rows().stream()
                        .filter(row -> row.ok().filter(met -> !met).isPresent())
                        .toList();
        long judged = run.rows().stream().filter(row -> row.ok().isPresent()).count();
        long unmeasured = run.rows().stream().filter(row -> !row.isMeasured()).count();
        out.printf(
                "%d of %d targets met, %d rows not measured, %d s; all values: %s%n",
                judged - missed.size(), judged, unmeasured, run.took().toSeconds(), raw);
        notes(run.rows()).forEach(out::println);
        missed.forEach(row -> out.println("missed: " + row.id()));
        return run.rows().stream().anyMatch(Row::isOurFailure) ? FAILED : 0;
    }

    /** Each once, though our side of a contest has its note in several rows. */
    private static Set<String> notes(List<Row> rows) {
        Set<String> notes = new LinkedHashSet<>();
        for (Row row : rows) {
            String contest = row.id().substring(0, row.id().lastIndexOf('.'));
            row.notes().forEach(note -> notes.add(contest + ": " + note));
        }
        return notes;
    }

    private int notBegun(String why) {
        err.println("shm bench: " + why);
        return NOT_BEGUN;
    }
}
