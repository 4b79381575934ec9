package dev.shm.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.shm.bench.harness.Contest.Statistic;
import dev.shm.bench.harness.Latencies;
import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Sample;
import dev.shm.bench.harness.Settings;
import dev.shm.bench.harness.Target;
import dev.shm.bench.harness.Unit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same rows in all three forms. */
class ReportTest {
    private static final Row MET =
            row(
                    "a.b.c",
                    "the peer",
                    Target.atLeast(3),
                    Sample.of(40, 60, 50),
                    Sample.of(10, 10, 10),
                    "");
    private static final Row MISSED =
            row(
                    "a.b.d",
                    "another peer",
                    Target.atLeast(8),
                    Sample.of(40, 60, 50),
                    Sample.of(10, 10, 10),
                    "");
    private static final Row MISSING =
            row(
                    "a.b.e",
                    "no peer",
                    Target.atLeast(3),
                    Sample.of(40),
                    Sample.of(),
                    "cc <is> not here");

    private static Row row(
            String id, String peer, Target target, Sample ours, Sample theirs, String failure) {
        return new Row(
                id,
                "what it is",
                peer,
                Unit.MILLIONS,
                Statistic.MEDIAN,
                target,
                ours,
                theirs,
                Sample.of(80, 480),
                failure,
                false,
                List.of("a note"));
    }

    private static Run run() {
        Histogram histogram = new Histogram(3);
        histogram.recordValue(1000);
        return new Run(
                new Machine("a processor", 2, "a system", "a JDK", 0.25),
                "0123abc",
                "./shm bench",
                Instant.EPOCH,
                Duration.ofSeconds(5),
                Settings.quick(),
                List.of("agrona-1"),
                List.of(MET, MISSED, MISSING),
                List.of(new Latencies("a.b", "what it is", "shm", histogram)));
    }

    @Test
    void table_showsMediansRatioTargetAndWhatFailed() {
        StringWriter text = new StringWriter();
        Table table = new Table(new PrintWriter(text, true));
        table.head();
        run().rows().forEach(table::row);
        List<List<String>> cells =
                text.toString()
                        .lines()
                        .map(line -> List.of(line.strip().split("\\s*\\|\\s*", -1)))
                        .toList();
        assertEquals(List.of("what", "ours", "peer", "ratio", "target", "ok"), cells.get(0));
        assertEquals(
                List.of(
                        "what it is",
                        "50.00 M/s",
                        "the peer 10.00 M/s",
                        "5.00 (4.00-6.00)",
                        ">= 3.00",
                        "yes"),
                cells.get(1));
        assertEquals("NO", cells.get(2).get(5));
        assertEquals("not measured", cells.get(3).get(3));
        assertEquals(List.of("cc <is> not here"), cells.get(4));
    }

    @Test
    void json_hasARatioForEachRowAndAllRounds() throws IOException {
        StringWriter text = new StringWriter();
        JsonReport.write(run(), text);
        JsonObject json = JsonParser.parseString(text.toString()).getAsJsonObject();
        JsonArray ratios = json.getAsJsonArray("ratios");
        JsonObject met = ratios.get(0).getAsJsonObject();
        assertTrue(
                met.keySet()
                        .containsAll(
                                Set.of("id", "ours", "peer", "unit", "ratio", "target", "ok")));
        assertEquals("a.b.c", met.get("id").getAsString());
        assertEquals(50, met.get("ours").getAsDouble());
        assertEquals(10, met.get("peer").getAsDouble());
        assertEquals(5, met.get("ratio").getAsDouble());
        assertEquals(3, met.get("target").getAsDouble());
        assertTrue(met.get("ok").getAsBoolean());
        JsonObject missing = ratios.get(2).getAsJsonObject();
        assertTrue(missing.get("ratio").isJsonNull() && missing.get("ok").isJsonNull());
        assertEquals("cc <is> not here", missing.get("failure").getAsString());
        JsonObject raw = json.getAsJsonArray("raw").get(0).getAsJsonObject();
        assertEquals("[40.0,60.0,50.0]", raw.get("ours").toString());
        assertEquals("[80.0,480.0]", raw.get("distance").toString());
        assertEquals("0123abc", json.get("commit").getAsString());
        assertEquals("a JDK", json.getAsJsonObject("machine").get("jdk").getAsString());
    }

    @Test
    void html_isOnePageWithItsPictures() throws IOException {
        StringWriter text = new StringWriter();
        HtmlReport.write(run(), text);
        String html = text.toString();
        assertTrue(html.contains("cc &lt;is&gt; not here"), html);
        assertTrue(html.contains("0123abc") && html.contains("a processor"), html);
        assertEquals(3, html.split("<img [^>]*src=\"data:image/svg", -1).length - 1, "charts");
        assertTrue(!html.contains("http"), "it needs nothing else");
    }

    @Test
    void commit_outsideOfACheckout_isUnknown(@TempDir Path folder) {
        assertEquals("unknown", Sources.commit(folder));
    }
}
