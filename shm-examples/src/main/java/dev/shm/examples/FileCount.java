package dev.shm.examples;

import dev.shm.region.RegionOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./shm demo}: several JVMs count the files of a directory, and stay exact when killed. */
@Command(
        name = "shm demo",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Counts files, lines and bytes of every regular file under a directory, in several"
                    + " worker JVMs that share a region. Some of them are killed with SIGKILL while"
                    + " they hold a file; the totals stay exact.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 when a recount by a single process agrees; 1 when it does not, when a"
                    + " file could not be read, or when the job failed; 2 when it could not begin."
        })
public final class FileCount implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int NOT_BEGUN = 2;
    private static final int INTERRUPTED = 130;
    private static final int MAX_WORKERS = 256;
    private static final int MAX_KILLS = 1000;
    private static final int SHOWN_PROBLEMS = 20;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR",
            description = "default: this repository without .git and target")
    private @Nullable Path directory;

    @Option(
            names = "--pool",
            description =
                    "let a ProcessPool have the workers, and do again what the dead had begun")
    private boolean inPool;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "worker JVMs at a time; default: one for each core, at least 2")
    private int workers = Math.max(2, Runtime.getRuntime().availableProcessors());

    @Option(
            names = "--kill",
            paramLabel = "K",
            description = "workers to kill; default: 1; the dead are replaced")
    private int kills = 1;

    @SuppressWarnings("UnusedVariable") // by us: picocli knows what it means
    @Option(names = "--help", usageHelp = true, description = "show this")
    private boolean help;

    private final PrintWriter out;
    private final PrintWriter err;
    private final Path home;
    private final boolean isTerminal;

    private FileCount(PrintWriter out, PrintWriter err, Path home, boolean isTerminal) {
        this.out = out;
        this.err = err;
        this.home = home;
        this.isTerminal = isTerminal;
    }

    /**
     * Counts; exits with a code.
     *
     * @param args see {@code --help}. The launcher also sets {@code -Dshm.home}, the repository,
     *     and {@code -Dshm.terminal}, whether standard output is one.
     */
    public static void main(String[] args) {
        Path home = Path.of(System.getProperty("shm.home", ""));
        boolean isTerminal = Boolean.getBoolean("shm.terminal");
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        System.exit(run(out, err, home, isTerminal, args));
    }

    static int run(
            PrintWriter out, PrintWriter err, Path home, boolean isTerminal, String... args) {
        return new CommandLine(new FileCount(out, err, home, isTerminal))
                .setOut(out)
                .setErr(err)
                .execute(args);
    }

    @Override
    public Integer call() throws InterruptedException {
        if (workers < 1 || workers > MAX_WORKERS) {
            return notBegun("--workers=" + workers + ": must be 1 to " + MAX_WORKERS);
        }
        if (kills < 0 || kills > MAX_KILLS) {
            return notBegun("--kill=" + kills + ": must be 0 to " + MAX_KILLS);
        }
        Path given = directory == null ? home : directory;
        if (!Files.isDirectory(given)) {
            return notBegun(
                    given + ": " + (Files.exists(given) ? "not a" : "no such") + " directory");
        }
        try {
            return count(given.toRealPath());
        } catch (IllegalArgumentException e) {
            return notBegun(String.valueOf(e.getMessage()));
        } catch (CancellationException e) {
            return INTERRUPTED; // this JVM is exiting
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            return failed(List.of(String.valueOf(e.getMessage())));
        }
    }

    private int count(Path root) throws IOException, InterruptedException {
        String region = newName();
        Set<String> without = new HashSet<>(ownFiles(RegionOptions.named(region).path()));
        if (directory == null) {
            without.addAll(List.of(".git", "target"));
        }
        FileTree tree = FileTree.walk(root, without);
        out.printf("counting %d files of %s with %d workers%n", tree.files().size(), root, workers);
        RegionOptions options = RegionOptions.named(region);
        return inPool
                ? countInPool(options, tree, root, without)
                : countByCrew(options, tree, root, without);
    }

    private int countInPool(RegionOptions options, FileTree tree, Path root, Set<String> without)
            throws IOException, InterruptedException {
        RegionOptions sized = PoolWorkers.sized(options, workers, kills);
        try (TemporaryRegion temporary = new TemporaryRegion(sized);
                PoolCrew crew = new PoolCrew(temporary.region(), tree.files(), workers, kills)) {
            FileResults results = work(crew, tree.bytes());
            return report(results, crew.ended(), root, without);
        }
    }

    private int countByCrew(RegionOptions options, FileTree tree, Path root, Set<String> without)
            throws IOException, InterruptedException {
        RegionOptions sized = FileTable.sized(options, workers, tree.files());
        try (TemporaryRegion temporary = new TemporaryRegion(sized);
                Crew crew = new Crew(temporary.region(), workers, tree.files().size(), kills)) {
            FileTable table = FileTable.create(temporary.region(), tree.files());
            work(crew, table, tree.bytes());
            return report(table, crew.ended(), root, without);
        }
    }

    private int report(FileResults results, List<Crew.Member> ended, Path root, Set<String> without)
            throws IOException {
        Report report = new Report(results, ended, root);
        report.printTable(out);
        int exit = compare(new Recount(FileTree.walk(root, without)), results);
        out.println(report.totalLine(workers));
        return exit;
    }

    private static String newName() {
        int random = ThreadLocalRandom.current().nextInt();
        return "filecount-" + ProcessHandle.current().pid() + "-" + Integer.toHexString(random);
    }

    /** What this job makes, which may be where it counts. */
    private static List<String> ownFiles(Path region) {
        String file = String.valueOf(region.getFileName());
        return List.of(file, file + ".lock");
    }

    private void work(Crew crew, FileTable table, long bytes)
            throws IOException, InterruptedException {
        if (isTerminal) {
            Progress progress = new Progress(out, bytes);
            crew.work(() -> progress.show(table.progress().sum()));
            progress.clear();
        } else {
            crew.work(() -> {});
        }
    }

    private FileResults work(PoolCrew crew, long bytes) throws IOException, InterruptedException {
        if (!isTerminal) {
            return crew.work(read -> {});
        }
        Progress progress = new Progress(out, bytes);
        FileResults results = crew.work(progress::show);
        progress.clear();
        return results;
    }

    private int compare(Recount recount, FileResults results) {
        List<String> differences = recount.differences(results);
        out.println("a recount by one process " + (differences.isEmpty() ? "agrees" : "differs"));
        return differences.isEmpty() ? 0 : failed(differences);
    }

    private int notBegun(String why) {
        err.println("shm demo: " + why);
        return NOT_BEGUN;
    }

    private int failed(List<String> why) {
        why.stream().limit(SHOWN_PROBLEMS).forEach(line -> err.println("shm demo: " + line));
        if (why.size() > SHOWN_PROBLEMS) {
            err.println("shm demo: and " + (why.size() - SHOWN_PROBLEMS) + " more");
        }
        return FAILED;
    }
}
