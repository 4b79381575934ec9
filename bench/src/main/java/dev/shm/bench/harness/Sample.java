package dev.shm.bench.harness;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** The values of some rounds, in their order. */
public final class Sample {
    private static final int PERCENT = 100;

    private final double[] values;
    private final double[] sorted;

    private Sample(double... values) {
        this.values = values;
        this.sorted = values.clone();
        Arrays.sort(sorted);
    }

    /** Any number of values. */
    public static Sample of(double... values) {
        return new Sample(values.clone());
    }

    /** The same. */
    public static Sample of(List<Double> values) {
        return new Sample(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Round by round, these to those; as many as both have. */
    public Sample over(Sample those) {
        double[] ratios = new double[Math.min(values.length, those.values.length)];
        Arrays.setAll(ratios, i -> values[i] / those.values[i]);
        return new Sample(ratios);
    }

    /** The values in their order. */
    public DoubleStream values() {
        return Arrays.stream(values);
    }

    /** How many there are. */
    public int size() {
        return values.length;
    }

    /** The one in the middle, or between the two in the middle. */
    public double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The smallest value that is not less than so many percent of all. */
    public double percentile(int percent) {
        int rank = (int) Math.ceil((double) sorted.length * percent / PERCENT);
        return sorted[Math.max(rank, 1) - 1];
    }

    /** The smallest. */
    public double min() {
        return sorted[0];
    }

    /** The largest. */
    public double max() {
        return sorted[sorted.length - 1];
    }

    /** These values sorted, from one index to before another. */
    Sample part(int from, int to) {
        return new Sample(Arrays.copyOfRange(sorted, from, to));
    }

    double sorted(int index) {
        return sorted[index];
    }
}
