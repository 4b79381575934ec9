package dev.shm.bench.report;

import dev.shm.bench.harness.Row;
import dev.shm.bench.harness.Unit;
import java.util.Locale;

/** Numbers in words. */
final class Values {
    private static final double KILO = 1e3;
    private static final double MEGA = 1e6;
    private static final double TEN = 10;

    private Values() {}

    /** A value of a unit, with three digits or so. */
    static String of(double value, Unit unit) {
        if (unit != Unit.NANOS || value < TEN * KILO) {
            return digits(value) + " " + unit;
        }
        return value < TEN * MEGA ? digits(value / KILO) + " us" : digits(value / MEGA) + " ms";
    }

    static String digits(double value) {
        String format = value < 1 ? "%.3f" : value < TEN * TEN ? "%.2f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }

    /** 99 and 99.9, not 99.0. */
    static String percentile(double percentile) {
        return percentile == Math.rint(percentile)
                ? Integer.toString((int) percentile)
                : Double.toString(percentile);
    }

    static String ok(Row row) {
        if (!row.isMeasured()) {
            return "none";
        }
        return row.ok().map(met -> met ? "yes" : "NO").orElse("-");
    }

    static String target(Row row) {
        return row.target() == null ? "-" : row.target().toString();
    }
}
