package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When a consumer pauses. */
class PaceTest {

    @Test
    void recordsOneByOne_areNeverWaitedFor() {
        Pace pace = new Pace();
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
        Pace pace = new Pace();
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
        Pace pace = new Pace();
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
        Pace pace = new Pace();
        for (int i = 0; i < 100; i++) {
            pace.found(3, true);
            assertTrue(pace.next() <= 7, "pauses=" + pace.next());
            pace.found(0, true);
        }
    }
}
