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

/** What the flight recorder is told. */
class LockEventsTest {
    @TempDir private Path directory;

    @Test
    void waits_areRecordedFromTenMillisecondsOn() {
        assertEquals("10 ms", LockWaitEvent.class.getAnnotation(Threshold.class).value());
    }

    @Test
    void waitsAndDeaths_areRecorded() throws Exception {
        Path file = directory.resolve("recording.jfr");
        try (SharedRegion region = Peers.open(directory.resolve("events.shm"));
                Recording recording = new Recording()) {
            recording.enable("shm.LockWait");
            recording.enable("shm.OwnerDied");
            recording.start();
            SharedLock lock = SharedLock.of(region, "it");
            try (SharedRegion other = Peers.open(directory.resolve("events.shm"))) {
                SharedLock.of(other, "it").lock();
                assertFalse(lock.tryLock(1, MILLISECONDS)); // loads what a wait needs
                assertFalse(lock.tryLock(30, MILLISECONDS));
            }
            assertEquals(SharedLock.Acquisition.OWNER_DIED, lock.acquire());
            lock.markConsistent();
            lock.unlock();
            assertTrue(lock.tryLock());
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        RecordedEvent died = events.remove(events.size() - 1);
        assertEquals("shm.OwnerDied", died.getEventType().getName());
        RecordedEvent longest = events.get(events.size() - 1);
        assertEquals("shm.LockWait", longest.getEventType().getName());
        assertTrue(longest.getDuration().toMillis() >= 25, longest.toString());
        for (RecordedEvent event : List.of(longest, died)) {
            assertEquals("events", event.getString("region"));
            assertEquals("it", event.getString("lock"));
        }
    }
}
