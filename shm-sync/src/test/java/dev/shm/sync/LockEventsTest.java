package dev.shm.sync;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.Lock;
import jdk.jfr.Recording;
import jdk.jfr.Threshold;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the flight recorder is told. */
@SuppressWarnings("LockNotBeforeTry") // a test that fails need not unlock
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

    /** Nothing is made of an acquisition that does not wait, however short the threshold. */
    @Test
    void acquisitionsThatDoNotWait_areNotRecorded() throws Exception {
        Path file = directory.resolve("recording.jfr");
        try (SharedRegion region = Peers.open(directory.resolve("events.shm"));
                Recording recording = new Recording()) {
            recording.enable("shm.LockWait").withoutThreshold();
            recording.enable("shm.OwnerDied");
            recording.start();
            SharedLock lock = SharedLock.of(region, "it");
            SharedReadWriteLock pair = SharedReadWriteLock.of(region, "pair");
            for (Lock free : List.of(lock, pair.readLock(), pair.writeLock())) {
                free.lock();
                free.unlock();
                free.lockInterruptibly();
                free.unlock();
                assertTrue(free.tryLock(1, MILLISECONDS));
                assertTrue(free.tryLock());
                free.unlock();
                free.unlock();
            }
            recording.stop();
            recording.dump(file);
        }
        assertEquals(List.of(), RecordingFile.readAllEvents(file));
    }

    /** Readers and writers that wait, and those who are told of a writer's death. */
    @Test
    void waitsForAReadWriteLock_areRecorded() throws Exception {
        Path file = directory.resolve("recording.jfr");
        try (SharedRegion region = Peers.open(directory.resolve("events.shm"));
                Recording recording = new Recording()) {
            recording.enable("shm.LockWait").withoutThreshold();
            recording.enable("shm.OwnerDied");
            recording.start();
            SharedReadWriteLock lock = SharedReadWriteLock.of(region, "it");
            try (SharedRegion other = Peers.open(directory.resolve("events.shm"))) {
                SharedReadWriteLock.of(other, "it").writeLock().lock();
                assertFalse(lock.writeLock().tryLock(1, MILLISECONDS));
                assertFalse(lock.readLock().tryLock(1, MILLISECONDS));
            }
            assertEquals(SharedLock.Acquisition.OWNER_DIED, lock.writeLock().acquire());
            recording.stop();
            recording.dump(file);
        }
        assertEquals(
                List.of("shm.LockWait", "shm.LockWait", "shm.OwnerDied"),
                RecordingFile.readAllEvents(file).stream()
                        .map(event -> event.getEventType().getName())
                        .sorted()
                        .toList());
    }
}
