package dev.shm.bench.report;

import dev.shm.bench.harness.Row;
import java.io.PrintWriter;
import java.util.Locale;

/** The table on standard output, row by row as they come. */
public final class Table {
    private final PrintWriter out;

    /** A table that is printed there. */
    public Table(PrintWriter out) {
        this.out = out;
    }

    /** Prints the names of the columns. */
    public void head() {
        line("what", "ours", "peer", "ratio", "target", "ok");
    }

    /** Prints a row; one that could not be measured says why. */
    public void row(Row row) {
        if (row.isMeasured()) {
            String peer = row.peer() + " " + Values.of(row.theirValue(), row.unit());
            line(row.what(), ours(row), peer, ratio(row), Values.target(row), Values.ok(row));
        } else {
            String ours = row.ours().size() > 0 ? ours(row) : "";
            line(row.what(), ours, row.peer(), "not measured", Values.target(row), Values.ok(row));
            out.println("    " + row.failure());
        }
        out.flush();
    }

    private static String ours(Row row) {
        return Values.of(row.ourValue(), row.unit());
    }

    private static String ratio(Row row) {
        var ratios = row.ratios();
        return String.format(
                Locale.ROOT,
                "%s (%s-%s)",
                Values.digits(row.ratio()),
                Values.digits(ratios.min()),
                Values.digits(ratios.max()));
    }

    private void line(Object... cells) {
        String line = String.format(Locale.ROOT, "%-56s | %10s | %-46s | %20s | %-8s | %s", cells);
        out.println(line.stripTrailing());
    }
}
