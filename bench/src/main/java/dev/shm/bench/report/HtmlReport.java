package dev.shm.bench.report;

import dev.shm.bench.harness.Row;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/** A run as one page that needs no other file. */
public final class HtmlReport {
    private static final String HEAD =
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>shm bench</title>
            <style>
            body { font: 15px/1.4 sans-serif; margin: 2em auto; max-width: 1100px; color: #222; }
            table { border-collapse: collapse; width: 100%; font-size: 13px; }
            th, td { text-align: left; padding: 3px 8px; border-bottom: 1px solid #ddd; }
            td.n { text-align: right; white-space: nowrap; }
            tr.met td.ok { background: #d8f0d8; }
            tr.missed td.ok { background: #f6c9c4; font-weight: bold; }
            tr.none td { color: #a33; }
            small { color: #666; display: block; }
            img { max-width: 100%; }
            dt { font-weight: bold; float: left; clear: left; width: 6em; }
            dd { margin-left: 7em; }
            </style>
            </head>
            <body>
            <h1>shm beside its peers</h1>
            """;

    private static final String TABLE_HEAD =
            "<table>\n<tr><th>what<th>ours<th>peer<th><th>ratio<th>range<th>target<th>ok</tr>\n";

    private final StringBuilder html = new StringBuilder(HEAD);

    private HtmlReport() {}

    /** Writes it, and leaves the writer open. */
    public static void write(Run run, Writer to) throws IOException {
        HtmlReport report = new HtmlReport();
        report.facts(run);
        report.table(run.rows());
        report.charts(run);
        to.write(report.html.append("</body>\n</html>\n").toString());
        to.flush();
    }

    private void facts(Run run) {
        html.append("<dl>\n");
        fact(
                "machine",
                run.machine().processor() + ", " + run.machine().processors() + " processors");
        fact("JDK", run.machine().jdk() + ", " + run.machine().system());
        fact("load before", String.format(Locale.ROOT, "%.2f", run.machine().load()));
        fact("commit", run.commit());
        fact("command", run.command());
        fact("began", run.began() + ", took " + run.took().toSeconds() + " s");
        fact(
                "rounds",
                run.settings().pairs()
                        + " of each side in turn, of about "
                        + run.settings().millis()
                        + " ms, in "
                        + run.settings().launches()
                        + (run.settings().launches() == 1 ? " launch" : " launches"));
        fact("peers", String.join(", ", run.versions()));
        html.append("</dl>\n");
    }

    private void fact(String name, String value) {
        html.append("<dt>").append(name).append("<dd>").append(escape(value)).append('\n');
    }

    private void table(List<Row> rows) {
        html.append(TABLE_HEAD);
        rows.forEach(this::row);
        html.append("</table>\n");
    }

    private void row(Row row) {
        String kind = row.ok().map(met -> met ? "met" : "missed").orElse("");
        html.append("<tr class=\"").append(row.isMeasured() ? kind : "none").append("\">");
        html.append("<td>").append(escape(row.what())).append("<small>").append(row.id());
        for (String note : row.notes()) {
            html.append("<br>").append(escape(note));
        }
        html.append("</small>");
        number(row.ours().size() > 0 ? Values.of(row.ourValue(), row.unit()) : "");
        if (row.isMeasured()) {
            number(Values.of(row.theirValue(), row.unit()));
            html.append("<td>").append(escape(row.peer()));
            number(Values.digits(row.ratio()));
            number(Values.digits(row.ratios().min()) + " to " + Values.digits(row.ratios().max()));
        } else {
            html.append("<td><td>").append(escape(row.peer()));
            html.append("<td colspan=\"2\">not measured: ").append(escape(row.failure()));
        }
        number(escape(Values.target(row)));
        html.append("<td class=\"ok\">").append(Values.ok(row)).append("</tr>\n");
    }

    private void number(String words) {
        html.append("<td class=\"n\">").append(words);
    }

    private void charts(Run run) {
        try {
            for (String picture : Charts.of(run)) {
                html.append("<img alt=\"chart\" src=\"").append(picture).append("\">\n");
            }
        } catch (IOException | RuntimeException | LinkageError e) { // AWT without fonts, say
            html.append("<p>The charts could not be drawn: ").append(escape(e.toString()));
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
