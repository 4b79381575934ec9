package dev.shm.bench.harness;

/** Whether a side has come to its speed: two rounds in turn were hardly better than all before. */
final class Warmth {
    private static final double HARDLY = 1.1;
    private static final int ENOUGH = 2;

    private final Unit unit;
    private double best;
    private int inVain; // rounds since one was better

    Warmth(Unit unit) {
        this.unit = unit;
    }

    /** Hears of one more round. */
    void add(double value) {
        double speed = unit.moreIsBetter() ? value : 1 / value;
        inVain = speed > HARDLY * best ? 0 : inVain + 1;
        best = Math.max(best, speed);
    }

    /** True also of a side that does not warm up, of which nothing is heard. */
    boolean isSteady() {
        return best == 0 || inVain >= ENOUGH;
    }
}
