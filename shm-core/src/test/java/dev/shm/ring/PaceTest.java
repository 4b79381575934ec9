package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When a consumer pauses. */
class PaceTest {

    @Test
    void recordsOneByOne_areNeverWaitedFor() {
        Pace pace = Pace.ofOneToOne();
        for (int i = 0; i < 100; i++) {
            pace.found(1, false);
            pace.found(0, true);
            assertEquals(0, pace.next());
            pace.found(0, true);
            assertEquals(0, pace.next());
        }
    }

    @Test
    void aStream_isLeftAlone_longerAndLonger() {
        Pace pace = Pace.ofOneToOne();
        int last = 0;
        for (int i = 0; i < 20; i++) {
            pace.found(1000, true);
            assertTrue(pace.next() >= last);
            last = pace.next();
        }
        assertTrue(last > 0);
        int longest = last;
        pace.found(1000, true);
        assertEquals(longest, pace.next());
    }

    @Test
    void aStreamThatEnds_isSoonWaitedFor_withoutAPause() {
        Pace pace = Pace.ofOneToOne();
        for (int i = 0; i < 20; i++) {
            pace.found(1000, true);
        }
        int before = pace.next();
        for (int i = 0; i < 6; i++) {
            pace.found(0, true);
            assertTrue(pace.next() < before);
            before = Math.max(1, pace.next());
        }
        assertEquals(0, pace.next());
    }

    /** A burst of a few records now and then costs a few pauses, not the most. */
    @Test
    void bursts_doNotLengthenThePause() {
        Pace pace = Pace.ofOneToOne();
        for (int i = 0; i < 100; i++) {
            pace.found(3, true);
            assertTrue(pace.next() <= 7, "pauses=" + pace.next());
            pace.found(0, true);
        }
    }

    /** Where somebody has come tells what there was in between, whoever had it. */
    @Test
    void positions_areAsGoodAsRecords() {
        Pace pace = Pace.ofOneToOne();
        assertFalse(pace.stayAway(1));
        assertFalse(pace.stayAway(2));
        assertTrue(pace.stayAway(1002));
        assertFalse(pace.stayAway(1002), "looks again and again though nothing comes");
        assertFalse(pace.stayAway(1003));
    }

    /** Two threads that share one may tell it anything; it pauses a little, or not. */
    @Test
    void positionsThatGoBack_doNoHarm() {
        Pace pace = Pace.ofOneToOne();
        for (long position : new long[] {5, 1, Long.MAX_VALUE, Long.MIN_VALUE, 0, 1L << 40}) {
            pace.stayAway(position);
            assertTrue(pace.next() >= 0 && pace.next() <= 7, "pauses=" + pace.next());
        }
    }

    /** Then a pause brings more than one: they were not waiting for answers. */
    @Test
    void twoThatFellIntoStep_areBroughtOutOfIt() {
        Pace pace = Pace.ofManyToMany();
        int looks = 0;
        int passed = 0;
        while (pace.next() < 100) {
            passed += Math.max(1, pace.next() / 4); // what a stream brings meanwhile
            pace.stayAway(passed);
            assertTrue(++looks < 200, "pauses=" + pace.next());
        }
    }

    /** A pause that is tried costs those who do wait for answers next to nothing. */
    @Test
    void answers_areHardlyWaitedFor() {
        Pace pace = Pace.ofManyToMany();
        int pauses = 0;
        for (int trip = 1; trip <= 1000; trip++) {
            pace.stayAway(trip);
            pauses += pace.next();
        }
        assertTrue(pauses > 0 && pauses <= 250, "pauses=" + pauses);
    }
}
