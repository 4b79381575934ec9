package dev.shm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheLineTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 128", "127, 128", "128, 128", "129, 256", "2147483520, 2147483520"})
    void align_givesTheNextMultiple(int bytes, int aligned) {
        assertEquals(aligned, CacheLine.align(bytes));
        assertEquals((long) aligned, CacheLine.align((long) bytes));
    }

    @Test
    void align_longGoesBeyondInt() {
        assertEquals(1L << 31, CacheLine.align((1L << 31) - 1));
        assertEquals(Long.MAX_VALUE - 127, CacheLine.align(Long.MAX_VALUE - 127));
    }

    @Test
    void align_refusesWhatHasNoMultiple() {
        refused("bytes=-1", () -> CacheLine.align(-1));
        refused("bytes=2147483521", () -> CacheLine.align(Integer.MAX_VALUE - 126));
        refused("bytes=-1", () -> CacheLine.align(-1L));
        refused("bytes=9223372036854775807", () -> CacheLine.align(Long.MAX_VALUE));
    }

    private static void refused(String named, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.startsWith(named + ": allowed 0.."), message);
    }
}
