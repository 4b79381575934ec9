package dev.shm.bench.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleTest {
    @Test
    void median_isTheMiddleOrBetweenTheMiddleTwo() {
        assertEquals(2, Sample.of(3, 1, 2).median());
        assertEquals(2.5, Sample.of(4, 1, 2, 3).median());
        assertEquals(7, Sample.of(7).median());
    }

    @Test
    void over_isRoundByRound() {
        Sample ratios = Sample.of(1, 9, 4).over(Sample.of(2, 3, 1));
        assertArrayEquals(new double[] {0.5, 3, 4}, ratios.values().toArray());
        assertEquals(3, ratios.median(), "not that of the medians, which is 2");
        assertEquals(0.5, ratios.min());
        assertEquals(4, ratios.max());
    }

    @Test
    void over_fewerRounds_areTheFirst() {
        assertArrayEquals(new double[] {2}, Sample.of(4, 9).over(Sample.of(2)).values().toArray());
    }

    @ParameterizedTest
    @CsvSource({"50,10", "99,20", "100,20", "95,19", "1,1"})
    void percentile_isAValueThatSoManyDoNotExceed(int percent, double expected) {
        double[] values = new double[20];
        for (int i = 0; i < values.length; i++) {
            values[i] = values.length - i;
        }
        assertEquals(expected, Sample.of(values).percentile(percent));
    }

    @Test
    void modes_twoSpeeds_areFoundWithTheirShares() {
        Sample sample = Sample.of(10, 31, 11, 30, 29, 12, 10, 11, 30, 10);
        assertEquals(Optional.of(new Modes(10.5, 30, 0.4)), Modes.of(sample));
    }

    @Test
    void modes_oneSpeedOrOneStray_areNotTwo() {
        assertEquals(Optional.empty(), Modes.of(Sample.of(10, 11, 12, 11, 10, 12, 11, 10, 12, 10)));
        assertEquals(Optional.empty(), Modes.of(Sample.of(10, 11, 12, 11, 10, 12, 11, 10, 12, 50)));
        assertEquals(Optional.empty(), Modes.of(Sample.of(10, 50, 10)), "too few");
    }

    @Test
    void unit_countsAndNanosecondsBecomeValues() {
        assertEquals(2.5, Unit.NANOS.of(4, 10));
        assertEquals(400, Unit.MILLIONS.of(4, 10));
        assertEquals(3, Unit.MILLIS.of(1, 3_000_000));
    }

    @Test
    void target_boundIsGoodEnough() {
        assertTrue(Target.atLeast(3).isMetBy(3));
        assertFalse(Target.atLeast(3).isMetBy(2.99));
        assertTrue(Target.atMost(1.2).isMetBy(1.2));
        assertFalse(Target.atMost(1.2).isMetBy(1.21));
        assertTrue(Target.notSlower().isMetBy(1.05));
    }
}
