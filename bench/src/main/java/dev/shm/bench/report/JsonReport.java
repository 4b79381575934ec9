package dev.shm.bench.report;

import com.google.gson.stream.JsonWriter;
import dev.shm.bench.harness.Latencies;
import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Sample;
import dev.shm.bench.harness.Target;
import java.io.IOException;
import java.io.Writer;

/** A run as JSON; {@code bench/README.md} says what is in it. */
public final class JsonReport {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};

    private final JsonWriter json;

    private JsonReport(JsonWriter json) {
        this.json = json;
    }

    /** Writes it, and leaves the writer open. */
    public static void write(Run run, Writer to) throws IOException {
        JsonWriter json = new JsonWriter(to);
        json.setIndent("  ");
        new JsonReport(json).write(run);
        json.flush();
    }

    private void write(Run run) throws IOException {
        json.beginObject();
        json.name("command").value(run.command());
        json.name("commit").value(run.commit());
        json.name("began").value(run.began().toString());
        json.name("seconds").value(run.took().toSeconds());
        machine(run.machine());
        json.name("pairs").value(run.settings().pairs());
        json.name("launches").value(run.settings().launches());
        json.name("roundMillis").value(run.settings().millis());
        json.name("versions").beginArray();
        for (String version : run.versions()) {
            json.value(version);
        }
        json.endArray();
        json.name("ratios").beginArray();
        for (Row row : run.rows()) {
            ratio(row);
        }
        json.endArray();
        json.name("raw").beginArray();
        for (Row row : run.rows()) {
            raw(row);
        }
        json.endArray();
        json.name("latencies").beginArray();
        for (Latencies latencies : run.latencies()) {
            latencies(latencies);
        }
        json.endArray();
        json.endObject();
    }

    private void machine(Machine machine) throws IOException {
        json.name("machine").beginObject();
        json.name("processor").value(machine.processor());
        json.name("processors").value(machine.processors());
        json.name("system").value(machine.system());
        json.name("jdk").value(machine.jdk());
        json.name("loadBefore").value(machine.load());
        json.endObject();
    }

    /** A row that was not measured has null for its numbers and for "ok". */
    private void ratio(Row row) throws IOException {
        boolean measured = row.isMeasured();
        Target target = row.target();
        json.beginObject();
        json.name("id").value(row.id());
        json.name("what").value(row.what());
        json.name("peerName").value(row.peer());
        json.name("ours").value(row.ours().size() > 0 ? row.ourValue() : null);
        json.name("peer").value(measured ? row.theirValue() : null);
        json.name("unit").value(row.unit().toString());
        json.name("ratio").value(measured ? row.ratio() : null);
        json.name("ratioMin").value(measured ? row.ratios().min() : null);
        json.name("ratioMax").value(measured ? row.ratios().max() : null);
        json.name("target").value(target == null ? null : target.ratio());
        json.name("better").value(row.unit().moreIsBetter() ? "more" : "less");
        json.name("ok").value(row.ok().orElse(null));
        if (!measured) {
            json.name("failure").value(row.failure());
        }
        json.endObject();
    }

    private void raw(Row row) throws IOException {
        json.beginObject();
        json.name("id").value(row.id());
        rounds("ours", row.ours());
        rounds("peer", row.theirs());
        rounds("distance", row.distances());
        json.name("notes").beginArray();
        for (String note : row.notes()) {
            json.value(note);
        }
        json.endArray();
        json.endObject();
    }

    private void rounds(String side, Sample sample) throws IOException {
        json.name(side).beginArray();
        for (double value : sample.values().toArray()) {
            if (Double.isNaN(value)) {
                json.nullValue();
            } else {
                json.value(value);
            }
        }
        json.endArray();
    }

    private void latencies(Latencies latencies) throws IOException {
        json.beginObject();
        json.name("id").value(latencies.id());
        json.name("side").value(latencies.side());
        json.name("count").value(latencies.nanos().getTotalCount());
        json.name("nanos").beginObject();
        for (double percentile : PERCENTILES) {
            json.name("p" + Values.percentile(percentile))
                    .value(latencies.nanos().getValueAtPercentile(percentile));
        }
        json.endObject();
        json.endObject();
    }
}
