package dev.shm.examples;

import dev.shm.examples.LineCounter.Count;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What the workers found, and who did what. */
final class Report {
    /** What one worker, or all, finished. */
    private record Sum(long files, long lines, long bytes) {
        static final Sum ZERO = new Sum(0, 0, 0);

        Sum plus(Count count) {
            return new Sum(files + 1, lines + count.lines(), bytes + count.bytes());
        }
    }

    private final FileResults results;
    private final List<Crew.Member> workers;
    private final Path root;
    private final Map<Integer, Sum> byWorker = new TreeMap<>();
    private Sum all = Sum.ZERO;

    /**
     * Sums up.
     *
     * @param workers all that there were.
     * @param root what names are shown relative to.
     */
    Report(FileResults results, List<Crew.Member> workers, Path root) {
        this.results = results;
        this.workers = workers;
        this.root = root;
        for (int file = 0; file < results.files(); file++) {
            if (results.isDone(file)) {
                Count count = results.count(file);
                byWorker.merge(
                        results.worker(file), Sum.ZERO.plus(count), (sum, one) -> sum.plus(count));
                all = all.plus(count);
            }
        }
    }

    void printTable(PrintWriter out) {
        out.printf("%6s %8s %11s %15s %19s%n", "worker", "pid", "files", "lines", "bytes");
        for (Crew.Member worker : workers) {
            Sum sum = byWorker.getOrDefault(worker.number(), Sum.ZERO);
            printRow(out, "" + worker.number(), "" + worker.pid(), sum, fate(worker));
        }
        printRow(out, "all", "", all, "");
    }

    private static void printRow(
            PrintWriter out, String worker, String pid, Sum sum, String remark) {
        String row =
                String.format(
                        Locale.ROOT,
                        "%6s %8s %,11d %,15d %,19d  %s",
                        worker,
                        pid,
                        sum.files(),
                        sum.lines(),
                        sum.bytes(),
                        remark);
        out.println(row.stripTrailing());
    }

    private String fate(Crew.Member worker) {
        if (!worker.killed()) {
            return "";
        }
        return worker.held() == Crew.NONE
                ? "killed by somebody else"
                : "killed while it held " + shown(worker.held());
    }

    private String shown(int file) {
        Path path = root.relativize(FileTree.path(results.name(file)));
        return FileTree.shown(path);
    }

    /** The last line, for machines. */
    String totalLine(int crewSize) {
        long killed = workers.stream().filter(Crew.Member::killed).count();
        return "total files="
                + all.files()
                + " lines="
                + all.lines()
                + " bytes="
                + all.bytes()
                + " workers="
                + crewSize
                + " killed="
                + killed;
    }
}
