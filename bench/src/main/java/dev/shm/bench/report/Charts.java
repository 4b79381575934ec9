package dev.shm.bench.report;

import dev.shm.bench.harness.Latencies;
import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The charts of a run, each as an address that holds the whole picture. */
final class Charts {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 420;
    private static final int SMALL_WIDTH = 480;
    private static final int SMALL_HEIGHT = 280;
    private static final int SLANT = 60;
    private static final int MARKER = 5;
    private static final int BIG_MARKER = 9;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final List<String> pictures = new ArrayList<>();

    private Charts() {}

    /** Draws all that the run has something for. */
    static List<String> of(Run run) throws IOException {
        Charts charts = new Charts();
        List<Row> rows = run.rows().stream().filter(Row::isMeasured).toList();
        charts.medians("Throughput, millions a second: more is better", Unit.MILLIONS, rows);
        charts.medians("Time of an operation, ns: less is better", Unit.NANOS, rows);
        for (List<Row> contest : byContest(rows)) {
            if (contest.get(0).unit() == Unit.MILLIONS) {
                charts.rounds(contest);
            }
        }
        Map<String, List<Latencies>> latencies = new LinkedHashMap<>();
        run.latencies()
                .forEach(l -> latencies.computeIfAbsent(l.id(), id -> new ArrayList<>()).add(l));
        for (List<Latencies> contest : latencies.values()) {
            charts.latencies(contest);
        }
        return charts.pictures;
    }

    private static List<List<Row>> byContest(List<Row> rows) {
        Map<String, List<Row>> contests = new LinkedHashMap<>();
        for (Row row : rows) {
            String contest = row.id().substring(0, row.id().lastIndexOf('.'));
            contests.computeIfAbsent(contest, id -> new ArrayList<>()).add(row);
        }
        return List.copyOf(contests.values());
    }

    private void medians(String title, Unit unit, List<Row> all) throws IOException {
        List<Row> rows = all.stream().filter(row -> row.unit() == unit).toList();
        if (rows.isEmpty()) {
            return;
        }
        CategoryChart chart =
                new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(title).build();
        chart.getStyler().setXAxisLabelRotation(SLANT).setYAxisLogarithmic(true);
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
        chart.getStyler().setMarkerSize(BIG_MARKER);
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
        List<String> names = rows.stream().map(Row::id).toList();
        chart.addSeries("shm", names, rows.stream().map(Row::ourValue).toList());
        chart.addSeries("peer", names, rows.stream().map(Row::theirValue).toList());
        draw(chart);
    }

    /** Round by round, which shows what has two speeds. */
    private void rounds(List<Row> contest) throws IOException {
        Row first = contest.get(0);
        XYChart chart = small(first.what(), "round", first.unit().toString());
        chart.addSeries("shm", first.ours().values().toArray());
        for (Row row : contest) {
            chart.addSeries(row.peer(), row.theirs().values().toArray());
        }
        draw(chart);
    }

    private void latencies(List<Latencies> contest) throws IOException {
        XYChart chart =
                small(contest.get(0).what(), "percentile, each step a tenth of the rest", "ns");
        chart.getStyler().setYAxisLogarithmic(true);
        double[] nines = IntStream.range(0, PERCENTILES.length).asDoubleStream().toArray();
        for (Latencies side : contest) {
            double[] nanos = new double[PERCENTILES.length];
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = Math.max(1, side.nanos().getValueAtPercentile(PERCENTILES[i]));
            }
            chart.addSeries(side.side(), nines, nanos);
        }
        chart.getStyler()
                .setxAxisTickLabelsFormattingFunction(
                        x -> Values.percentile(PERCENTILES[(int) Math.round(x)]) + " %");
        draw(chart);
    }

    private static XYChart small(String title, String x, String y) {
        XYChart chart =
                new XYChartBuilder()
                        .width(SMALL_WIDTH)
                        .height(SMALL_HEIGHT)
                        .title(title)
                        .xAxisTitle(x)
                        .yAxisTitle(y)
                        .build();
        chart.getStyler().setMarkerSize(MARKER);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        return chart;
    }

    private void draw(Chart<?, ?> chart) throws IOException {
        ByteArrayOutputStream picture = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, picture, VectorGraphicsFormat.SVG);
        String encoded = Base64.getEncoder().encodeToString(picture.toByteArray());
        pictures.add("data:image/svg+xml;base64," + encoded);
    }
}
