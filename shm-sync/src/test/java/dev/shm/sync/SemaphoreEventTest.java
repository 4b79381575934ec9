package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.Threshold;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the flight recorder is told of waits for permits. */
class SemaphoreEventTest {
    @TempDir private Path directory;

    @Test
    void waits_areRecordedFromTenMillisecondsOn() throws Exception {
        assertEquals("10 ms", SemaphoreWaitEvent.class.getAnnotation(Threshold.class).value());
        Path file = directory.resolve("recording.jfr");
        try (SharedRegion region = Peers.open(directory.resolve("events.shm"));
                Recording recording = new Recording()) {
            recording.enable("shm.SemaphoreWait");
            recording.start();
            SharedSemaphore shared = SharedSemaphore.of(region, "shared", 1);
            CountingSemaphore counting = CountingSemaphore.of(region, "counting", 0);
            shared.acquire();
            shared.release();
            shared.acquire();
            assertFalse(shared.tryAcquire(1, MILLISECONDS)); // loads what a wait needs
            assertFalse(shared.tryAcquire(30, MILLISECONDS));
            assertFalse(counting.tryAcquire(2, 30, MILLISECONDS));
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        check(events.remove(events.size() - 1), "counting", 2);
        check(events.remove(events.size() - 1), "shared", 1);
    }

    private static void check(RecordedEvent event, String semaphore, int permits) {
        assertEquals("shm.SemaphoreWait", event.getEventType().getName());
        assertTrue(event.getDuration().toMillis() >= 25, event.toString());
        assertEquals("events", event.getString("region"));
        assertEquals(semaphore, event.getString("semaphore"));
        assertEquals(permits, event.getInt("permits"));
    }
}
